// An explanation as one JSON object on one line: question, steps in their order, sections with the
// place of each record, the message in parts and as octets. man apex-explain(1) lists its members.
#pragma once

#include <string>

#include "server/cli/explanation.h"

namespace server {

// Ends with a line's end.
std::string explain_json(const Set& set, const ExplainCall& call, dns::UnixTime now);
std::string explain_json(const Explanation& explanation);

}  // namespace server
