// Hash functions, fetched from OpenSSL once (for DS, ZONEMD and checksums).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dns/rdata.h"

namespace signer {

enum class Hash : uint8_t { sha1, sha256, sha384, sha512 };

std::vector<uint8_t> digest(Hash hash, dns::Octets octets);

// Octets that come piece by piece.
class Digest {
  public:
    explicit Digest(Hash hash);
    Digest(Digest&& other) noexcept;
    ~Digest();
    void add(dns::Octets octets);
    std::vector<uint8_t> finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace signer
