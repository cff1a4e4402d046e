#include "dns/tsig_key.h"

#include <array>
#include <bit>

#include "dns/name_hash.h"

namespace dns {

namespace {

// A name in wire form, written as a literal with its length octets.
template <size_t Size>
NameView wire(const char (&literal)[Size]) {
    return NameView(reinterpret_cast<const uint8_t*>(literal), Size);
}

// In the order of TsigAlgorithm.
const std::array<TsigAlgorithmRow, static_cast<size_t>(TsigAlgorithm::kCount)> kRows = {{
    {TsigAlgorithm::hmac_md5, "hmac-md5", "MD5", wire("\10hmac-md5\7sig-alg\3reg\3int"), 16, 16},
    {TsigAlgorithm::hmac_sha1, "hmac-sha1", "SHA1", wire("\11hmac-sha1"), 20, 20},
    {TsigAlgorithm::hmac_sha224, "hmac-sha224", "SHA224", wire("\13hmac-sha224"), 28, 28},
    {TsigAlgorithm::hmac_sha256, "hmac-sha256", "SHA256", wire("\13hmac-sha256"), 32, 32},
    {TsigAlgorithm::hmac_sha256_128, "hmac-sha256-128", "SHA256", wire("\17hmac-sha256-128"), 32,
     16},
    {TsigAlgorithm::hmac_sha384, "hmac-sha384", "SHA384", wire("\13hmac-sha384"), 48, 48},
    {TsigAlgorithm::hmac_sha384_192, "hmac-sha384-192", "SHA384", wire("\17hmac-sha384-192"), 48,
     24},
    {TsigAlgorithm::hmac_sha512, "hmac-sha512", "SHA512", wire("\13hmac-sha512"), 64, 64},
    {TsigAlgorithm::hmac_sha512_256, "hmac-sha512-256", "SHA512", wire("\17hmac-sha512-256"), 64,
     32},
}};

bool is_same_word(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
        if (lower(static_cast<uint8_t>(a[i])) != lower(static_cast<uint8_t>(b[i]))) return false;
    return true;
}

}  // namespace

std::span<const TsigAlgorithmRow> tsig_algorithms() {
    return kRows;
}

const TsigAlgorithmRow& algorithm_row(TsigAlgorithm algorithm) {
    return kRows[static_cast<size_t>(algorithm)];
}

const TsigAlgorithmRow* find_tsig_algorithm(std::string_view word) {
    for (const TsigAlgorithmRow& row : kRows)
        if (is_same_word(word, row.word)) return &row;
    return nullptr;
}

TsigKeys::TsigKeys(std::vector<TsigKey> keys, SipKey hash_key)
    : keys_(std::move(keys)), hash_key_(hash_key) {
    slots_.resize(std::bit_ceil(keys_.size() * 2 + 1));
    for (size_t i = 0; i < keys_.size() && i < kMost; ++i)
        slots_[slot_of(keys_[i].name)] = static_cast<uint16_t>(i + 1);
}

// The slot that holds the name, or the empty one where it would stand.
size_t TsigKeys::slot_of(NameView name) const {
    NameHash hash(hash_key_);
    hash.absorb(name);
    const size_t mask = slots_.size() - 1;
    size_t slot = hash.digest() & mask;
    while (slots_[slot] != 0 && !(keys_[slots_[slot] - size_t{1}].name.view() == name))
        slot = (slot + 1) & mask;
    return slot;
}

size_t TsigKeys::find(NameView name) const {
    const uint16_t place = slots_[slot_of(name)];
    return place == 0 ? keys_.size() : place - size_t{1};
}

}  // namespace dns
