#include "server/net/rate_limit.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace apex_tests {

using namespace server;

namespace {

constexpr int64_t kSecond = 1'000'000'000;

RateLimitSettings five_a_second() {
    RateLimitSettings settings;
    settings.mode = RateLimitSettings::Mode::on;
    settings.per_second.fill(5);
    settings.buckets = 4096;
    return settings;
}

Address address_of(const char* text) {
    Address address;
    REQUIRE(read_address(text, address));
    return address;
}

// A limiter at a time of its own.
struct Limited {
    explicit Limited(RateLimitSettings settings = five_a_second())
        : limiter(settings, {11, 12}), events(16) {}

    Limit ask(const char* client, uint64_t name = 1, AnswerKind kind = AnswerKind::positive,
              dns::CookieState cookie = dns::CookieState::none,
              Transport transport = Transport::udp,
              dns::TsigState signature = dns::TsigState::none) {
        Request request;
        request.client.address = address_of(client);
        request.client.transport = transport;
        Outcome outcome;
        outcome.action = Action::reply;
        outcome.kind = kind;
        outcome.cookie = cookie;
        outcome.signature = signature;
        outcome.limit_hash = name;
        Limit limit = Limit::pass;
        limiter.decide({&request, 1}, {&outcome, 1}, {&limit, 1}, now, now / kSecond, &events);
        return limit;
    }
    // "p" passed, "d" dropped, "s" slipped, "l" logged.
    std::string ask_often(int times, const char* client, uint64_t name = 1,
                          AnswerKind kind = AnswerKind::positive) {
        std::string said;
        for (int i = 0; i < times; ++i)
            said += "plds"[static_cast<size_t>(ask(client, name, kind))];
        return said;
    }
    size_t told() {
        return events.drain(100, [this](const LimitEvent& event) { last = event; });
    }

    RateLimiter limiter;
    LimitRing events;
    LimitEvent last{};
    int64_t now = 1'000 * kSecond;
};

}  // namespace

TEST_CASE("rate limit: so many a second, then each second one slips") {
    Limited limited;
    CHECK(limited.ask_often(11, "192.0.2.1") == "pppppdsdsds");
    // The rest of the network is in it, other networks and names are not.
    CHECK(limited.ask("192.0.2.255") == Limit::drop);
    CHECK(limited.ask("192.0.3.1") == Limit::pass);
    CHECK(limited.ask("192.0.2.1", 2) == Limit::pass);
    CHECK(limited.ask("192.0.2.1", 1, AnswerKind::no_data) == Limit::pass);
}

TEST_CASE("rate limit: the permitted rate passes for ever") {
    Limited limited;
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(limited.ask("192.0.2.1") == Limit::pass);
        limited.now += kSecond / 5;
    }
    for (int i = 0; i < 100; ++i) {
        REQUIRE(limited.ask_often(5, "192.0.2.1") == "ppppp");
        limited.now += kSecond;
    }
}

TEST_CASE("rate limit: after a flood it takes the window to be trusted again") {
    RateLimitSettings settings = five_a_second();
    settings.window = 4;
    settings.slip = 0;
    Limited limited(settings);
    limited.ask_often(1000, "192.0.2.1");
    limited.now += 3 * kSecond;
    CHECK(limited.ask("192.0.2.1") == Limit::drop);
    limited.now += 4 * kSecond + kSecond / 2;
    CHECK(limited.ask("192.0.2.1") == Limit::pass);
    limited.now += 2 * kSecond;
    CHECK(limited.ask_often(6, "192.0.2.1") == "pppppd");
}

TEST_CASE("rate limit: how many slip") {
    for (auto [slip, said] : {std::pair<uint32_t, const char*>{0, "dddddd"},
                              {1, "ssssss"},
                              {2, "dsdsds"},
                              {3, "ddsdds"}}) {
        RateLimitSettings settings = five_a_second();
        settings.slip = slip;
        Limited limited(settings);
        limited.ask_often(5, "192.0.2.1");
        CHECK(limited.ask_often(6, "192.0.2.1") == said);
    }
}

TEST_CASE("rate limit: networks of IPv6, and other sizes") {
    Limited limited;
    limited.ask_often(5, "2001:db8:0:ff::1");
    CHECK(limited.ask("2001:db8:0:1::2") == Limit::drop);
    CHECK(limited.ask("2001:db8:0:100::2") == Limit::pass);
    RateLimitSettings settings = five_a_second();
    settings.ipv4_prefix = 32;
    settings.ipv6_prefix = 128;
    Limited single(settings);
    single.ask_often(5, "192.0.2.1");
    single.ask_often(5, "2001:db8::1");
    CHECK(single.ask("192.0.2.0") == Limit::pass);
    CHECK(single.ask("192.0.2.1") == Limit::drop);
    CHECK(single.ask("2001:db8::2") == Limit::pass);
    CHECK(single.ask("2001:db8::1") == Limit::drop);
    settings.ipv4_prefix = settings.ipv6_prefix = 0;
    Limited all(settings);
    all.ask_often(5, "192.0.2.1");
    CHECK(all.ask("203.0.113.9") == Limit::drop);
    CHECK(all.ask("2001:db8::1") == Limit::pass);
}

