// From addresses to numbers, by ranges of addresses: what a hundred thousand networks come to. One
// index a family: a sorted run of ranges, each ending where the next begins, and tables over it. A
// table is indexed by the first bits in which its ranges differ, as many bits as leave few ranges a
// slot; where they crowd one slot, that leads to a table of its own.
//
//   ranges   | 0.0.0.0 -> 7 | 10.0.0.0 -> 3 | 10.9.0.0 -> 7 | 10.10.0.0 -> 3 | 11.0.0.0 -> 7 |
//                                 ^               ^
//   table                       [ 1 | 2 | 2 | ...               a place in the run, or a table
//   below
//
// A look-up is a few steps whatever there is: a range for each of 100,000 networks, nested ones and
// single addresses alike. It reads two or three lines of memory, and allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/answer/client.h"

namespace server {

// An IPv6 address as a number.
struct WideKey {
    uint64_t high = 0, low = 0;

    bool operator==(const WideKey&) const = default;
    // Without branches: a search takes many.
    bool operator<(const WideKey& other) const {
        return (high < other.high) | ((high == other.high) & (low < other.low));
    }
    bool operator<=(const WideKey& other) const { return !(other < *this); }
    bool operator>=(const WideKey& other) const { return !(*this < other); }
};

template <class Key>
struct AddressRange {
    Key start;
    uint32_t value;
};

// Without padding: what a look-up reads last is in no near cache, unless it is small.
template <>
struct [[gnu::packed, gnu::aligned(4)]] AddressRange<uint64_t> {
    uint64_t start;
    uint32_t value;
};

template <class Key>
class RangeIndex {
  public:
    using Range = AddressRange<Key>;

    RangeIndex() : RangeIndex(std::vector<Range>{{Key(), 0}}) {}
    // In order, the first from 0 on; fewer than 2^31.
    explicit RangeIndex(std::vector<Range> ranges);

    uint32_t find(const Key& key) const;
    size_t memory() const;

  private:
    // The first words of a table: its ranges, and which bits it looks at. Its slots follow, and
    // where the last one ends.
    struct Head {
        uint32_t first, end;
        uint32_t bits;  // their count | kShift * the bits behind them | kSkips
    };
    static constexpr uint32_t kHeadWords = 3;
    static constexpr uint32_t kShift = 1 << 8;
    static constexpr uint32_t kSkips = 1 << 16;            // bits before them that no slot tells
    static constexpr uint32_t kTable = uint32_t{1} << 31;  // marks a slot: where a table begins

    Head head_of(size_t first, size_t end, unsigned above) const;
    uint32_t first_of(uint32_t slot) const {
        return (slot & kTable) != 0 ? tables_[slot & ~kTable] : slot;
    }

    std::vector<Range> ranges_;
    std::vector<uint32_t> tables_;  // one slot for all but the first range, then tables
};

// IPv6 by the first half of an address: few networks are longer than /64, and where some are, a
// second look-up tells them apart.
class AddressMap {
  public:
    // Values below UINT32_MAX.
    AddressMap() = default;
    AddressMap(std::vector<AddressRange<uint32_t>> v4,
               const std::vector<AddressRange<WideKey>>& v6);
    uint32_t find(const Address& address) const;
    size_t memory() const { return v4_.memory() + v6_.memory() + long_.memory(); }

  private:
    static constexpr uint32_t kLong = UINT32_MAX;  // in v6_: ask long_

    RangeIndex<uint32_t> v4_;
    RangeIndex<uint64_t> v6_;
    RangeIndex<WideKey> long_;
};

uint32_t narrow_key(const Address& address);  // of an IPv4 address
WideKey wide_key(const Address& address);

}  // namespace server
