#include "server/answer/set.h"

#include <doctest/doctest.h>

#include "tests/support/zone_text.h"

namespace apex_tests {

namespace {

server::ServedZone served(const char* name, std::string_view text) {
    return {make_name(name), 7, check_text(make_name(name), text).zone,
            std::make_shared<const server::ZoneOptions>(), nullptr};
}

server::Address address(const char* text) {
    server::Address address;
    REQUIRE(server::read_address(text, address));
    return address;
}

server::NetworkList list(const char* text) {
    return server::NetworkList({server::read_network(text).value()});
}

}  // namespace

TEST_CASE("served zone: what every answer needs is found once") {
    server::ServedZone zone =
        served("a.example", "@ 300 SOA ns h 2026010100 3600 900 1209600 60\n@ 300 NS ns\n");
    CHECK(zone.loaded());
    CHECK(dns::to_text(zone.name()) == "a.example.");
    CHECK(zone.number() == 7);
    CHECK(zone.label_count() == 2);
    CHECK(zone.serial() == 2026010100);
    CHECK(zone.expire() == 1209600);
    CHECK(zone.negative_ttl() == 60);
    CHECK(zone.soa().ttl() == 300);
    CHECK(zone.denial() == server::Denial::none);
    CHECK(served("a", "@ 30 SOA ns h 1 3600 900 1209600 60\n@ 300 NS ns\n").negative_ttl() == 30);
}

TEST_CASE("served zone: how it denies") {
    const std::string soa = "@ 300 SOA ns h 1 2 3 4 5\n@ 300 NS ns\n";
    CHECK(served("a", soa + "@ 300 NSEC a. SOA NS NSEC\n").denial() == server::Denial::nsec);
    server::ServedZone hashed =
        served("a", soa +
                        "@ 300 NSEC3PARAM 1 0 12 aabb\n"
                        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom 300 NSEC3 1 0 12 aabb "
                        "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom SOA NS\n");
    CHECK(hashed.denial() == server::Denial::nsec3);
    CHECK(hashed.nsec3_iterations() == 12);
    REQUIRE(hashed.nsec3_salt().size() == 2);
    CHECK(hashed.nsec3_salt()[1] == 0xbb);
    // Flags make parameters that are not to be used (RFC 5155 4.1.2).
    CHECK(served("a", soa + "@ 300 NSEC3PARAM 1 1 12 aabb\n").denial() == server::Denial::none);
}

TEST_CASE("served zone: one that is not loaded has its name and the reason") {
    server::ServedZone zone(make_name("a.example"), 3, nullptr,
                            std::make_shared<const server::ZoneOptions>(), nullptr, "no file");
    CHECK_FALSE(zone.loaded());
    CHECK(dns::to_text(zone.name()) == "a.example.");
    CHECK(zone.reason() == "no file");
    CHECK(zone.label_count() == 2);
    CHECK(zone.serial() == 0);
}

TEST_CASE("served zone: its sources are kept where there are some") {
    auto sources = std::make_shared<const dns::Sources>();
    CheckedText text = check_text(make_name("a"), "@ 300 SOA ns h 1 2 3 4 5\n@ 300 NS ns\n");
    server::ServedZone zone(make_name("a"), 0, text.zone,
                            std::make_shared<const server::ZoneOptions>(), sources);
    CHECK(zone.sources() == sources);
    CHECK(zone.reason() == "");
    CHECK(served("a", "@ 300 SOA ns h 1 2 3 4 5\n").sources() == nullptr);
}

TEST_CASE("set: the first view whose lists all hold answers") {
    auto view = [](std::optional<server::NetworkList> clients,
                   std::optional<server::NetworkList> destinations) {
        auto made = std::make_shared<server::View>();
        made->clients = std::move(clients);
        made->destinations = std::move(destinations);
        return made;
    };
    server::Set set;
    server::Client client;
    client.address = address("10.1.2.3");
    client.local = address("192.0.2.1");
    CHECK(server::choose_view(set, client, 0) == 0);  // none
    set.views = {view(list("10.0.0.0/8"), list("192.0.2.2")),
                 view(list("!10.0.0.0/8"), std::nullopt), view(std::nullopt, list("192.0.2.0/24")),
                 view(std::nullopt, std::nullopt)};
    CHECK(server::choose_view(set, client, 0) == 2);
    client.local = address("192.0.2.2");
    CHECK(server::choose_view(set, client, 0) == 0);
    client.address = address("11.1.2.3");
    CHECK(server::choose_view(set, client, 0) == 1);
    client.address = address("10.0.0.1");
    client.local = address("::1");
    CHECK(server::choose_view(set, client, 0) == 3);
    set.views.pop_back();
    CHECK(server::choose_view(set, client, 0) == set.views.size());
}

}  // namespace apex_tests
