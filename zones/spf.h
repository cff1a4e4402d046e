// The text of an SPF record (RFC 7208 4.5, 5, 6, 7 and 12): whether it parses, and which look-ups a
// receiver makes for it.
//
//   v=spf1 ip4:192.0.2.0/24 include:_spf.example.net a:mail.%{d} -all
//          no look-up       one, and those of its record  one
#pragma once

#include <array>
#include <string_view>

namespace zones {

struct SpfScan {
    std::string_view fault;  // empty: it parses
    std::string_view term;   // where the fault is
    unsigned lookups = 0;    // of its own terms
    // Names whose SPF record is evaluated as part of this one, at most as many as are allowed.
    std::array<std::string_view, 10> followed;
    size_t followed_count = 0;
};

inline constexpr unsigned kMaxSpfLookups = 10;  // RFC 7208 4.6.4

// "v=spf1", then a space or nothing (RFC 7208 4.5).
bool is_spf(std::string_view text);
SpfScan scan_spf(std::string_view text);

}  // namespace zones
