#include "zones/diff.h"

#include <doctest/doctest.h>

#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

MadeZone zone(const std::string& text) {
    MadeZone made = zone_from_text("@ 60 SOA ns hostmaster 1 7200 3600 604800 300\n" + text,
                                   reference::from_text("example."));
    CHECK_MESSAGE(!made.findings->failed(), made.complaints());
    REQUIRE(made.zone);
    return made;
}

// "a.example. A 1>2 ..." for each change: counts of records before and after.
std::string changes(const zones::ChangeSet& set) {
    std::string text;
    for (const zones::RrsetChange& change : set.changes) {
        const zones::OwnedRrset& named = change.before.count ? change.before : change.after;
        text += dns::to_text(change.owner) + " " + dns::type_text(named.type) + " " +
                std::to_string(change.before.count) + ">" + std::to_string(change.after.count) +
                " ";
    }
    return text;
}

}  // namespace

TEST_CASE("zones with the same content do not differ, however they were written") {
    MadeZone one = zone("a 60 A 192.0.2.1\na 60 A 192.0.2.2\nb 60 TXT x\n");
    MadeZone other = zone("B 60 TXT \"x\"\n\n\nA 60 A 192.0.2.2\na 60 A 192.0.2.1\n");
    CHECK(zones::diff(*one, *other).empty());
    CHECK(zones::diff(*one, *one).empty());
}

TEST_CASE("differences come in canonical order, an RRset each") {
    MadeZone before = zone("a 60 A 192.0.2.1\nb 60 A 192.0.2.1\nx.c 60 TXT x\nd 60 A 192.0.2.1\n");
    MadeZone after = zone(
        "a 60 A 192.0.2.1\na 60 A 192.0.2.2\na 60 TXT new\nx.c 60 TXT X\n"
        "d 61 A 192.0.2.1\n0.a 60 A 192.0.2.1\n");
    CHECK(changes(zones::diff(*before, *after)) ==
          "a.example. A 1>2 a.example. TXT 0>1 0.a.example. A 0>1 b.example. A 1>0 "
          "x.c.example. TXT 1>1 d.example. A 1>1 ");
    CHECK(changes(zones::diff(*after, *before)) ==
          "a.example. A 2>1 a.example. TXT 1>0 0.a.example. A 1>0 b.example. A 0>1 "
          "x.c.example. TXT 1>1 d.example. A 1>1 ");
}

TEST_CASE("an empty non-terminal that comes or goes is no difference of its own") {
    MadeZone before = zone("");
    MadeZone after = zone("a.b.c 60 A 192.0.2.1\n");
    CHECK(changes(zones::diff(*before, *after)) == "a.b.c.example. A 0>1 ");
    CHECK(changes(zones::diff(*after, *before)) == "a.b.c.example. A 1>0 ");
}

TEST_CASE("signatures differ by the type that they cover") {
    const char* const kRest = " 13 2 60 20300101000000 20200101000000 1 example. AAAA\n";
    MadeZone before = zone(std::string("@ 60 RRSIG SOA") + kRest + "@ 60 RRSIG A" + kRest);
    MadeZone after = zone(std::string("@ 60 RRSIG SOA") + kRest + "@ 60 RRSIG MX" + kRest);
    zones::ChangeSet set = zones::diff(*before, *after);
    REQUIRE(set.changes.size() == 2);
    CHECK(set.changes[0].before.covered == dns::type::A);
    CHECK(set.changes[0].after.count == 0);
    CHECK(set.changes[1].after.covered == dns::type::MX);
}

TEST_CASE("a difference applied gives the other zone") {
    MadeZone before = zone("a 60 A 192.0.2.1\ncut 60 NS ns.cut\nns.cut 60 A 192.0.2.1\n");
    MadeZone after = zone("*.a 60 A 192.0.2.1\ncut 60 TXT \"no cut\"\n");
    auto applied = before->apply(zones::diff(*before, *after));
    REQUIRE(applied.ok());
    CHECK(print(**applied) == print(*after));
    CHECK((*applied)->name_count() == after->name_count());
    CHECK((*applied)->record_count() == after->record_count());
    CHECK(before->record_count() == 4);
}

}  // namespace apex_tests
