// The table of odd requests through respond(), as UDP and as TCP; and beside the reference.
#include <doctest/doctest.h>

#include "tests/scenarios/odd_queries.h"
#include "tests/scenarios/served.h"
#include "tests/support/octets.h"
#include "tests/support/sentences.h"

namespace apex_tests {

TEST_CASE("odd requests are answered as the table says") {
    Scenario scenario = read_scenario(source_folder() + "/tests/scenarios/odd_queries.txt");
    REQUIRE(scenario.fault == "");
    REQUIRE(scenario.table.size() > 100);
    server::Set set = make_set(scenario.world);
    server::Scratch scratch;
    for (const std::string& row : scenario.table) {
        OddQuery query;
        std::string fault;
        CHECK_MESSAGE(read_odd_query(row, query, fault), fault);
        if (!fault.empty()) continue;
        CAPTURE(query.title);
        for (auto transport : {reference::Transport::udp, reference::Transport::tcp}) {
            reference::Asker asker;
            asker.transport = transport;
            Reply reply = ask(set, query.octets, asker, scratch);
            bool udp = transport == reference::Transport::udp;
            std::string said = joined(differences(query, reply.span(), udp));
            CHECK_MESSAGE(said == "",
                          said << "for a request of " << to_hex(octets_of(query.octets)));
            auto expected =
                reference::expected_replies(scenario.world, octets_of(query.octets), asker);
            CHECK(expected.front().silent == reply.octets.empty());
            std::string why;
            std::optional<reference::Message> message = reference::read_message(reply.span(), why);
            if (expected.front().doubtful || reply.octets.empty() || !message) continue;
            said = joined(differences(expected, octets_of(query.octets), *message, scenario.world));
            CHECK_MESSAGE(said == "", "beside the reference: " << said);
        }
    }
}

}  // namespace apex_tests
