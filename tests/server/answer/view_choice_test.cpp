#include "server/answer/view_choice.h"

#include <doctest/doctest.h>

#include "server/answer/set.h"

namespace apex_tests {

namespace {

using Texts = std::vector<std::string>;

server::NetworkList list(const Texts& texts) {
    std::vector<server::Network> networks;
    for (const std::string& text : texts) {
        auto network = server::read_network(text);
        REQUIRE_MESSAGE(network.ok(), network.fault().sentence);
        networks.push_back(*network);
    }
    return server::NetworkList(std::move(networks));
}

server::Address address(const std::string& text) {
    server::Address made;
    REQUIRE(server::read_address(text, made));
    return made;
}

struct Views {
    std::vector<std::shared_ptr<const server::View>> all;

    Views& add(std::optional<Texts> clients, std::optional<Texts> destinations = std::nullopt,
               std::optional<std::vector<server::KeyNumber>> keys = std::nullopt) {
        auto view = std::make_shared<server::View>();
        if (clients) view->clients = list(*clients);
        if (destinations) view->destinations = list(*destinations);
        view->keys = std::move(keys);
        all.push_back(std::move(view));
        choice = server::make_view_choice(all);
        return *this;
    }
    size_t of(const std::string& from, const std::string& to = "192.0.2.1",
              server::KeyNumber key = 0) const {
        REQUIRE(choice != nullptr);
        server::Client client;
        client.address = address(from);
        client.local = address(to);
        const size_t chosen = choice->choose(client, key);
        // What is asked view by view, without the choice.
        server::Set set;
        set.views = all;
        CHECK(server::choose_view(set, client, key) == chosen);
        return chosen;
    }

    std::shared_ptr<const server::ViewChoice> choice;
};

const std::optional<Texts> kAll;

}  // namespace

TEST_CASE("view choice: nothing to choose costs nothing") {
    CHECK(server::make_view_choice({}) == nullptr);
    CHECK(Views().add(kAll).choice == nullptr);
    CHECK(Views().add(kAll).add(Texts{"10.0.0.0/8"}).choice == nullptr);
}

TEST_CASE("view choice: the first of those whose networks hold the client") {
    Views views;
    views.add(Texts{"!10.9.0.0/16", "10.0.0.0/8", "fd00::/8"})
        .add(Texts{"10.9.1.0/24", "::/0"})
        .add(Texts{"0.0.0.0/1"});
    CHECK(views.of("10.8.255.255") == 0);
    CHECK(views.of("10.9.0.0") == 2);
    CHECK(views.of("10.9.1.0") == 1);
    CHECK(views.of("10.9.1.255") == 1);
    CHECK(views.of("10.9.2.0") == 2);
    CHECK(views.of("10.10.0.0") == 0);
    CHECK(views.of("127.255.255.255") == 2);
    CHECK(views.of("128.0.0.0") == 3);  // none
    CHECK(views.of("fd00::") == 0);
    CHECK(views.of("fe00::") == 1);
    CHECK(views.of("::") == 1);
    CHECK(views.of("::ffff:10.1.1.1") == 0);
}

TEST_CASE("view choice: whole families and single addresses, also the last ones") {
    Views views;
    views.add(Texts{"255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
        .add(Texts{"0.0.0.0", "::"})
        .add(Texts{"0.0.0.0/0", "!203.0.113.0/24"})
        .add(Texts{"8000::/1"})
        .add(Texts{"none"})
        .add(Texts{"!8000::/1"});
    CHECK(views.of("255.255.255.255") == 0);
    CHECK(views.of("255.255.255.254") == 2);
    CHECK(views.of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == 0);
    CHECK(views.of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe") == 3);
    CHECK(views.of("0.0.0.0") == 1);
    CHECK(views.of("::") == 1);
    CHECK(views.of("::1") == 5);
    CHECK(views.of("8000::") == 3);
    CHECK(views.of("203.0.113.7") == 5);
}

TEST_CASE("view choice: all lists that are given must hold") {
    Views views;
    views.add(Texts{"10.0.0.0/8"}, Texts{"127.0.0.2"}, {{1, 3}})
        .add(Texts{"10.0.0.0/8"}, Texts{"127.0.0.2"})
        .add(kAll, Texts{"127.0.0.0/8"}, {{2}})
        .add(kAll, kAll, {{3}})
        .add(Texts{"10.1.0.0/16"})
        .add(kAll);
    CHECK(views.of("10.1.1.1", "127.0.0.2", 1) == 0);
    CHECK(views.of("10.1.1.1", "127.0.0.2", 2) == 1);
    CHECK(views.of("10.1.1.1", "127.0.0.2") == 1);
    CHECK(views.of("11.1.1.1", "127.0.0.2", 2) == 2);
    CHECK(views.of("11.1.1.1", "127.0.0.2", 3) == 3);
    CHECK(views.of("11.1.1.1", "127.0.0.2", 1) == 5);
    CHECK(views.of("10.1.1.1", "127.0.0.3") == 4);
    CHECK(views.of("10.2.1.1", "127.0.0.3", 999) == 5);
    CHECK(views.of("::1", "::1", 3) == 3);
}

TEST_CASE("view choice: many views by destination, the last word of their bits too") {
    Views views;
    for (size_t i = 0; i < 200; ++i) views.add(kAll, Texts{"127.0.1." + std::to_string(i)});
    for (size_t i = 0; i < 200; ++i)
        CHECK(views.of("192.0.2.9", "127.0.1." + std::to_string(i)) == i);
    CHECK(views.of("192.0.2.9", "127.0.2.1") == 200);
}

TEST_CASE("view choice: nested networks of all lengths") {
    Views views;
    Texts v6, v4;
    for (size_t length = 128; length > 0; --length) {
        server::Address start = address("2001:db8:5555:aaaa:5555:aaaa:5555:aaaa");
        for (size_t bit = length; bit < 128; ++bit)
            start.octets[bit / 8] &= static_cast<uint8_t>(~(0x80 >> bit % 8));
        views.add(Texts{to_text(start) + "/" + std::to_string(length)});
    }
    for (size_t length = 128; length > 0; --length) {
        server::Address near = address("2001:db8:5555:aaaa:5555:aaaa:5555:aaaa");
        near.octets[(length - 1) / 8] ^= static_cast<uint8_t>(0x80 >> (length - 1) % 8);
        // The network that is one bit shorter holds it, and none that is longer.
        CHECK(views.of(to_text(near)) == 128 - length + 1);
    }
    CHECK(views.of("2001:db8:5555:aaaa:5555:aaaa:5555:aaaa") == 0);
}

TEST_CASE("view choice: views that have clients only take little memory") {
    Views views;
    for (size_t i = 0; i < 1000; ++i)
        views.add(Texts{"10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24"});
    views.add(kAll);
    CHECK(views.of("10.3.231.1") == 999);
    CHECK(views.of("10.3.232.1") == 1000);
    CHECK(views.choice->memory() < 40'000);
}

}  // namespace apex_tests
