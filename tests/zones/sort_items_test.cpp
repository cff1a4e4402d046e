#include "zones/sort_items.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

std::vector<uint8_t> written_key(const dns::Name& name) {
    std::vector<uint8_t> key(dns::kMaxSortKey + 16);
    key.resize(std::max<size_t>(dns::write_sort_key(name, key.data()), 16));
    return key;
}

}  // namespace

TEST_CASE("a sort key is how the whole key begins") {
    for (const char* text : {".", "a.", "www.example.", "WWW.Example.", "abcdefgh.ijklmnop.qrst.",
                             "a\\000b\\001c.d.", "\\000.\\000.", "a.b.c.d.e.f.g.h.i.j.k."}) {
        CAPTURE(std::string(text));
        dns::Name name = reference::dns_name(text);
        std::vector<uint8_t> whole = written_key(name);
        zones::SortKey key = zones::sort_key(name);
        for (size_t i = 0; i < 16; ++i) {
            uint64_t word = i < 8 ? key.high : key.low;
            CHECK(static_cast<uint8_t>(word >> (56 - 8 * (i % 8))) == whole[i]);
        }
    }
}

// Whatever names share: nothing, the first word of their keys, the second, or more than a key
// holds; each in so many that they are sorted by words.
TEST_CASE("names in no order come out in canonical order, runs of a name as they were written") {
    std::mt19937 random(7);
    const std::string prefixes[] = {"", std::string(8, 'p'), std::string(16, 'q'),
                                    std::string(40, 'r')};
    std::vector<reference::Record> records;
    std::set<std::string> names;
    for (size_t i = 0; i < 8000; ++i) {
        std::string label = prefixes[i % 4] + std::to_string(random() % 1500);
        names.insert(label);
        std::string text{'\3', static_cast<char>('a' + i % 26), static_cast<char>('0' + i / 1000),
                         static_cast<char>('0' + i % 1000 / 100)};
        records.push_back({{label, "example"}, dns::type::TXT, 60, text, i + 1});
    }
    MadeZone made = zone_from_records(records, reference::from_text("example."), 900);
    REQUIRE(made.zone);
    CHECK(made->name_count() == names.size() + 1);
    zones::NodeView last;
    for (zones::Zone::Cursor at(*made); at; at.next()) {
        if (last) CHECK(dns::canonical_compare(last.name(), (*at).name()) < 0);
        last = *at;
    }
    // Identical records of one name: the first written stays.
    dns::Name twice = reference::dns_name("twice.example.");
    records = {records[0], {{"twice", "example"}, dns::type::TXT, 60, std::string("\1x", 2), 5}};
    for (size_t line = 6; line < 1000; ++line)
        records.push_back({{"twice", "example"}, dns::type::TXT, 60, std::string("\1x", 2), line});
    for (size_t i = 2; i < records.size(); i += 2)
        records.insert(records.begin() + static_cast<std::ptrdiff_t>(i),
                       {{"other" + std::to_string(i), "example"},
                        dns::type::TXT,
                        60,
                        std::string("\1y", 2),
                        2000});
    made = zone_from_records(records, reference::from_text("example."), 100);
    zones::NodeView node = made->find(relative_to(twice, *made));
    REQUIRE(node);
    CHECK(node.find(dns::type::TXT).place(0).line() == 5);
}

}  // namespace apex_tests
