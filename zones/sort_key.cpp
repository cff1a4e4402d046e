#include "zones/sort_key.h"

#include <algorithm>

namespace zones {

namespace {

uint64_t big_endian(const uint8_t* octets) {
    uint64_t word;
    std::memcpy(&word, octets, 8);
    return __builtin_bswap64(word);
}

// True if one of the eight octets is 0 or 1.
bool has_low_octet(uint64_t octets) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    return ((octets - 2 * kOnes) & ~octets & (0x80 * kOnes)) != 0;
}

}  // namespace

// Without making the rest of the key. A label without octets 0 and 1 stands in it as it is, in
// lower case.
SortKey sort_key(dns::NameView relative) {
    alignas(8) uint8_t key[16 + 2 * (dns::kMaxLabel + 1) + 8] = {};
    dns::LabelOffsets labels(relative);
    size_t size = 0;
    for (size_t i = labels.count; i-- > 0 && size < 16;) {
        const uint8_t* label = relative.data() + labels.at[i];
        size_t octets = label[0];
        bool low = false;
        size_t k = 0;
        for (; k + 8 <= octets && size + k < 16; k += 8) {
            uint64_t word = dns::load8(label + 1 + k);
            low |= has_low_octet(word);
            word = dns::lower8(word);
            std::memcpy(key + size + k, &word, 8);
        }
        if (k < octets && size + k < 16) {
            // What is behind the label's end is zero in the key, but no octet of the label.
            static constexpr uint8_t kBehind[16] = {0,    0,    0,    0,    0,    0,    0,    0,
                                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
            const size_t rest = std::min<size_t>(octets - k, 8);
            uint64_t word = dns::load_short(label + 1 + k, rest);
            low |= has_low_octet(word | dns::load8(kBehind + 8 - rest));
            word = dns::lower8(word);
            std::memcpy(key + size + k, &word, 8);
        }
        if (low) {
            size += dns::write_sort_key(dns::NameView(label, octets + 1), key + size);
        } else {
            size += octets;
            key[size++] = 0;
        }
    }
    return {big_endian(key), big_endian(key + 8)};
}

}  // namespace zones
