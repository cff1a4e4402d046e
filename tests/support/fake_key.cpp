#include "tests/support/fake_key.h"

#include <cstring>

#include "dns/siphash.h"

namespace apex_tests {

namespace {

void keyed_hash(dns::Octets public_key, dns::Octets data, uint8_t* out) {
    dns::SipKey key;
    std::memcpy(&key, public_key.data(), sizeof key);
    for (size_t at = 0; at < FakePrivateKey::kSignature; at += 8, ++key.k1) {
        uint64_t word = dns::siphash<1, 3>(key, data.data(), data.size());
        std::memcpy(out + at, &word, sizeof word);
    }
}

}  // namespace

FakePrivateKey::FakePrivateKey(uint64_t seed, uint8_t algorithm)
    : algorithm_(algorithm), public_(sizeof(dns::SipKey)) {
    for (size_t i = 0; i < public_.size(); i += 8) {
        uint64_t word = dns::siphash24({seed, i}, nullptr, 0);
        std::memcpy(public_.data() + i, &word, sizeof word);
    }
}

dns::Result<void> FakePrivateKey::sign(dns::Octets data, std::span<uint8_t> signature) const {
    if (signature.size() != kSignature) return dns::Fault{"no room for the signature"};
    keyed_hash(public_, data, signature.data());
    return {};
}

bool FakePublicKey::verify(dns::Octets data, dns::Octets signature) const {
    uint8_t expected[FakePrivateKey::kSignature];
    if (public_.size() != sizeof(dns::SipKey) || signature.size() != sizeof expected) return false;
    keyed_hash(public_, data, expected);
    return std::memcmp(expected, signature.data(), sizeof expected) == 0;
}

signer::ZoneKey fake_zone_key(uint64_t seed, FakeRole role, uint8_t algorithm) {
    signer::ZoneKey key;
    auto secret = std::make_shared<FakePrivateKey>(seed, algorithm);
    uint16_t flags = signer::key_flag::zone;
    if (role != FakeRole::zsk) flags |= signer::key_flag::entry_point;
    key.dnskey = signer::make_dnskey(flags, algorithm, secret->public_key());
    key.tag = signer::key_tag(key.dnskey);
    key.secret = std::move(secret);
    key.published = true;
    key.signs_keys = role != FakeRole::zsk;
    key.signs_data = role != FakeRole::ksk;
    return key;
}

}  // namespace apex_tests
