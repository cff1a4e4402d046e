// A hash table of names: buckets of one cache line with 12 slots, two thirds full on average.
//
//   +-----------------------+------------+---------------------------------------------+
//   | 12 tags (8 bits each) | overflowed | 12 Refs                                     |
//   +-----------------------+------------+---------------------------------------------+
//
// A tag is 8 bits of the hash, 0 for an empty slot. Where a bucket is full, the next one takes the
// name and the full one says so; a search goes on only then.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "zones/memory.h"
#include "zones/node.h"

namespace zones {

struct alignas(64) IndexBucket {
    static constexpr size_t kSlots = 12;
    uint8_t tags[kSlots];
    uint32_t overflowed;
    uint32_t refs[kSlots];
};
static_assert(sizeof(IndexBucket) == 64);

struct HashedRef {
    uint64_t hash;
    Ref ref;
};

class NameIndex {
public:
    static size_t buckets_for(size_t names);
    NameIndex() = default;
    // Over zeroed memory, aligned to 64.
    explicit NameIndex(std::span<IndexBucket> buckets) : buckets_(buckets) {}

    void insert(HashedRef item);
    // Inserts those items whose bucket is in this thread's share; `left_over` takes those that
    // would overflow out of it, to be inserted by one thread afterwards.
    void insert_share(std::span<const HashedRef> items, size_t share, size_t of,
                      std::vector<HashedRef>& left_over);

    void prefetch(uint64_t hash) const { __builtin_prefetch(&buckets_[bucket_of(hash)]); }

    // Calls `matches(Ref)` for each candidate until it says yes.
    template <class Matches>
    Ref find(uint64_t hash, Matches matches) const {
        size_t at = bucket_of(hash);
        for (size_t seen = 0; seen < buckets_.size(); ++seen) {
            const IndexBucket& bucket = buckets_[at];
            for (uint32_t slots = same_tag(bucket, tag_of(hash)); slots != 0; slots &= slots - 1) {
                Ref ref(bucket.refs[__builtin_ctz(slots)]);
                if (matches(ref)) return ref;
            }
            if (bucket.overflowed == 0) return Ref();
            at = at + 1 == buckets_.size() ? 0 : at + 1;
        }
        return Ref();
    }

    std::span<const IndexBucket> buckets() const { return buckets_; }

private:
    static uint8_t tag_of(uint64_t hash) {
        uint8_t tag = static_cast<uint8_t>(hash);
        return tag == 0 ? 1 : tag;
    }
    size_t bucket_of(uint64_t hash) const {
        return static_cast<size_t>((hash >> 32) * buckets_.size() >> 32);
    }
    // One bit for each slot that has the tag.
    static uint32_t same_tag(const IndexBucket& bucket, uint8_t tag);
    bool put(IndexBucket& bucket, HashedRef item);

    std::span<IndexBucket> buckets_;
};

}  // namespace zones
