#include "signer/policy.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/support/zone_text.h"

namespace apex_tests {

namespace {

constexpr dns::UnixTime kNow = 1'800'000'000;
using signer::SerialPolicy;
using signer::SigningPolicy;
using signer::SigningTimes;

std::string refusal(const SigningPolicy& policy) {
    auto checked = signer::check_policy(policy);
    return checked.ok() ? "" : checked.fault().sentence;
}

}  // namespace

TEST_CASE("signing times: an hour back, at most 14 days ahead, at least 13") {
    SigningPolicy policy;
    std::set<uint32_t> ends;
    for (uint16_t type = 1; type < 200; ++type) {
        SigningTimes times = signer::signing_times(policy, make_name("www.example."), type, kNow);
        CHECK(times.inception == kNow - 3600);
        CHECK(times.expiration <= kNow + 14 * 86400);
        CHECK(times.expiration > kNow + 13 * 86400);
        ends.insert(times.expiration);
    }
    CHECK(ends.size() > 190);
    CHECK(*ends.rbegin() - *ends.begin() > 80000);
}

TEST_CASE("signing times depend on owner, type and time alone, whatever the case of the owner") {
    SigningPolicy policy;
    auto end = [&](const char* owner, uint16_t type, dns::UnixTime now) {
        return signer::signing_times(policy, make_name(owner), type, now).expiration - now;
    };
    CHECK(end("www.example.", 1, kNow) == end("WWW.eXample.", 1, kNow));
    CHECK(end("www.example.", 1, kNow) != end("www.example.", 28, kNow));
    CHECK(end("www.example.", 1, kNow) != end("ww.example.", 1, kNow));
    CHECK(end("www.example.", 1, kNow) != end("www.example.", 1, kNow + 1));
    policy.jitter = 0;
    CHECK(end("www.example.", 1, kNow) == 14 * 86400);
}

TEST_CASE("a signature is due when seven days are left, and when its times make no sense") {
    SigningPolicy policy;
    const uint32_t now = kNow, day = 86400;
    auto due = [&](uint32_t inception, uint32_t expiration, dns::UnixTime at = kNow) {
        return signer::is_due(policy, {inception, expiration}, at);
    };
    CHECK_FALSE(due(now - 3600, now + 14 * day));
    CHECK_FALSE(due(now - 3600, now + 7 * day + 1));
    CHECK(due(now - 3600, now + 7 * day));
    CHECK(due(now - 3600, now));
    CHECK(due(now - 3600, now - day));       // expired
    CHECK(due(now + 1, now + 10 * day));     // not valid yet
    CHECK(due(now - 3600, now + 15 * day));  // longer than the policy has it
    CHECK(signer::due_time(policy, {now - 3600, now + 10 * day}, kNow) == kNow + 3 * day);
}

TEST_CASE("the times of signatures wrap in 2106") {
    SigningPolicy policy;
    const dns::UnixTime now = (dns::UnixTime{1} << 32) - 86400;
    SigningTimes times = signer::signing_times(policy, make_name("example."), 6, now);
    CHECK(times.expiration < times.inception);
    CHECK_FALSE(signer::is_due(policy, times, now));
    CHECK(signer::is_due(policy, times, now + 8 * 86400));
}

TEST_CASE("serials always grow, unless they are kept") {
    struct Row {
        SerialPolicy policy;
        uint32_t serial;
        dns::UnixTime now;
        uint32_t next;
    };
    const Row rows[] = {
        {SerialPolicy::keep, 7, kNow, 7},
        {SerialPolicy::increment, 7, kNow, 8},
        {SerialPolicy::increment, UINT32_MAX, kNow, 0},
        {SerialPolicy::unixtime, 7, kNow, kNow},
        {SerialPolicy::unixtime, kNow, kNow, kNow + 1},
        {SerialPolicy::unixtime, kNow + 5, kNow, kNow + 6},
        {SerialPolicy::date, 7, kNow, 2027011500},
        {SerialPolicy::date, 2027011499, kNow, 2027011500},
        {SerialPolicy::date, 2027011500, kNow, 2027011501},
        {SerialPolicy::date, 2027011700, kNow, 2027011701},
        {SerialPolicy::date, 3027011700u, kNow, 3027011701u},
        // Half of the circle behind it is behind it (RFC 1982 3.2).
        {SerialPolicy::unixtime, kNow + 0x80000001u, kNow, kNow},
        {SerialPolicy::unixtime, kNow + 0x7fffffffu, kNow, kNow + 0x80000000u},
    };
    for (const Row& row : rows) {
        CAPTURE(row.serial);
        CAPTURE(row.next);
        CHECK(signer::next_serial(row.policy, row.serial, row.now) == row.next);
    }
}

TEST_CASE("policies that cannot be kept are refused") {
    CHECK(refusal({}) == "");
    SigningPolicy policy;
    policy.validity = policy.renew_before;
    CHECK(refusal(policy).find("as soon as they are made") != std::string::npos);
    policy = {};
    policy.jitter = 7 * 86400;
    CHECK(refusal(policy).find("jitter") != std::string::npos);
    policy = {};
    policy.opt_out = true;
    CHECK(refusal(policy).find("NSEC3") != std::string::npos);
    policy.denial = signer::Denial::nsec3;
    CHECK(refusal(policy) == "");
    policy.salt.resize(256);
    CHECK(refusal(policy).find("255") != std::string::npos);
    policy = {};
    policy.validity = 2'000'000'000;
    CHECK(refusal(policy).find("34 years") != std::string::npos);
}

}  // namespace apex_tests
