#include "server/net/tcp_server.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/server/net/running_worker.h"

namespace apex_tests {

using server::Tally;
using std::chrono::milliseconds;

namespace {

WorkerChoices quick() {
    WorkerChoices choices;
    choices.settings.tcp.tick = milliseconds(5);
    return choices;
}

int64_t ms_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin)
        .count();
}

bool is_answered(TestClient& client, uint16_t id = 3) {
    return client.send(framed(make_request(id))) && client.receive_message() == expected_reply(id);
}

}  // namespace

TEST_CASE("tcp: several messages in a segment, answered as one batch") {
    RunningWorker running;
    TestClient client = tcp_client(running);
    OctetString all;
    for (uint16_t id = 0; id < 150; ++id)
        all = std::move(all) + framed(make_request(id, 25, id % 5 == 4));
    REQUIRE(client.send(all));
    for (uint16_t id = 0; id < 150; ++id)
        if (id % 5 != 4) REQUIRE(client.receive_message() == expected_reply(id, 25));
    CHECK(seen.largest_batch == server::kBatch);
    CHECK(seen.batches == 3);
}

TEST_CASE("tcp: a message in several segments, cut anywhere") {
    RunningWorker running;
    TestClient client = tcp_client(running);
    const OctetString two = framed(make_request(1)) + framed(make_request(2));
    for (size_t cut = 1; cut < two.size(); ++cut) {
        REQUIRE(client.send({two.begin(), two.begin() + static_cast<std::ptrdiff_t>(cut)}));
        if (cut % 4 == 0) std::this_thread::sleep_for(milliseconds(1));
        REQUIRE(client.send({two.begin() + static_cast<std::ptrdiff_t>(cut), two.end()}));
        REQUIRE(client.receive_message() == expected_reply(1));
        REQUIRE(client.receive_message() == expected_reply(2));
    }
}

TEST_CASE("tcp: the longest message, and the longest reply") {
    RunningWorker running;
    TestClient client = tcp_client(running);
    OctetString longest = make_request(5, 65535);
    longest.resize(65535);
    const OctetString frame = framed(longest);
    for (size_t piece : {size_t{3}, size_t{5000}, size_t{40000}, frame.size()}) {
        for (size_t at = 0; at < frame.size();) {
            const size_t end =
                piece == 3 && at > 30 ? frame.size() : std::min(at + piece, frame.size());
            REQUIRE(client.send({frame.begin() + static_cast<std::ptrdiff_t>(at),
                                 frame.begin() + static_cast<std::ptrdiff_t>(end)}));
            std::this_thread::sleep_for(milliseconds(1));
            at = end;
        }
        REQUIRE(client.receive_message() == expected_reply(5, 65535));
    }
    CHECK(is_answered(client));
}

TEST_CASE("tcp: a message shorter than a header ends the connection, after what came before it") {
    RunningWorker running;
    TestClient client = tcp_client(running);
    REQUIRE(client.send(framed(make_request(1)) + OctetString{0, 11} + make_request(2)));
    CHECK(client.receive_message() == expected_reply(1));
    CHECK(client.is_ended());
}

TEST_CASE("tcp: a client that has said all still gets its replies") {
    RunningWorker running;
    TestClient client = tcp_client(running);
    REQUIRE(client.send(framed(make_request(1, 30000)) + framed(make_request(2)) + OctetString{0}));
    client.end_sending();
    CHECK(client.receive_message() == expected_reply(1, 30000));
    CHECK(client.receive_message() == expected_reply(2));
    CHECK(client.is_ended());
    CHECK(running.reaches(Tally::tcp_closed, 1));
}

TEST_CASE("tcp: a whole message has a deadline that single octets do not extend") {
    WorkerChoices choices = quick();
    choices.settings.tcp.message = milliseconds(80);
    RunningWorker running(std::move(choices));
    TestClient client = tcp_client(running);
    const OctetString frame = framed(make_request(1));
    const auto begin = std::chrono::steady_clock::now();
    for (size_t at = 0; at < 10; ++at) {
        client.send({frame[at]});
        std::this_thread::sleep_for(milliseconds(20));
        if (running.tally(Tally::tcp_timed_out) == 1) break;
    }
    CHECK(client.is_ended());
    CHECK(ms_since(begin) >= 80);
    CHECK(running.tally(Tally::tcp_timed_out) == 1);
    CHECK(running.tally(Tally::tcp_idled_out) == 0);
}

