#include "server/publish/zone_groups.h"

#include <doctest/doctest.h>

#include "tests/support/zone_text.h"

namespace apex_tests {

namespace {

using server::ZoneGroup;
using server::ZoneSource;

// Rows of views 0 to 3, the last being "default".
struct Rows {
    server::ZoneRows rows{{1, 2}};
    std::vector<server::ConfiguredView> views{4};
    std::shared_ptr<const server::ZoneChoices> choices =
        std::make_shared<const server::ZoneChoices>();

    void add(server::ViewNumber view, const char* name, ZoneSource source, server::ViewNumber base,
             const char* file) {
        dns::Name zone = make_name(name);
        rows.add({view, zone, source, base, file, choices, {}});
    }
    std::vector<ZoneGroup> groups() const { return server::group_zones(rows, views); }
};

using Views = std::vector<server::ViewNumber>;
Views views_of(const ZoneGroup& group) {
    Views views;
    for (const server::ZoneListing& listing : group.listings) views.push_back(listing.view);
    return views;
}

}  // namespace

TEST_CASE("zone groups: rows that say the same are one zone, whatever the case of the name") {
    Rows world;
    world.add(0, "a.example", ZoneSource::file, 0, "a.zone");
    world.add(1, "A.Example", ZoneSource::file, 0, "a.zone");
    world.add(2, "a.example", ZoneSource::file, 0, "other.zone");
    world.add(3, "b.example", ZoneSource::file, 0, "a.zone");
    auto other = std::make_shared<server::ZoneChoices>();
    other->key = "other";
    dns::Name name = make_name("a.example");
    world.rows.add({3, name, ZoneSource::file, 0, "a.zone", other, {}});
    auto groups = world.groups();
    REQUIRE(groups.size() == 4);
    CHECK(views_of(groups[0]) == Views{0, 1});
    CHECK(views_of(groups[1]) == Views{2});
    CHECK(views_of(groups[2]) == Views{3});
    CHECK(views_of(groups[3]) == Views{3});
}

TEST_CASE("zone groups: what is shared is its base, through views that take zones from others") {
    Rows world;
    world.views[1].zones_from = {3};
    world.add(0, "a.example", ZoneSource::shared, 1, "");
    world.add(2, "a.example", ZoneSource::shared, 0, "");
    world.add(3, "a.example", ZoneSource::file, 0, "a.zone");
    world.add(0, "b.example", ZoneSource::shared, 2, "");  // which has none
    auto groups = world.groups();
    REQUIRE(groups.size() == 1);
    CHECK(views_of(groups[0]) == Views{0, 2, 3});
    CHECK(world.rows[groups[0].row].file == "a.zone");
}

TEST_CASE("zone groups: overlays stand behind what they rest on, at their height") {
    Rows world;
    world.add(0, "a.example", ZoneSource::overlay, 1, "0.patch");
    world.add(1, "a.example", ZoneSource::overlay, 3, "1.patch");
    world.add(2, "a.example", ZoneSource::overlay, 1, "0.patch");  // as in view 0
    world.add(3, "a.example", ZoneSource::file, 0, "a.zone");
    world.add(2, "b.example", ZoneSource::overlay, 3, "b.patch");  // nothing to rest on
    auto groups = world.groups();
    REQUIRE(groups.size() == 4);
    CHECK(groups[0].base == ZoneGroup::kNone);
    CHECK(groups[0].height == 0);
    CHECK(groups[1].base == 0);
    CHECK(groups[1].height == 1);
    CHECK(groups[2].base == 1);
    CHECK(groups[2].height == 2);
    CHECK(views_of(groups[2]) == Views{0, 2});
    CHECK(groups[3].base == ZoneGroup::kNone);
    CHECK(groups[3].height == 1);
}

TEST_CASE("zone groups: rows that rest on each other end") {
    Rows world;
    world.add(0, "a.example", ZoneSource::shared, 1, "");
    world.add(1, "a.example", ZoneSource::shared, 0, "");
    world.add(2, "a.example", ZoneSource::overlay, 3, "2.patch");
    world.add(3, "a.example", ZoneSource::overlay, 2, "3.patch");
    for (const ZoneGroup& group : world.groups()) CHECK(group.height <= 2);
}

}  // namespace apex_tests
