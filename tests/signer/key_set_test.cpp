#include "signer/key_set.h"

#include <doctest/doctest.h>

#include <initializer_list>

#include "signer/moment.h"
#include "signer/time_line.h"
#include "tests/support/fake_key.h"
#include "tests/support/parsed_name.h"
#include "tests/support/sentences.h"

using namespace apex_tests;
using signer::KeyTime;

namespace {

constexpr dns::UnixTime kDay = 86400;
constexpr dns::UnixTime kStart = 1772323200;  // 2026-03-01T00:00:00Z

struct Plan {
    const char* name;
    uint16_t flags;
    // Days after the start: publish, activate, inactive, remove, revoke; kNever is none.
    int publish, activate, inactive, remove, revoke;
    uint8_t algorithm = 13;
    bool secret = true;
};
constexpr int kNever = 100'000;

std::vector<signer::StoredKey> keys_of(std::initializer_list<Plan> plans) {
    std::vector<signer::StoredKey> keys;
    for (const Plan& plan : plans) {
        signer::StoredKey key;
        key.base = plan.name;
        key.owner = parsed_name("example.com.");
        uint8_t id = static_cast<uint8_t>(keys.size() + 1);
        key.dnskey = signer::make_dnskey(plan.flags, plan.algorithm, std::vector<uint8_t>(32, id));
        auto set = [&](KeyTime time, int day) {
            if (day != kNever) key.times[time] = kStart + day * kDay;
        };
        key.times[KeyTime::created] = kStart;
        set(KeyTime::publish, plan.publish);
        set(KeyTime::activate, plan.activate);
        set(KeyTime::inactive, plan.inactive);
        set(KeyTime::remove, plan.remove);
        set(KeyTime::revoke, plan.revoke);
        if (plan.secret) key.secret = std::make_shared<FakePrivateKey>(id, plan.algorithm);
        keys.push_back(std::move(key));
    }
    return keys;
}

// "name:role:state:what" of each key: P published, K signs the DNSKEY set, D signs data, ! kept,
// - held back.
std::string at_day(const std::vector<signer::StoredKey>& keys, int day) {
    std::string text;
    for (const signer::KeyAt& at : signer::active_at(keys, kStart + day * kDay).keys) {
        if (!text.empty()) text += " ";
        text += at.key->base + ":" + signer::role_text(at.role) + ":" +
                signer::row_of(at.state).word + ":";
        if (at.zone_key.published) text += "P";
        if (at.zone_key.signs_keys) text += "K";
        if (at.zone_key.signs_data) text += "D";
        if (at.kept) text += "!";
        if (at.held_back) text += "-";
    }
    return text;
}

std::string warnings(const std::vector<signer::StoredKey>& keys, int day,
                     const signer::TimeLineTtls& ttls = {}) {
    return joined(signer::time_line(keys, kStart + day * kDay, ttls).warnings);
}

std::string steps(const std::vector<signer::StoredKey>& keys, int day) {
    std::string text;
    for (const signer::TimeLineStep& step : signer::time_line(keys, kStart + day * kDay, {}).steps)
        text += signer::moment_text(step.time) + " " + step.key->base + " " + step.says + "\n";
    return text;
}

}  // namespace

