#include "tests/bench/view_figures.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <vector>

#include "server/answer/set.h"

namespace {

constexpr size_t kViews = 100;
constexpr size_t kClients = 1 << 16;
constexpr size_t kChunk = 512;

// Networks of the lengths that sites have: /24 of IPv4 and /48 of IPv6, anywhere.
server::Network random_network(std::mt19937_64& random, bool v6) {
    server::Network network;
    uint8_t octets[16];
    for (uint8_t& octet : octets) octet = static_cast<uint8_t>(random());
    octets[0] = v6 ? 0x20 | (octets[0] & 0x1f) : octets[0];
    std::fill(octets + (v6 ? 6 : 3), octets + 16, uint8_t{0});
    network.address = v6 ? server::Address::v6(octets) : server::Address::v4(octets);
    network.prefix = v6 ? 48 : 96 + 24;
    return network;
}

struct Views {
    server::Set set;
    std::vector<server::Client> clients;  // three in four of the networks
    double make_ms = 0;

    Views(size_t networks, bool v6) {
        std::mt19937_64 random(1);
        std::vector<std::vector<server::Network>> lists(kViews);
        std::vector<server::Address> addresses;
        for (size_t i = 0; i < std::max(networks, kViews); ++i) {
            // With fewer networks than views the others hold nobody.
            server::Network network = random_network(random, v6);
            if (i >= networks) network = *server::read_network("none");
            lists[i % kViews].push_back(network);
            if (i < networks) addresses.push_back(network.address);
        }
        for (auto& list : lists) {
            auto view = std::make_shared<server::View>();
            view->clients.emplace(std::move(list));
            set.views.push_back(std::move(view));
        }
        set.views.push_back(std::make_shared<server::View>());
        auto start = std::chrono::steady_clock::now();
        set.choice = server::make_view_choice(set.views);
        make_ms =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                .count();
        for (size_t i = 0; i < kClients; ++i) {
            server::Client& client = clients.emplace_back();
            client.address = addresses[random() % addresses.size()];
            if (i % 4 == 0) client.address = random_network(random, v6).address;
            client.address.octets[15] |= 1;
        }
    }

    // The median of many short runs: what else the machine does falls into few of them.
    double ns_a_choice() const {
        std::vector<double> times;
        size_t seen = 0;
        for (int round = 0; round < 5; ++round)
            for (size_t at = 0; at < clients.size(); at += kChunk) {
                auto start = std::chrono::steady_clock::now();
                for (size_t i = at; i < at + kChunk; ++i)
                    seen += server::choose_view(set, clients[i], 0);
                times.push_back(std::chrono::duration<double, std::nano>(
                                    std::chrono::steady_clock::now() - start)
                                    .count() /
                                kChunk);
            }
        if (seen == 0) return 0;
        std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
        return times[times.size() / 2];
    }
};

void print(const char* family, bool v6, bool last) {
    const Views one(1, v6), many(100'000, v6);
    std::printf("\"%s\": {\"one_ns\": %.1f, \"many_ns\": %.1f, \"make_ms\": %.1f, \"kib\": %zu}%s",
                family, one.ns_a_choice(), many.ns_a_choice(), many.make_ms,
                many.set.choice->memory() / 1024, last ? "}\n" : ", ");
}

}  // namespace

int view_figures() {
    std::printf("{\"views\": %zu, \"networks\": 100000, ", kViews);
    print("ipv4", false, false);
    print("ipv6", true, true);
    return 0;
}
