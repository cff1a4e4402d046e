// A line of a zone file under a finding, with a caret below the column:
//
//        www  3600 IN A 192.0.2.300
//                       ^
#pragma once

#include <string>

#include "server/cli/source_lines.h"

namespace server {

struct Excerpt {
    std::string line;   // without a line end
    std::string caret;  // blanks (tabs where the line has tabs) and the caret
};

Excerpt make_excerpt(const LinePart& part);

}  // namespace server