TEST_SUITE("signer/key_set") {
    TEST_CASE("the states of a key, one after the other") {
        auto keys = keys_of({{"k", 257, 1, 2, 4, 5, kNever}});
        const char* words[] = {"hidden", "published", "active", "active", "retired", "removed"};
        for (int day = 0; day < 6; ++day) {
            CAPTURE(day);
            CHECK(signer::row_of(keys[0].state_at(kStart + day * kDay)).word ==
                  std::string(words[day]));
            CHECK(signer::row_of(keys[0].state_at(kStart + day * kDay + kDay - 1)).word ==
                  std::string(words[day]));
        }
        auto next = [&](dns::UnixTime now) { return signer::active_at(keys, now).next_step; };
        CHECK(next(kStart) == kStart + kDay);
        CHECK(next(kStart + kDay) == kStart + 2 * kDay);
        CHECK(next(kStart + 2 * kDay) == kStart + 4 * kDay);
        CHECK(next(kStart + 5 * kDay) == std::nullopt);
    }

    TEST_CASE("a key without times signs always; one with a few waits for the others") {
        auto keys = keys_of({{"k", 257, kNever, kNever, kNever, kNever, kNever}});
        CHECK(at_day(keys, 9) == "k:CSK:hidden:");
        keys[0].times = {};
        CHECK(at_day(keys, 9) == "k:CSK:active:PKD");
        CHECK(at_day(keys, -9000) == "k:CSK:active:PKD");
        // What signs is published.
        CHECK(at_day(keys_of({{"k", 257, kNever, 1, kNever, kNever, kNever}}), 1) ==
              "k:CSK:active:PKD");
        CHECK(at_day(keys_of({{"k", 257, 5, 1, kNever, kNever, kNever}}), 1) == "k:CSK:active:PKD");
    }

    TEST_CASE("roles: KSK and ZSK beside each other, CSK alone, with the SEP flag or without") {
        CHECK(at_day(keys_of({{"k", 257, 0, 0, kNever, kNever, kNever},
                              {"z", 256, 0, 0, kNever, kNever, kNever}}),
                     1) == "k:KSK:active:PK z:ZSK:active:PD");
        CHECK(at_day(keys_of({{"z", 256, 0, 0, kNever, kNever, kNever}}), 1) == "z:CSK:active:PKD");
        // Each algorithm for itself.
        CHECK(at_day(keys_of({{"k", 257, 0, 0, kNever, kNever, kNever, 13},
                              {"z", 256, 0, 0, kNever, kNever, kNever, 15}}),
                     1) == "k:CSK:active:PKD z:CSK:active:PKD");
        // A CSK goes on signing all until its ZSK is active.
        auto keys = keys_of(
            {{"k", 257, 0, 0, kNever, kNever, kNever}, {"z", 256, 1, 3, kNever, kNever, kNever}});
        CHECK(at_day(keys, 2) == "k:CSK:active:PKD z:ZSK:published:P");
        CHECK(at_day(keys, 3) == "k:KSK:active:PK z:ZSK:active:PD");
    }

    TEST_CASE("without its private half a key is published and counts for nothing else") {
        CHECK(at_day(keys_of({{"k", 257, 0, 0, kNever, kNever, kNever, 13, false},
                              {"z", 256, 0, 0, kNever, kNever, kNever}}),
                     1) == "k:CSK:active:P z:CSK:active:PKD");
    }

    TEST_CASE("the last key stays, whatever its times say") {
        auto csk = keys_of({{"k", 257, 0, 0, 3, 5, kNever}});
        CHECK(at_day(csk, 2) == "k:CSK:active:PKD");
        CHECK(at_day(csk, 4) == "k:CSK:retired:PKD!");
        CHECK(at_day(csk, 6) == "k:CSK:removed:PKD!");
        // Of two, the one that ended last.
        CHECK(at_day(keys_of({{"a", 257, 0, 0, 3, 9, kNever}, {"b", 257, 0, 0, 4, 9, kNever}}),
                     5) == "a:CSK:retired:P b:CSK:retired:PKD!");
        // A ZSK that ends is kept while the KSK goes on; a removed one is replaced by the KSK.
        auto pair =
            keys_of({{"k", 257, 0, 0, kNever, kNever, kNever}, {"z", 256, 0, 0, 3, 5, kNever}});
        CHECK(at_day(pair, 4) == "k:KSK:active:PK z:ZSK:retired:PD!");
        CHECK(at_day(pair, 6) == "k:CSK:active:PKD z:ZSK:removed:");
        // A KSK that ends is kept for good: a DS names it, and no ZSK can do that for it.
        auto other =
            keys_of({{"k", 257, 0, 0, 3, 5, kNever}, {"z", 256, 0, 0, kNever, kNever, kNever}});
        CHECK(at_day(other, 4) == "k:KSK:retired:PK! z:ZSK:active:PD");
        CHECK(at_day(other, 6) == "k:KSK:removed:PK! z:ZSK:active:PD");
        // With a successor nothing is kept.
        CHECK(at_day(keys_of({{"a", 257, 0, 0, 3, 5, kNever},
                              {"b", 257, 0, 2, kNever, kNever, kNever}}),
                     4) == "a:CSK:retired:P b:CSK:active:PKD");
        // Nobody has ever signed: there is nothing to keep.
        CHECK(at_day(keys_of({{"k", 257, 0, 3, kNever, kNever, kNever}}), 1) ==
              "k:CSK:published:P");
        CHECK(!signer::active_at(keys_of({{"k", 257, 0, 3, kNever, kNever, kNever}}), kStart)
                   .signs());
    }

    TEST_CASE("a revoked key is published with another tag, and signs the set that says so") {
        auto keys =
            keys_of({{"a", 257, 0, 0, kNever, 9, 3}, {"b", 257, 0, 0, kNever, kNever, kNever}});
        auto now = signer::active_at(keys, kStart + 4 * kDay);
        CHECK(at_day(keys, 4) == "a:CSK:revoked:PK b:CSK:active:PKD");
        CHECK(now.keys[0].zone_key.tag != keys[0].tag());
        CHECK(now.keys[0].zone_key.tag == signer::key_tag(keys[0].revoked_dnskey()));
        CHECK(now.keys[1].zone_key.tag == keys[1].tag());
        // Alone it is not revoked: that would leave the zone without a key.
        auto alone = keys_of({{"a", 257, 0, 0, kNever, 9, 3}});
        CHECK(at_day(alone, 4) == "a:CSK:revoked:PKD!");
        CHECK(signer::active_at(alone, kStart + 4 * kDay).keys[0].zone_key.tag == alone[0].tag());
        CHECK(signer::active_at(alone, kStart + 4 * kDay).signs());
        // With REVOKE in its file there is no way back.
        auto done = keys_of({{"a", 385, 0, 0, kNever, kNever, kNever}});
        CHECK(at_day(done, 4) == "a:CSK:revoked:PK");
        CHECK(!signer::active_at(done, kStart).signs());
    }

    TEST_CASE("algorithms enter and leave the DNSKEY set together with their signatures") {
        auto keys = keys_of({{"old", 257, 0, 0, 10, 12, kNever, 8},
                             {"new", 257, 2, 4, kNever, kNever, kNever, 13}});
        CHECK(at_day(keys, 3) == "old:CSK:active:PKD new:CSK:published:-");
        CHECK(at_day(keys, 5) == "old:CSK:active:PKD new:CSK:active:PKD");
        CHECK(at_day(keys, 11) == "old:CSK:retired:PKD! new:CSK:active:PKD");
        CHECK(at_day(keys, 13) == "old:CSK:removed: new:CSK:active:PKD");
        // The first algorithm of all is held back by none.
        CHECK(at_day(keys_of({{"k", 257, 0, 3, kNever, kNever, kNever}}), 1) ==
              "k:CSK:published:P");
    }

    TEST_CASE("RFC 6781 4.1.4: another algorithm, in the right order and in wrong ones") {
        auto keys = keys_of({{"old", 257, -90, -90, 20, 20, kNever, 13},
                             {"new", 257, 2, 2, kNever, kNever, kNever, 15}});
        CHECK(warnings(keys, 0) == "");
        // Its DS waits until what is in caches has its signatures: greatest TTL and propagation.
        CHECK(steps(keys, 0).find("2026-03-04T01:00:00Z new its DS may be given to the parent") !=
              std::string::npos);
        keys[1].times[KeyTime::publish] = kStart + kDay;
        CHECK(warnings(keys, 0).find("new would be published before anything is signed by its "
                                     "algorithm") != std::string::npos);
        keys[1].times[KeyTime::publish] = kStart + 2 * kDay;
        keys[0].times[KeyTime::inactive] = kStart + 18 * kDay;
        CHECK(warnings(keys, 0).find("old would stop signing while its algorithm is still in the "
                                     "DNSKEY set") != std::string::npos);
        // Its DS cannot have been everywhere.
        keys[0].times[KeyTime::inactive] = keys[0].times[KeyTime::remove] = kStart + 3 * kDay;
        CHECK(warnings(keys, 0).find("old stops signing the DNSKEY set too soon") !=
              std::string::npos);
    }

    TEST_CASE("what the signer gets are the published ones") {
        auto keys = keys_of(
            {{"a", 257, 0, 0, kNever, kNever, kNever}, {"b", 257, 5, 6, kNever, kNever, kNever}});
        CHECK(signer::active_at(keys, kStart).zone_keys().size() == 1);
        CHECK(signer::active_at(keys, kStart + 5 * kDay).zone_keys().size() == 2);
    }
}

