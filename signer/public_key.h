// A public key that verifies signatures: the other half of private_key.h.
#pragma once

#include <memory>

#include "dns/base/result.h"
#include "dns/rdata.h"

namespace signer {

class PublicKey {
  public:
    virtual ~PublicKey() = default;
    // Any number of threads may call it at once.
    virtual bool verify(dns::Octets data, dns::Octets signature) const = 0;
};

// From a DNSKEY's (or CDNSKEY's) algorithm and public key field. The fault says why it is no key:
// "algorithm 5 is not known here", "an ECDSAP256SHA256 key has 64 octets, not 63".
dns::Result<std::unique_ptr<PublicKey>> read_public_key(uint8_t algorithm, dns::Octets public_key);

}  // namespace signer
