// Tokens: what the lexer makes of one entry, and all that the grammar of fields ever sees.
//
//   www 1h IN TXT ( "a b" c\;d )     ->  [www] [1h] [IN] [TXT] ["a b" quoted] [c\;d escaped]
//
// A token points into the source text; quotes are left out, escapes are still in. Comments, blanks
// and parentheses are gone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace zoneparser {

struct Token {
    const char* begin = nullptr;
    const char* end = nullptr;
    uint32_t line = 0;       // counted from 1 in the text that is being read
    uint32_t column = 0;     // of the first octet (the quote, if quoted), counted from 1
    bool quoted = false;
    bool escaped = false;    // holds at least one backslash
    bool joined = false;     // follows the token before it without a blank: key="value"

    std::string_view text() const { return {begin, static_cast<size_t>(end - begin)}; }
    size_t size() const { return static_cast<size_t>(end - begin); }
};

using Tokens = std::span<const Token>;

}  // namespace zoneparser
