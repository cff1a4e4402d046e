#include "server/net/reply_groups.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <vector>

namespace apex_tests {

using server::Client;
using server::ReplyGroups;

namespace {

Client client_of(uint8_t host, uint16_t port, uint8_t local = 1) {
    Client client;
    const uint8_t from[] = {192, 0, 2, host}, to[] = {127, 0, 0, local};
    client.address = server::Address::v4(from);
    client.local = server::Address::v4(to);
    client.port = port;
    return client;
}

struct Reply {
    Client client;
    size_t octets;
};

std::vector<std::vector<uint8_t>> groups_of(ReplyGroups& groups, const std::vector<Reply>& replies,
                                            bool together = true) {
    groups.clear();
    for (const Reply& reply : replies) groups.add(reply.client, reply.octets);
    groups.form(together);
    std::vector<std::vector<uint8_t>> out;
    for (const ReplyGroups::Group& group : groups.groups()) {
        auto part = groups.order().subspan(group.first, group.count);
        out.emplace_back(part.begin(), part.end());
    }
    return out;
}

using Groups = std::vector<std::vector<uint8_t>>;

}  // namespace

TEST_CASE("reply groups: pieces of one size, of which the last may be shorter") {
    ReplyGroups groups;
    const Client one = client_of(1, 4000);
    CHECK(groups_of(groups, {}).empty());
    CHECK(groups_of(groups, {{one, 100}}) == Groups{{0}});
    CHECK(groups_of(groups, {{one, 100}, {one, 100}, {one, 130}, {one, 90}, {one, 120}}) ==
          Groups{{2, 3}, {4, 1}, {0}});
    CHECK(groups_of(groups, {{one, 50}, {one, 50}, {one, 50}, {one, 20}}) == Groups{{0, 1, 2, 3}});
    CHECK(groups_of(groups, {{one, 50}, {one, 40}}, false) == Groups{{0}, {1}});
    // What may need fragments goes alone.
    CHECK(groups_of(groups, {{one, 1233}, {one, 1233}, {one, 1232}, {one, 9}}) ==
          Groups{{0}, {1}, {2, 3}});
}

TEST_CASE("reply groups: another port, address or address of ours is another client") {
    ReplyGroups groups;
    const std::vector<Reply> replies = {{client_of(1, 4000), 60}, {client_of(2, 4000), 60},
                                        {client_of(1, 4001), 60}, {client_of(1, 4000, 2), 60},
                                        {client_of(1, 4000), 60}, {client_of(1, 4001), 70}};
    CHECK(groups_of(groups, replies) == Groups{{0, 4}, {1}, {5, 2}, {3}});
    // Of a link-local address nobody knows here on which link it is.
    Client local = client_of(1, 4000);
    const uint8_t octets[16] = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    local.address = server::Address::v6(octets);
    CHECK(groups_of(groups, {{local, 60}, {local, 60}}) == Groups{{0}, {1}});
}

TEST_CASE("reply groups: each reply once, with its client's, and no more than the kernel takes") {
    std::mt19937 random(20);
    ReplyGroups groups;
    for (int round = 0; round < 3000; ++round) {
        std::vector<Reply> replies(random() % (server::kBatch + 1));
        const unsigned clients = 1 + random() % 8, sizes = 1 + random() % 1400;
        for (Reply& reply : replies)
            reply = {client_of(static_cast<uint8_t>(random() % 2),
                               static_cast<uint16_t>(1 + random() % clients)),
                     12 + random() % sizes};
        const Groups formed = groups_of(groups, replies);
        std::vector<int> seen(replies.size());
        for (const auto& group : formed) {
            REQUIRE(!group.empty());
            const Reply& first = replies[group.front()];
            size_t total = 0;
            for (size_t i = 0; i < group.size(); ++i) {
                const Reply& reply = replies[group[i]];
                ++seen[group[i]];
                total += reply.octets;
                CHECK(reply.client.port == first.client.port);
                CHECK(reply.client.address == first.client.address);
                const bool last = i + 1 == group.size();
                CHECK((last ? reply.octets <= first.octets : reply.octets == first.octets));
            }
            CHECK((group.size() == 1 || first.octets <= ReplyGroups::kMostSegment));
            CHECK((group.size() == 1 || total <= ReplyGroups::kMostOctets));
        }
        for (int count : seen) CHECK(count == 1);
    }
    // All alike, as many and as large as can be.
    const std::vector<Reply> large(server::kBatch, {client_of(1, 1), ReplyGroups::kMostSegment});
    CHECK(groups_of(groups, large).size() == 2);
}

}  // namespace apex_tests
