// Tokens of one record for tests of the field grammar, without the lexer: blanks, quotes, comments
// and parentheses, by hand. Entries are cut at line ends outside parentheses and quotes.
#pragma once

#include <string_view>
#include <vector>

#include "zoneparser/token.h"

namespace apex_tests {

struct TextEntry {
    std::vector<zoneparser::Token> tokens;
    std::string_view comment;  // of its last line
    unsigned line = 0;
    bool unclosed = false;  // a quote or parenthesis is open at its end
};

// The entry that begins at `at`, which moves behind it. Empty lines give an entry without tokens.
TextEntry next_entry(std::string_view text, size_t& at, unsigned& line);

// The tokens of a single line.
std::vector<zoneparser::Token> split_line(std::string_view text);

}  // namespace apex_tests
