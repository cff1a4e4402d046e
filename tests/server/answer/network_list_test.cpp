#include "server/answer/network_list.h"

#include <doctest/doctest.h>

using server::NetworkList;

namespace {

NetworkList list(std::initializer_list<const char*> texts) {
    std::vector<server::Network> networks;
    for (const char* text : texts) {
        auto network = server::read_network(text);
        REQUIRE_MESSAGE(network.ok(), network.fault().sentence);
        networks.push_back(*network);
    }
    return NetworkList(std::move(networks));
}

bool holds(const NetworkList& networks, std::string_view text) {
    server::Address address;
    REQUIRE(server::read_address(text, address));
    return networks.contains(address);
}

std::string fault_of(std::string_view text) {
    auto network = server::read_network(text);
    return network.ok() ? "" : network.fault().sentence;
}

}  // namespace

TEST_SUITE("server/answer/network_list") {
    TEST_CASE("the example of the configuration") {
        NetworkList inside = list({"!10.9.0.0/16", "10.0.0.0/8", "fd00::/8"});
        CHECK(holds(inside, "10.0.0.0"));
        CHECK(holds(inside, "10.255.255.255"));
        CHECK(!holds(inside, "10.9.0.0"));
        CHECK(!holds(inside, "10.9.255.255"));
        CHECK(holds(inside, "10.10.0.0"));
        CHECK(!holds(inside, "11.0.0.0"));
        CHECK(holds(inside, "fdff::1"));
        CHECK(!holds(inside, "fe00::1"));
    }

    TEST_CASE("where an exclusion stands does not matter; alone it means all others") {
        CHECK(!holds(list({"10.0.0.0/8", "!10.9.0.0/16"}), "10.9.1.1"));
        NetworkList others = list({"!10.9.0.0/16", "!2001:db8::1"});
        CHECK(!holds(others, "10.9.1.1"));
        CHECK(!holds(others, "2001:db8::1"));
        CHECK(holds(others, "10.8.1.1"));
        CHECK(holds(others, "2001:db8::2"));
    }

    TEST_CASE("any, none and an empty list") {
        for (const char* text : {"192.0.2.1", "2001:db8::1"}) {
            CHECK(holds(list({"any"}), text));
            CHECK(holds(list({"!none"}), text));
            CHECK(!holds(list({"none"}), text));
            CHECK(!holds(list({"!any"}), text));
            CHECK(!holds(list({"any", "none"}), text));
            CHECK(!holds(list({}), text));
        }
    }

    TEST_CASE("a network has one family") {
        CHECK(holds(list({"::/0"}), "2001:db8::1"));
        CHECK(!holds(list({"::/0"}), "192.0.2.1"));
        CHECK(holds(list({"0.0.0.0/0"}), "192.0.2.1"));
        CHECK(!holds(list({"0.0.0.0/0"}), "2001:db8::1"));
        CHECK(!holds(list({"0.0.0.0/0"}), "::"));
    }

    TEST_CASE("every length holds what shares as many bits") {
        server::Address base;
        REQUIRE(server::read_address("2001:db8:5555:aaaa:1234:5678:9abc:def1", base));
        for (size_t prefix = 0; prefix <= 128; ++prefix) {
            server::Network network;
            network.prefix = static_cast<uint8_t>(prefix);
            network.address = base;
            for (size_t bit = 0; bit < 128; ++bit) {
                server::Address other = base;
                other.octets[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
                CHECK(network.holds(other) == (bit >= prefix));
            }
        }
        CHECK(holds(list({"192.0.2.1"}), "192.0.2.1"));
        CHECK(!holds(list({"192.0.2.1"}), "192.0.2.0"));
        CHECK(holds(list({"192.0.2.0/31"}), "192.0.2.1"));
        CHECK(!holds(list({"192.0.2.0/31"}), "192.0.2.2"));
    }

    TEST_CASE("what is no network, and what to write instead") {
        CHECK(fault_of("example").find("is no network") != std::string::npos);
        CHECK(fault_of("").find("is no network") != std::string::npos);
        CHECK(fault_of("!").find("is no network") != std::string::npos);
        CHECK(fault_of("!!any").find("is no network") != std::string::npos);
        for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08x",
                                 "10.0.0.0/0000", "10.0.0.0/8/8"})
            CHECK(fault_of(text) ==
                  "'" + std::string(text) + "' has no length of 0 to 32 after its /");
        CHECK(fault_of("2001:db8::/129") ==
              "'2001:db8::/129' has no length of 0 to 128 after its /");
        CHECK(fault_of("10.1.2.3/8") ==
              "'10.1.2.3/8' has bits set behind its length: write 10.0.0.0/8 for the network, or "
              "leave out the / for the one address");
        CHECK(fault_of("2001:db8::1/33").find("write 2001:db8::/33") != std::string::npos);
        CHECK(fault_of("::ffff:10.0.0.0/104").find("write it as IPv4") != std::string::npos);
        CHECK(fault_of("::ffff:10.0.0.1").find("write it as IPv4") != std::string::npos);
        CHECK(fault_of("::/0") == "");
    }
}
