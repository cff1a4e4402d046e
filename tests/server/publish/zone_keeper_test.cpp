#include "server/publish/zone_keeper.h"

#include <doctest/doctest.h>

#include "tests/server/publish/publishing.h"

namespace apex_tests {

namespace {

const std::string kOneZone = "[[zone]]\nname = 'a.example'\nfile = 'a.zone'\n";
const std::string kTwoZones = kOneZone + "[[zone]]\nname = 'b.example'\nfile = 'b.zone'\n";

std::unique_ptr<server::ZoneKeeper> start_one_zone(Publishing& world, const std::string& text,
                                                   const std::string& options = "") {
    world.folder.write("apex.toml", options + kOneZone);
    world.folder.write("a.zone", text);
    return world.start();
}

// Serial 1 for both; a.example has a few records more.
std::unique_ptr<server::ZoneKeeper> start_two_zones(Publishing& world,
                                                    const std::string& more_of_a = "") {
    world.folder.write("apex.toml", kTwoZones);
    world.folder.write("a.zone", zone_text(1, more_of_a));
    world.folder.write("b.zone", zone_text(1));
    return world.start();
}

}  // namespace

TEST_CASE("zones: what loads is served, what does not is there without a zone") {
    Publishing world;
    world.folder.write("apex.toml",
                       kTwoZones + "[[zone]]\nname = 'c.example'\nfile = 'missing.zone'\n");
    world.folder.write("a.zone", zone_text(1));
    world.folder.write("b.zone", "no zone");
    auto keeper = world.start();
    auto set = keeper->current();
    CHECK(serial_in(*set, "a.example") == 1);
    CHECK(zone_in(*set, "a.example")->sources() == nullptr);  // one file: nothing to be kept
    CHECK(keeper->sources_of(*zone_in(*set, "a.example"))->at(1).name == world.folder.at("a.zone"));
    for (const char* name : {"b.example", "c.example"}) {
        CAPTURE(name);
        REQUIRE(zone_in(*set, name) != nullptr);
        CHECK_FALSE(zone_in(*set, name)->loaded());
        CHECK(zone_in(*set, name)->reason() != "");
        CHECK(world.log.count({"zone-not-loaded", name}) == 1);
    }
    CHECK(world.log.count({"zone-not-loaded zone=b.example.", "b.zone:1:"}) == 1);
    CHECK(world.log.count({"missing.zone", "No such file or directory"}) == 1);
    CHECK(keeper->status().zones == 3);
    CHECK(keeper->status().not_loaded == 2);
    CHECK(keeper->status().records == 3);
    CHECK(set->zone_numbers == 3);
    CHECK(world.log.count({"zones-loaded", "zones=3", "not-loaded=2"}) == 1);
}

TEST_CASE("reload: files that did not change are not read") {
    Publishing world;
    auto keeper = start_two_zones(world);
    auto before = keeper->current();
    auto report = keeper->reload();
    CHECK(report.ok);
    CHECK(report.unchanged == 2);
    CHECK(world.delivered.empty());
    CHECK(keeper->current() == before);
}

TEST_CASE("reload: what changed is served in one new set, and told") {
    Publishing world;
    auto keeper = start_two_zones(world, "www 600 A 192.0.2.80\nold A 192.0.2.3\n");
    auto before = keeper->current();
    world.replace("a.zone", zone_text(2, "www 600 A 192.0.2.81\nnew A 192.0.2.3\n"));
    world.replace("b.zone", zone_text(2));
    auto report = keeper->reload();
    CHECK(report.ok);
    CHECK(report.loaded == 2);
    REQUIRE(world.delivered.size() == 1);
    CHECK(serial_in(*world.delivered[0], "a.example") == 2);
    CHECK(serial_in(*world.delivered[0], "b.example") == 2);
    CHECK(serial_in(*before, "a.example") == 1);  // whoever holds it
    CHECK(world.delivered[0]->generation == before->generation + 1);
    CHECK(zone_in(*before, "a.example")->number() ==
          zone_in(*world.delivered[0], "a.example")->number());
    CHECK(world.log.count({"zone-changed zone=a.example. serial=2 was=1 rrsets=3"}) == 1);
    CHECK(world.log.count({"changed zone=a.example. | www.a.example A changed; caches may hold the "
                           "old answer until "}) == 1);
    CHECK(world.log.count({"new.a.example A is new; caches may hold that there was none"}) == 1);
    CHECK(world.log.count({"old.a.example A is gone; caches may hold it until"}) == 1);
    CHECK(keeper->status().records == 8);
}

TEST_CASE("reload: a refused zone keeps its old version, and the others go on") {
    Publishing world;
    auto keeper = start_two_zones(world);
    world.replace("a.zone", zone_text(2, "bad A 192.0.2.300\n"));
    world.replace("b.zone", zone_text(2));
    auto report = keeper->reload();
    CHECK_FALSE(report.ok);
    CHECK(report.refused == 1);
    CHECK(report.loaded == 1);
    CHECK(report.sentence.find("a.zone:5:7: ") != std::string::npos);
    CHECK(serial_in(*keeper->current(), "a.example") == 1);
    CHECK(serial_in(*keeper->current(), "b.example") == 2);
    CHECK(world.log.count({"zone-refused zone=a.example.", "the zone goes on with serial 1"}) == 1);
    CHECK(zone_status(*keeper, "a.example")->refused != "");
    CHECK(keeper->status().refused == 1);
    // It is tried each time, and told each time, but nothing is published.
    world.delivered.clear();
    CHECK(keeper->reload().refused == 1);
    CHECK(world.delivered.empty());
    world.replace("a.zone", zone_text(3));
    CHECK(keeper->reload().ok);
    CHECK(serial_in(*keeper->current(), "a.example") == 3);
    CHECK(zone_status(*keeper, "a.example")->refused == "");
    CHECK(keeper->status().refused == 0);
}

TEST_CASE("reload: a file that is gone or cut short changes nothing") {
    Publishing world;
    auto keeper = start_two_zones(world);
    std::filesystem::remove(world.folder.at("a.zone"));
    world.replace("b.zone", "");
    CHECK(keeper->reload().refused == 2);
    CHECK(serial_in(*keeper->current(), "a.example") == 1);
    CHECK(serial_in(*keeper->current(), "b.example") == 1);
}

TEST_CASE("reload: included files count") {
    Publishing world;
    world.folder.write("more.zone", "x A 192.0.2.9\n");
    auto keeper = start_one_zone(world, zone_text(1, "$INCLUDE more.zone\n"));
    const server::ServedZone* zone = zone_in(*keeper->current(), "a.example");
    REQUIRE(zone->sources() != nullptr);
    CHECK(zone->sources()->count() == 2);
    CHECK(keeper->reload().unchanged == 1);
    world.replace("more.zone", "x A 192.0.2.9\ny A 192.0.2.10\n");
    world.log.clear();
    CHECK(keeper->reload().loaded == 1);
    // The serial stands still although the content does not.
    CHECK(world.log.count({"serial-not-advanced zone=a.example."}) == 1);
    CHECK(zone_status(*keeper, "a.example")->records == 5);
    std::filesystem::remove(world.folder.at("more.zone"));
    CHECK(keeper->reload().refused == 1);
    world.replace("more.zone", "z A 192.0.2.9\n");
    CHECK(keeper->reload().loaded == 1);
}

TEST_CASE("reload: the same content under another identity is no change") {
    Publishing world;
    auto keeper = start_one_zone(world, zone_text(1));
    world.replace("a.zone", "; a comment\n" + zone_text(1));
    auto report = keeper->reload();
    CHECK(report.unchanged == 1);
    CHECK(report.loaded == 0);
    CHECK(world.log.count({"zone-changed"}) == 0);
    // Its records stand in other lines now.
    REQUIRE(world.delivered.size() == 1);
    CHECK(zone_in(*world.delivered[0], "a.example")->soa().place(0).line() == 3);
    CHECK(keeper->reload().unchanged == 1);
    CHECK(world.delivered.size() == 1);
}

TEST_CASE("reload: a file that was young when it was read is read once more") {
    Publishing world;
    world.clock.ahead = 0;
    auto keeper = start_one_zone(world, zone_text(1));
    world.clock.ahead = 7200;
    world.log.least = server::LogLevel::debug;
    CHECK(keeper->reload().unchanged == 1);
    CHECK(world.log.count({"zone-unchanged"}) == 1);
    CHECK(keeper->reload().unchanged == 1);
    CHECK(world.log.count({"zone-unchanged"}) == 1);
}

TEST_CASE("reload: max-shrink refuses what lost too much") {
    Publishing world;
    std::string many;
    for (int i = 0; i < 17; ++i) many += "x" + std::to_string(i) + " A 192.0.2.9\n";
    auto keeper = start_one_zone(world, zone_text(1, many), "max-shrink = 50\n");
    CHECK(keeper->status().records == 20);
    world.replace("a.zone", zone_text(2, many.substr(0, 6 * 15)));
    CHECK(keeper->reload().refused == 1);
    CHECK(world.log.count({"zone-refused", "from 20 to 9 records", "max-shrink = 50"}) == 1);
    world.replace("a.zone", zone_text(2, many.substr(0, 7 * 15)));
    CHECK(keeper->reload().loaded == 1);
    CHECK(keeper->status().records == 10);
}

TEST_CASE("reload: the serial must be ahead where the rule is an error") {
    Publishing world;
    auto keeper =
        start_one_zone(world, zone_text(5), "rules = { serial-not-advanced = 'error' }\n");
    world.replace("a.zone", zone_text(4, "x A 192.0.2.9\n"));
    CHECK(keeper->reload().refused == 1);
    CHECK(serial_in(*keeper->current(), "a.example") == 5);
    world.replace("a.zone", zone_text(6, "x A 192.0.2.9\n"));
    CHECK(keeper->reload().loaded == 1);
}

TEST_CASE("reload: the configuration is read again") {
    Publishing world;
    world.folder.write("c.zone", zone_text(9));
    auto keeper = start_two_zones(world);
    auto before = keeper->current();
    size_t configured = 0;
    world.settings.configured = [&](const server::Configuration&) { ++configured; };
    world.replace("apex.toml",
                  "threads = 7\nallow-query = ['192.0.2.0/24']\nnsid = 'x'\n"
                  "[[zone]]\nname = 'a.example'\nfile = 'a.zone'\n"
                  "[[zone]]\nname = 'c.example'\nfile = 'c.zone'\nallow-query = ['none']\n");
    auto report = keeper->reload();
    CHECK(report.ok);
    CHECK(report.loaded == 1);
    CHECK(report.removed == 1);
    CHECK(report.unchanged == 1);
    REQUIRE(world.delivered.size() == 1);
    const server::Set& set = *world.delivered[0];
    CHECK(serial_in(set, "b.example") == -1);
    CHECK(serial_in(set, "c.example") == 9);
    CHECK(set.settings.nsid == "x");
    CHECK_FALSE(set.views.back()->allow_all);
    CHECK(zone_in(set, "c.example")->options().allow_query.has_value());
    CHECK(zone_in(set, "c.example")->number() == 2);
    CHECK(set.zone_numbers == 3);
    CHECK(zone_in(set, "a.example")->shared_zone() == zone_in(*before, "a.example")->shared_zone());
    CHECK(world.log.count({"zone-removed zone=b.example."}) == 1);
    CHECK(configured == 1);
    CHECK(keeper->status().zones == 2);
    CHECK_FALSE(zone_status(*keeper, "b.example").has_value());
}

TEST_CASE("reload: a configuration that does not load changes nothing but is told") {
    Publishing world;
    auto keeper = start_two_zones(world);
    world.replace("apex.toml", "threds = 7\n");
    world.replace("a.zone", zone_text(2));
    auto report = keeper->reload();
    CHECK_FALSE(report.ok);
    CHECK(report.sentence.find("apex.toml:1:1: there is no key 'threds'") != std::string::npos);
    CHECK(world.log.count({"configuration-refused", "apex.toml:1:1:"}) == 1);
    CHECK(serial_in(*keeper->current(), "a.example") == 2);  // its zones are read all the same
    CHECK(serial_in(*keeper->current(), "b.example") == 1);
    std::filesystem::remove(world.folder.at("apex.toml"));
    CHECK_FALSE(keeper->reload().ok);
    world.replace("apex.toml", kTwoZones);
    CHECK(keeper->reload().ok);
}

TEST_CASE("reload: a zone's new file and new choices, also where the file is refused") {
    Publishing world;
    auto keeper = start_two_zones(world);
    world.folder.write("other.zone", zone_text(3));
    world.replace("b.zone", "broken");
    world.replace("apex.toml",
                  "[template.t]\nallow-query = ['none']\n"
                  "[[zone]]\nname = 'a.example'\nfile = 'other.zone'\n"
                  "[[zone]]\nname = 'b.example'\nfile = 'b.zone'\ntemplate = 't'\n");
    CHECK(keeper->reload().refused == 1);
    CHECK(serial_in(*keeper->current(), "a.example") == 3);
    CHECK(serial_in(*keeper->current(), "b.example") == 1);
    CHECK(zone_in(*keeper->current(), "b.example")->options().allow_query.has_value());
}

TEST_CASE("reload of one zone leaves the others as they are") {
    Publishing world;
    auto keeper = start_two_zones(world);
    world.replace("a.zone", zone_text(2));
    world.replace("b.zone", zone_text(2));
    CHECK(keeper->reload_zone(make_name("A.example")).loaded == 1);
    CHECK(serial_in(*keeper->current(), "a.example") == 2);
    CHECK(serial_in(*keeper->current(), "b.example") == 1);
    CHECK(keeper->reload_zone(make_name("a.example")).unchanged == 1);
    const auto before = zone_in(*keeper->current(), "a.example")->shared_zone();
    CHECK(keeper->reload_zone(make_name("a.example"), true).unchanged == 1);
    CHECK(zone_in(*keeper->current(), "a.example")->shared_zone() != before);
    CHECK_FALSE(keeper->reload_zone(make_name("c.example")).ok);
}

TEST_CASE("zones that are added outlive the process, those that are removed do not") {
    Publishing world;
    world.folder.write("b.zone", zone_text(2));
    world.folder.write("broken.zone", "x");
    auto keeper = start_one_zone(world, zone_text(1), "[template.t]\nallow-query = ['none']\n");
    auto b = make_name("b.example"), c = make_name("c.example");
    CHECK(keeper->add_zone(b, "b.zone", "t").ok);
    CHECK(keeper->add_zone(c, world.folder.at("b.zone"), "").ok);
    CHECK(world.delivered.size() == 2);
    CHECK(serial_in(*keeper->current(), "b.example") == 2);
    CHECK_FALSE(keeper->add_zone(b, "b.zone", "").ok);
    CHECK_FALSE(keeper->add_zone(make_name("d.example"), "broken.zone", "").ok);
    CHECK_FALSE(keeper->add_zone(make_name("d.example"), "missing.zone", "").ok);
    CHECK(keeper->add_zone(make_name("d.example"), "b.zone", "tt").hint == "did you mean 't'?");
    CHECK_FALSE(keeper->remove_zone(make_name("a.example")).ok);  // the configuration's
    CHECK_FALSE(keeper->remove_zone(make_name("d.example")).ok);
    CHECK(keeper->remove_zone(c).ok);
    CHECK(zone_status(*keeper, "b.example")->added);
    CHECK_FALSE(zone_status(*keeper, "a.example")->added);
    CHECK(keeper->status().zones == 2);

    keeper = world.start();
    CHECK(keeper->status().zones == 2);
    CHECK(serial_in(*keeper->current(), "b.example") == 2);
    CHECK(zone_in(*keeper->current(), "b.example")->options().allow_query.has_value());
    CHECK(serial_in(*keeper->current(), "c.example") == -1);
    CHECK(keeper->reload().unchanged == 2);
    world.replace("b.zone", zone_text(3));
    CHECK(keeper->reload().loaded == 1);
    // Its template changes, and then it stands in the configuration.
    world.replace("apex.toml", kOneZone);
    CHECK(keeper->reload().ok);
    CHECK(world.log.count({"no-template", "b.example", "template=t"}) == 1);
    CHECK(zone_in(*keeper->current(), "b.example")->options().allow_query.has_value());
    world.replace("apex.toml", kOneZone + "[template.t]\n");
    CHECK(keeper->reload().ok);
    CHECK_FALSE(zone_in(*keeper->current(), "b.example")->options().allow_query.has_value());
    world.replace("apex.toml", "[[zone]]\nname = 'b.example'\nfile = 'b.zone'\n");
    CHECK(keeper->reload().ok);
    CHECK_FALSE(zone_status(*keeper, "b.example")->added);
    CHECK(world.log.count({"zone-adopted zone=b.example."}) == 1);
    world.replace("apex.toml", "");
    CHECK(keeper->reload().removed == 1);
    CHECK(world.start()->status().zones == 0);
    // The same while the server is down.
    CHECK(keeper->add_zone(c, "b.zone", "").ok);
    world.replace("apex.toml", "[[zone]]\nname = 'c.example'\nfile = 'b.zone'\n");
    keeper = world.start();
    CHECK_FALSE(zone_status(*keeper, "c.example")->added);
    CHECK(world.log.count({"zone-adopted zone=c.example."}) == 1);
    world.replace("apex.toml", "");
    CHECK(world.start()->status().zones == 0);
}

TEST_CASE("reload: secrets that cannot be used leave all as it was") {
    Publishing world;
    const std::string more = "cookie-secret-file = 'secrets'\n";
    world.folder.write("secrets", "000102030405060708090a0b0c0d0e0f\n");
    world.folder.write("a.zone", zone_text(1));
    world.folder.write("apex.toml", more + kOneZone);
    auto keeper = world.start();
    auto secret = [&] { return keeper->current()->settings.cookie_secrets.keys[0].k0; };
    const uint64_t first = secret();
    world.replace("secrets", "short\n");
    world.replace("apex.toml", "udp-size = 600\n" + more + kOneZone);
    CHECK_FALSE(keeper->reload().ok);
    CHECK(world.log.count({"configuration-refused", "32 hexadecimal digits"}) == 1);
    CHECK(secret() == first);
    CHECK(keeper->current()->settings.udp_size != 600);
    // The file of secrets alone changes now.
    world.replace("secrets", "f00102030405060708090a0b0c0d0e0f\n");
    CHECK(keeper->reload().ok);
    CHECK(secret() != first);
    CHECK(keeper->current()->settings.udp_size == 600);
    world.replace("secrets", "e00102030405060708090a0b0c0d0e0f\n");
    const uint64_t second = secret();
    CHECK(keeper->reload().ok);
    CHECK(secret() != second);
}

TEST_CASE("zones: a state folder that cannot be used is a fault of the start") {
    Publishing world;
    world.folder.write("apex.toml", "");
    world.folder.write("state/added-zones", "add\ta.example.\t\ta.zone\nnonsense\n");
    server::ZoneKeeper keeper(world.files, world.clock, world.log, world.settings, world.read());
    auto started = keeper.start();
    REQUIRE_FALSE(started.ok());
    CHECK(started.fault().sentence.find("line 2") != std::string::npos);
}

TEST_CASE("zones: many of them, each found, with the numbers that a set tells") {
    Publishing world;
    std::string list;
    constexpr int kZones = 300;
    for (int i = 0; i < kZones; ++i) {
        std::string name = "z" + std::to_string(i) + ".example";
        world.folder.write("zones/" + name + ".zone", zone_text(static_cast<uint32_t>(i + 1)));
    }
    world.folder.write("apex.toml", "[[zones]]\nfolder = 'zones'\n");
    auto keeper = world.start();
    CHECK(keeper->status().zones == kZones);
    for (int i = 0; i < kZones; ++i)
        CHECK(serial_in(*keeper->current(), "z" + std::to_string(i) + ".example") == i + 1);
    world.replace("zones/z7.example.zone", zone_text(1000));
    std::filesystem::remove(world.folder.at("zones/z8.example.zone"));
    world.folder.write("zones/new.example", zone_text(5));
    auto report = keeper->reload();
    CHECK(report.loaded == 2);
    CHECK(report.removed == 1);
    CHECK(report.unchanged == kZones - 2);
    CHECK(serial_in(*keeper->current(), "z7.example") == 1000);
    CHECK(serial_in(*keeper->current(), "new.example") == 5);
    CHECK(serial_in(*keeper->current(), "z8.example") == -1);
    size_t told = 0;
    keeper->for_each_zone([&](const server::ZoneStatus&) { ++told; });
    CHECK(told == kZones);
}

}  // namespace apex_tests
