// Signing of changes: what it costs. That it is right, is a property (tests/properties).
#include "signer/sign_changes.h"

#include "signer/renewals.h"
#include "tests/signer/signing.h"
#include "zones/diff.h"

namespace apex_tests {

namespace {

constexpr size_t kNames = 2000;

std::string big_zone(const std::string& extra = "", uint32_t serial = 1) {
    std::string text = "@ 3600 SOA ns hostmaster " + std::to_string(serial) + " 1 1 1 600\n";
    text += "@ 3600 NS ns\nns 60 A 192.0.2.1\n";
    for (size_t i = 0; i < kNames; ++i) text += "h" + std::to_string(i) + " 60 A 192.0.2.9\n";
    return text + extra;
}

struct Changed {
    size_t signatures = 0;
    size_t rrsets = 0;
    std::string fault;
};

// From a zone of many names and `before` to the same with `after`.
Changed change(const std::string& before, const std::string& after,
               const signer::SigningPolicy& policy = {}) {
    CountedKeys counted;
    MadeZone old_plain = example_zone(big_zone(before)),
             new_plain = example_zone(big_zone(after, 2));
    SignedZone old = sign(*old_plain, counted.keys, policy);
    counted.secret->take_count();
    signer::SigningOptions options;
    options.policy = policy;
    options.now = kSigningTime + 1000;
    Changed result;
    auto set =
        signer::sign_changes(*old, zones::diff(*old_plain, *new_plain), counted.keys, options);
    if (!set.ok()) {
        result.fault = set.fault().sentence;
        return result;
    }
    result.signatures = counted.secret->take_count();
    result.rrsets = set->changes.size();
    auto next = old->apply(*set);
    REQUIRE(next.ok());
    signer::ZoneSignatures reuse(*old, counted.keys);
    options.reuse = &reuse;
    auto scratch = signer::sign_zone(*new_plain, counted.keys, options);
    REQUIRE(scratch.ok());
    CHECK(zones::diff(**scratch, **next).empty());
    return result;
}

}  // namespace

TEST_CASE("signing a change costs what the change is") {
    struct Row {
        const char* before;
        const char* after;
        size_t nsec, hashed, opt_out;  // signatures, SOA's among them
    };
    const Row rows[] = {
        {"", "", 1, 1, 1},
        {"a 60 A 192.0.2.1\n", "a 60 A 192.0.2.2\n", 2, 2, 2},
        // A new name: its record, its link, the link in front of it.
        {"", "a 60 A 192.0.2.1\n", 4, 4, 4},
        {"a 60 A 192.0.2.1\n", "", 2, 2, 2},
        // Another type: the bitmap, too.
        {"a 60 A 192.0.2.1\n", "a 60 A 192.0.2.1\na 60 AAAA ::1\n", 3, 3, 3},
        {"", "a 60 NS b.test.\n", 3, 3, 1},
        // A cut takes the name below it away, and its record's signature with it.
        {"x.a 60 A 192.0.2.1\n", "x.a 60 A 192.0.2.1\na 60 NS x.a\n", 3, 3, 3},
        {"a 60 NS b.test.\n",
         "a 60 NS b.test.\na 60 DS 1 13 2 "
         "0000000000000000000000000000000000000000000000000000000000000000\n",
         3, 3, 4},
        // With empty non-terminals.
        {"", "a.b.c 60 A 192.0.2.1\n", 4, 8, 8},
        {"a.b.c 60 A 192.0.2.1\n", "", 2, 4, 4},
    };
    for (const Row& row : rows) {
        CAPTURE(row.before);
        CAPTURE(row.after);
        CHECK(change(row.before, row.after).signatures == row.nsec);
        // Neighbours in the order of hashes may be one another's.
        CHECK(change(row.before, row.after, nsec3()).signatures <= row.hashed);
        CHECK(change(row.before, row.after, nsec3()).signatures + 2 >= row.hashed);
        CHECK(change(row.before, row.after, nsec3(true)).signatures <= row.opt_out);
    }
}

TEST_CASE("nothing changed, nothing signed") {
    CountedKeys counted;
    MadeZone plain = example_zone(big_zone());
    SignedZone zone = sign(*plain, counted.keys);
    counted.secret->take_count();
    signer::SigningOptions options;
    options.policy.serial = signer::SerialPolicy::increment;
    options.now = kSigningTime + 1000;
    auto set = signer::sign_changes(*zone, {}, counted.keys, options);
    REQUIRE(set.ok());
    CHECK(set->empty());
    CHECK(counted.secret->take_count() == 0);
}

TEST_CASE("a changed zone gets the serial that comes next") {
    Keys keys = ksk_and_zsk();
    MadeZone old_plain = example_zone(big_zone("", 5));
    signer::SigningOptions options;
    options.policy.serial = signer::SerialPolicy::increment;
    options.now = kSigningTime;
    auto zone = signer::sign_zone(*old_plain, keys, options);
    REQUIRE(zone.ok());
    CHECK((*zone)->serial() == 6);
    auto next_serial = [&](uint32_t file_serial) {
        MadeZone plain = example_zone(big_zone("a 60 A 192.0.2.1\n", file_serial));
        auto set = signer::sign_changes(**zone, zones::diff(*old_plain, *plain), keys, options);
        REQUIRE(set.ok());
        auto next = (*zone)->apply(*set);
        REQUIRE(next.ok());
        return (*next)->serial();
    };
    CHECK(next_serial(5) == 7);
    CHECK(next_serial(6) == 7);
    CHECK(next_serial(50) == 51);
}

TEST_CASE("signatures are renewed in time, those first that end first, and only they") {
    CountedKeys counted;
    MadeZone plain = example_zone(big_zone());
    SignedZone zone = sign(*plain, counted.keys);
    size_t all = counted.secret->take_count();
    signer::SigningOptions options;
    options.policy.serial = signer::SerialPolicy::increment;
    options.now = kSigningTime + 86400;
    auto none = signer::renewals(*zone, counted.keys, options, 100);
    REQUIRE(none.ok());
    CHECK(none->changes.empty());
    CHECK(none->left == 0);
    CHECK(none->next_due >= kSigningTime + 6 * 86400);
    CHECK(none->next_due < kSigningTime + 6 * 86400 + 3600);

    options.now = none->next_due;
    auto first = signer::renewals(*zone, counted.keys, options, 100);
    REQUIRE(first.ok());
    CHECK(first->renewed >= 1);
    CHECK(first->renewed < 10);
    CHECK(counted.secret->take_count() == first->renewed + 1);  // the SOA record

    options.now = kSigningTime + 7 * 86400;
    auto many = signer::renewals(*zone, counted.keys, options, 100);
    REQUIRE(many.ok());
    CHECK(many->renewed == 100);
    CHECK(many->left == all - 100);
    CHECK(many->next_due == options.now);
    auto next = zone->apply(many->changes);
    REQUIRE(next.ok());
    CHECK((*next)->serial() == 2);
}

TEST_CASE("half a year of renewals: no signature is ever near its end") {
    CountedKeys counted;
    std::string text = "@ 3600 SOA ns hostmaster 1 1 1 1 600\n@ 3600 NS ns\n";
    for (int i = 0; i < 40; ++i) text += "h" + std::to_string(i) + " 60 A 192.0.2.9\n";
    SignedZone zone = sign(*example_zone(text), counted.keys);
    signer::SigningOptions options;
    options.now = kSigningTime;
    size_t steps = 0;
    while (options.now < kSigningTime + 180 * 86400) {
        auto made = signer::renewals(*zone, counted.keys, options, 8);
        REQUIRE(made.ok());
        auto next = zone->apply(made->changes);
        REQUIRE(next.ok());
        zone = *next;
        for (zones::Zone::Cursor at(*zone); at; at.next())
            for (size_t i = 0; i < (*at).rrset_count(); ++i)
                if ((*at).rrset(i).type() == dns::type::RRSIG) {
                    signer::RrsigView rrsig((*at).rrset(i).first().rdata());
                    REQUIRE(rrsig.expiration() > options.now + 6 * 86400);
                }
        options.now = std::max(made->next_due, options.now + 600);
        ++steps;
    }
    CHECK(steps > 100);
}

}  // namespace apex_tests
