// The grammar of single words of rdata text (Boost.Spirit X3 in words.cpp): numbers, periods,
// times, addresses, names. Each function consumes the whole of its text or fails, and writes its
// result on success only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dns/name.h"

namespace zoneparser {

// Decimal digits without a sign.
bool read_number(std::string_view text, uint64_t& value);
// YYYYMMDDHHmmSS in UTC, or seconds since 1970 (RFC 4034 3.2).
bool read_time(std::string_view text, uint32_t& seconds);
// Digits, perhaps with a point and up to `places` more: 1.5 with 3 places is 1500.
bool read_fixed(std::string_view text, unsigned places, uint64_t& value);
bool read_ipv4(std::string_view text, uint8_t (&address)[4]);
// RFC 4291 2.2, an embedded IPv4 address too; no zone.
bool read_ipv6(std::string_view text, uint8_t (&address)[16]);
// Groups of exactly two hex digits with `-` between them (RFC 7043).
bool read_eui(std::string_view text, uint8_t* octets, size_t count);
// Four groups of one to four hex digits with `:` between them (RFC 6742 2.1.2).
bool read_locator(std::string_view text, uint8_t (&octets)[8]);

// A name; `origin` is appended to what has no final dot. Returns its size, or 0 with a reason.
size_t read_name(std::string_view text, bool escaped, dns::NameView origin, uint8_t* out,
                 const char*& reason);
// Resolves \X and \DDD; `out` has room for text.size() octets.
bool read_escaped(std::string_view text, uint8_t* out, size_t& size);

}  // namespace zoneparser
