#include "server/answer/zone_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "server/answer/set.h"
#include "tests/support/zone_text.h"

namespace apex_tests {

namespace {

server::ZonePointer zone(std::string_view name, uint32_t number = 0) {
    return std::make_shared<const server::ServedZone>(
        make_name(name), number, nullptr, std::make_shared<const server::ZoneOptions>(), nullptr);
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
    return text;
}

// What the table has to be: names as text, from the longest suffix to the root.
struct Model {
    std::map<std::string, uint32_t> numbers;

    int64_t longest(std::string name, bool above) const {
        name = lower(name);
        for (bool first = true;; first = false) {
            auto found = numbers.find(name);
            if (found != numbers.end() && !(first && above)) return found->second;
            if (name.empty()) return -1;
            size_t dot = name.find('.');
            name = dot == std::string::npos ? "" : name.substr(dot + 1);
        }
    }
};

// Names of few labels of few letters, so that they meet again and again.
std::string random_name(std::mt19937_64& random) {
    std::string name;
    for (size_t labels = random() % 5; labels > 0; --labels) {
        if (!name.empty()) name += '.';
        name += static_cast<char>((random() % 4 == 0 ? 'A' : 'a') + random() % 5);
        if (random() % 3 == 0) name += std::to_string(random() % 20);
    }
    return name;
}

bool agrees(const server::ZoneTable& table, const Model& model, const std::string& name) {
    for (bool above : {false, true}) {
        const server::ServedZone* found = table.find_longest(make_name(name), above);
        int64_t number = found == nullptr ? -1 : int64_t{found->number()};
        if (number != model.longest(name, above)) return false;
    }
    auto exact = model.numbers.find(lower(name));
    const server::ServedZone* found = table.find(make_name(name));
    if ((found != nullptr) != (exact != model.numbers.end())) return false;
    if (found != nullptr && found->number() != exact->second) return false;
    return table.find_shared(make_name(name)).get() == found;
}

}  // namespace

TEST_CASE("zone table: empty, one zone, the root zone") {
    server::ZoneTable table;
    CHECK(table.size() == 0);
    CHECK(table.find(make_name("a")) == nullptr);
    CHECK(table.find_longest(make_name("")) == nullptr);
    CHECK_FALSE(table.remove(make_name("a")));
    table.put(zone(""));
    CHECK(table.find_longest(make_name("www.example.com")) == table.find(make_name("")));
    CHECK(table.find_longest(make_name("")) != nullptr);
    CHECK(table.find_longest(make_name(""), true) == nullptr);
    CHECK(table.remove(make_name("")));
    CHECK(table.find_longest(make_name("a")) == nullptr);
}

TEST_CASE("zone table: the longest name counts, and what is above it for DS") {
    server::ZoneTable table({1, 2});
    table.put(zone("example", 1));
    table.put(zone("a.b.example", 2));
    auto longest = [&](const char* name, bool above = false) {
        const server::ServedZone* found = table.find_longest(make_name(name), above);
        return found == nullptr ? 0 : found->number();
    };
    CHECK(longest("b.example") == 1);
    CHECK(longest("A.b.EXAMPLE") == 2);
    CHECK(longest("x.y.a.b.example") == 2);
    CHECK(longest("a.b.example", true) == 1);
    CHECK(longest("x.a.b.example", true) == 2);
    CHECK(longest("example", true) == 0);
    CHECK(longest("xexample") == 0);
    std::string deep = "a.b.example";
    while (deep.size() < 240) deep = "x." + deep;
    CHECK(longest(deep.c_str()) == 2);
}

TEST_CASE("zone table: random changes against a map, with hashes that agree, and old versions") {
    // With few bits of hash, names meet in all levels, and have to be told apart below them.
    for (uint64_t mask : {UINT64_MAX, uint64_t{0}, uint64_t{3} << 62, uint64_t{7} << 4}) {
        CAPTURE(mask);
        std::mt19937_64 random(mask + 1);
        server::ZoneTable table({5, 6}, mask);
        Model model;
        std::vector<std::pair<server::ZoneTable, Model>> versions;
        bool good = true;
        for (uint32_t step = 0; step < 1500; ++step) {
            std::string name = random_name(random);
            if (random() % 3 == 0) {
                bool there = model.numbers.erase(lower(name)) > 0;
                good = good && table.remove(make_name(name)) == there;
            } else {
                model.numbers[lower(name)] = step;
                table.put(zone(name, step));
            }
            good = good && table.size() == model.numbers.size();
            for (int i = 0; i < 3; ++i) good = good && agrees(table, model, random_name(random));
            if (step % 150 == 0) versions.emplace_back(table, model);
        }
        CHECK(good);
        for (const auto& [old_table, old_model] : versions) {
            size_t count = 0;
            old_table.for_each([&](const server::ZonePointer&) { ++count; });
            good = good && count == old_model.numbers.size();
            for (int i = 0; i < 50; ++i)
                good = good && agrees(old_table, old_model, random_name(random));
        }
        CHECK(good);
    }
}

TEST_CASE("zone table: a version shares all but what it changed, and frees what nobody has") {
    server::ZoneTable table({7, 8});
    std::weak_ptr<const server::ServedZone> kept, replaced;
    {
        auto one = zone("a.example", 1), two = zone("b.example", 2);
        kept = one, replaced = two;
        table.put(one);
        table.put(two);
    }
    for (uint32_t i = 0; i < 500; ++i) table.put(zone("z" + std::to_string(i) + ".example", i));
    server::ZoneTable next = table;
    next.put(zone("b.example", 3));
    CHECK(table.find(make_name("b.example"))->number() == 2);
    CHECK(next.find(make_name("b.example"))->number() == 3);
    CHECK(table.find(make_name("a.example")) == next.find(make_name("a.example")));
    CHECK(kept.use_count() <= 2);
    table = server::ZoneTable();
    CHECK(replaced.expired());
    CHECK_FALSE(kept.expired());
    for (uint32_t i = 0; i < 500; ++i)
        CHECK(next.remove(make_name("z" + std::to_string(i) + ".example")));
    CHECK(next.size() == 2);
    next = server::ZoneTable();
    CHECK(kept.expired());
}

}  // namespace apex_tests
