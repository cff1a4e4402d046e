#include "server/publish/view_tables.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "server/answer/set.h"
#include "tests/support/zone_text.h"

namespace apex_tests {

namespace {

using server::ViewNumber;

server::ZonePointer make_zone(const std::string& name, uint32_t number) {
    return std::make_shared<const server::ServedZone>(
        make_name(name), number, nullptr, std::make_shared<server::ZoneOptions>(), nullptr);
}

std::string name_of(size_t i) {
    return "z" + std::to_string(i) + ".example";
}

// What each view lists itself, and what it shows, straight from the words.
struct Naive {
    std::vector<std::vector<ViewNumber>> from;
    std::vector<std::map<std::string, uint32_t>> own;

    int64_t shown(ViewNumber view, const std::string& name) const {
        auto found = own[view].find(name);
        if (found != own[view].end()) return found->second;
        for (ViewNumber other : from[view])
            if (int64_t number = shown(other, name); number >= 0) return number;
        return -1;
    }
};

void check_all(const server::ViewTables& tables, const Naive& naive, size_t names) {
    for (size_t view = 0; view < tables.size(); ++view)
        for (size_t i = 0; i < names; ++i) {
            const auto number = static_cast<ViewNumber>(view);
            const server::ServedZone* zone = tables[number].find(make_name(name_of(i)));
            const int64_t shown = zone != nullptr ? int64_t{zone->number()} : int64_t{-1};
            REQUIRE(shown == naive.shown(number, name_of(i)));
        }
}

}  // namespace

TEST_CASE("view tables: own zones win, then those of the first source, through every change") {
    std::mt19937 random(5);
    constexpr size_t kViews = 6, kNames = 12;
    for (int round = 0; round < 20; ++round) {
        std::vector<server::ConfiguredView> views(kViews);
        Naive naive{std::vector<std::vector<ViewNumber>>(kViews),
                    std::vector<std::map<std::string, uint32_t>>(kViews)};
        for (size_t view = 0; view + 1 < kViews; ++view)
            for (size_t other = view + 1; other < kViews; ++other)
                if (random() % 3 == 0)
                    views[view].zones_from.push_back(static_cast<ViewNumber>(other));
        for (auto& view : views)
            std::shuffle(view.zones_from.begin(), view.zones_from.end(), random);
        for (size_t view = 0; view < kViews; ++view) naive.from[view] = views[view].zones_from;
        server::ViewTables tables({7, 8}, views);
        uint32_t number = 0;
        auto change = [&] {
            const auto view = static_cast<ViewNumber>(random() % kViews);
            const std::string name = name_of(random() % kNames);
            if (random() % 3 == 0) {
                tables.remove(view, make_name(name));
                naive.own[view].erase(name);
            } else {
                tables.put(view, make_zone(name, ++number));
                naive.own[view][name] = number;
            }
        };
        for (int i = 0; i < 30; ++i) change();
        tables.settle();
        check_all(tables, naive, kNames);
        for (int i = 0; i < 30; ++i) {
            change();
            check_all(tables, naive, kNames);
        }
    }
}

TEST_CASE("view tables: a view is told to have changed when it has") {
    std::vector<server::ConfiguredView> views(3);
    views[0].zones_from = {2};
    server::ViewTables tables({7, 8}, views);
    tables.put(2, make_zone("a.example", 1));
    tables.put(0, make_zone("b.example", 2));
    tables.settle();
    for (ViewNumber view : {0, 1, 2}) static_cast<void>(tables.take_changed(view));
    tables.put(2, make_zone("b.example", 3));  // hidden in view 0
    CHECK_FALSE(tables.take_changed(0));
    CHECK_FALSE(tables.take_changed(1));
    CHECK(tables.take_changed(2));
    tables.remove(2, make_name("a.example"));
    CHECK(tables.take_changed(0));
    CHECK(tables.take_changed(2));
    CHECK_FALSE(tables.take_changed(2));
}

}  // namespace apex_tests