TEST_CASE("tcp: an idle connection ends after its time, one in use stays") {
    WorkerChoices choices = quick();
    choices.settings.tcp.idle = milliseconds(120);
    RunningWorker running(std::move(choices));
    TestClient quiet = tcp_client(running);
    TestClient busy = tcp_client(running);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 30 && running.tally(Tally::tcp_idled_out) == 0; ++i) {
        REQUIRE(is_answered(busy));
        std::this_thread::sleep_for(milliseconds(10));
    }
    CHECK(quiet.is_ended());
    CHECK(ms_since(begin) >= 115);
    CHECK(is_answered(busy));
}

TEST_CASE("tcp: idle times are short when it is crowded") {
    WorkerChoices choices = quick();
    choices.settings.tcp.idle = std::chrono::seconds(20);
    choices.connections = 4;
    RunningWorker running(std::move(choices));
    std::vector<TestClient> clients;
    for (int i = 0; i < 2; ++i) clients.push_back(tcp_client(running));
    REQUIRE(running.reaches(Tally::tcp_opened, 2));
    std::this_thread::sleep_for(milliseconds(50));
    CHECK(running.tally(Tally::tcp_closed) == 0);
    for (int i = 0; i < 2; ++i) clients.push_back(tcp_client(running));
    // Full: a fiftieth of the time is left.
    CHECK(running.reaches(Tally::tcp_idled_out, 1));
}

TEST_CASE("tcp: when full, the connection that is idle for longest gives way") {
    WorkerChoices choices;
    choices.connections = 3;
    RunningWorker running(std::move(choices));
    std::vector<TestClient> clients;
    for (uint16_t i = 0; i < 3; ++i) {
        clients.push_back(tcp_client(running));
        REQUIRE(is_answered(clients.back()));
    }
    REQUIRE(is_answered(clients[0]));  // now the second is the oldest
    TestClient fourth = tcp_client(running);
    CHECK(is_answered(fourth));
    CHECK(clients[1].is_ended());
    CHECK(is_answered(clients[0]));
    CHECK(is_answered(clients[2]));
    CHECK(running.tally(Tally::tcp_evicted) == 1);
}

TEST_CASE("tcp: many idle connections do not keep a new one from its answer") {
    WorkerChoices choices;
    choices.connections = 200;
    choices.connections_per_client = 1000;
    RunningWorker running(std::move(choices));
    std::vector<TestClient> idle;
    for (int i = 0; i < 200; ++i) idle.push_back(tcp_client(running));
    for (uint16_t i = 0; i < 50; ++i) {
        TestClient client = tcp_client(running);
        REQUIRE(is_answered(client, i));
    }
    CHECK(running.tally(Tally::tcp_evicted) > 0);
    CHECK(running.tally(Tally::tcp_refused) == 0);
}

TEST_CASE("tcp: connections whose message does not come to its end give way too") {
    WorkerChoices choices;
    choices.connections = 3;
    RunningWorker running(std::move(choices));
    std::vector<TestClient> slow;
    for (int i = 0; i < 3; ++i) {
        slow.push_back(tcp_client(running));
        REQUIRE(slow.back().send({0}));
    }
    REQUIRE(running.reaches(Tally::tcp_opened, 3));
    TestClient client = tcp_client(running);
    CHECK(is_answered(client));
    CHECK(slow[0].is_ended());
}

TEST_CASE("tcp: a client has a limit of its own") {
    WorkerChoices choices;
    choices.connections_per_client = 2;
    RunningWorker running(std::move(choices));
    TestClient first = tcp_client(running), second = tcp_client(running);
    CHECK(is_answered(first));
    CHECK(is_answered(second));
    TestClient third = tcp_client(running);
    CHECK(third.is_ended());
    CHECK(running.tally(Tally::tcp_refused) == 1);
    TestClient other(SOCK_STREAM, running.port(), "127.0.0.1", "127.0.0.9");
    CHECK(is_answered(other));
    { TestClient gone = std::move(first); }
    REQUIRE(running.reaches(Tally::tcp_closed, 1));
    TestClient fourth = tcp_client(running);
    CHECK(is_answered(fourth));
}

