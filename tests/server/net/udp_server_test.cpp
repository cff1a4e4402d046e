#include "server/net/udp_server.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <set>

#include "tests/server/net/running_worker.h"

namespace apex_tests {

using server::Tally;

TEST_CASE("udp: replies come in the order of the requests, in batches") {
    RunningWorker running;
    TestClient client = udp_client(running);
    for (uint16_t round = 0; round < 5; ++round) {
        for (uint16_t id = 0; id < 150; ++id) REQUIRE(client.send(make_request(id, 40)));
        for (uint16_t id = 0; id < 150; ++id) REQUIRE(client.receive() == expected_reply(id, 40));
    }
    CHECK(seen.requests == 750);
    CHECK(seen.largest_batch <= server::kBatch);
}

namespace {

// Requests in bursts, for replies of many sizes, from a few clients; each gets all of its own.
void expect_bursts(RunningWorker& running, const char* address) {
    std::vector<TestClient> clients;
    for (int i = 0; i < 3; ++i) clients.emplace_back(SOCK_DGRAM, running.port(), address);
    for (uint16_t round = 0; round < 20; ++round) {
        auto size_of = [&](uint16_t id) {
            return static_cast<uint16_t>(20 + id * 7919 % (round + 1) * (id % 9 == 8 ? 120 : 13));
        };
        for (uint16_t id = 0; id < 50; ++id)
            for (TestClient& client : clients) REQUIRE(client.send(make_request(id, size_of(id))));
        for (TestClient& client : clients) {
            std::set<uint16_t> missing;
            for (uint16_t id = 0; id < 50; ++id) missing.insert(id);
            while (!missing.empty()) {
                const OctetString reply = client.receive();
                REQUIRE(reply.size() >= 12);
                const uint16_t id = dns::load16(reply.data());
                REQUIRE(missing.erase(id) == 1);
                CHECK(reply == expected_reply(id, size_of(id)));
            }
        }
    }
}

// A socket without checksums is one for which the system cuts nothing.
void forbid_cutting(uint16_t port) {
    int found = 0;
    for (int number = 3; number < 1024; ++number) {
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        int type = 0, on = 1;
        socklen_t type_size = sizeof type;
        if (::getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
            type != SOCK_DGRAM ||
            ::getsockname(number, reinterpret_cast<sockaddr*>(&bound), &size) != 0 ||
            bound.sin_family != AF_INET || ntohs(bound.sin_port) != port)
            continue;
        found += ::setsockopt(number, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on) == 0;
    }
    REQUIRE(found == 1);
}

}  // namespace

TEST_CASE("udp: bursts of a client, whether or not the system cuts what is sent together") {
    for (const char* listen : {"127.0.0.1:0", "0.0.0.0:0"})
        for (bool cuts : {true, false}) {
            CAPTURE(listen);
            WorkerChoices choices;
            choices.listen = listen;
            RunningWorker running(std::move(choices));
            if (!cuts) forbid_cutting(running.port());
            expect_bursts(running, "127.0.0.1");
            CHECK(running.tally(Tally::send_failed) == 0);
        }
    CHECK(seen.largest_batch > 1);
    if (!has_ipv6()) return;
    for (const char* listen : {"[::1]:0", "[::]:0"}) {
        WorkerChoices choices;
        choices.listen = listen;
        RunningWorker running(std::move(choices));
        expect_bursts(running, "::1");
    }
}

TEST_CASE("udp: replies to one client leave together, where the system can cut them") {
    constexpr size_t kReply = 40, kBurst = 50;
    for (bool cuts : {true, false}) {
        CAPTURE(cuts);
        RunningWorker running;
        if (!cuts) forbid_cutting(running.port());
        TestClient client = udp_client(running);
        // This client takes what came together as it came.
        int on = 1;
        REQUIRE(::setsockopt(client.number(), SOL_UDP, UDP_GRO, &on, sizeof on) == 0);
        bool together = false;
        for (int round = 0; round < 200 && !together; ++round) {
            for (uint16_t id = 0; id < kBurst; ++id) REQUIRE(client.send(make_request(id, kReply)));
            for (size_t octets = 0; octets < kBurst * kReply;) {
                const size_t size = client.receive().size();
                REQUIRE(size % kReply == 0);
                REQUIRE(size > 0);
                together = together || size > kReply;
                octets += size;
            }
        }
        CHECK(together == cuts);
    }
}

TEST_CASE("udp: silence leaves no gap in a batch") {
    RunningWorker running;
    TestClient client = udp_client(running);
    for (uint16_t id = 0; id < 60; ++id) REQUIRE(client.send(make_request(id, 30, id % 3 == 0)));
    for (uint16_t id = 0; id < 60; ++id)
        if (id % 3 != 0) REQUIRE(client.receive() == expected_reply(id, 30));
    CHECK(running.tally(Tally::silent) == 20);
}

TEST_CASE("udp: clients get their own replies, of any size that fits") {
    RunningWorker running;
    std::vector<TestClient> clients;
    for (int i = 0; i < 8; ++i) clients.push_back(udp_client(running));
    for (uint16_t i = 0; i < 8; ++i)
        REQUIRE(clients[i].send(make_request(i, static_cast<uint16_t>(100 + i * 500))));
    for (uint16_t i = 0; i < 8; ++i)
        CHECK(clients[i].receive() == expected_reply(i, size_t{100} + i * size_t{500}));
}

TEST_CASE("udp: a socket of all addresses replies from the one that was asked") {
    WorkerChoices choices;
    choices.listen = "0.0.0.0:0";
    RunningWorker running(std::move(choices));
    // A connected socket takes no reply from another address.
    for (const char* address : {"127.0.0.2", "127.0.0.1", "127.77.0.3"}) {
        TestClient client(SOCK_DGRAM, running.port(), address);
        REQUIRE(client.send(make_request(7)));
        CHECK(client.receive() == expected_reply(7));
    }
    CHECK(seen.local == 0x7f4d0003);
}

TEST_CASE("udp: IPv6, on an address and on all") {
    if (!has_ipv6()) return;
    for (const char* listen : {"[::1]:0", "[::]:0"}) {
        WorkerChoices choices;
        choices.listen = listen;
        RunningWorker running(std::move(choices));
        TestClient udp(SOCK_DGRAM, running.port(), "::1");
        for (uint16_t id = 0; id < 100; ++id) REQUIRE(udp.send(make_request(id)));
        for (uint16_t id = 0; id < 100; ++id) REQUIRE(udp.receive() == expected_reply(id));
        CHECK(seen.local == 1);
        TestClient tcp(SOCK_STREAM, running.port(), "::1");
        REQUIRE(tcp.send(framed(make_request(5))));
        CHECK(tcp.receive_message() == expected_reply(5));
        CHECK(seen.local == 1);
    }
}

TEST_CASE("udp: what is cut is judged by what is left") {
    RunningWorker running;
    TestClient client = udp_client(running);
    OctetString large = make_request(1);
    large.resize(server::kUdpRequest + 1);
    REQUIRE(client.send(large));
    CHECK(client.receive() == expected_reply(1));
    CHECK(running.tally(Tally::oversized) == 1);
    large.resize(server::kUdpRequest);
    REQUIRE(client.send(large));
    CHECK(client.receive() == expected_reply(1));
    CHECK(running.tally(Tally::oversized) == 1);
    REQUIRE(client.send({}));
    CHECK(running.reaches(Tally::silent, 1));
}

TEST_CASE("udp: a new set answers from its publication on, the old one is handed back") {
    RunningWorker running;
    TestClient client = udp_client(running);
    for (uint8_t generation = 2; generation < 12; ++generation) {
        running.worker().publish(make_set(generation));
        REQUIRE(running.reaches(Tally::sets_taken, generation - 1u));
        REQUIRE(client.send(make_request(9, 50)));
        REQUIRE(client.receive() == expected_reply(9, 50, generation));
    }
    running.stop();
    REQUIRE(running.retired.size() == 10);
    CHECK(running.retired.front()->generation == 1);
    CHECK(running.retired.back()->generation == 10);
    // Nothing but the list holds it.
    CHECK(running.retired.front().use_count() == 1);
}

TEST_CASE("udp: what was received before stop() is answered") {
    RunningWorker running;
    TestClient client = udp_client(running);
    for (uint16_t id = 0; id < 200; ++id) REQUIRE(client.send(make_request(id)));
    CHECK(running.stop() < 400);
    for (uint16_t id = 0; id < 200; ++id) REQUIRE(client.receive() == expected_reply(id));
}

TEST_CASE("udp: stop() ends in time while requests go on and on") {
    RunningWorker running;
    std::atomic<bool> flooding{true};
    std::thread flood([&] {
        TestClient client = udp_client(running);
        while (flooding) client.send(make_request(1, 500));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(running.stop() < 500);
    flooding = false;
    flood.join();
    CHECK(seen.requests > server::kBatch);
}

TEST_CASE("udp: answers allocate nothing") {
    if (!allocations_are_counted()) return;
    RunningWorker running;
    TestClient client = udp_client(running);
    for (int round = 0; round < 200; ++round) {
        for (uint16_t id = 0; id < 55; ++id) REQUIRE(client.send(make_request(id, 100)));
        for (uint16_t id = 0; id < 55; ++id) REQUIRE(client.receive().size() == 100);
        if (round == 10) seen.batches = 0;  // the count begins when the worker runs
    }
    running.stop();
    CHECK(seen.requests == 11'000);
    CHECK(seen.allocations_before > 0);  // of the start: they are counted at all
    CHECK(seen.allocations == seen.allocations_before);
}

TEST_CASE("udp: the rate limit holds back, slips, and is counted") {
    WorkerChoices choices;
    server::RateLimitSettings limit;
    limit.mode = server::RateLimitSettings::Mode::on;
    limit.per_second.fill(5);
    limit.exempt_loopback = false;
    choices.rate_limit = limit;
    choices.settings.query_log = 64;
    RunningWorker running(std::move(choices));
    TestClient client = udp_client(running);
    for (uint16_t id = 0; id < 25; ++id) REQUIRE(client.send(make_request(id)));
    for (uint16_t id = 0; id < 5; ++id) REQUIRE(client.receive() == expected_reply(id));
    for (int i = 0; i < 10; ++i) {
        OctetString slip = client.receive();
        REQUIRE(slip.size() == 12);
        CHECK(slip[2] == 0x82);
    }
    CHECK(running.tally(Tally::limited_dropped) == 10);
    CHECK(running.tally(Tally::limited_slipped) == 10);
    size_t limited = 0;
    running.worker().query_log()->drain(
        100, [&](const server::QueryRecord& record) { limited += record.limited ? 1 : 0; });
    CHECK(limited == 20);
    CHECK(running.worker().limit_events()->drain(100, [](const server::LimitEvent&) {}) == 1);
}

TEST_CASE("udp: the query log's records, and those that had no room") {
    WorkerChoices choices;
    choices.settings.query_log = 32;
    RunningWorker running(std::move(choices));
    TestClient client = udp_client(running);
    for (uint16_t id = 0; id < 40; ++id) {
        REQUIRE(client.send(make_request(id, 33)));
        REQUIRE(client.receive().size() == 33);
    }
    size_t records = 0;
    running.worker().query_log()->drain(100, [&](const server::QueryRecord& record) {
        ++records;
        CHECK(record.reply_size == 33);
        CHECK(record.request_size == 15);
        CHECK(record.zone == server::kNoZone);
        CHECK(server::to_text(record.client.address) == "127.0.0.1");
        CHECK(record.client.transport == server::Transport::udp);
    });
    CHECK(records == 32);
    CHECK(running.worker().query_log()->lost() == 8);
}

}  // namespace apex_tests
