#include "dns/cookie.h"

#include <cstring>

#include "dns/message.h"

namespace dns {

namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kFullCookie = kClientCookie + kServerCookie;
constexpr size_t kHashed = kClientCookie + 8;  // what stands before the hash
constexpr int32_t kLifetime = 3600, kRenewal = 1800, kAhead = 300;

// Over the octets as they came: what is reserved is hashed whatever it holds (RFC 9018 4.2).
uint64_t hash_of(SipKey key, const uint8_t* cookie, Octets address) {
    uint8_t octets[kHashed + 16];
    std::memcpy(octets, cookie, kHashed);
    std::memcpy(octets + kHashed, address.data(), address.size());
    return siphash24(key, octets, kHashed + address.size());
}

// Little-endian, as SipHash writes its digest.
uint64_t load_hash(const uint8_t* from) {
    uint64_t hash = 0;
    for (size_t i = 0; i < 8; ++i) hash |= uint64_t{from[i]} << (8 * i);
    return hash;
}
void store_hash(uint8_t* to, uint64_t hash) {
    for (size_t i = 0; i < 8; ++i) to[i] = static_cast<uint8_t>(hash >> (8 * i));
}

}  // namespace

SipKey cookie_key(const uint8_t* sixteen) {
    return {load_hash(sixteen), load_hash(sixteen + 8)};
}

CookieState check_cookie(const CookieSecrets& secrets, Octets cookie, Octets address,
                         UnixTime now) {
    if (cookie.empty()) return CookieState::none;
    if (cookie.size() == kClientCookie) return CookieState::client_only;
    if (cookie.size() != kFullCookie || cookie[kClientCookie] != kVersion) return CookieState::bad;
    // Serial arithmetic (RFC 9018 4.3): seconds wrap.
    uint32_t made = load32(cookie.data() + kClientCookie + 4);
    auto age = static_cast<int32_t>(static_cast<uint32_t>(now) - made);
    if (age > kLifetime || age < -kAhead) return CookieState::bad;
    uint64_t stated = load_hash(cookie.data() + kHashed);
    for (size_t i = 0; i < secrets.count; ++i) {
        if (hash_of(secrets.keys[i], cookie.data(), address) != stated) continue;
        return i > 0 || age >= kRenewal ? CookieState::renewable : CookieState::valid;
    }
    return CookieState::bad;
}

void write_cookie(const CookieSecrets& secrets, Octets cookie, Octets address, CookieState state,
                  UnixTime now, uint8_t* to) {
    if (state == CookieState::valid) {
        std::memcpy(to, cookie.data(), kFullCookie);
        return;
    }
    std::memcpy(to, cookie.data(), kClientCookie);
    to[kClientCookie] = kVersion;
    std::memset(to + kClientCookie + 1, 0, 3);
    store32(to + kClientCookie + 4, static_cast<uint32_t>(now));
    store_hash(to + kHashed, hash_of(secrets.keys[0], to, address));
}

}  // namespace dns
