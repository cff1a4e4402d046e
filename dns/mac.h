// Keyed hashes (HMAC, RFC 2104) as TSIG wants them. What makes them stands in signer/: here is only
// what dns/ has to know of them.
//
//   MacKey   a secret, ready to be used; one for all threads
//   Mac      a MAC in the making, of octets that come piece by piece
#pragma once

#include <memory>
#include <span>

#include "dns/rdata.h"

namespace dns {

// The longest MAC: HMAC-SHA512.
inline constexpr size_t kMostMac = 64;

class Mac {
  public:
    virtual ~Mac() = default;
    virtual void add(Octets octets) = 0;
    // Writes MacKey::size() octets, and begins anew with the same secret. False if it could not be
    // made (no memory).
    virtual bool finish(uint8_t* to) = 0;
};

class MacKey {
  public:
    virtual ~MacKey() = default;
    virtual size_t size() const = 0;  // at most kMostMac
    // The MAC of the pieces, one behind the other: size() octets. False as above.
    virtual bool compute(std::span<const Octets> pieces, uint8_t* to) const = 0;
    // Null if there is no memory.
    virtual std::unique_ptr<Mac> start() const = 0;
};

}  // namespace dns