TEST_CASE("rate limit: each kind has its rate; errors count whatever was asked") {
    RateLimitSettings settings = five_a_second();
    settings.per_second = {0, 1, 2, 3, 4};
    settings.slip = 0;
    Limited limited(settings);
    CHECK(limited.ask_often(40, "192.0.2.1") == std::string(40, 'p'));
    CHECK(limited.ask_often(3, "192.0.2.1", 1, AnswerKind::no_data) == "pdd");
    CHECK(limited.ask_often(3, "192.0.2.1", 1, AnswerKind::no_name) == "ppd");
    CHECK(limited.ask_often(4, "192.0.2.1", 1, AnswerKind::referral) == "pppd");
    for (uint64_t name = 0; name < 4; ++name)
        CHECK(limited.ask("192.0.2.1", name, AnswerKind::error) == Limit::pass);
    CHECK(limited.ask("192.0.2.1", 99, AnswerKind::error) == Limit::drop);
}

TEST_CASE("rate limit: who is never limited") {
    RateLimitSettings settings = five_a_second();
    auto network = read_network("198.51.100.0/24");
    REQUIRE(network.ok());
    settings.exempt = NetworkList({*network});
    Limited limited(settings);
    CHECK(limited.ask_often(20, "127.0.0.1") == std::string(20, 'p'));
    CHECK(limited.ask_often(20, "::1") == std::string(20, 'p'));
    CHECK(limited.ask_often(20, "198.51.100.77") == std::string(20, 'p'));
    CHECK(limited.told() == 0);
    limited.ask_often(5, "192.0.2.1");
    using dns::CookieState;
    CHECK(limited.ask("192.0.2.1", 1, AnswerKind::positive, CookieState::valid) == Limit::pass);
    CHECK(limited.ask("192.0.2.1", 1, AnswerKind::positive, CookieState::renewable) == Limit::pass);
    CHECK(limited.ask("192.0.2.1", 1, AnswerKind::positive, CookieState::none, Transport::tcp) ==
          Limit::pass);
    CHECK(limited.ask("192.0.2.1", 1, AnswerKind::positive, CookieState::client_only) ==
          Limit::drop);
    CHECK(limited.ask("192.0.2.1", 1, AnswerKind::positive, CookieState::bad) == Limit::slip);
    CHECK(limited.ask("192.0.2.1", 1, AnswerKind::positive, CookieState::none, Transport::udp,
                      dns::TsigState::good) == Limit::pass);
    CHECK(limited.ask("192.0.2.1", 1, AnswerKind::positive, CookieState::none, Transport::udp,
                      dns::TsigState::bad_signature) != Limit::pass);
}

TEST_CASE("rate limit: to try it, it only says what it would do") {
    RateLimitSettings settings = five_a_second();
    settings.mode = RateLimitSettings::Mode::log;
    Limited limited(settings);
    CHECK(limited.ask_often(8, "192.0.2.1") == "ppppplll");
    CHECK(limited.told() == 1);
    settings.mode = RateLimitSettings::Mode::off;
    Limited off(settings);
    CHECK(off.ask_often(8, "192.0.2.1") == "pppppppp");
}

TEST_CASE("rate limit: a network is told of once, and its end can be asked for") {
    Limited limited;
    limited.ask_often(50, "192.0.2.77");
    REQUIRE(limited.told() == 1);
    CHECK(to_text(limited.last.network) == "192.0.2.0");
    CHECK(limited.last.prefix == 24);
    CHECK(limited.last.kind == AnswerKind::positive);
    CHECK(limited.last.time == 1000);
    CHECK(limited.limiter.still_limited(limited.last.key, limited.now));
    limited.now += 60 * kSecond;
    CHECK_FALSE(limited.limiter.still_limited(limited.last.key, limited.now));
    limited.ask_often(50, "192.0.2.78");
    CHECK(limited.told() == 1);
}

TEST_CASE("rate limit: a flood of other networks does not make it forget those that are limited") {
    Limited limited;
    limited.ask_often(200, "192.0.2.1");
    for (int i = 0; i < 100'000; ++i) {
        const auto a = static_cast<uint8_t>(i >> 8), b = static_cast<uint8_t>(i);
        const uint8_t octets[4] = {10, static_cast<uint8_t>(i >> 16), a, b};
        Request request;
        request.client.address = Address::v4(octets);
        Outcome outcome;
        outcome.action = Action::reply;
        outcome.kind = AnswerKind::positive;
        outcome.limit_hash = static_cast<uint64_t>(i);
        Limit limit = Limit::pass;
        limited.limiter.decide({&request, 1}, {&outcome, 1}, {&limit, 1}, limited.now, 1000,
                               nullptr);
    }
    CHECK(limited.ask("192.0.2.1") != Limit::pass);
}

TEST_CASE("rate limit: a batch is decided as its answers one by one") {
    Limited limited;
    std::vector<Request> requests(kBatch);
    std::vector<Outcome> outcomes(kBatch);
    std::vector<Limit> limits(kBatch, Limit::slip);
    for (size_t i = 0; i < kBatch; ++i) {
        requests[i].client.address = address_of(i % 2 == 0 ? "192.0.2.1" : "198.51.100.1");
        outcomes[i].action = i % 8 == 7 ? Action::silence : Action::reply;
        outcomes[i].kind = AnswerKind::positive;
    }
    limited.limiter.decide(requests, outcomes, limits, limited.now, 1000, nullptr);
    size_t passed = 0, silent = 0;
    for (size_t i = 0; i < kBatch; ++i) {
        if (outcomes[i].action == Action::silence)
            silent += limits[i] == Limit::pass ? 1 : 0;
        else
            passed += limits[i] == Limit::pass ? 1 : 0;
    }
    CHECK(passed == 10);
    CHECK(silent == kBatch / 8);
}

}  // namespace apex_tests
