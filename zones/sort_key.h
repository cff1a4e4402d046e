// The first octets of a name's place in the canonical order, as two words: what sorting and
// searching compare before they look at the name.
#pragma once

#include <cstdint>

#include "dns/name.h"

namespace zones {

// The first 16 octets of dns::write_sort_key(), big-endian, zeros behind its end. Where two keys
// agree, the names themselves decide.
struct SortKey {
    uint64_t high = 0;
    uint64_t low = 0;

    bool operator==(const SortKey&) const = default;
    bool operator<(const SortKey& other) const {
        return high != other.high ? high < other.high : low < other.low;
    }
};

SortKey sort_key(dns::NameView relative);

}  // namespace zones
