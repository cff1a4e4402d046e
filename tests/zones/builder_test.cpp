#include "zones/builder.h"

#include <doctest/doctest.h>

#include "tests/zones/make_zone.h"
#include "zones/rules.h"

namespace apex_tests {

namespace {

using reference::Record;
namespace type = reference::type;

const reference::Name kOrigin = reference::from_text("example.");

Record record(const char* owner, uint16_t number, uint32_t ttl, std::string rdata, size_t line) {
    return {reference::from_text(owner), number, ttl, std::move(rdata), line};
}

std::string address(int last) {
    return {static_cast<char>(192), 0, 2, static_cast<char>(last)};
}

zones::NodeView find(const MadeZone& made, const char* name) {
    dns::Name absolute = reference::dns_name(name);
    return made->find(relative_to(absolute, *made));
}

// The lines of the findings of a rule.
std::string lines(const MadeZone& made, const dns::Rule& rule) {
    std::string text;
    for (const dns::Finding& finding : made.findings->rows())
        if (finding.rule == &rule) text += std::to_string(finding.line) + " ";
    return text;
}

}  // namespace

TEST_CASE("a zone without records is an apex") {
    MadeZone made = zone_from_records({}, kOrigin);
    REQUIRE(made.zone);
    CHECK(made->name_count() == 1);
    CHECK(made->record_count() == 0);
    CHECK(made->apex().is_apex());
    CHECK(made->apex().is_empty());
}

TEST_CASE("records of one name come together, in whatever case and order") {
    for (size_t per_batch : {1, 2, 100}) {
        MadeZone made = zone_from_records({record("WWW.example.", type::A, 60, address(2), 1),
                                           record("a.example.", type::A, 60, address(1), 2),
                                           record("www.EXAMPLE.", type::A, 60, address(1), 3),
                                           record("wWw.example.", type::TXT, 60, "\1x", 4)},
                                          kOrigin, per_batch);
        REQUIRE(made.zone);
        CHECK(made->name_count() == 3);
        CHECK(made->record_count() == 4);
        zones::NodeView www = find(made, "www.example.");
        REQUIRE(www);
        CHECK(www.name().data()[1] == 'W');  // as it was written first
        REQUIRE(www.rrset_count() == 2);
        CHECK(www.rrset(0).type() == type::A);
        CHECK(www.rrset(0).place(0).line() == 3);
        CHECK(www.rrset(0).place(1).line() == 1);
        CHECK(www.rrset(1).place(0).line() == 4);
    }
}

TEST_CASE("identical records are made one, with a note at the second") {
    MadeZone made = zone_from_records({record("a.example.", type::A, 60, address(1), 1),
                                       record("a.example.", type::A, 60, address(2), 2),
                                       record("A.example.", type::A, 60, address(1), 3)},
                                      kOrigin);
    CHECK(made->record_count() == 2);
    CHECK(lines(made, zones::rule::duplicate_record) == "3 ");
    CHECK(lines(made, zones::rule::ttl_differs) == "");
}

TEST_CASE("the lowest TTL serves, also that of a record that is there twice") {
    MadeZone made = zone_from_records({record("a.example.", type::A, 300, address(1), 1),
                                       record("a.example.", type::A, 60, address(2), 2),
                                       record("b.example.", type::A, 300, address(1), 3),
                                       record("b.example.", type::A, 30, address(1), 4)},
                                      kOrigin);
    CHECK(find(made, "a.example.").find(type::A).ttl() == 60);
    for (zones::RecordView each : find(made, "a.example.").find(type::A)) CHECK(each.ttl() == 60);
    CHECK(lines(made, zones::rule::ttl_differs) == "1 ");
    CHECK(find(made, "b.example.").find(type::A).ttl() == 30);
}

TEST_CASE("signatures take the TTL of what they cover, whatever theirs was") {
    auto signature = [](uint16_t covered) {
        return std::string{0, static_cast<char>(covered), 13, 2, 0, 0, 0, 60} +
               std::string(10, '\1') + std::string(1, '\0') + "s";
    };
    MadeZone made = zone_from_records({record("a.example.", type::RRSIG, 9, signature(type::A), 1),
                                       record("a.example.", type::RRSIG, 5, signature(type::MX), 2),
                                       record("a.example.", type::A, 300, address(1), 3),
                                       record("a.example.", type::A, 60, address(2), 4)},
                                      kOrigin);
    CHECK(find(made, "a.example.").find(type::RRSIG, type::A).ttl() == 60);
    CHECK(find(made, "a.example.").find(type::RRSIG, type::MX).ttl() == 5);
}

TEST_CASE("records outside the zone are dropped and told") {
    MadeZone made = zone_from_records(
        {record("example.", type::A, 60, address(1), 1),
         record("example.com.", type::A, 60, address(1), 2),
         record("anexample.", type::A, 60, address(1), 3), record(".", type::A, 60, address(1), 4),
         record("a.example.", type::A, 60, address(1), 5)},
        kOrigin);
    CHECK(made->record_count() == 2);
    CHECK(lines(made, zones::rule::outside_zone) == "2 3 4 ");
}

TEST_CASE("every name between is a node that knows its children") {
    MadeZone made = zone_from_records({record("a.b.c.example.", type::A, 60, address(1), 1),
                                       record("x.c.example.", type::A, 60, address(1), 2),
                                       record("*.y.c.example.", type::A, 60, address(1), 3)},
                                      kOrigin);
    CHECK(made->name_count() == 7);
    CHECK(made->apex().children() == 1);
    zones::NodeView c = find(made, "c.example.");
    REQUIRE(c);
    CHECK(c.is_empty());
    CHECK(c.children() == 3);
    CHECK_FALSE(c.has(zones::fact::wildcard_child));
    CHECK(find(made, "y.c.example.").has(zones::fact::wildcard_child));
    CHECK(find(made, "a.b.c.example.").children() == 0);
}

TEST_CASE("links lead to the nodes of targets inside the zone") {
    MadeZone made = zone_from_text(R"($ORIGIN example.
@     60 NS NS1
@     60 NS ns2.example.
@     60 NS ns.example.net.
ns1   60 A 192.0.2.1
alias 60 CNAME x.empty
mail  60 MX 10 example.
a.x.empty 60 A 192.0.2.1
)",
                                   kOrigin);
    zones::RrsetView ns = made->apex().find(type::NS);
    REQUIRE(ns.count() == 3);
    REQUIRE(ns.has_links());
    size_t index = 0;
    for (zones::RecordView each : ns) {
        zones::Ref link = ns.link(index++);
        bool is_ns1 = each.rdata()[0] == 3 && each.rdata()[3] == '1';
        CHECK(static_cast<bool>(link) == is_ns1);
        if (is_ns1) CHECK(made->base().node(link) == find(made, "ns1.example."));
    }
    zones::RrsetView alias = find(made, "alias.example.").find(type::CNAME);
    REQUIRE(alias.link(0));
    CHECK(made->base().node(alias.link(0)) == find(made, "x.empty.example."));
    zones::RrsetView mail = find(made, "mail.example.").find(type::MX);
    CHECK(made->base().node(mail.link(0)) == made->apex());
}

