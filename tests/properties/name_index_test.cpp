// The name index finds what a std::unordered_multimap holds, also where buckets overflow, and also
// when several threads fill it.
#include <doctest/doctest.h>

#include <thread>
#include <unordered_map>

#include "tests/properties/property.h"
#include "zones/name_index.h"

namespace apex_tests {

namespace {

using Model = std::unordered_multimap<uint64_t, uint32_t>;

// Hashes that crowd a few buckets, or share their tags, or are spread well.
std::vector<zones::HashedRef> random_items(Random& random, size_t count) {
    std::vector<zones::HashedRef> items;
    size_t kind = random.below(4);
    for (uint32_t number = 1; number <= count; ++number) {
        uint64_t hash = random.word();
        if (kind == 1) hash |= uint64_t{0xfff} << 52;  // the last buckets, so that it goes round
        if (kind == 2) hash &= 0xffffffff00000003;     // few tags, the empty one among them
        if (kind == 3) hash = random.below(20) * 0x0123456789abcdef;  // whole hashes twice
        items.push_back({hash, zones::Ref(number)});
    }
    return items;
}

Complaint same(const zones::NameIndex& index, const Model& model) {
    for (const auto& [hash, number] : model) {
        zones::Ref wanted(number);
        zones::Ref found = index.find(hash, [&](zones::Ref ref) { return ref == wanted; });
        if (found != wanted) return "does not find " + std::to_string(number);
    }
    size_t slots = 0;
    for (const zones::IndexBucket& bucket : index.buckets())
        for (uint8_t tag : bucket.tags) slots += tag != 0;
    return slots == model.size() ? "" : "holds " + std::to_string(slots) + " names";
}

// A hash that nothing was put in with is offered few candidates, never the wrong answer.
Complaint finds_no_stranger(const zones::NameIndex& index, const Model& model, Random& random) {
    for (size_t i = 0; i < 100; ++i) {
        uint64_t hash = random.word();
        if (model.count(hash) > 0) continue;
        auto is_its = [&](zones::Ref ref) {
            auto [first, end] = model.equal_range(hash);
            for (; first != end; ++first)
                if (zones::Ref(first->second) == ref) return true;
            return false;
        };
        if (index.find(hash, is_its)) return "finds a stranger";
    }
    return "";
}

void fill_in_parallel(zones::NameIndex& index, const std::vector<zones::HashedRef>& items,
                      size_t threads) {
    std::vector<std::vector<zones::HashedRef>> left_over(threads);
    std::vector<std::thread> others;
    for (size_t share = 0; share < threads; ++share)
        others.emplace_back(
            [&, share] { index.insert_share(items, share, threads, left_over[share]); });
    for (std::thread& other : others) other.join();
    for (const auto& list : left_over)
        for (const zones::HashedRef& item : list) index.insert(item);
}

}  // namespace

TEST_CASE("the name index") {
    for_all("name index", 300, [](Random& random) {
        size_t count = random.one_in(5) ? random.between(1000, 5000) : random.between(0, 200);
        std::vector<zones::HashedRef> items = random_items(random, count);
        // At times as full as can be: the last slot of the last bucket.
        size_t full = (count + zones::IndexBucket::kSlots - 1) / zones::IndexBucket::kSlots;
        size_t size =
            random.one_in(3) ? std::max<size_t>(full, 1) : zones::NameIndex::buckets_for(count);
        Model model;
        for (const zones::HashedRef& item : items) model.emplace(item.hash, item.ref.units());
        for (size_t threads = 0; threads <= 4; ++threads) {
            std::vector<zones::IndexBucket> buckets(size, zones::IndexBucket{});
            zones::NameIndex index(buckets);
            if (threads == 0)
                for (const zones::HashedRef& item : items) index.insert(item);
            else
                fill_in_parallel(index, items, threads);
            Complaint complaint = same(index, model);
            if (complaint.empty()) complaint = finds_no_stranger(index, model, random);
            if (!complaint.empty())
                return complaint + ", filled by " + std::to_string(threads) + " threads";
        }
        return Complaint();
    });
}

}  // namespace apex_tests
