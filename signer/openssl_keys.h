// Private keys that OpenSSL holds: made, read from their parts or from PEM, and taken apart again
// for a key file.
//
//   .private line                            field
//   PrivateKey: <base64>                     ECDSA: the scalar; EdDSA: the seed (RFC 8080 6)
//   Modulus: ..., PublicExponent: ... and    RSA: the eight numbers of RFC 8017 3.2
//   six more
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "dns/base/result.h"
#include "signer/private_key.h"
#include "signer/secret.h"

namespace signer {

struct SecretField {
    const char* label;
    SecretOctets octets;
};

// The labels of an algorithm's fields, in the order of a file.
std::span<const char* const> secret_labels(uint8_t algorithm);

class SecretKey : public PrivateKey {
  public:
    virtual std::vector<SecretField> fields() const = 0;
};
using SecretKeyResult = dns::Result<std::shared_ptr<const SecretKey>>;

inline constexpr unsigned kUsualRsaBits = 2048;
inline constexpr unsigned kLeastNewRsaBits = 1024;  // RFC 5702 2.2 for RSASHA512; less is too weak

// `rsa_bits` counts for RSA only.
SecretKeyResult generate_key(uint8_t algorithm, unsigned rsa_bits = kUsualRsaBits);
// The faults say what is wrong, never what was read.
SecretKeyResult key_from_fields(uint8_t algorithm, std::span<const SecretField> fields);
// PKCS #8 or what else OpenSSL reads without a password.
SecretKeyResult key_from_pem(uint8_t algorithm, std::string_view text);

// The algorithms that a PEM key can be of: one, or all of RSA's; none if it cannot be read.
std::vector<uint8_t> algorithms_of_pem(std::string_view text);

}  // namespace signer
