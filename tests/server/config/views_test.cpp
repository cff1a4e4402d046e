#include <doctest/doctest.h>

#include "server/config/configuration.h"
#include "tests/server/config/read_configuration.h"

namespace apex_tests {

namespace {

// A line a zone: "view name source base file".
std::string rows_of(const server::Configuration& configuration) {
    static constexpr const char* kSources[] = {"file", "shared", "overlay"};
    std::string all;
    for (size_t i = 0; i < configuration.zones.size(); ++i) {
        server::ConfiguredZone zone = configuration.zones[i];
        all += configuration.views[zone.view].name + " " + dns::to_text(zone.name) + " " +
               kSources[static_cast<size_t>(zone.source)] + " " +
               configuration.views[zone.base].name + " " + std::string(zone.file) + "\n";
    }
    return all;
}

server::ConfiguredZone zone_of(const server::Configuration& configuration, server::ViewNumber view,
                               const char* zone) {
    size_t row = configuration.zones.find(view, name(zone));
    REQUIRE(row < configuration.zones.size());
    return configuration.zones[row];
}

// "a: b c; " for each view: whom it has zones from.
std::string sources_of(const server::Configuration& configuration) {
    std::string all;
    for (const server::ConfiguredView& view : configuration.views) {
        all += view.name + ":";
        for (server::ViewNumber from : view.zones_from) all += " " + configuration.views[from].name;
        all += "; ";
    }
    return all;
}

}  // namespace

TEST_CASE("views: without any there is the default one, with what the top says") {
    ReadConfiguration read("allow-query = ['10.0.0.0/8']\nfollow = 'view'");
    REQUIRE(read.configuration.views.size() == 1);
    const server::ConfiguredView& view = read.configuration.views[0];
    CHECK(view.name == "default");
    CHECK(view.allow_query == std::vector<std::string>{"10.0.0.0/8"});
    CHECK(view.follow == server::Follow::view);
    CHECK_FALSE(view.clients.has_value());
}

TEST_CASE("views: as written, the default one last wherever it stands") {
    ReadConfiguration read(R"(
allow-query = ["10.0.0.0/8"]
[[view]]
name = "default"
follow = "view"
[[view.zone]]
name = "b"
file = "b"
[[zone]]
name = "a"
file = "a"
[[view]]
name = "inside"
clients = ["!10.9.0.0/16", "10.0.0.0/8"]
destinations = ["127.0.0.2"]
keys = ["Key.", "other"]
allow-query = ["any"]
zones-from = ["default"]
[[key]]
name = "key"
secret = "AAAA"
[[key]]
name = "other"
secret = "AAAA"
)");
    CHECK(read.finding() == "none");
    REQUIRE(read.configuration.views.size() == 2);
    const server::ConfiguredView& inside = read.configuration.views[0];
    CHECK(inside.name == "inside");
    CHECK(inside.clients->size() == 2);
    CHECK(inside.destinations == std::vector<std::string>{"127.0.0.2"});
    CHECK(inside.keys == std::vector<std::string>{"key.", "other."});
    CHECK(inside.allow_query == std::vector<std::string>{"any"});
    CHECK(inside.follow == server::Follow::zone);
    CHECK(inside.zones_from == std::vector<server::ViewNumber>{1});
    CHECK(inside.place.line() == 13);
    const server::ConfiguredView& last = read.configuration.views[1];
    CHECK(last.name == "default");
    CHECK(last.allow_query == std::vector<std::string>{"10.0.0.0/8"});
    CHECK(last.follow == server::Follow::view);
    CHECK(rows_of(read.configuration) ==
          "default a. file default conf/a\ndefault b. file default conf/b\n");
}

TEST_CASE("views: each has zones of its own, from files and from other views, bases first") {
    FolderFiles files;
    files.put("conf/apex.toml", R"(
include = ["more.toml"]
[[zone]]
name = "x"
file = "x"
[[view]]
name = "lab"
[[view.zone]]
name = "X"
base = "inside"
overlay = "/lab/x.patch"
[[view.zone]]
name = "y"
base = "inside"
[[view]]
name = "inside"
zones-from = ["shared"]
[[view.zone]]
name = "x"
base = "default"
overlay = "inside/x.patch"
[[view.zones]]
list = "list"
)");
    files.put("conf/more.toml", "[[view]]\nname = 'shared'\n[[view.zone]]\nname='Y'\nfile='y'");
    files.put("conf/list", "z.example z.zone\n");
    ReadConfiguration read(files, "conf/apex.toml");
    CHECK(read.told() == "");
    CHECK(sources_of(read.configuration) == "lab:; inside: shared; shared:; default:; ");
    CHECK(rows_of(read.configuration) ==
          "default x. file default conf/x\n"
          "inside z.example. file inside conf/z.zone\n"
          "shared Y. file shared conf/y\n"
          "inside x. overlay default conf/inside/x.patch\n"
          "lab X. overlay inside /lab/x.patch\n"
          "lab y. shared shared \n");
}

TEST_CASE("views: zones-from is followed, each view where it comes first") {
    ReadConfiguration read(R"(
view = [{ name = "a", zones-from = ["b", "c", "default"] },
        { name = "b", zones-from = ["d"] },
        { name = "c", zones-from = ["d", "default", "e"] },
        { name = "d" }, { name = "e", zones-from = ["b"] }]
)");
    CHECK(read.finding() == "none");
    CHECK(sources_of(read.configuration) ==
          "a: b d c default e; b: d; c: d default e b; d:; e: b d; default:; ");
}

TEST_CASE("views: an overlay inherits from its base, not from the top") {
    ReadConfiguration read(R"(
max-shrink = 20
dnssec = true
[template.t]
max-shrink = 30
rules = { no-ttl = "error" }
[[zone]]
name = "x"
file = "x"
template = "t"
allow-query = ["10.0.0.0/8"]
[[view]]
name = "a"
[[view.zone]]
name = "x"
base = "default"
overlay = "a.patch"
rules = { outside-zone = "note" }
dnssec = "insecure"
[[view]]
name = "b"
[[view.zone]]
name = "x"
base = "a"
overlay = "b.patch"
max-shrink = 40
[[view]]
name = "c"
[[view.zone]]
name = "x"
base = "default"
allow-query = ["192.168.0.0/16"]
[[view]]
name = "d"
[[view.zone]]
name = "x"
base = "default"
)");
    CHECK(read.finding() == "none");
    const server::Configuration& configuration = read.configuration;
    REQUIRE(configuration.zones.size() == 5);
    auto base = zone_of(configuration, 4, "x.").choices;
    auto a = zone_of(configuration, 0, "x.").choices;
    CHECK(a->max_shrink == 30);
    CHECK(a->dnssec == server::Dnssec::insecure);
    CHECK(a->severities.of(*server::find_rule("no-ttl")) == dns::Severity::error);
    CHECK(a->severities.of(*server::find_rule("outside-zone")) == dns::Severity::note);
    CHECK(a->allow_query == base->allow_query);
    auto b = zone_of(configuration, 1, "x.").choices;
    CHECK(b->max_shrink == 40);
    CHECK(b->severities.of(*server::find_rule("outside-zone")) == dns::Severity::note);
    auto c = zone_of(configuration, 2, "x.").choices;
    CHECK(c->max_shrink == 30);
    CHECK(c->allow_query == std::vector<std::string>{"192.168.0.0/16"});
    CHECK(zone_of(configuration, 3, "x.").choices == base);
}

TEST_CASE("views: deep stacks and long chains of views are no depth of calls") {
    std::string text = "[[zone]]\nname='x'\nfile='x'\n";
    constexpr size_t kViews = 4000;
    for (size_t i = 0; i < kViews; ++i) {
        std::string next = i + 1 < kViews ? "v" + std::to_string(i + 1) : "default";
        text += "[[view]]\nname='v" + std::to_string(i) + "'\n[[view.zone]]\nname='x'\nbase='" +
                next + "'\noverlay='p'\n";
    }
    ReadConfiguration read(text);
    CHECK(read.finding() == "none");
    REQUIRE(read.configuration.zones.size() == kViews + 1);
    for (size_t i = 1; i <= kViews; ++i) {
        server::ConfiguredZone zone = read.configuration.zones[i];
        if (zone.base == read.configuration.zones[i - 1].view) continue;
        FAIL("row " << i << " stands before its base");
    }
}

TEST_CASE("views: what is wrong is told in words that name both sides") {
    ReadConfiguration read(R"(
view = [{ name = 'a', zone = [{ name = 'x', base = 'b', overlay = 'y' }] },
        { name = 'b', zone = [{ name = 'x', base = 'a', overlay = 'y' }] },
        { name = 'c', zone = [{ name = 'x', base = 'a', overlay = 'y' }] },
        { name = 'd', zone = [{ name = 'z', base = 'a', overlay = 'y' }] },
        { name = 'a' }]
)");
    REQUIRE(read.findings.rows().size() == 3);
    CHECK(read.findings.rows()[0].sentence() == "zone 'x.' rests on itself: b -> a -> b");
    CHECK(read.findings.rows()[1].sentence() == "view 'a' serves no zone 'z.'");
    CHECK(read.findings.rows()[2].sentence() ==
          "view 'a' stands here a second time; it stands first at conf/apex.toml:2");
}

}  // namespace apex_tests
