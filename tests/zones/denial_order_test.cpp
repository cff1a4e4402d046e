#include "zones/denial_order.h"

#include <doctest/doctest.h>

#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

const char* const kSoa = "@ 60 SOA ns hostmaster 1 7200 3600 604800 300\n";

std::string text_of(const zones::Zone& zone, const zones::NodeView& node) {
    return node ? dns::to_text(zone.absolute(node.name())) : "none";
}

struct Row {
    const char* name;
    const char* owner;
};

void check(const zones::Zone& zone, std::span<const Row> rows) {
    for (const Row& row : rows) {
        CAPTURE(std::string(row.name));
        dns::Name name = reference::dns_name(row.name);
        CHECK(text_of(zone, zone.denial_at_or_before(relative_to(name, zone))) == row.owner);
    }
}

zones::OwnedRrset rrset(uint16_t type, const std::string& rdata) {
    zones::OwnedRrset made{type, 0, 1, {}, {dns::Place()}};
    zones::append_record(made.wire, type, 60,
                         {reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()});
    return made;
}

std::shared_ptr<const zones::Zone> changed(const zones::Zone& zone, const char* owner,
                                           zones::OwnedRrset before, zones::OwnedRrset after) {
    auto next = zone.apply({{{reference::dns_name(owner), std::move(before), std::move(after)}}});
    REQUIRE_MESSAGE(next.ok(), owner);
    return *next;
}

zones::OwnedRrset owned(const zones::Zone& zone, const char* owner, uint16_t type) {
    dns::Name name = reference::dns_name(owner);
    return own(zone.find(relative_to(name, zone)).find(type));
}

}  // namespace

// RFC 5155 appendix A, some of its hashes.
TEST_CASE("NSEC3 owners are one ring") {
    MadeZone made = zone_from_text(std::string(kSoa) + R"(
@ 60 NSEC3PARAM 1 0 12 aabbccdd
0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 60 NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS
2t7b4g4vsa5smi47k61mv5bv1a22bojr 60 NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A
2vptu5timamqttgl4luu9kg21e0aor3s 60 NSEC3 1 1 12 aabbccdd 35mthgpgcu1qg68fab165klnsnk3dpvl MX
35mthgpgcu1qg68fab165klnsnk3dpvl 60 NSEC3 1 1 12 aabbccdd b4um86eghhds6nea196smvmlo4ors995 NS
t644ebqk9bibcna874givr6joj62mlhv 60 NSEC3 1 1 12 aabbccdd 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A
; of another chain, or of none
9n9mhaveqvm6t7vbl5lop2u3t2rp3tom 60 NSEC3 1 1 12 aabb 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS
9n9mhaveqvm6t7vbl5lop2u3t2rp3tom.below 60 NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS
)",
                                   reference::from_text("example."));
    REQUIRE_MESSAGE(!made.findings->failed(), made.complaints());
    CHECK(made->denial_kind() == zones::DenialKind::nsec3);
    CHECK(made->nsec3_parameters().size() == 9);
    static constexpr Row kRows[] = {
        {"0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example."},
        {"0P9MHAVEQVM6T7VBL5LOP2U3T2RP3TON.example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example."},
        {"2t7b4g4vsa5smi47k61mv5bv1a22bojs.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example."},
        {"9t7b4g4vsa5smi47k61mv5bv1a22bojs.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl.example."},
        {"zzzz.example.", "t644ebqk9bibcna874givr6joj62mlhv.example."},
        {"000.example.", "t644ebqk9bibcna874givr6joj62mlhv.example."},
        {"example.", "t644ebqk9bibcna874givr6joj62mlhv.example."},
    };
    check(*made, kRows);
}

TEST_CASE("NSEC owners follow the names, and what lies below a cut has no say") {
    MadeZone made = zone_from_text(std::string(kSoa) + R"(
@        60 NSEC a.example. NS
a        60 NSEC cut.example. A
cut      60 NS ns.elsewhere.
cut      60 NSEC z.example. NS
x.cut    60 NSEC y.example. A
b.x.cut  60 NSEC y.example. A
y.a      60 A 192.0.2.1
@        60 NSEC3PARAM 1 0 0 -
)",
                                   reference::from_text("example."));
    CHECK(made->denial_kind() == zones::DenialKind::nsec);
    CHECK(made->nsec3_parameters().empty());
    static constexpr Row kRows[] = {
        {"example.", "example."},       {"0.example.", "example."},
        {"a.example.", "a.example."},   {"z.a.example.", "a.example."},
        {"b.example.", "a.example."},   {"cut.example.", "cut.example."},
        {"z.example.", "cut.example."}, {"x.cut.example.", "cut.example."},
    };
    check(*made, kRows);
}

TEST_CASE("a zone without a chain that can be used denies nothing") {
    for (const char* apex : {"", "@ 60 NSEC3PARAM 2 0 0 -\n", "@ 60 NSEC3PARAM 1 1 0 -\n"}) {
        MadeZone made = zone_from_text(std::string(kSoa) + apex +
                                           "a 60 NSEC b.example. A\n"
                                           "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 60 NSEC3 1 0 0 - "
                                           "2t7b4g4vsa5smi47k61mv5bv1a22bojr\n",
                                       reference::from_text("example."));
        CHECK(made->denial_kind() == zones::DenialKind::none);
        CHECK_FALSE(made->denial_at_or_before(dns::NameView()));
    }
    // A chain without owners, too.
    MadeZone made = zone_from_text(std::string(kSoa) + "@ 60 NSEC3PARAM 1 0 0 -\n",
                                   reference::from_text("example."));
    CHECK(made->denial_kind() == zones::DenialKind::nsec3);
    CHECK_FALSE(made->denial_at_or_before(dns::NameView()));
}

TEST_CASE("changes add owners, take them away, and change the chain itself") {
    MadeZone made = zone_from_text(std::string(kSoa) + R"(
@ 60 NSEC a.example. NS
a 60 NSEC b.example. A
b 60 NSEC c.example. A
c 60 NSEC example. A
0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 60 NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS
)",
                                   reference::from_text("example."));
    const uint16_t nsec = dns::type::NSEC;
    auto zone = changed(*made, "b.example.", owned(*made, "b.example.", nsec), {});
    static constexpr Row kWithoutB[] = {{"b.example.", "a.example."}, {"c.example.", "c.example."}};
    check(*zone, kWithoutB);
    zone = changed(*zone, "c.example.", owned(*zone, "c.example.", nsec), {});
    static constexpr Row kWithoutC[] = {{"z.example.", "a.example."}};
    check(*zone, kWithoutC);
    zone = changed(*zone, "bb.example.", {}, rrset(nsec, std::string("\1z\0\0\1\x40", 6)));
    static constexpr Row kWithBb[] = {{"z.example.", "bb.example."}, {"b.example.", "a.example."}};
    check(*zone, kWithBb);
    check(*zone->fold(), kWithBb);

    zone = changed(*zone, "example.", owned(*zone, "example.", nsec), {});
    CHECK(zone->denial_kind() == zones::DenialKind::none);
    CHECK_FALSE(zone->denial_at_or_before(dns::NameView()));
    zone =
        changed(*zone, "example.", {}, rrset(dns::type::NSEC3PARAM, std::string("\1\0\0\0\0", 5)));
    CHECK(zone->denial_kind() == zones::DenialKind::nsec3);
    static constexpr Row kHashed[] = {{"example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example."}};
    check(*zone, kHashed);
    // The version before its chain was changed is as it was.
    check(*made, {{Row{"b.example.", "b.example."}}});
}

}  // namespace apex_tests
