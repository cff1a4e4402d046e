// The scenario texts through respond(): every reply is what is written there.
#include <doctest/doctest.h>

#include "tests/scenarios/scenario.h"
#include "tests/scenarios/served.h"
#include "tests/support/sentences.h"

namespace apex_tests {

TEST_CASE("respond answers every scenario as it is written") {
    server::Scratch scratch;
    for (const std::string& path : scenario_files()) {
        Scenario scenario = read_scenario(path);
        REQUIRE(scenario.fault == "");
        server::Set set = make_set(scenario.world);
        for (const ScenarioQuery& query : scenario.queries) {
            CAPTURE(query.title);
            Reply reply = ask(set, query.octets, query.asker, scratch);
            CHECK(reply.octets.empty() == query.expected.silent);
            if (reply.octets.empty()) continue;
            std::string why;
            std::optional<reference::Message> message = reference::read_message(reply.span(), why);
            CHECK_MESSAGE(message.has_value(), why);
            if (!message) continue;
            std::string said = joined(differences(query, *message, scenario.world));
            CHECK_MESSAGE(said == "", said << "the reply is:\n" << to_text(*message));
        }
    }
}

}  // namespace apex_tests