TEST_CASE("tcp: out of descriptors, an idle connection gives way") {
    RunningWorker running;
    TestClient idle = tcp_client(running);
    REQUIRE(is_answered(idle));
    TestClient client(SOCK_STREAM, running.port(), "127.0.0.1", nullptr, false);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const int next = ::fcntl(0, F_DUPFD, 0);
    ::close(next);
    rlimit none = {static_cast<rlim_t>(next), before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const bool answered = client.connect(running.port()) && is_answered(client);
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(answered);
    CHECK(idle.is_ended());
    CHECK(running.tally(Tally::accept_failed) >= 1);
    TestClient after = tcp_client(running);
    CHECK(is_answered(after));
}

TEST_CASE("tcp: a client that does not read is not read, and gets all when it does") {
    RunningWorker running;
    TestClient client = tcp_client(running);
    int small = 1 << 16;
    ::setsockopt(client.number(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    ::fcntl(client.number(), F_SETFL, O_NONBLOCK);
    // 17 octets each, and 50,000 back: it must stop long before all of this is sent.
    size_t sent = 0;
    for (int quiet = 0; quiet < 20 && sent < 40'000;) {
        const auto id = static_cast<uint16_t>(sent);
        if (client.send(framed(make_request(id, 50'000)))) {
            ++sent;
            quiet = 0;
        } else {
            ++quiet;
            std::this_thread::sleep_for(milliseconds(5));
        }
        if (sent % 500 == 0) std::this_thread::sleep_for(milliseconds(2));
    }
    CHECK(sent < 40'000);
    const size_t answered = seen.requests;
    CHECK(answered < sent);
    ::fcntl(client.number(), F_SETFL, 0);
    // The last may have been cut by the full socket; the replies come in order and whole.
    const size_t wanted = std::min<size_t>(sent - 1, answered + 200);
    for (size_t id = 0; id < wanted; ++id)
        REQUIRE(client.receive_message() == expected_reply(static_cast<uint16_t>(id), 50'000));
}

TEST_CASE("tcp: a client that never reads is let go") {
    WorkerChoices choices = quick();
    choices.settings.tcp.output = milliseconds(60);
    RunningWorker running(std::move(choices));
    TestClient client = tcp_client(running);
    for (uint16_t id = 0; id < 900; ++id)
        if (!client.send(framed(make_request(id, 60'000)))) break;
    CHECK(running.reaches(Tally::tcp_timed_out, 1));
}

TEST_CASE("tcp: stop() answers what was accepted, and does not wait for those who are slow") {
    RunningWorker running;
    TestClient idle = tcp_client(running), half = tcp_client(running);
    TestClient asking = tcp_client(running), deaf = tcp_client(running);
    REQUIRE(is_answered(asking));
    REQUIRE(half.send({0, 50, 1}));
    for (uint16_t id = 0; id < 200; ++id) REQUIRE(deaf.send(framed(make_request(id, 60'000))));
    OctetString all;
    for (uint16_t id = 0; id < 300; ++id) all = std::move(all) + framed(make_request(id));
    REQUIRE(asking.send(all));
    TestClient late = tcp_client(running);
    REQUIRE(late.send(framed(make_request(77))));
    CHECK(running.stop() < 500);
    for (uint16_t id = 0; id < 300; ++id) REQUIRE(asking.receive_message() == expected_reply(id));
    CHECK(late.receive_message() == expected_reply(77));
    CHECK(asking.is_ended());
    CHECK(idle.is_ended());
    CHECK(half.is_ended());
}

TEST_CASE("tcp: stop() is at once when nobody waits for anything") {
    RunningWorker running;
    TestClient idle = tcp_client(running);
    REQUIRE(is_answered(idle));
    CHECK(running.stop() < 200);
    CHECK(running.tally(Tally::tcp_closed) == 1);
}

TEST_CASE("tcp: the client learns by which address it came") {
    WorkerChoices choices;
    choices.listen = "0.0.0.0:0";
    RunningWorker running(std::move(choices));
    TestClient client(SOCK_STREAM, running.port(), "127.0.0.44");
    CHECK(is_answered(client));
    CHECK(seen.local == 0x7f00002c);
}

}  // namespace apex_tests
