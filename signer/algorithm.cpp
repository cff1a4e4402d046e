#include "signer/algorithm.h"

#include "dns/name.h"

namespace signer {

namespace {

// RFC 9904's registry: 5 and 7 must not be used for signing (RFC 9905), and verify what is left.
constexpr Algorithm kAlgorithms[] = {
    {5, "RSASHA1", "", false, true, 0, 0},                     // RFC 3110
    {7, "RSASHA1-NSEC3-SHA1", "", false, true, 0, 0},          // RFC 5155 2
    {8, "RSASHA256", "rsasha256", true, true, 0, 0},           // RFC 5702
    {10, "RSASHA512", "rsasha512", true, true, 0, 0},          // RFC 5702
    {13, "ECDSAP256SHA256", "ecdsap256", true, true, 64, 64},  // RFC 6605
    {14, "ECDSAP384SHA384", "ecdsap384", true, true, 96, 96},  // RFC 6605
    {15, "ED25519", "ed25519", true, true, 32, 64},            // RFC 8080
    {16, "ED448", "ed448", true, true, 57, 114},               // RFC 8080
};

bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           dns::equal_case_blind(reinterpret_cast<const uint8_t*>(a.data()),
                                 reinterpret_cast<const uint8_t*>(b.data()), a.size());
}

}  // namespace

std::span<const Algorithm> all_algorithms() {
    return kAlgorithms;
}

const Algorithm* find_algorithm(uint8_t number) {
    for (const Algorithm& row : kAlgorithms)
        if (row.number == number) return &row;
    return nullptr;
}

const Algorithm* find_algorithm(std::string_view option) {
    if (option.empty()) return nullptr;
    for (const Algorithm& row : kAlgorithms)
        if (same_word(option, row.option) || same_word(option, row.mnemonic)) return &row;
    return nullptr;
}

}  // namespace signer