TEST_CASE("an RRset that fits no message is refused, with its signatures counted") {
    std::vector<Record> records;
    std::string text = std::string(1, '\xff') + std::string(255, 'x');
    auto text_record = [&](size_t number) {
        std::string rdata = text;
        rdata[1] = static_cast<char>(number / 200);
        rdata[2] = static_cast<char>(number % 200);
        return record("a.example.", type::TXT, 60, rdata, number + 1);
    };
    for (size_t i = 0; i < 240; ++i) records.push_back(text_record(i));  // 64,320 octets
    CHECK(lines(zone_from_records(records, kOrigin), zones::rule::rrset_too_large) == "");
    std::string signature = std::string("\0\x10\x0d\2\0\0\0\x3c", 8) + std::string(10, '\1') +
                            std::string(1, '\0') + std::string(2000, 's');
    records.push_back(record("a.example.", type::RRSIG, 60, signature, 300));
    CHECK(lines(zone_from_records(records, kOrigin), zones::rule::rrset_too_large) == "1 ");
    records.pop_back();
    for (size_t i = 240; i < 250; ++i) records.push_back(text_record(i));
    CHECK(lines(zone_from_records(records, kOrigin), zones::rule::rrset_too_large) == "1 ");
}

TEST_CASE("too many records and too many types are told once") {
    std::vector<Record> records;
    for (size_t i = 0; i < 5001; ++i)
        records.push_back(record("a.example.", 65280, 60,
                                 {static_cast<char>(i >> 8), static_cast<char>(i)}, i + 1));
    MadeZone made = zone_from_records(records, kOrigin);
    CHECK(lines(made, zones::rule::too_many_records) == "1 ");
    records.pop_back();
    CHECK(lines(zone_from_records(records, kOrigin), zones::rule::too_many_records) == "");

    records.clear();
    for (uint16_t i = 0; i < 201; ++i)
        records.push_back(record("a.example.", static_cast<uint16_t>(1000 + i), 60, "x", i + 1u));
    CHECK(lines(zone_from_records(records, kOrigin), zones::rule::too_many_types) == "1 ");
    records.pop_back();
    CHECK(lines(zone_from_records(records, kOrigin), zones::rule::too_many_types) == "");
}

}  // namespace apex_tests
