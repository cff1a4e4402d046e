#include "server/answer/address_map.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace server {

namespace {

// What one search settles in three steps; more ranges get a table.
constexpr size_t kFew = 8;
// A table has a slot for so many ranges.
constexpr size_t kRangesOfSlot = 3;
constexpr unsigned kMostBits = 16;

size_t slot_of(uint32_t key, unsigned shift, unsigned bits) {
    return key >> shift & ((uint32_t{1} << bits) - 1);
}

size_t slot_of(uint64_t key, unsigned shift, unsigned bits) {
    return key >> shift & ((uint64_t{1} << bits) - 1);
}

size_t slot_of(const WideKey& key, unsigned shift, unsigned bits) {
    uint64_t word = key.low;
    if (shift >= 64)
        word = key.high >> (shift - 64);
    else if (shift > 0)
        word = key.low >> shift | key.high << (64 - shift);
    return word & ((uint64_t{1} << bits) - 1);
}

// How many bits there are from the first in which they differ on.
unsigned differing_bits(uint32_t a, uint32_t b) {
    return static_cast<unsigned>(std::bit_width(a ^ b));
}

unsigned differing_bits(uint64_t a, uint64_t b) {
    return static_cast<unsigned>(std::bit_width(a ^ b));
}

unsigned differing_bits(const WideKey& a, const WideKey& b) {
    if (a.high != b.high) return 64 + static_cast<unsigned>(std::bit_width(a.high ^ b.high));
    return static_cast<unsigned>(std::bit_width(a.low ^ b.low));
}

uint64_t read64(const uint8_t* from) {
    uint64_t word;
    std::memcpy(&word, from, 8);
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    return word;
}

}  // namespace

// `above`: the bits behind those that led here.
template <class Key>
typename RangeIndex<Key>::Head RangeIndex<Key>::head_of(size_t first, size_t end,
                                                        unsigned above) const {
    const unsigned differing =
        differing_bits(Key(ranges_[first].start), Key(ranges_[end - 1].start));
    const auto wanted = static_cast<unsigned>(std::bit_width((end - first) / kRangesOfSlot));
    const unsigned bits = std::min({wanted, differing, kMostBits});
    return {static_cast<uint32_t>(first), static_cast<uint32_t>(end),
            bits | kShift * (differing - bits) | (differing < above ? kSkips : 0)};
}

template <class Key>
RangeIndex<Key>::RangeIndex(std::vector<Range> ranges) : ranges_(std::move(ranges)) {
    struct Job {
        size_t slot, first, end;
        unsigned above;
    };
    tables_.push_back(1);
    std::vector<Job> jobs{{0, 1, ranges_.size(), sizeof(Key) * 8}};
    while (!jobs.empty()) {
        const Job job = jobs.back();
        jobs.pop_back();
        if (job.end <= job.first + kFew) continue;
        tables_[job.slot] = kTable | static_cast<uint32_t>(tables_.size());
        const Head head = head_of(job.first, job.end, job.above);
        tables_.insert(tables_.end(), {head.first, head.end, head.bits});
        const unsigned bits = head.bits % kShift, shift = head.bits / kShift % kShift;
        // Each slot begins with the first range that starts in it or behind it.
        size_t range = job.first;
        for (size_t slot = 0; slot < size_t{1} << bits; ++slot) {
            const size_t before = range;
            while (range < job.end && slot_of(Key(ranges_[range].start), shift, bits) == slot)
                ++range;
            if (range > before + kFew) jobs.push_back({tables_.size(), before, range, shift});
            tables_.push_back(static_cast<uint32_t>(before));
        }
        tables_.push_back(head.end);
    }
    tables_.shrink_to_fit();
}

// The last range that starts at the key or before it.
template <class Key>
uint32_t RangeIndex<Key>::find(const Key& key) const {
    const Range* ranges = ranges_.data();
    uint32_t first = tables_[0];
    size_t end = ranges_.size();
    while ((first & kTable) != 0) {
        const uint32_t* head = &tables_[first & ~kTable];
        const uint32_t bits = head[2];
        if ((bits & kSkips) != 0) {
            // Between these two, a key has the bits that they have in common.
            if (key < ranges[head[0]].start) return ranges[head[0] - 1].value;
            if (key >= ranges[head[1] - 1].start) return ranges[head[1] - 1].value;
        }
        const uint32_t* slot =
            head + kHeadWords + slot_of(key, bits / kShift % kShift, bits % kShift);
        first = slot[0];
        end = first_of(slot[1]);
    }
    // Without branches, since nobody could foretell them.
    const Range* at = ranges + first;
    for (size_t size = end - first; size > 0;) {
        const size_t half = (size + 1) / 2;
        at += at[half - 1].start <= key ? half : 0;
        size -= half;
    }
    return at[-1].value;
}

template <class Key>
size_t RangeIndex<Key>::memory() const {
    return ranges_.capacity() * sizeof(Range) + tables_.capacity() * sizeof(uint32_t);
}

template class RangeIndex<uint32_t>;
template class RangeIndex<uint64_t>;
template class RangeIndex<WideKey>;

AddressMap::AddressMap(std::vector<AddressRange<uint32_t>> v4,
                       const std::vector<AddressRange<WideKey>>& v6)
    : v4_(std::move(v4)) {
    std::vector<AddressRange<uint64_t>> halves;
    std::vector<AddressRange<WideKey>> whole{{WideKey(), 0}};
    auto add = [&halves](uint64_t start, uint32_t value) {
        if (halves.empty() || halves.back().value != value) halves.push_back({start, value});
    };
    for (size_t i = 0, end = 0; i < v6.size(); i = end) {
        const WideKey start = v6[i].start;
        for (end = i + 1; end < v6.size() && v6[end].start.high == start.high;) ++end;
        if (end == i + 1 && start.low == 0) {
            add(start.high, v6[i].value);
            continue;
        }
        add(start.high, kLong);
        if (start.low != 0) whole.push_back({{start.high, 0}, v6[i - 1].value});
        whole.insert(whole.end(), v6.begin() + static_cast<std::ptrdiff_t>(i),
                     v6.begin() + static_cast<std::ptrdiff_t>(end));
        const bool is_followed = end < v6.size() && v6[end].start.high == start.high + 1;
        if (!is_followed && start.high != UINT64_MAX) add(start.high + 1, v6[end - 1].value);
    }
    halves.shrink_to_fit();
    whole.shrink_to_fit();
    v6_ = RangeIndex<uint64_t>(std::move(halves));
    long_ = RangeIndex<WideKey>(std::move(whole));
}

uint32_t AddressMap::find(const Address& address) const {
    const WideKey key = wide_key(address);
    const bool is_v4 = key.high == 0 && key.low >> 32 == 0xffff;
    if (is_v4) return v4_.find(static_cast<uint32_t>(key.low));
    const uint32_t value = v6_.find(key.high);
    return value == kLong ? long_.find(key) : value;
}

uint32_t narrow_key(const Address& address) {
    return static_cast<uint32_t>(wide_key(address).low);
}

WideKey wide_key(const Address& address) {
    return {read64(address.octets.data()), read64(address.octets.data() + 8)};
}

}  // namespace server
