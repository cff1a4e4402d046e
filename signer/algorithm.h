// The DNSSEC algorithms that signer/ knows, as a table: what RFC 9904's registry says of each, what
// it is called, and how big its keys and signatures are.
//
//   number  mnemonic           option        signs  verifies
//   13      ECDSAP256SHA256    ecdsap256     yes    yes
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace signer {

struct Algorithm {
    uint8_t number;
    const char* mnemonic;
    const char* option;      // what --algorithm calls it; "" if apex makes no keys of it
    bool signs;              // RFC 9904: may be used for signing
    bool verifies;
    size_t public_key_size;  // octets in a DNSKEY; 0 if it varies (RSA)
    size_t signature_size;   // 0 if it varies (RSA: the size of the modulus)
};

std::span<const Algorithm> all_algorithms();
const Algorithm* find_algorithm(uint8_t number);           // null if it is not known
const Algorithm* find_algorithm(std::string_view option);  // by option or mnemonic, case-blind

}  // namespace signer
