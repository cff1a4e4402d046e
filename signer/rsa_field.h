// The public key field of RSA in a DNSKEY (RFC 3110 2):
//
//   size of exponent: 1 octet, or 0 and 2 octets | exponent | modulus      no leading zero octets
#pragma once

#include <vector>

#include "dns/base/result.h"
#include "dns/rdata.h"

namespace signer {

inline constexpr size_t kLeastModulusBits = 512;  // RFC 5702 2.1
inline constexpr size_t kMostModulusBits = 4096;  // RFC 3110 2, RFC 5702 2
// OpenSSL has no longer ones for moduli above 3072 bits; each bit costs whoever verifies time.
inline constexpr size_t kMostExponentBits = 64;

struct RsaField {
    dns::Octets exponent;
    dns::Octets modulus;
    size_t modulus_bits() const;
};

// Refuses what is no RSA key, or one that costs too much to verify with. The fault continues "the
// key": "has an exponent of 129 bits; apex takes at most 64".
dns::Result<RsaField> read_rsa_field(dns::Octets public_key);
std::vector<uint8_t> write_rsa_field(dns::Octets exponent, dns::Octets modulus);

}  // namespace signer
