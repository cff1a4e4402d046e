// Views as the keeper serves them: zones that are shared, and overlays.
#include <doctest/doctest.h>

#include "server/answer/set.h"
#include "server/publish/zone_keeper.h"
#include "signer/verify_zone.h"
#include "tests/server/publish/publishing.h"

namespace apex_tests {

namespace {

const server::View* view_of(const server::Set& set, std::string_view name) {
    for (const auto& view : set.views)
        if (view->name == name) return view.get();
    return nullptr;
}

const server::ServedZone* zone_in(const server::Set& set, std::string_view view,
                                  std::string_view zone) {
    const server::View* found = view_of(set, view);
    return found != nullptr ? found->zones.find(make_name(zone)) : nullptr;
}

// The address of a name in a view's zone: its last octet; -1 if there is none.
int address_in(const server::Set& set, std::string_view view, const std::string& owner) {
    const server::ServedZone* zone = zone_in(set, view, "a.example");
    if (zone == nullptr || !zone->loaded()) return -1;
    zones::NodeView node = zone->zone().locate_absolute(make_name(owner)).node;
    if (!node || !node.owns(dns::type::A)) return -1;
    return node.find(dns::type::A).first().rdata().back();
}

const std::string kViews =
    "[[zone]]\nname = 'a.example'\nfile = 'a.zone'\n"
    "[[zone]]\nname = 'b.example'\nfile = 'b.zone'\n"
    "[[view]]\nname = 'inside'\nclients = ['10.0.0.0/8']\n"
    "[[view.zone]]\nname = 'a.example'\nbase = 'default'\noverlay = 'a.patch'\n"
    "[[view.zone]]\nname = 'b.example'\nbase = 'default'\n";

struct Overlaid {
    Publishing world;
    Overlaid() {
        world.folder.write("apex.toml", kViews);
        world.folder.write("a.zone", zone_text(5, "www A 192.0.2.80\nold A 192.0.2.9\n"));
        world.folder.write("b.zone", zone_text(1));
        world.folder.write("a.patch",
                           "$REPLACE www A\nwww 300 A 10.0.0.80\nprinter 300 A 10.0.0.9\n");
    }
};

// What a validator would not like of a view's zone.
std::string faults_in(const Publishing& world, const server::Set& set, std::string_view view) {
    const server::ServedZone& served = *zone_in(set, view, "a.example");
    if (!served.loaded()) return std::string(served.reason());
    dns::Severities severities;
    dns::Findings findings(severities);
    signer::VerifyOptions options;
    options.now = world.clock.now();
    signer::verify_zone(served.zone(), findings, options);
    std::string text;
    for (const dns::Finding& finding : findings.rows())
        if (finding.severity >= dns::Severity::warning) text += finding.sentence() + "\n";
    return text;
}

bool is_signed(const server::Set& set, std::string_view view) {
    return zone_in(set, view, "a.example")->apex().owns(dns::type::DNSKEY);
}

// The first key of a view's zone, as its record has it.
std::vector<uint8_t> key_in(const server::Set& set, std::string_view view) {
    dns::Octets key =
        zone_in(set, view, "a.example")->apex().find(dns::type::DNSKEY).first().rdata();
    return {key.begin(), key.end()};
}

}  // namespace

TEST_CASE("views: what is shared is one zone in memory") {
    Overlaid overlaid;
    auto keeper = overlaid.world.start();
    auto set = keeper->current();
    REQUIRE(set->views.size() == 2);
    CHECK(set->views.back()->name == "default");
    const server::ServedZone* inside = zone_in(*set, "inside", "b.example");
    REQUIRE(inside != nullptr);
    CHECK(inside == zone_in(*set, "default", "b.example"));
    CHECK(keeper->status().zones == 3);
    CHECK(keeper->zone(inside->number())->views == std::vector<std::string>{"default", "inside"});
}

TEST_CASE("views: an overlay is its base with the patch, and shares the base's memory") {
    Overlaid overlaid;
    auto keeper = overlaid.world.start();
    auto set = keeper->current();
    CHECK(address_in(*set, "inside", "www.a.example") == 80);
    CHECK(address_in(*set, "inside", "printer.a.example") == 9);
    CHECK(address_in(*set, "inside", "old.a.example") == 9);
    CHECK(address_in(*set, "default", "printer.a.example") == -1);
    const zones::Zone& merged = zone_in(*set, "inside", "a.example")->zone();
    const zones::Zone& base = zone_in(*set, "default", "a.example")->zone();
    CHECK(&merged.base() == &base.base());
    CHECK(merged.serial() == 5);
    CHECK(overlaid.world.log.all().find("error") == std::string::npos);
}

TEST_CASE("views: a new base reaches what rests on it in the same set, and serials never go back") {
    Overlaid overlaid;
    auto keeper = overlaid.world.start();
    overlaid.world.replace("a.zone", zone_text(6, "www A 192.0.2.81\nnew A 192.0.2.10\n"));
    CHECK(keeper->reload().ok);
    REQUIRE(overlaid.world.delivered.size() == 1);
    const server::Set& set = *overlaid.world.delivered[0];
    CHECK(address_in(set, "inside", "www.a.example") == 80);
    CHECK(address_in(set, "inside", "new.a.example") == 10);
    CHECK(address_in(set, "inside", "old.a.example") == -1);
    CHECK(zone_in(set, "inside", "a.example")->serial() == 6);

    // The patch alone: the merged zone's serial moves on, the base's does not.
    overlaid.world.replace("a.patch", "printer 300 A 10.0.0.11\n");
    CHECK(keeper->reload().ok);
    auto now = keeper->current();
    CHECK(address_in(*now, "inside", "printer.a.example") == 11);
    CHECK(address_in(*now, "inside", "www.a.example") == 81);
    CHECK(zone_in(*now, "inside", "a.example")->serial() == 7);
    CHECK(zone_in(*now, "default", "a.example")->serial() == 6);

    // The base is behind the merged zone's serial now.
    overlaid.world.replace("a.zone", zone_text(7, "www A 192.0.2.82\n"));
    CHECK(keeper->reload().ok);
    CHECK(zone_in(*keeper->current(), "inside", "a.example")->serial() == 8);

    // And after a restart with the same content it is what it was.
    keeper.reset();
    keeper = overlaid.world.start();
    CHECK(zone_in(*keeper->current(), "inside", "a.example")->serial() == 8);
    CHECK(keeper->reload().unchanged == 3);
}

TEST_CASE("views: what makes an overlay invalid leaves its old merge, loudly") {
    Overlaid overlaid;
    overlaid.world.folder.write("a.patch", "$REMOVE old\n$REPLACE www A\nwww 300 A 10.0.0.80\n");
    auto keeper = overlaid.world.start();
    CHECK(address_in(*keeper->current(), "inside", "old.a.example") == -1);
    overlaid.world.replace("a.zone", zone_text(6, "www A 192.0.2.80\n"));  // nothing to remove
    CHECK_FALSE(keeper->reload().ok);
    auto set = keeper->current();
    CHECK(zone_in(*set, "default", "a.example")->serial() == 6);
    CHECK(zone_in(*set, "inside", "a.example")->serial() == 5);
    CHECK(address_in(*set, "inside", "www.a.example") == 80);
    CHECK(overlaid.world.log.count({"zone-refused", "a.patch"}) == 1);
    overlaid.world.replace("a.patch", "printer 300 A 10.0.0.12\n");
    CHECK(keeper->reload().ok);
    CHECK(address_in(*keeper->current(), "inside", "printer.a.example") == 12);
    // A patch that cannot be read.
    overlaid.world.replace("a.patch", "printer 300 A 10.0.0.300\n");
    CHECK_FALSE(keeper->reload().ok);
    CHECK(address_in(*keeper->current(), "inside", "printer.a.example") == 12);
    // Until it can, the overlay stays as it is, and its base goes on.
    overlaid.world.replace("a.zone", zone_text(9, "other A 192.0.2.77\n"));
    CHECK_FALSE(keeper->reload().ok);
    CHECK(address_in(*keeper->current(), "inside", "printer.a.example") == 12);
    CHECK(zone_in(*keeper->current(), "default", "a.example")->serial() == 9);
}

TEST_CASE("views: an overlay whose base does not load is SERVFAIL until it does") {
    Overlaid overlaid;
    overlaid.world.folder.write("a.zone", "no zone");
    auto keeper = overlaid.world.start();
    REQUIRE(zone_in(*keeper->current(), "inside", "a.example") != nullptr);
    CHECK_FALSE(zone_in(*keeper->current(), "inside", "a.example")->loaded());
    overlaid.world.replace("a.zone", zone_text(6, "www A 192.0.2.80\n"));
    CHECK(keeper->reload().ok);
    CHECK(address_in(*keeper->current(), "inside", "www.a.example") == 80);
}

TEST_CASE("views: overlays stack, and all are made anew when the lowest changes") {
    Overlaid overlaid;
    overlaid.world.folder.write("apex.toml",
                                kViews +
                                    "[[view]]\nname = 'lab'\nclients = ['192.168.0.0/16']\n"
                                    "[[view.zone]]\nname = 'a.example'\nbase = 'inside'\n"
                                    "overlay = 'lab.patch'\n");
    overlaid.world.folder.write("lab.patch", "$REMOVE printer\nbench 300 A 10.0.0.33\n");
    auto keeper = overlaid.world.start();
    CHECK(address_in(*keeper->current(), "lab", "www.a.example") == 80);
    CHECK(address_in(*keeper->current(), "lab", "printer.a.example") == -1);
    CHECK(address_in(*keeper->current(), "lab", "bench.a.example") == 33);
    overlaid.world.replace("a.zone", zone_text(6, "www A 192.0.2.81\nnew A 192.0.2.10\n"));
    CHECK(keeper->reload().ok);
    CHECK(overlaid.world.delivered.size() == 1);
    CHECK(address_in(*keeper->current(), "lab", "new.a.example") == 10);
    CHECK(zone_in(*keeper->current(), "lab", "a.example")->serial() == 6);
    // The patch in the middle takes away what the one above it removes.
    overlaid.world.replace("a.patch", "www 300 AAAA fd00::1\n");
    CHECK_FALSE(keeper->reload().ok);
    CHECK(address_in(*keeper->current(), "inside", "printer.a.example") == -1);
    CHECK(address_in(*keeper->current(), "lab", "bench.a.example") == 33);
}

TEST_CASE("views: the configuration is read again, and views come, move and go") {
    Overlaid overlaid;
    auto keeper = overlaid.world.start();
    const std::string zones = kViews.substr(0, kViews.find("[[view]]"));
    auto number_of = [&](std::string_view view) {
        return view_of(*keeper->current(), view)->number;
    };
    const uint32_t inside = number_of("inside"), outside = number_of("default");
    CHECK(inside != outside);
    overlaid.world.replace("apex.toml",
                           zones +
                               "[[view]]\nname = 'first'\nclients = ['172.16.0.0/12']\n"
                               "zones-from = ['default']\n"
                               "[[view.zone]]\nname = 'c.example'\nfile = 'b.zone'\n" +
                               kViews.substr(kViews.find("[[view]]")));
    CHECK(keeper->reload().ok);
    auto set = keeper->current();
    REQUIRE(set->views.size() == 3);
    // Counters are kept by number: none of them may become another view's.
    CHECK(number_of("inside") == inside);
    CHECK(number_of("default") == outside);
    CHECK(number_of("first") == 2);
    CHECK(set->view_numbers == 3);
    CHECK(zone_in(*set, "first", "a.example") == zone_in(*set, "default", "a.example"));
    CHECK(zone_in(*set, "first", "c.example")->loaded());
    CHECK(zone_in(*set, "inside", "c.example") == nullptr);
    CHECK(address_in(*set, "inside", "www.a.example") == 80);
    // A zone that is added shows in the views that take zones from the default one.
    CHECK(keeper->add_zone(make_name("d.example"), "b.zone", "").ok);
    CHECK(zone_in(*keeper->current(), "first", "d.example") != nullptr);
    CHECK(zone_in(*keeper->current(), "inside", "d.example") == nullptr);
    CHECK(keeper->remove_zone(make_name("d.example")).ok);
    CHECK(zone_in(*keeper->current(), "first", "d.example") == nullptr);
    overlaid.world.replace("apex.toml", zones);
    CHECK(keeper->reload().ok);
    CHECK(keeper->current()->views.size() == 1);
    CHECK(number_of("default") == outside);
    CHECK(keeper->current()->view_numbers == 3);
    CHECK(keeper->status().zones == 2);
}

TEST_CASE("views: the same file in several views is read once; who may ask can differ") {
    Publishing world;
    world.folder.write("a.zone", zone_text(1));
    world.folder.write("apex.toml",
                       "[[view]]\nname = 'one'\nclients = ['10.0.0.0/8']\n"
                       "[[view.zone]]\nname = 'a.example'\nfile = 'a.zone'\n"
                       "[[view]]\nname = 'two'\nclients = ['172.16.0.0/12']\n"
                       "[[view.zone]]\nname = 'a.example'\nfile = 'a.zone'\n"
                       "[[view]]\nname = 'three'\nclients = ['192.168.0.0/16']\n"
                       "[[view.zone]]\nname = 'a.example'\nbase = 'one'\n"
                       "allow-query = ['192.168.1.0/24']\n");
    auto keeper = world.start();
    auto set = keeper->current();
    CHECK(zone_in(*set, "one", "a.example") == zone_in(*set, "two", "a.example"));
    const server::ServedZone* third = zone_in(*set, "three", "a.example");
    REQUIRE(third != nullptr);
    CHECK(&third->zone() == &zone_in(*set, "one", "a.example")->zone());
    CHECK(third->options().allow_query.has_value());
    CHECK_FALSE(zone_in(*set, "one", "a.example")->options().allow_query.has_value());
    CHECK(keeper->status().zones == 1);
    CHECK(zone_in(*set, "default", "a.example") == nullptr);
}

TEST_CASE("views: an overlay on a zone that is signed live is signed with its keys") {
    for (const char* dnssec : {"dnssec = true\n", "dnssec = 'h'\n"}) {
        CAPTURE(dnssec);
        Overlaid overlaid;
        Publishing& world = overlaid.world;
        const std::string head = "[[zone]]\nname = 'a.example'\nfile = 'a.zone'\n";
        world.folder.write("apex.toml", "[policy.h]\ndenial = 'nsec3'\n" + head + dnssec +
                                            kViews.substr(head.size()));
        auto keeper = world.start();
        CHECK(faults_in(world, *keeper->current(), "default") == "");
        CHECK(faults_in(world, *keeper->current(), "inside") == "");
        REQUIRE(is_signed(*keeper->current(), "inside"));
        CHECK(key_in(*keeper->current(), "inside") == key_in(*keeper->current(), "default"));
        CHECK(address_in(*keeper->current(), "inside", "printer.a.example") == 9);
        // Names come and go, in the base and in the patch.
        world.replace("a.zone", zone_text(6, "www A 192.0.2.81\nx.y.z A 192.0.2.10\n"));
        world.replace("a.patch", "$REPLACE www A\nwww 300 A 10.0.0.80\n*.w 300 A 10.0.0.9\n");
        CHECK(keeper->reload().ok);
        CHECK(faults_in(world, *keeper->current(), "inside") == "");
        CHECK(address_in(*keeper->current(), "inside", "x.y.z.a.example") == 10);
        CHECK(address_in(*keeper->current(), "inside", "printer.a.example") == -1);
        // A month of renewals.
        const dns::UnixTime end = world.clock.now() + 30 * 86400;
        uint32_t serial = zone_in(*keeper->current(), "inside", "a.example")->serial();
        while (auto due = keeper->due()) {
            if (*due > end) break;
            world.clock.ahead += std::max<dns::UnixTime>(*due - world.clock.now(), 0);
            keeper->renew();
            CHECK(faults_in(world, *keeper->current(), "inside") == "");
            const uint32_t now = zone_in(*keeper->current(), "inside", "a.example")->serial();
            CHECK(now >= serial);
            serial = now;
        }
        keeper.reset();
        keeper = world.start();
        CHECK(faults_in(world, *keeper->current(), "inside") == "");
        CHECK(zone_in(*keeper->current(), "inside", "a.example")->serial() >= serial);
    }
}

TEST_CASE("views: an overlay can be served insecure, or be signed where its base is not") {
    Overlaid overlaid;
    Publishing& world = overlaid.world;
    const std::string head = "[[zone]]\nname = 'a.example'\nfile = 'a.zone'\n";
    const std::string rest = kViews.substr(head.size());
    const std::string overlay = "overlay = 'a.patch'\n";
    auto with = [&](const std::string& base, const std::string& patched) {
        std::string text = rest;
        text.insert(text.find(overlay) + overlay.size(), patched);
        return head + base + text;
    };
    world.folder.write("apex.toml", with("dnssec = true\n", "dnssec = 'insecure'\n"));
    {
        auto keeper = world.start();
        CHECK(is_signed(*keeper->current(), "default"));
        CHECK_FALSE(is_signed(*keeper->current(), "inside"));
        CHECK(address_in(*keeper->current(), "inside", "www.a.example") == 80);
        const server::ServedZone* inside = zone_in(*keeper->current(), "inside", "a.example");
        CHECK(inside->denial() == server::Denial::none);
    }
    Overlaid other;
    other.world.folder.write("apex.toml", with("", "dnssec = true\n"));
    auto keeper = other.world.start();
    CHECK_FALSE(is_signed(*keeper->current(), "default"));
    CHECK(is_signed(*keeper->current(), "inside"));
    CHECK(faults_in(other.world, *keeper->current(), "inside") == "");
    keeper->after_start();
    // It leaves as a zone of a file does: not by oversight, and for good.
    const uint32_t serial = zone_in(*keeper->current(), "inside", "a.example")->serial();
    other.world.replace("apex.toml", with("", ""));
    CHECK(keeper->reload().refused == 1);
    CHECK(other.world.log.count({"zone-refused", "unsign"}) == 1);
    CHECK(is_signed(*keeper->current(), "inside"));
    other.world.replace("apex.toml", with("", "dnssec = 'unsign'\n"));
    CHECK(keeper->reload().ok);
    keeper->renew();
    CHECK_FALSE(is_signed(*keeper->current(), "inside"));
    CHECK(address_in(*keeper->current(), "inside", "www.a.example") == 80);
    CHECK(zone_in(*keeper->current(), "inside", "a.example")->serial() > serial);
    CHECK_FALSE(keeper->due().has_value());
}

TEST_CASE("views: a signed zone that another view names goes on, and what was is forgotten") {
    Publishing world;
    world.folder.write("a.zone", zone_text(5, "www A 192.0.2.80\n"));
    const std::string view = "[[view]]\nname = 'inside'\nclients = ['10.0.0.0/8']\n";
    const std::string zone = "name = 'a.example'\nfile = 'a.zone'\ndnssec = true\n";
    world.folder.write("apex.toml", "[[zone]]\n" + zone + view +
                                        "[[view.zone]]\nname = 'a.example'\nbase = 'default'\n");
    auto keeper = world.start();
    keeper->after_start();
    world.replace("a.zone", zone_text(5, "www A 192.0.2.81\n"));
    CHECK(keeper->reload().ok);
    const uint32_t serial = zone_in(*keeper->current(), "inside", "a.example")->serial();
    CHECK(serial > 5);
    const auto key = key_in(*keeper->current(), "inside");
    world.replace("apex.toml", view + "[[view.zone]]\n" + zone);
    CHECK(keeper->reload().ok);
    auto look = [&] {
        CHECK(faults_in(world, *keeper->current(), "inside") == "");
        CHECK(zone_in(*keeper->current(), "inside", "a.example")->serial() >= serial);
        CHECK(key_in(*keeper->current(), "inside") == key);
    };
    look();
    // Nothing of before is due for ever, and what is signed now is renewed.
    for (int day = 0; day < 20; ++day) {
        for (int i = 0; i < 20 && keeper->due() && *keeper->due() <= world.clock.now(); ++i)
            keeper->renew();
        REQUIRE(keeper->due().has_value());
        CHECK(*keeper->due() > world.clock.now());
        look();
        world.clock.ahead += 86400;
    }
}

TEST_CASE("views: zones of one name in two views share their keys and nothing else") {
    Publishing world;
    world.folder.write("a.zone", zone_text(5, "www A 192.0.2.80\n"));
    world.folder.write("inside.zone", zone_text(9, "www A 10.0.0.80\n"));
    world.folder.write("apex.toml",
                       "dnssec = true\n[[zone]]\nname = 'a.example'\nfile = 'a.zone'\n"
                       "[[view]]\nname = 'inside'\nclients = ['10.0.0.0/8']\n"
                       "[[view.zone]]\nname = 'a.example'\nfile = 'inside.zone'\n");
    for (int start = 0; start < 2; ++start) {
        auto keeper = world.start();
        keeper->after_start();
        for (const char* view : {"inside", "default"})
            CHECK(faults_in(world, *keeper->current(), view) == "");
        CHECK(key_in(*keeper->current(), "inside") == key_in(*keeper->current(), "default"));
        CHECK(zone_in(*keeper->current(), "default", "a.example")->serial() == 5);
        CHECK(zone_in(*keeper->current(), "inside", "a.example")->serial() == 9);
        CHECK(world.log.count({"key-made"}) == 1);
    }
}

}  // namespace apex_tests
