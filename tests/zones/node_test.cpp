#include "zones/node.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "zones/change_set.h"

namespace apex_tests {

namespace {

constexpr uint8_t kWww[] = {3, 'W', 'w', 'w'};
const dns::NameView kName(kWww, sizeof kWww);

std::vector<uint8_t> records(uint16_t type, uint32_t ttl, std::initializer_list<std::string> all) {
    std::vector<uint8_t> wire;
    for (const std::string& rdata : all)
        zones::append_record(wire, type, ttl,
                             {reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()});
    return wire;
}

zones::RrsetParts parts(uint16_t type, uint16_t covered, uint16_t count,
                        const std::vector<uint8_t>& wire, bool with_links = false) {
    zones::RrsetParts made;
    made.type = type;
    made.covered = covered;
    made.count = count;
    made.with_links = with_links;
    made.wire = wire;
    return made;
}

struct Written {
    Written(dns::NameView name, const std::vector<zones::RrsetParts>& rrsets)
        : octets(zones::node_size(name, rrsets) / 8 + 1, ~uint64_t{0}) {
        size = zones::node_size(name, rrsets);
        head = zones::write_node(reinterpret_cast<uint8_t*>(octets.data()), name, rrsets);
    }
    std::vector<uint64_t> octets;
    size_t size;
    zones::NodeHead* head;
};

}  // namespace

TEST_CASE("a node gives back what it was written from") {
    std::vector<uint8_t> a = records(dns::type::A, 60, {"\1\2\3\4", "\1\2\3\5"});
    std::vector<uint8_t> txt =
        records(dns::type::TXT, 3600, {std::string("\2ab", 3), std::string("\0", 1)});
    Written written(kName, {parts(dns::type::A, 0, 2, a), parts(dns::type::TXT, 0, 2, txt)});
    const dns::Place places[] = {{1, 1, 1}, {1, 2, 1}, {1, 3, 1}, {1, 4, 1}};
    zones::NodeView node(written.head, places);

    CHECK(node.name() == kName);
    CHECK(node.name().data()[1] == 'W');
    CHECK_FALSE(node.is_apex());
    CHECK_FALSE(node.is_empty());
    CHECK(node.rrset_count() == 2);
    CHECK(node.record_count() == 4);
    CHECK(node.head().facts == 0);
    zones::RrsetView second = node.find(dns::type::TXT);
    REQUIRE(second);
    CHECK(second.count() == 2);
    CHECK(second.ttl() == 3600);
    CHECK(second.place(0).line() == 3);
    CHECK(second.place(1).line() == 4);
    CHECK(std::vector<uint8_t>(second.wire().begin(), second.wire().end()) == txt);
    CHECK(second.first().rdata().size() == 3);
    CHECK_FALSE(node.find(dns::type::MX));
    CHECK(node.owns(dns::type::A));
    size_t count = 0;
    for (zones::RecordView record : node.rrset(0)) {
        CHECK(record.type() == dns::type::A);
        CHECK(record.ttl() == 60);
        CHECK(record.rdata()[3] == 4 + count++);
    }
    CHECK(count == 2);
    // Nothing was written behind its size.
    CHECK(written.size % 8 == 0);
    CHECK(written.octets.back() == ~uint64_t{0});
}

TEST_CASE("an apex and an empty non-terminal") {
    Written apex(dns::NameView(), {});
    zones::NodeView node(apex.head, nullptr);
    CHECK(node.is_apex());
    CHECK(node.is_empty());
    CHECK(node.record_count() == 0);
    CHECK(apex.size == 16);
    CHECK_FALSE(zones::NodeView());
}

TEST_CASE("NS below the apex is a cut, at the apex it is none") {
    std::vector<uint8_t> ns = records(dns::type::NS, 60, {std::string(1, '\0')});
    std::vector<zones::RrsetParts> rrsets{parts(dns::type::NS, 0, 1, ns)};
    CHECK(Written(kName, rrsets).head->facts == zones::fact::cut);
    CHECK(Written(dns::NameView(), rrsets).head->facts == 0);
    rrsets = {parts(dns::type::CNAME, 0, 1, ns)};
    CHECK(Written(kName, rrsets).head->facts == zones::fact::alias);
    rrsets = {parts(dns::type::DNAME, 0, 1, ns)};
    CHECK(Written(dns::NameView(), rrsets).head->facts == zones::fact::redirect);
}

TEST_CASE("a name that owns NSEC3 and its signatures only is a hashed owner") {
    std::vector<uint8_t> wire = records(dns::type::NSEC3, 60, {std::string(9, '\0')});
    zones::RrsetParts hashed = parts(dns::type::NSEC3, 0, 1, wire);
    zones::RrsetParts its_signature = parts(dns::type::RRSIG, dns::type::NSEC3, 1, wire);
    zones::RrsetParts other_signature = parts(dns::type::RRSIG, dns::type::A, 1, wire);
    CHECK(Written(kName, {hashed, its_signature}).head->facts == zones::fact::hashed_owner);
    CHECK(Written(kName, {its_signature, other_signature}).head->facts == 0);
    CHECK(Written(kName, {parts(dns::type::A, 0, 1, wire), hashed}).head->facts == 0);
    CHECK(Written(kName, {}).head->facts == 0);
    CHECK(Written(dns::NameView(), {hashed}).head->facts == 0);

    Written written(kName, {hashed});
    CHECK(zones::NodeView(written.head, nullptr).is_hidden());
    written.head->children = 1;
    CHECK_FALSE(zones::NodeView(written.head, nullptr).is_hidden());
}

TEST_CASE("signatures are found by the type that they cover") {
    std::vector<uint8_t> wire = records(dns::type::RRSIG, 60, {std::string(19, '\0')});
    Written written(kName, {parts(dns::type::RRSIG, dns::type::A, 1, wire),
                            parts(dns::type::RRSIG, dns::type::MX, 1, wire)});
    zones::NodeView node(written.head, nullptr);
    CHECK(node.find(dns::type::RRSIG, dns::type::MX).covered() == dns::type::MX);
    CHECK_FALSE(node.find(dns::type::RRSIG, dns::type::NS));
    CHECK_FALSE(node.find(dns::type::RRSIG, dns::type::MX).place(0).known());
}

TEST_CASE("links stand in front of the records that they are for") {
    std::vector<uint8_t> text = records(dns::type::A, 60, {"odd"});  // so that links need padding
    std::vector<uint8_t> mx =
        records(dns::type::MX, 60, {std::string(3, '\0'), std::string(4, '\1')});
    Written written(kName, {parts(dns::type::A, 0, 1, text), parts(dns::type::MX, 0, 2, mx, true)});
    zones::NodeView node(written.head, nullptr);
    zones::RrsetView rrset = node.find(dns::type::MX);
    REQUIRE(rrset.has_links());
    CHECK_FALSE(node.find(dns::type::A).has_links());
    CHECK_FALSE(rrset.link(0));
    CHECK_FALSE(rrset.link(1));
    CHECK(node.entries()[1].links_at() % 4 == 0);
    CHECK(std::vector<uint8_t>(rrset.wire().begin(), rrset.wire().end()) == mx);
    uint32_t units = 77;
    std::memcpy(
        reinterpret_cast<uint8_t*>(written.octets.data()) + node.entries()[1].links_at() + 4,
        &units, 4);
    CHECK_FALSE(rrset.link(0));
    CHECK(rrset.link(1) == zones::Ref(77));
    CHECK(std::vector<uint8_t>(rrset.wire().begin(), rrset.wire().end()) == mx);
}

TEST_CASE("names of every size are aligned for what follows") {
    std::vector<uint8_t> a = records(dns::type::A, 60, {"\1\2\3\4"});
    for (size_t label = 1; label <= 63; ++label) {
        std::vector<uint8_t> name(label + 1, 'x');
        name[0] = static_cast<uint8_t>(label);
        Written written({name.data(), name.size()}, {parts(dns::type::A, 0, 1, a)});
        zones::NodeView node(written.head, nullptr);
        CHECK(reinterpret_cast<uintptr_t>(node.entries()) % 4 == 0);
        CHECK(node.find(dns::type::A).first().rdata()[0] == 1);
        CHECK(node.name() == dns::NameView(name.data(), name.size()));
    }
}

TEST_CASE("only signatures cover a type") {
    const uint8_t rdata[] = {0, 15, 13};
    CHECK(zones::covered_type(dns::type::RRSIG, rdata) == dns::type::MX);
    CHECK(zones::covered_type(dns::type::SIG, rdata) == dns::type::MX);
    CHECK(zones::covered_type(dns::type::A, rdata) == 0);
    CHECK(zones::covered_type(dns::type::RRSIG, dns::Octets(rdata, 1)) == 0);
}

}  // namespace apex_tests
