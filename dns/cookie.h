// Server cookies (RFC 7873, RFC 9018): 16 octets that show that a client was sent an answer at its
// address before.
//
//   version 1 | reserved 0 0 0 | timestamp 4 | hash 8
//   hash = SipHash-2-4(client cookie | the eight octets before the hash | address)
#pragma once

#include <array>
#include <cstdint>

#include "dns/base/clock.h"
#include "dns/rdata.h"
#include "dns/siphash.h"

namespace dns {

inline constexpr size_t kClientCookie = 8;
inline constexpr size_t kServerCookie = 16;

// The secrets that cookies are checked against: the first makes new ones, the others are still
// accepted (RFC 9018 5).
struct CookieSecrets {
    std::array<SipKey, 2> keys;
    size_t count = 0;
};

// A secret as it is configured and shared: 16 octets.
SipKey cookie_key(const uint8_t* sixteen);

enum class CookieState : uint8_t {
    none,         // no cookie option
    client_only,  // 8 octets
    valid,
    renewable,  // valid, but half an hour old or made with an older secret: a new one is due
    bad,        // stale, from the future, foreign, of another form: as client_only (RFC 7873 5.2.3)
};

// `cookie`: the octets of the option, of a length that is allowed; empty without one. `address`: 4
// or 16 octets.
// Good for an hour, and up to five minutes from the future (RFC 9018 4.3).
CookieState check_cookie(const CookieSecrets& secrets, Octets cookie, Octets address, UnixTime now);
// Writes client cookie and new server cookie: kClientCookie + kServerCookie octets. A cookie that
// is `valid` is sent back as it came. There is a cookie, and at least one secret.
void write_cookie(const CookieSecrets& secrets, Octets cookie, Octets address, CookieState state,
                  UnixTime now, uint8_t* to);

}  // namespace dns
