#include "zones/zone.h"

#include <doctest/doctest.h>

#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

const char* const kSoa = "@ 60 SOA ns hostmaster 1 7200 3600 604800 300\n";

MadeZone zone(const char* origin, const std::string& text) {
    MadeZone made = zone_from_text(text, reference::from_text(origin));
    CHECK_MESSAGE(!made.findings->failed(), made.complaints());
    REQUIRE(made.zone);
    return made;
}

std::string text_of(const zones::Zone& zone, const zones::NodeView& node) {
    return node ? dns::to_text(zone.absolute(node.name())) : "none";
}

zones::Position locate(const zones::Zone& zone, const char* name) {
    return zone.locate_absolute(reference::dns_name(name));
}

}  // namespace

// RFC 4034 6.1: the example of canonical order.
TEST_CASE("names stand in canonical order") {
    MadeZone made = zone("example.", std::string("$ORIGIN example.\n") + R"(
zABC.a    60 A 192.0.2.1
*.z       60 A 192.0.2.1
yljkjljk.a 60 A 192.0.2.1
\200.z    60 A 192.0.2.1
Z.a       60 A 192.0.2.1
z         60 A 192.0.2.1
\001.z    60 A 192.0.2.1
@         60 A 192.0.2.1
a         60 A 192.0.2.1
)");
    static const char* const kOrder[] = {
        "example.",         "a.example.",      "yljkjljk.a.example.",
        "Z.a.example.",     "zABC.a.example.", "z.example.",
        "\\001.z.example.", "*.z.example.",    "\\200.z.example."};
    size_t rank = 0;
    for (zones::Zone::Cursor at(*made); at; at.next(), ++rank) {
        REQUIRE(rank < std::size(kOrder));
        CHECK(text_of(*made, *at) == kOrder[rank]);
        CHECK((*at).head().rank == rank);
        CHECK(made->base().by_rank(rank) == *at);
    }
    CHECK(rank == std::size(kOrder));
    CHECK(made->name_count() == rank);

    std::string part;
    for (zones::Zone::Cursor at(*made, 2, 4); at; at.next()) part += text_of(*made, *at) + " ";
    CHECK(part == "yljkjljk.a.example. Z.a.example. ");
}

TEST_CASE("at or before is the name itself, or the last in front of it") {
    MadeZone made = zone("example.", std::string(kSoa) + "b 60 A 192.0.2.1\nx.d 60 A 192.0.2.1\n");
    auto before = [&](const char* name) {
        dns::Name absolute = reference::dns_name(name);
        return text_of(*made, made->at_or_before(relative_to(absolute, *made)));
    };
    CHECK(before("example.") == "example.");
    CHECK(before("a.example.") == "example.");
    CHECK(before("B.example.") == "b.example.");
    CHECK(before("z.b.example.") == "b.example.");
    CHECK(before("d.example.") == "d.example.");
    CHECK(before("w.d.example.") == "d.example.");
    CHECK(before("zzz.example.") == "x.d.example.");
}

TEST_CASE("locating tells the node, the closest encloser, and what ends the search") {
    MadeZone made = zone("example.", std::string(kSoa) + R"(
www.deep.down 60 A 192.0.2.1
cut           60 NS ns.cut
ns.cut        60 A 192.0.2.1
dname         60 DNAME elsewhere.test.
)");
    zones::Position position = locate(*made, "www.deep.down.example.");
    CHECK(text_of(*made, position.node) == "www.deep.down.example.");
    CHECK(position.encloser == position.node);
    CHECK(position.encloser_labels == 3);
    CHECK_FALSE(position.crossing);

    position = locate(*made, "a.b.c.deep.down.example.");
    CHECK_FALSE(position.node);
    CHECK(text_of(*made, position.encloser) == "deep.down.example.");
    CHECK(position.encloser_labels == 2);

    position = locate(*made, "ns.cut.example.");
    CHECK(text_of(*made, position.crossing) == "cut.example.");
    position = locate(*made, "cut.example.");
    CHECK(position.crossing == position.node);
    position = locate(*made, "dname.example.");
    CHECK(position.node);
    CHECK_FALSE(position.crossing);
    position = locate(*made, "x.dname.example.");
    CHECK(text_of(*made, position.crossing) == "dname.example.");
}