TEST_SUITE("signer/time_line") {
    TEST_CASE("RFC 7583 2.1: a ZSK published before it signs, in time and too late") {
        auto plan = [](int publish) {
            return keys_of({{"k", 257, 0, 0, kNever, kNever, kNever},
                            {"old", 256, 0, 0, 10, 20, kNever},
                            {"new", 256, publish, 10, kNever, kNever, kNever}});
        };
        CHECK(warnings(plan(5), 1) == "");
        CHECK(warnings(plan(10), 1) ==
              "at 2026-03-11T00:00:00Z old stops signing too soon: until 2026-03-11T02:00:00Z "
              "resolvers may not know new (DNSKEY TTL and propagation)\n");
        // With a DNSKEY TTL of a week, five days are too few.
        signer::TimeLineTtls week;
        week.dnskey = 7 * kDay;
        CHECK(warnings(plan(5), 1, week) ==
              "at 2026-03-11T00:00:00Z old stops signing too soon: until 2026-03-13T01:00:00Z "
              "resolvers may not know new (DNSKEY TTL and propagation)\n");
    }

    TEST_CASE("a ZSK removed before its signatures are out of caches") {
        auto plan = [](int remove) {
            return keys_of({{"k", 257, 0, 0, kNever, kNever, kNever},
                            {"old", 256, 0, 0, 10, remove, kNever},
                            {"new", 256, 5, 10, kNever, kNever, kNever}});
        };
        CHECK(warnings(plan(12), 1) == "");
        CHECK(warnings(plan(11), 1) ==
              "at 2026-03-12T00:00:00Z old is removed too soon: until 2026-03-12T01:00:00Z caches "
              "may "
              "hold what it signed (greatest TTL and propagation)\n");
        // Both signed for long enough: nobody needs the old one.
        CHECK(warnings(keys_of({{"k", 257, 0, 0, kNever, kNever, kNever},
                                {"old", 256, 0, 0, 10, 10, kNever},
                                {"new", 256, 5, 5, kNever, kNever, kNever}}),
                       1) == "");
    }

    TEST_CASE("RFC 7583 2.2: a KSK that stops before the DS of the next can be known") {
        auto plan = [](int publish) {
            return keys_of({{"old", 257, 0, 0, 10, 10, kNever},
                            {"new", 257, publish, publish, kNever, kNever, kNever},
                            {"z", 256, 0, 0, kNever, kNever, kNever}});
        };
        CHECK(warnings(plan(8), 1) == "");
        CHECK(warnings(plan(9), 1) ==
              "at 2026-03-11T00:00:00Z old stops signing the DNSKEY set too soon: until "
              "2026-03-11T02:00:00Z the DS of new cannot be known everywhere (DNSKEY TTL, "
              "propagation and DS TTL)\n");
        CHECK(steps(plan(5), 1) ==
              "2026-03-02T01:00:00Z old its DS may be given to the parent\n"
              "2026-03-06T00:00:00Z new signs the DNSKEY set\n"
              "2026-03-06T02:00:00Z new its DS may be given to the parent\n"
              "2026-03-10T00:00:00Z old its DS must be gone from the parent\n"
              "2026-03-11T00:00:00Z old is gone\n");
    }

    TEST_CASE("no key left, a key held back, none active now, one without its private half") {
        CHECK(warnings(keys_of({{"k", 257, 0, 0, 3, 5, kNever}}), 1) ==
              "at 2026-03-04T00:00:00Z k would end and leave nothing in its place: it goes on "
              "signing; "
              "make a successor\n");
        CHECK(warnings(keys_of({{"k", 257, 0, 0, 3, 5, kNever}}), 4) ==
              "k would end and leave nothing in its place: it goes on signing\n");
        CHECK(warnings(keys_of({{"k", 257, 0, 3, kNever, kNever, kNever}}), 1) ==
              "now the zone is not signed: no key is active\n");
        CHECK(warnings(keys_of({{"old", 257, 0, 0, kNever, kNever, kNever, 8},
                                {"new", 257, 0, 4, kNever, kNever, kNever, 13}}),
                       1) ==
              "new is held back, though it is to be published: an algorithm enters the DNSKEY set "
              "with "
              "its signatures (RFC 4035 2.2)\n");
        CHECK(warnings(keys_of({{"a", 257, 0, 0, kNever, kNever, kNever, 13, false},
                                {"b", 257, 0, 0, kNever, kNever, kNever}}),
                       1) == "a is active, but there is no private half: it signs nothing\n");
    }

    TEST_CASE(
        "a zone that is signed for the first time: a DS once unsigned answers are forgotten") {
        CHECK(steps(keys_of({{"k", 257, 1, 2, kNever, kNever, kNever}}), 0) ==
              "2026-03-02T00:00:00Z k is published and signs nothing\n"
              "2026-03-03T00:00:00Z k signs everything\n"
              "2026-03-04T01:00:00Z k its DS may be given to the parent\n");
    }
}
