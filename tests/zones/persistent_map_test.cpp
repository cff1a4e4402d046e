#include "zones/persistent_map.h"

#include <doctest/doctest.h>

#include <string>

namespace apex_tests {

namespace {

struct Word {
    uint64_t hash;
    std::string text;
    int value;
};

struct ByText {
    using Probe = std::string;
    static int compare(const Probe& probe, const Word& word) { return probe.compare(word.text); }
    static Probe probe_of(const Word& word) { return word.text; }
};

using Map = zones::PersistentMap<Word, ByText>;

std::shared_ptr<const Word> word(const std::string& text, int value) {
    return std::make_shared<const Word>(Word{std::hash<std::string>()(text), text, value});
}

}  // namespace

TEST_CASE("an empty persistent map") {
    Map map;
    CHECK(map.empty());
    CHECK(map.find("a") == nullptr);
    CHECK(map.at_or_before("a") == nullptr);
    CHECK(map.before("a") == nullptr);
    CHECK_FALSE(Map::Cursor(map));
    CHECK_FALSE(Map::Cursor());
}

TEST_CASE("a version of a persistent map stays as it was") {
    Map first;
    CHECK(first.put(word("b", 1)));
    Map second = first;
    CHECK_FALSE(second.put(word("b", 2)));
    CHECK(second.put(word("a", 3)));
    CHECK(first.find("b")->value == 1);
    CHECK(first.find("a") == nullptr);
    CHECK(second.find("b")->value == 2);
    CHECK(second.find("a")->value == 3);
}

TEST_CASE("a persistent map knows neighbours") {
    Map map;
    for (const char* text : {"m", "c", "x", "f"}) map.put(word(text, 0));
    CHECK(map.at_or_before("f")->text == "f");
    CHECK(map.before("f")->text == "c");
    CHECK(map.at_or_before("g")->text == "f");
    CHECK(map.at_or_before("zz")->text == "x");
    CHECK(map.at_or_before("a") == nullptr);
    CHECK(map.before("c") == nullptr);
    std::string order;
    for (Map::Cursor at(map); at; at.next()) order += (*at).text;
    CHECK(order == "cfmx");
}

TEST_CASE("what a persistent map forgets, its old versions know") {
    Map before;
    for (const char* text : {"m", "c", "x", "f"}) before.put(word(text, 0));
    CHECK(before.last()->text == "x");
    Map map = before;
    CHECK_FALSE(map.erase("d"));
    for (const char* text : {"f", "x", "m"}) CHECK(map.erase(text));
    CHECK_FALSE(map.erase("f"));
    CHECK(map.find("f") == nullptr);
    CHECK(map.last()->text == "c");
    CHECK(before.find("f") != nullptr);
    CHECK(before.last()->text == "x");
    CHECK(map.erase("c"));
    CHECK(map.empty());
    CHECK(map.last() == nullptr);
}

TEST_CASE("a persistent map of sorted names is no chain") {
    // 20,000 names in order: a chain would take more stack and time than there is.
    Map map;
    for (int i = 0; i < 20000; ++i) map.put(word(std::to_string(100000 + i), i));
    size_t count = 0;
    for (Map::Cursor at(map); at; at.next()) ++count;
    CHECK(count == 20000);
    CHECK(map.at_or_before("119999.")->value == 19999);
}

}  // namespace apex_tests