TEST_CASE("a name outside the zone has no position") {
    MadeZone made = zone("a.example.", kSoa);
    for (const char* name : {".", "example.", "b.example.", "ba.example.", "a.example.com."}) {
        zones::Position position = locate(*made, name);
        CHECK_FALSE(position.node);
        CHECK_FALSE(position.encloser);
    }
    dns::NameView relative;
    CHECK_FALSE(made->relative(reference::dns_name("xa.example."), relative));
    dns::Name absolute = reference::dns_name("b.A.example.");
    REQUIRE(made->relative(absolute, relative));
    CHECK(relative.size() == 2);
    CHECK(made->absolute(relative) == absolute);
}

TEST_CASE("names of every length are found and told apart") {
    std::string text = kSoa;
    std::string name = "x";
    for (size_t depth = 1; depth < 120; ++depth) {
        text += name + " 60 A 192.0.2.1\n";
        name = (depth % 2 ? "y." : "X.") + name;
    }
    MadeZone made = zone("example.", text);
    CHECK(made->name_count() == 120);
    CHECK(made->base().max_depth() == 119);
    zones::Position position = locate(*made, (name + ".example.").c_str());
    CHECK_FALSE(position.node);
    CHECK(position.encloser_labels == 119);
}

TEST_CASE("the serial is that of the SOA record") {
    CHECK(zone("example.", "@ 60 SOA . . 4294967295 1 2 3 4\n")->serial() == 4294967295u);
    CHECK(zone("example.", "@ 60 NS ns.example.net.\n")->serial() == 0);
}

TEST_CASE("a zone of the root") {
    MadeZone made = zone(".", std::string(kSoa) + "com. 60 NS ns.com.\nns.com. 60 A 192.0.2.1\n");
    CHECK(made->name_count() == 3);
    CHECK(text_of(*made, locate(*made, "www.COM.").crossing) == "com.");
}

TEST_CASE("folding is due when much has changed, and changes nothing that is seen") {
    MadeZone made = zone("example.", std::string(kSoa) + "a 60 A 192.0.2.1\n");
    CHECK_FALSE(made->wants_fold());
    std::shared_ptr<const zones::Zone> folded = made->fold();
    CHECK(print(*folded) == print(*made));
    CHECK(folded->changes().empty());

    std::vector<uint8_t> wire;
    const uint8_t address[] = {192, 0, 2, 9};
    zones::append_record(wire, dns::type::A, 60, address);
    zones::ChangeSet changes;
    for (int i = 0; i < 1100; ++i) {
        zones::RrsetChange change;
        change.owner = reference::dns_name("h" + std::to_string(i) + ".example.");
        change.after = {dns::type::A, 0, 1, wire, {dns::Place()}};
        changes.changes.push_back(std::move(change));
    }
    auto next = made->apply(changes);
    REQUIRE(next.ok());
    CHECK((*next)->wants_fold());
    folded = (*next)->fold();
    CHECK_FALSE(folded->wants_fold());
    CHECK(folded->name_count() == 1102);
    CHECK(print(*folded) == print(**next));
}

TEST_CASE("an RRset does not become one of another type") {
    MadeZone made = zone("example.", std::string(kSoa) + "a 60 A 192.0.2.1\n");
    zones::RrsetChange change;
    change.owner = reference::dns_name("a.example.");
    change.before = own(made->find(relative_to(change.owner, *made)).find(dns::type::A));
    REQUIRE(change.before.count == 1);
    std::vector<uint8_t> wire;
    const uint8_t text[] = {1, 'x'};
    zones::append_record(wire, dns::type::TXT, 60, text);
    change.after = {dns::type::TXT, 0, 1, wire, {dns::Place()}};
    auto next = made->apply({{change}});
    REQUIRE_FALSE(next.ok());
    CHECK(next.fault().sentence == "a.example. A would become an RRset of another type");
}

}  // namespace apex_tests
