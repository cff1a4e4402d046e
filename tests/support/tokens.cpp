#include "tests/support/tokens.h"

namespace apex_tests {

namespace {

bool ends_word(char c) {
    return std::string_view(" \t\r\n();\"").find(c) != std::string_view::npos;
}

// Takes a word or a quoted string; `at` stands on its first octet.
zoneparser::Token take_token(std::string_view text, size_t& at, unsigned line, bool& unclosed) {
    zoneparser::Token token;
    token.line = line;
    token.quoted = text[at] == '"';
    if (token.quoted) ++at;
    size_t begin = at;
    while (at < text.size() && text[at] != '\n' &&
           (token.quoted ? text[at] != '"' : !ends_word(text[at]))) {
        bool escape = text[at] == '\\' && at + 1 < text.size() && text[at + 1] != '\n';
        token.escaped |= text[at] == '\\';
        at += escape ? 2 : 1;
    }
    token.begin = text.data() + begin;
    token.end = text.data() + at;
    if (token.quoted) {
        unclosed = at == text.size() || text[at] != '"';
        if (!unclosed) ++at;
    }
    return token;
}

}  // namespace

TextEntry next_entry(std::string_view text, size_t& at, unsigned& line) {
    TextEntry entry;
    entry.line = line;
    bool open = false, blank = true;
    while (at < text.size()) {
        char c = text[at];
        if (c == '\n') {
            ++at;
            ++line;
            if (!open) return entry;
            blank = true;
        } else if (c == ';') {
            size_t end = std::min(text.find('\n', at), text.size());
            entry.comment = text.substr(at, end - at);
            at = end;
        } else if (c == '(' || c == ')') {
            open = c == '(';
            blank = true;
            ++at;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            blank = true;
            ++at;
        } else {
            entry.tokens.push_back(take_token(text, at, line, entry.unclosed));
            entry.tokens.back().joined = !blank;
            blank = false;
            if (entry.unclosed) {
                size_t end = std::min(text.find('\n', at), text.size());
                at = end;
            }
        }
    }
    entry.unclosed |= open;
    return entry;
}

std::vector<zoneparser::Token> split_line(std::string_view text) {
    size_t at = 0;
    unsigned line = 1;
    return next_entry(text, at, line).tokens;
}

}  // namespace apex_tests
