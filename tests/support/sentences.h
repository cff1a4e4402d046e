// What several checks had to say, as one text: a sentence a line.
#pragma once

#include <string>
#include <vector>

namespace apex_tests {

inline std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += sentence + "\n";
    return text;
}

}  // namespace apex_tests
