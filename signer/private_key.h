// A private key as the rest of signer/ sees it: something that signs octets. OpenSSL has the real
// ones; tests have one of their own that is cheap and the same every time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "dns/base/result.h"
#include "dns/rdata.h"

namespace signer {

class PrivateKey {
  public:
    virtual ~PrivateKey() = default;

    virtual uint8_t algorithm() const = 0;
    // The public key field of its DNSKEY (RFC 4034 2.1.4).
    virtual dns::Octets public_key() const = 0;
    // Octets of its signatures (RFC 4034 3.1.8): all of a key's have the same size.
    virtual size_t signature_size() const = 0;
    // Signs `data` into `signature`, which has signature_size() octets. Any number of threads may
    // call it at once.
    virtual dns::Result<void> sign(dns::Octets data, std::span<uint8_t> signature) const = 0;
};

}  // namespace signer
