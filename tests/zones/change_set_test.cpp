#include "zones/change_set.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

zones::LooseRecord loose(uint16_t type, uint32_t ttl, const std::string& rdata, uint64_t line) {
    return {type,
            ttl,
            {reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()},
            dns::Place(1, line, 1)};
}

}  // namespace

TEST_CASE("loose records become an RRset: canonical order, none twice, the lowest TTL") {
    const std::string one("\3\0\0\1", 4), two("\1\0\0\1", 4);
    std::vector<zones::LooseRecord> records{loose(dns::type::A, 300, one, 1),
                                            loose(dns::type::A, 60, two, 2),
                                            loose(dns::type::A, 300, one, 3)};
    zones::OwnedRrset rrset;
    REQUIRE(zones::make_rrset(records, rrset));
    CHECK(rrset.type == dns::type::A);
    CHECK(rrset.covered == 0);
    CHECK(rrset.count == 2);
    REQUIRE(rrset.wire.size() == 28);
    zones::RecordView first(rrset.wire.data()), second(rrset.wire.data() + 14);
    CHECK(first.rdata()[0] == 1);
    CHECK(second.rdata()[0] == 3);
    CHECK(first.ttl() == 60);
    CHECK(second.ttl() == 60);
    REQUIRE(rrset.places.size() == 2);
    CHECK(rrset.places[0].line() == 2);
    CHECK(rrset.places[1].line() == 1);
}

TEST_CASE("the TTL of a record that is there twice counts, too") {
    const std::string address("\1\0\0\1", 4);
    std::vector<zones::LooseRecord> records{loose(dns::type::A, 300, address, 1),
                                            loose(dns::type::A, 60, address, 2)};
    zones::OwnedRrset rrset;
    REQUIRE(zones::make_rrset(records, rrset));
    CHECK(rrset.count == 1);
    CHECK(zones::RecordView(rrset.wire.data()).ttl() == 60);
}

TEST_CASE("names that differ in case only are one record") {
    const std::string upper("\2NS\0", 4), lower("\2ns\0", 4);
    std::vector<zones::LooseRecord> records{loose(dns::type::NS, 60, upper, 1),
                                            loose(dns::type::NS, 60, lower, 2)};
    zones::OwnedRrset rrset;
    REQUIRE(zones::make_rrset(records, rrset));
    CHECK(rrset.count == 1);
    CHECK(rrset.wire[11] == 'N');
}

TEST_CASE("no records make no RRset, too many none that fits") {
    std::vector<zones::LooseRecord> records;
    zones::OwnedRrset rrset;
    CHECK(zones::make_rrset(records, rrset));
    CHECK(rrset.count == 0);

    std::vector<std::string> texts;
    for (size_t i = 0; i < 300; ++i)
        texts.push_back(std::string(1, '\xfa') + std::string(248, 'x') + char('0' + i / 100) +
                        char('0' + i % 100));
    for (const std::string& text : texts) records.push_back(loose(dns::type::TXT, 60, text, 1));
    CHECK_FALSE(zones::make_rrset(records, rrset));
}

TEST_CASE("an RRset of a zone can be owned") {
    MadeZone made =
        zone_from_text("@ 60 A 192.0.2.1\n@ 60 A 192.0.2.2\n", reference::from_text("example."));
    zones::RrsetView view = made->apex().find(dns::type::A);
    zones::OwnedRrset owned = zones::own(view);
    CHECK(owned.type == dns::type::A);
    CHECK(owned.count == 2);
    CHECK(owned.places.size() == 2);
    CHECK(owned.places[1].line() == 2);
    CHECK(std::equal(owned.wire.begin(), owned.wire.end(), view.wire().begin(), view.wire().end()));
    zones::RrsetParts parts = owned.parts();
    CHECK(parts.count == 2);
    CHECK(parts.wire.data() == owned.wire.data());
    CHECK(zones::own(zones::RrsetView()).count == 0);
}

}  // namespace apex_tests
