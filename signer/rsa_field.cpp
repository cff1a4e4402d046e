#include "signer/rsa_field.h"

#include <string>

namespace signer {

namespace {

// Of a number without leading zero octets.
size_t bits_of(dns::Octets number) {
    if (number.empty()) return 0;
    size_t bits = 8 * (number.size() - 1);
    for (unsigned first = number[0]; first != 0; first >>= 1) ++bits;
    return bits;
}

dns::Fault fault(const char* before, size_t number, const char* between, size_t bound) {
    return {before + std::to_string(number) + between + std::to_string(bound)};
}

dns::Octets without_zeros(dns::Octets number) {
    while (!number.empty() && number[0] == 0) number = number.subspan(1);
    return number;
}

}  // namespace

size_t RsaField::modulus_bits() const {
    return bits_of(modulus);
}

dns::Result<RsaField> read_rsa_field(dns::Octets public_key) {
    const dns::Fault cut_short{"is cut short"};
    if (public_key.empty()) return cut_short;
    size_t size = public_key[0];
    public_key = public_key.subspan(1);
    if (size == 0) {
        if (public_key.size() < 2) return cut_short;
        size = size_t{public_key[0]} << 8 | public_key[1];
        public_key = public_key.subspan(2);
    }
    if (size == 0 || size >= public_key.size()) return cut_short;
    RsaField field{public_key.first(size), public_key.subspan(size)};
    if (field.exponent[0] == 0 || field.modulus[0] == 0)
        return dns::Fault{"has zeros before its exponent or modulus (RFC 3110 2)"};
    size_t exponent = bits_of(field.exponent), modulus = bits_of(field.modulus);
    if (exponent > kMostExponentBits)
        return fault("has an exponent of ", exponent, " bits; apex takes at most ",
                     kMostExponentBits);
    if (modulus < kLeastModulusBits)
        return fault("has a modulus of ", modulus, " bits; the least is ", kLeastModulusBits);
    if (modulus > kMostModulusBits)
        return fault("has a modulus of ", modulus, " bits; the most is ", kMostModulusBits);
    // Anyone can forge with an exponent of 1; even numbers are no RSA keys.
    if (exponent < 2 || field.exponent.back() % 2 == 0 || field.modulus.back() % 2 == 0)
        return dns::Fault{"is no RSA key: exponent and modulus are odd and above 1"};
    return field;
}

std::vector<uint8_t> write_rsa_field(dns::Octets exponent, dns::Octets modulus) {
    exponent = without_zeros(exponent);
    modulus = without_zeros(modulus);
    std::vector<uint8_t> out;
    if (exponent.size() > 255) {
        out.push_back(0);
        out.push_back(static_cast<uint8_t>(exponent.size() >> 8));
    }
    out.push_back(static_cast<uint8_t>(exponent.size()));
    out.insert(out.end(), exponent.begin(), exponent.end());
    out.insert(out.end(), modulus.begin(), modulus.end());
    return out;
}

}  // namespace signer
