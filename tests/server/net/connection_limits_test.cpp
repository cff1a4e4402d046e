#include "server/net/connection_limits.h"

#include <doctest/doctest.h>

namespace apex_tests {

namespace {

server::Address address_of(const char* text) {
    server::Address address;
    REQUIRE(server::read_address(text, address));
    return address;
}

}  // namespace

TEST_CASE("connection limits: all of them") {
    server::ConnectionLimits limits(2, 10, {1, 2});
    CHECK(limits.take());
    CHECK(limits.take());
    CHECK_FALSE(limits.take());
    CHECK(limits.open() == 2);
    limits.give_back();
    CHECK(limits.take());
}

TEST_CASE("connection limits: an IPv4 address, an IPv6 /64") {
    server::ConnectionLimits limits(100, 2, {1, 2});
    const auto v4 = address_of("192.0.2.1");
    CHECK(limits.take(v4));
    CHECK(limits.take(v4));
    CHECK_FALSE(limits.take(v4));
    CHECK(limits.take(address_of("192.0.2.2")));
    limits.give_back(v4);
    CHECK(limits.take(v4));
    CHECK(limits.take(address_of("2001:db8:0:1::1")));
    CHECK(limits.take(address_of("2001:db8:0:1:ffff::2")));
    CHECK_FALSE(limits.take(address_of("2001:db8:0:1::3")));
    CHECK(limits.take(address_of("2001:db8:0:2::1")));
}

TEST_CASE("connection limits: clients at their limits do not keep others out") {
    server::ConnectionLimits limits(100'000, 10, {1, 2});
    for (uint32_t i = 0; i < 1000; ++i) {
        const uint8_t octets[4] = {10, 0, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
        const auto client = server::Address::v4(octets);
        for (int k = 0; k < 10; ++k) limits.take(client);
        REQUIRE_FALSE(limits.take(client));
    }
    size_t refused = 0;
    for (uint32_t i = 0; i < 1000; ++i) {
        const uint8_t octets[4] = {11, 0, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
        refused += limits.take(server::Address::v4(octets)) ? 0 : 1;
    }
    CHECK(refused <= 2);
}

}  // namespace apex_tests
