#include "zones/name_index.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace apex_tests {

namespace {

using zones::HashedRef;
using zones::IndexBucket;
using zones::NameIndex;
using zones::Ref;

Ref find(const NameIndex& index, uint64_t hash, Ref wanted) {
    return index.find(hash, [&](Ref ref) { return ref == wanted; });
}

}  // namespace

TEST_CASE("an index without names finds none") {
    std::vector<IndexBucket> buckets(NameIndex::buckets_for(0), IndexBucket{});
    REQUIRE(buckets.size() == 1);
    NameIndex index(buckets);
    CHECK_FALSE(index.find(42, [](Ref) { return true; }));
}

TEST_CASE("names with one hash are told apart by who asks") {
    std::vector<IndexBucket> buckets(2, IndexBucket{});
    NameIndex index(buckets);
    for (uint32_t number = 1; number <= 5; ++number) index.insert({7, Ref(number)});
    for (uint32_t number = 1; number <= 5; ++number) CHECK(find(index, 7, Ref(number)));
    CHECK_FALSE(find(index, 7, Ref(6)));
    // Another tag: nobody is asked.
    CHECK_FALSE(index.find(8, [](Ref) { return true; }));
}

TEST_CASE("tag 0 is no empty slot") {
    std::vector<IndexBucket> buckets(1, IndexBucket{});
    NameIndex index(buckets);
    index.insert({0x100, Ref(1)});
    index.insert({0x101, Ref(2)});
    CHECK(find(index, 0x100, Ref(1)));
    CHECK(find(index, 0x101, Ref(2)));
}

TEST_CASE("a full bucket hands on, round the end too") {
    std::vector<IndexBucket> buckets(3, IndexBucket{});
    NameIndex index(buckets);
    // All belong into the last bucket of three.
    constexpr uint64_t kLast = uint64_t{0xffffffff} << 32;
    for (uint32_t number = 1; number <= 36; ++number) index.insert({kLast | number, Ref(number)});
    for (uint32_t number = 1; number <= 36; ++number)
        CHECK(find(index, kLast | number, Ref(number)));
    // All slots are taken and all buckets say so: a search still ends.
    CHECK_FALSE(find(index, kLast | 200, Ref(200)));
}

TEST_CASE("shares keep to their buckets and leave over what does not fit") {
    std::vector<IndexBucket> buckets(4, IndexBucket{});
    NameIndex index(buckets);
    std::vector<HashedRef> items;
    for (uint32_t number = 1; number <= 20; ++number)  // the second bucket
        items.push_back({uint64_t{0x40000000} << 32 | number, Ref(number)});
    std::vector<HashedRef> left_over[2];
    index.insert_share(items, 1, 2, left_over[1]);
    CHECK(left_over[1].empty());
    CHECK(std::all_of(buckets.begin(), buckets.end(), [](const IndexBucket& bucket) {
        return std::all_of(bucket.tags, bucket.tags + 12, [](uint8_t tag) { return tag == 0; });
    }));
    index.insert_share(items, 0, 2, left_over[0]);
    CHECK(left_over[0].size() == 8);
    for (const HashedRef& item : left_over[0]) index.insert(item);
    for (uint32_t number = 1; number <= 20; ++number)
        CHECK(find(index, items[number - 1].hash, Ref(number)));
}

}  // namespace apex_tests
