#include "zones/spf.h"

#include "zones/text_scan.h"

namespace zones {

namespace {

// Reads decimal digits without a leading zero, at most `most`.
bool is_prefix_length(std::string_view digits, unsigned most) {
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0'))
        return false;
    unsigned value = 0;
    for (char c : digits) {
        if (!is_digit_char(c)) return false;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= most;
}

bool is_ipv4(std::string_view text) {
    size_t parts = 0;
    while (parts < 4) {
        size_t dot = text.find('.');
        if (!is_prefix_length(text.substr(0, dot), 255)) return false;
        ++parts;
        if (dot == std::string_view::npos) return parts == 4;
        text.remove_prefix(dot + 1);
    }
    return false;
}

// RFC 4291 2.2.
bool is_ipv6(std::string_view text) {
    size_t groups = 0;
    bool shortened = false;
    if (text.substr(0, 2) == "::") {
        shortened = true;
        text.remove_prefix(2);
        if (text.empty()) return true;
    }
    for (;;) {
        size_t colon = text.find(':');
        std::string_view group = text.substr(0, colon);
        if (colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
            groups += 2;
            if (!is_ipv4(group)) return false;
            break;
        }
        if (group.empty() || group.size() > 4) return false;
        for (char c : group) {
            char lower = static_cast<char>(c | 0x20);
            if (!is_digit_char(c) && (lower < 'a' || lower > 'f')) return false;
        }
        ++groups;
        if (colon == std::string_view::npos) break;
        text.remove_prefix(colon + 1);
        if (!text.empty() && text.front() == ':') {
            if (shortened) return false;
            shortened = true;
            text.remove_prefix(1);
            if (text.empty()) break;
        }
    }
    return shortened ? groups < 8 : groups == 8;
}

// One "%..." at the start of `text`; its size, or 0.
size_t measure_macro(std::string_view text) {
    if (text.size() < 2) return 0;
    if (text[1] == '%' || text[1] == '_' || text[1] == '-') return 2;
    size_t close = text.find('}');
    if (text[1] != '{' || close == std::string_view::npos || close < 3) return 0;
    std::string_view inside = text.substr(2, close - 2);
    // c, r and t are for the text of an explanation only (RFC 7208 7.2).
    if (std::string_view("slodiphv").find(static_cast<char>(inside[0] | 0x20)) ==
        std::string_view::npos)
        return 0;
    size_t at = 1;
    bool zero = true;
    size_t digits_at = at;
    for (; at < inside.size() && is_digit_char(inside[at]); ++at) zero = zero && inside[at] == '0';
    if (at > digits_at && zero) return 0;  // "0" labels are none (RFC 7208 7.1)
    if (at < inside.size() && (inside[at] | 0x20) == 'r') ++at;
    for (; at < inside.size(); ++at)
        if (std::string_view(".-+,/_=").find(inside[at]) == std::string_view::npos) return 0;
    return close + 1;
}

bool is_macro_string(std::string_view text, bool& ends_with_macro) {
    ends_with_macro = false;
    while (!text.empty()) {
        size_t size = 1;
        ends_with_macro = text[0] == '%';
        if (ends_with_macro)
            size = measure_macro(text);
        else if (text[0] < 0x21 || text[0] > 0x7e)
            return false;
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

// Letters, digits and hyphens, not digits alone, no hyphen at either end.
bool is_top_label(std::string_view label) {
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    bool only_digits = true;
    for (char c : label) {
        if (!is_letter_or_digit(c) && c != '-') return false;
        only_digits = only_digits && is_digit_char(c);
    }
    return !only_digits;
}

// domain-spec: a macro-string that ends with a macro or with "." and a top label.
bool is_domain_spec(std::string_view text) {
    bool ends_with_macro = false;
    if (text.empty() || !is_macro_string(text, ends_with_macro)) return false;
    if (ends_with_macro) return true;
    if (text.back() == '.') text.remove_suffix(1);
    size_t dot = text.rfind('.');
    if (dot == std::string_view::npos || !is_top_label(text.substr(dot + 1))) return false;
    return text.find("..") == std::string_view::npos && text.front() != '.';
}

// Takes "/24", "//64" or "/24//64" off the end; false if what stands there is no prefix length.
bool take_prefix_lengths(std::string_view& text) {
    size_t slash = text.find('/');
    if (slash == std::string_view::npos) return true;
    // A slash inside a macro is a delimiter.
    size_t macro = text.rfind('}');
    if (macro != std::string_view::npos && macro > slash) slash = text.find('/', macro);
    if (slash == std::string_view::npos) return true;
    std::string_view lengths = text.substr(slash);
    text = text.substr(0, slash);
    size_t second = lengths.find("//");
    std::string_view ipv4 = lengths.substr(0, second);
    if (!ipv4.empty() && !is_prefix_length(ipv4.substr(1), 32)) return false;
    return second == std::string_view::npos || is_prefix_length(lengths.substr(second + 2), 128);
}

enum class Argument : uint8_t { none, domain, domain_and_lengths, ipv4, ipv6 };

struct Mechanism {
    std::string_view name;
    Argument argument;
    bool argument_needed;
    bool looks_up;
};

constexpr Mechanism kMechanisms[] = {
    {"all", Argument::none, false, false},
    {"include", Argument::domain, true, true},
    {"a", Argument::domain_and_lengths, false, true},
    {"mx", Argument::domain_and_lengths, false, true},
    {"ptr", Argument::domain, false, true},
    {"ip4", Argument::ipv4, true, false},
    {"ip6", Argument::ipv6, true, false},
    {"exists", Argument::domain, true, true},
};

const char* check_network(std::string_view text, bool ipv6) {
    size_t slash = text.find('/');
    std::string_view address = text.substr(0, slash);
    if (!(ipv6 ? is_ipv6(address) : is_ipv4(address)))
        return ipv6 ? "is no IPv6 address" : "is no IPv4 address";
    if (slash == std::string_view::npos) return nullptr;
    if (!is_prefix_length(text.substr(slash + 1), ipv6 ? 128 : 32))
        return "has a prefix length that does not exist";
    return nullptr;
}

// `rest` is what follows the mechanism's name.
const char* check_argument(const Mechanism& mechanism, std::string_view rest) {
    bool has_colon = !rest.empty() && rest[0] == ':';
    std::string_view argument = has_colon ? rest.substr(1) : rest;
    switch (mechanism.argument) {
        case Argument::none:
            return rest.empty() ? nullptr : "has something behind it";
        case Argument::ipv4:
        case Argument::ipv6:
            if (!has_colon) return "needs a colon and an address";
            return check_network(argument, mechanism.argument == Argument::ipv6);
        case Argument::domain_and_lengths:
            if (!take_prefix_lengths(argument)) return "has a prefix length that does not exist";
            break;
        case Argument::domain:
            break;
    }
    if (!has_colon) {
        if (mechanism.argument_needed) return "needs a colon and a domain name";
        return argument.empty() ? nullptr : "has something behind it";
    }
    return is_domain_spec(argument) ? nullptr : "has no valid domain name";
}

const Mechanism* find_mechanism(std::string_view name) {
    for (const Mechanism& row : kMechanisms)
        if (same_word(row.name, name)) return &row;
    return nullptr;
}

class Scanner {
  public:
    SpfScan run(std::string_view text) {
        text.remove_prefix(6);  // v=spf1
        while (!text.empty()) {
            size_t end = text.find(' ');
            std::string_view term = text.substr(0, end);
            if (!term.empty()) {
                if (const char* fault = read_term(term)) {
                    scan_.fault = fault;
                    scan_.term = term;
                    return scan_;
                }
            }
            text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        }
        // Ignored where there is an "all" (RFC 7208 6.1).
        if (!redirect_.empty() && !has_all_) {
            ++scan_.lookups;
            follow(redirect_);
        }
        return scan_;
    }

  private:
    const char* read_term(std::string_view term) {
        size_t end = 0;
        while (end < term.size() && term[end] != ':' && term[end] != '/' && term[end] != '=') ++end;
        if (end < term.size() && term[end] == '=')
            return read_modifier(term.substr(0, end), term.substr(end + 1));
        bool qualified = term[0] == '+' || term[0] == '-' || term[0] == '?' || term[0] == '~';
        std::string_view name = term.substr(qualified, end - qualified);
        const Mechanism* mechanism = find_mechanism(name);
        if (mechanism == nullptr) return "is no mechanism";
        std::string_view rest = term.substr(end);
        if (const char* fault = check_argument(*mechanism, rest)) return fault;
        has_all_ = has_all_ || mechanism->argument == Argument::none;
        if (mechanism->looks_up) ++scan_.lookups;
        if (mechanism->name == "include") follow(rest.substr(1));
        return nullptr;
    }

    const char* read_modifier(std::string_view name, std::string_view value) {
        if (name.empty() || !is_letter(name[0])) return "is no mechanism";
        for (char c : name)
            if (!is_letter_or_digit(c) && c != '-' && c != '_' && c != '.') return "is no modifier";
        bool is_redirect = same_word(name, "redirect");
        if (!is_redirect && !same_word(name, "exp")) {
            // ip4=... is a slip, not a modifier of the future.
            if (find_mechanism(name) != nullptr) return "has '=' where ':' belongs";
            bool ends_with_macro = false;
            return is_macro_string(value, ends_with_macro) ? nullptr
                                                           : "has a value with an invalid macro";
        }
        bool& seen = is_redirect ? seen_redirect_ : seen_explanation_;
        if (seen) return "stands there twice";
        seen = true;
        if (!is_domain_spec(value)) return "has no valid domain name";
        if (is_redirect) redirect_ = value;
        return nullptr;
    }

    void follow(std::string_view domain) {
        if (domain.find('%') != std::string_view::npos) return;
        if (scan_.followed_count < scan_.followed.size())
            scan_.followed[scan_.followed_count++] = domain;
    }

    SpfScan scan_;
    bool has_all_ = false, seen_redirect_ = false, seen_explanation_ = false;
    std::string_view redirect_;
};

}  // namespace

bool is_spf(std::string_view text) {
    return begins_with(text, "v=spf1") && (text.size() == 6 || text[6] == ' ');
}

SpfScan scan_spf(std::string_view text) {
    return Scanner().run(text);
}

}  // namespace zones
