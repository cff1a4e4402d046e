// A persistent map holds what a std::map holds, in each of its versions.
#include <doctest/doctest.h>

#include <map>

#include "tests/properties/property.h"
#include "zones/persistent_map.h"

namespace apex_tests {

namespace {

struct Entry {
    uint64_t hash;  // what priorities come from
    int key;
    int value;
};

struct ByKey {
    using Probe = int;
    static int compare(int probe, const Entry& entry) {
        return probe < entry.key ? -1 : probe > entry.key ? 1 : 0;
    }
    static int probe_of(const Entry& entry) { return entry.key; }
};

using Map = zones::PersistentMap<Entry, ByKey>;
using Model = std::map<int, int>;

Complaint same(const Map& map, const Model& model, int keys) {
    if (map.empty() != model.empty()) return "empty";
    const Entry* end = map.last();
    if ((end == nullptr) != model.empty() || (end && end->key != model.rbegin()->first))
        return "last";
    Map::Cursor at(map);
    for (const auto& [key, value] : model) {
        if (!at) return "the cursor ends early";
        if ((*at).key != key || (*at).value != value) return "the cursor shows another entry";
        at.next();
    }
    if (at) return "the cursor goes on";
    for (int key = -1; key <= keys; ++key) {
        auto behind = model.upper_bound(key);
        const Entry* found = map.find(key);
        auto exact = model.find(key);
        if ((found != nullptr) != (exact != model.end())) return "find " + std::to_string(key);
        if (found && found->value != exact->second) return "value of " + std::to_string(key);
        const Entry* last = map.at_or_before(key);
        if ((last != nullptr) != (behind != model.begin()) ||
            (last && last->key != std::prev(behind)->first))
            return "at or before " + std::to_string(key);
        auto not_before = model.lower_bound(key);
        const Entry* before = map.before(key);
        if ((before != nullptr) != (not_before != model.begin()) ||
            (before && before->key != std::prev(not_before)->first))
            return "before " + std::to_string(key);
    }
    return "";
}

}  // namespace

TEST_CASE("a persistent map and its old versions") {
    for_all("persistent map", 100, [](Random& random) {
        std::vector<std::pair<Map, Model>> versions;
        Map map;
        Model model;
        int keys = static_cast<int>(random.between(1, 200));
        bool same_priorities = random.one_in(10);
        for (size_t puts = random.between(1, 300); puts > 0; --puts) {
            int key = static_cast<int>(random.below(static_cast<size_t>(keys)));
            int value = static_cast<int>(random.below(1000));
            if (random.one_in(3)) {
                if (map.erase(key) != (model.erase(key) > 0))
                    return Complaint("erase does not tell whether it was there");
                continue;
            }
            uint64_t hash = same_priorities ? 7 : static_cast<uint64_t>(key) * 0x2545f4914f6cdd1d;
            bool grew = map.put(std::make_shared<const Entry>(Entry{hash, key, value}));
            if (grew != (model.count(key) == 0)) return Complaint("put tells the wrong growth");
            model[key] = value;
            if (random.one_in(20)) versions.emplace_back(map, model);
        }
        versions.emplace_back(map, model);
        for (const auto& [old_map, old_model] : versions) {
            Complaint complaint = same(old_map, old_model, keys);
            if (!complaint.empty()) return complaint;
        }
        return Complaint();
    });
}

}  // namespace apex_tests
