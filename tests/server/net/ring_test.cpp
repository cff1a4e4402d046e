#include "server/net/ring.h"

#include <doctest/doctest.h>

#include <thread>

#include "server/net/query_ring.h"
#include "tests/support/octets.h"

namespace apex_tests {

TEST_CASE("ring: in the order of writing; what finds no room is lost and counted") {
    server::Ring<int> ring(5);
    CHECK(ring.capacity() == 8);
    int written = 0, read = 0;
    for (int round = 0; round < 100; ++round) {
        for (int i = 0; i < 6; ++i) {
            int* place = ring.reserve();
            REQUIRE(place != nullptr);
            *place = written++;
            ring.commit();
        }
        CHECK(ring.drain(4, [&](int record) { CHECK(record == read++); }) == 4);
        CHECK(ring.drain(100, [&](int record) { CHECK(record == read++); }) == 2);
    }
    for (int i = 0; i < 8; ++i) {
        REQUIRE(ring.reserve() != nullptr);
        ring.commit();
    }
    CHECK(ring.lost() == 0);
    CHECK(ring.reserve() == nullptr);
    CHECK(ring.reserve() == nullptr);
    CHECK(ring.lost() == 2);
}

TEST_CASE("ring: a writer and a reader at the same time") {
    server::Ring<uint64_t> ring(64);
    constexpr uint64_t kRecords = 200'000;
    std::thread writer([&] {
        for (uint64_t i = 0; i < kRecords;) {
            uint64_t* place = ring.reserve();
            if (place == nullptr) {
                std::this_thread::yield();
                continue;
            }
            *place = i++;
            ring.commit();
        }
    });
    uint64_t next = 0;
    bool in_order = true;
    while (next < kRecords) {
        const size_t got =
            ring.drain(1000, [&](uint64_t record) { in_order = in_order && record == next++; });
        if (got == 0) std::this_thread::yield();
    }
    writer.join();
    CHECK(in_order);
}

TEST_CASE("query log: a record has the question's name, type and class") {
    const OctetString message =
        from_hex("0001 0120 0001 0000 0000 0000 03777777 07657861 6d706c65 00 001c 0003");
    server::Request request;
    request.message = message;
    request.client.port = 4711;
    server::Outcome outcome;
    outcome.action = server::Action::reply;
    outcome.has_question = true;
    outcome.type = 28;
    outcome.size = 99;
    server::QueryRecord record;
    server::write_record(record, request, outcome, 1234, true);
    CHECK(dns::to_text(record.name()) == "www.example.");
    CHECK(record.has_question);
    CHECK(record.type == 28);
    CHECK(record.rr_class == 3);
    CHECK(record.request_flags == 0x0120);
    CHECK(record.reply_size == 99);
    CHECK(record.time == 1234);
    CHECK(record.client.port == 4711);
    CHECK(record.limited);
    // A question that the octets do not hold is none.
    for (size_t size = 0; size < message.size(); ++size) {
        request.message = {message.data(), size};
        server::write_record(record, request, outcome, 1234, false);
        CHECK_FALSE(record.has_question);
        CHECK(record.name_size == 0);
    }
}

}  // namespace apex_tests
