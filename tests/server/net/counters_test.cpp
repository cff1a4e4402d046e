#include "server/net/counters.h"

#include <doctest/doctest.h>

#include <cstring>
#include <set>
#include <string>
#include <thread>

namespace apex_tests {

using namespace server;

TEST_CASE("counters: a table grows and keeps what it counted") {
    CounterTable table;
    table.add(0);  // no room yet: not counted, no harm
    CHECK(table.read(0) == 0);
    REQUIRE(table.make_room(1));
    for (size_t size : {size_t{1}, size_t{1023}, size_t{1024}, size_t{1025}, size_t{2048},
                        size_t{2049}, size_t{5000}, size_t{1} << 20}) {
        REQUIRE(table.make_room(size));
        CHECK(table.size() == size);
        table.add(size - 1);
        table.add(size);  // behind the end
        CHECK(table.read(size) == 0);
    }
    REQUIRE(table.make_room(7));  // never smaller
    CHECK(table.size() == size_t{1} << 20);
    for (size_t number : {size_t{0}, size_t{1022}, size_t{1023}, size_t{1024}, size_t{2047},
                          size_t{2048}, size_t{4999}, (size_t{1} << 20) - 1})
        CHECK(table.read(number) == 1);
    CHECK_FALSE(table.make_room(size_t{1} << 40));
}

TEST_CASE("counters: a table is read while it grows") {
    CounterTable table;
    std::thread writer([&] {
        for (size_t size = 1; size < 200'000; size += 501) {
            table.make_room(size);
            table.add(size - 1);
        }
    });
    uint64_t highest = 0;
    for (int i = 0; i < 50; ++i) {
        uint64_t sum = 0;
        for (size_t number = 0; number < table.size(); ++number) sum += table.read(number);
        CHECK(sum >= highest);
        highest = sum;
    }
    writer.join();
}

TEST_CASE("counters: what a batch adds up to, over two workers") {
    Counters first, second;
    std::vector<Outcome> outcomes(4);
    for (Outcome& outcome : outcomes) outcome.action = Action::reply;
    outcomes[0].rcode = 3;
    outcomes[0].type = 28;
    outcomes[0].has_question = true;
    outcomes[0].kind = AnswerKind::no_name;
    outcomes[1].rcode = 4000;
    outcomes[1].type = 65280;
    outcomes[1].has_question = true;
    outcomes[1].cookie = dns::CookieState::valid;
    outcomes[1].signature = dns::TsigState::bad_key;
    outcomes[2].truncated = true;
    outcomes[3].action = Action::silence;
    first.count(Transport::udp, outcomes);
    second.count(Transport::tcp, outcomes);
    second.count(Transport::tcp, {outcomes.data(), 1});
    first[Tally::tcp_opened].add(5);
    first[Tally::tcp_closed].add(2);
    Totals totals;
    totals.add(first);
    totals.add(second);
    CHECK(totals.all_queries() == 9);
    CHECK(totals.queries[static_cast<size_t>(Transport::tcp)] == 5);
    CHECK(totals.rcodes[3] == 3);
    CHECK(totals.rcodes[kCountedRcodes - 1] == 2);
    CHECK(totals.types[28] == 3);
    CHECK(totals.types[kCountedTypes - 1] == 2);
    CHECK(totals.kinds[static_cast<size_t>(AnswerKind::no_name)] == 3);
    CHECK(totals.cookies[static_cast<size_t>(dns::CookieState::valid)] == 2);
    CHECK(totals.signatures[static_cast<size_t>(dns::TsigState::bad_key)] == 2);
    CHECK(totals.signatures[static_cast<size_t>(dns::TsigState::none)] == 0);
    CHECK(totals.tally(Tally::silent) == 2);
    CHECK(totals.tally(Tally::truncated) == 2);
    CHECK(totals.tcp_current() == 3);
}

TEST_CASE("counters: a view counts what it refuses too, whatever its place in the set") {
    View inside;
    inside.number = 2;
    Set set;
    set.view_numbers = 3;
    Counters counters;
    counters.make_room(set);
    std::vector<Outcome> outcomes(3);
    for (Outcome& outcome : outcomes) outcome.action = Action::reply;
    outcomes[0].view = outcomes[1].view = &inside;  // no zone was found; the third found no view
    outcomes[1].rcode = outcomes[2].rcode = 5;
    counters.count(Transport::udp, outcomes);
    Totals totals;
    totals.add(counters);
    CHECK(totals.views == std::vector<uint64_t>{0, 0, 2});
}

TEST_CASE("counters: the latency histogram") {
    Counters counters;
    counters.count_latency(0, 1);
    counters.count_latency(1000, 98);
    counters.count_latency(int64_t{1} << 60, 1);
    CHECK(counters.latency[9].read() == 98);
    CHECK(counters.latency[kLatencyBuckets - 1].read() == 1);
    Totals totals;
    CHECK(totals.latency_quantile(0.5) == 0);
    totals.add(counters);
    CHECK(totals.latency_quantile(0.5) == 1023);
    CHECK(totals.latency_quantile(0.99) == 1023);
    CHECK(totals.latency_quantile(1) > 1'000'000'000);
}

TEST_CASE("counters: each has a name of its own") {
    std::set<std::string> names;
    for (size_t i = 0; i < kTallies; ++i) {
        const char* name = tally_name(static_cast<Tally>(i));
        REQUIRE(name != nullptr);
        CHECK(names.insert(name).second);
    }
}

}  // namespace apex_tests
