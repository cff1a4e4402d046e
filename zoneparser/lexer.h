// The lexer: zone text to the tokens of one entry at a time (RFC 1035 5.1). It knows no DNS but
// what it takes to see that a forgotten parenthesis or quote has swallowed the next record.
//
//   "www 1h IN TXT ( "a b" ; both\n   c\;d )\n"   ->   [www] [1h] [IN] [TXT] ["a b"] [c\;d]
//
// The grammar is a line of Spirit X3: words and strings, with blanks, comments and parentheses in
// the skipper. An entry is a line, or more where parentheses are open.
#pragma once

#include <cstdint>
#include <vector>

#include "zoneparser/token.h"

namespace zoneparser {

// Each token of rdata stands for at least half an octet, so no record has more than these.
inline constexpr size_t kMaxTokens = size_t{1} << 18;

// What is wrong with the text of an entry; only the first fault of each is kept.
enum class LexicalFault : uint8_t {
    none,
    unclosed_quote,
    newline_in_quotes,
    unclosed_parenthesis,
    nested_parenthesis,
    unexpected_parenthesis,
    nul_octet,
    too_many_tokens,
};

// The tokens of one entry, in memory that is kept from entry to entry.
class TokenList {
  public:
    size_t size() const { return static_cast<size_t>(end_ - begin_); }
    bool empty() const { return begin_ == end_; }
    const Token& operator[](size_t i) const { return begin_[i]; }
    const Token* begin() const { return begin_; }
    const Token* end() const { return end_; }
    operator Tokens() const { return {begin_, size()}; }

    void clear() { end_ = begin_; }
    // False if there are kMaxTokens already.
    bool add(const Token& token) {
        if (end_ == limit_ && !grow()) return false;
        *end_++ = token;
        return true;
    }

  private:
    bool grow();

    std::vector<Token> memory_;
    Token* begin_ = nullptr;
    Token* end_ = nullptr;
    Token* limit_ = nullptr;
};

struct Entry {
    TokenList tokens;
    const char* begin = nullptr;  // of its first line
    uint32_t line = 0;            // of its first line
    bool starts_blank = false;    // the owner is that of the record before
    bool escaped = false;         // some token is
    LexicalFault fault = LexicalFault::none;
    uint32_t fault_line = 0;
    uint32_t fault_column = 0;
};

class Lexer {
  public:
    // Reads [at, end); `at` is the beginning of line `line`.
    Lexer(const char* at, const char* end, uint32_t line) : at_(at), end_(end), line_(line) {}

    // Reads the next entry that begins before `until` and is not empty; false if there is none.
    // What comes after an entry with a fault is where the next entry begins in all likelihood.
    bool next(Entry& entry, const char* until);

    // Where the next entry begins: always at the beginning of a line.
    const char* position() const { return at_; }
    uint32_t line() const { return line_; }
    // Reads the entry just read once more.
    void step_back(const Entry& entry) { at_ = entry.begin, line_ = entry.line; }

  private:
    const char* at_;
    const char* end_;
    uint32_t line_;
};

// True if the line at `at` reads like a record: [owner] [TTL] [class] type data.
bool looks_like_record(const char* at, const char* end);

}  // namespace zoneparser
