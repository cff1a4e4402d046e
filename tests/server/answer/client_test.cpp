#include "server/answer/client.h"

#include <doctest/doctest.h>

using server::Address;

namespace {

// What is read of a text, as text again; "none" if it is no address.
std::string again(std::string_view text) {
    Address address;
    return server::read_address(text, address) ? server::to_text(address) : "none";
}

Address address(std::string_view text) {
    Address out;
    REQUIRE(server::read_address(text, out));
    return out;
}

}  // namespace

TEST_SUITE("server/answer/client") {
    TEST_CASE("addresses are read and printed") {
        for (const char* text :
             {"192.0.2.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1",
              "2001:db8:0:1:1:1:1:1", "fe80::1:0:0:1", "1:2:3:4:5:6:7:8"})
            CHECK(again(text) == text);
        CHECK(again("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
        CHECK(again("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
        CHECK(again("::ffff:192.0.2.1") == "192.0.2.1");
        for (const char* text :
             {"", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", ":",
              "1::2::3", "12345::", "::1%lo", "[::1]", "1:2:3:4:5:6:7:8:9", "localhost",
              "1:2:3:4:5:6:7:8:9:1:2:3:4:5:6:7:8:9:1:2:3:4:5:6:7"})
            CHECK(again(text) == "none");
        CHECK(again(std::string_view("1.2.3.4\0", 8)) == "none");
        CHECK(again(std::string(10000, '1')) == "none");
        Address kept = address("192.0.2.1");
        CHECK(!server::read_address("192.0.2.1.", kept));
        CHECK(kept == address("192.0.2.1"));
    }

    TEST_CASE("families") {
        CHECK(address("192.0.2.1").is_v4());
        CHECK(!address("::192.0.2.1").is_v4());
        CHECK(!address("2001:db8::1").is_v4());
        CHECK(address("192.0.2.1").family_octets().size() == 4);
        CHECK(address("192.0.2.1").family_octets()[0] == 192);
        CHECK(address("2001:db8::1").family_octets().size() == 16);
        const uint8_t four[] = {192, 0, 2, 1};
        CHECK(Address::v4(four) == address("192.0.2.1"));
        Address other = address("2001:db8::1");
        CHECK(Address::v6(other.octets.data()) == other);
    }

    TEST_CASE("loopback") {
        CHECK(address("127.0.0.1").is_loopback());
        CHECK(address("127.255.0.9").is_loopback());
        CHECK(address("::1").is_loopback());
        CHECK(!address("128.0.0.1").is_loopback());
        CHECK(!address("::").is_loopback());
        CHECK(!address("::2").is_loopback());
        CHECK(!address("1::1").is_loopback());
    }

    TEST_CASE("transports") {
        CHECK(server::to_string(server::Transport::udp) == "udp");
        CHECK(server::to_string(server::Transport::tcp) == "tcp");
        CHECK(server::to_string(server::Transport::tls) == "tls");
    }
}
