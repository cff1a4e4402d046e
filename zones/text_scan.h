// Scanning the text inside TXT and CAA records: words without regard to case, blanks, lists of
// tags. Everything is a view of the record's octets; nothing is copied but a text in several
// strings.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dns/rdata.h"

namespace zones {

constexpr bool is_digit_char(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_letter_or_digit(char c) {
    return is_letter(c) || is_digit_char(c);
}
constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trim(std::string_view text);
bool same_word(std::string_view a, std::string_view b);
// True if `text` begins with `word`, case-blind.
bool begins_with(std::string_view text, std::string_view word);
bool contains_word(std::string_view text, std::string_view word);

inline std::string_view as_text(dns::Octets octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

// The strings of a TXT record as one text, without anything between them (RFC 7208 3.3,
// RFC 6376 3.6.2.2).
class JoinedText {
  public:
    explicit JoinedText(dns::Octets rdata);
    JoinedText(const JoinedText&) = delete;
    JoinedText& operator=(const JoinedText&) = delete;
    std::string_view view() const { return view_; }

  private:
    std::array<char, 1024> small_;
    std::string large_;
    std::string_view view_;
};

// The first string alone, to see at a glance what a record is.
inline std::string_view first_string(dns::Octets rdata) {
    if (rdata.empty() || rdata.size() < size_t{1} + rdata[0]) return {};
    return as_text(rdata.subspan(1, rdata[0]));
}

// A list name=value;name=value with blanks around each (RFC 6376 3.2, RFC 9989).
class TagWalk {
  public:
    explicit TagWalk(std::string_view text) : rest_(text) {}
    // False at the end, or at a tag without '='; then fault() tells.
    bool next(std::string_view& name, std::string_view& value);
    const char* fault() const { return fault_; }

  private:
    std::string_view rest_;
    const char* fault_ = nullptr;
};

}  // namespace zones
