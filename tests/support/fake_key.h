// A key pair for tests: cheap, the same every time, and of any algorithm number. Its signatures are
// keyed hashes; anybody can make them who knows the public key, so it proves nothing but that the
// right octets were signed with the right key.
#pragma once

#include "signer/public_key.h"
#include "signer/zone_key.h"

namespace apex_tests {

class FakePrivateKey : public signer::PrivateKey {
  public:
    static constexpr size_t kSignature = 16;

    // Other seeds are other keys.
    explicit FakePrivateKey(uint64_t seed, uint8_t algorithm = 13);
    uint8_t algorithm() const override { return algorithm_; }
    dns::Octets public_key() const override { return public_; }
    size_t signature_size() const override { return kSignature; }
    dns::Result<void> sign(dns::Octets data, std::span<uint8_t> signature) const override;

  private:
    uint8_t algorithm_;
    std::vector<uint8_t> public_;
};

class FakePublicKey : public signer::PublicKey {
  public:
    explicit FakePublicKey(dns::Octets public_key)
        : public_(public_key.begin(), public_key.end()) {}
    bool verify(dns::Octets data, dns::Octets signature) const override;

  private:
    std::vector<uint8_t> public_;
};

enum class FakeRole { ksk, zsk, csk };
// Published, and signing what its role says.
signer::ZoneKey fake_zone_key(uint64_t seed, FakeRole role, uint8_t algorithm = 13);

}  // namespace apex_tests
