#include "zones/name_index.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace zones {

size_t NameIndex::buckets_for(size_t names) {
    return names / 8 + 1;
}

uint32_t NameIndex::same_tag(const IndexBucket& bucket, uint8_t tag) {
#ifdef __SSE2__
    __m128i tags = _mm_load_si128(reinterpret_cast<const __m128i*>(bucket.tags));
    __m128i same = _mm_cmpeq_epi8(tags, _mm_set1_epi8(static_cast<char>(tag)));
    return static_cast<uint32_t>(_mm_movemask_epi8(same)) & 0xfff;
#else
    uint32_t slots = 0;
    for (size_t i = 0; i < IndexBucket::kSlots; ++i)
        slots |= static_cast<uint32_t>(bucket.tags[i] == tag) << i;
    return slots;
#endif
}

bool NameIndex::put(IndexBucket& bucket, HashedRef item) {
    uint32_t empty = same_tag(bucket, 0);
    if (empty == 0) return false;
    size_t slot = static_cast<size_t>(__builtin_ctz(empty));
    bucket.tags[slot] = tag_of(item.hash);
    bucket.refs[slot] = item.ref.units();
    return true;
}

void NameIndex::insert(HashedRef item) {
    size_t at = bucket_of(item.hash);
    while (!put(buckets_[at], item)) {
        buckets_[at].overflowed = 1;
        at = at + 1 == buckets_.size() ? 0 : at + 1;
    }
}

void NameIndex::insert_share(std::span<const HashedRef> items, size_t share, size_t of,
                             std::vector<HashedRef>& left_over) {
    size_t first = buckets_.size() * share / of;
    size_t end = buckets_.size() * (share + 1) / of;
    constexpr size_t kAhead = 16;
    for (size_t i = 0; i < items.size(); ++i) {
        if (i + kAhead < items.size()) {
            size_t soon = bucket_of(items[i + kAhead].hash);
            if (soon >= first && soon < end) __builtin_prefetch(&buckets_[soon], 1);
        }
        size_t at = bucket_of(items[i].hash);
        if (at < first || at >= end) continue;
        while (at < end && !put(buckets_[at], items[i])) buckets_[at++].overflowed = 1;
        if (at == end) left_over.push_back(items[i]);
    }
}

}  // namespace zones
