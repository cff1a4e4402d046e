// What the scenarios write down is what the reference expects: so both say what the RFCs print.
#include <doctest/doctest.h>

#include "tests/scenarios/scenario.h"
#include "tests/support/octets.h"
#include "tests/support/sentences.h"

namespace apex_tests {

TEST_CASE("the reference expects what the scenarios say") {
    size_t queries = 0;
    for (const std::string& path : scenario_files()) {
        Scenario scenario = read_scenario(path);
        REQUIRE(scenario.fault == "");
        for (const ScenarioQuery& query : scenario.queries) {
            ++queries;
            std::span<const uint8_t> octets(reinterpret_cast<const uint8_t*>(query.octets.data()),
                                            query.octets.size());
            auto expected = reference::expected_replies(scenario.world, octets, query.asker);
            CAPTURE(query.title);
            CHECK(expected.front().silent == query.expected.silent);
            CHECK_FALSE(expected.front().doubtful);
            if (query.expected.silent) continue;
            for (reference::Message& message : messages_of(query, scenario.world)) {
                // What a truncated reply leaves out had no room; in the others all has.
                message.size = message.has(0x0200) ? expected.front().limit : 12;
                std::string said = joined(differences(expected, octets, message, scenario.world));
                CHECK_MESSAGE(said == "", said);
            }
        }
    }
    CHECK(queries > 100);
}

TEST_CASE("the reference's hashes are those of RFC 5155 appendix A and FIPS 180") {
    using namespace reference;
    std::string digest = sha1("abc");
    CHECK(to_hex({reinterpret_cast<const uint8_t*>(digest.data()), digest.size()}) ==
          "A9993E364706816ABA3E25717850C26C9CD0D89D");
    auto hash = [](const char* name) {
        return base32hex(nsec3_hash(from_text(name), "\xaa\xbb\xcc\xdd", 12));
    };
    CHECK(hash("example.") == "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom");
    CHECK(hash("a.Example.") == "35mthgpgcu1qg68fab165klnsnk3dpvl");
    CHECK(hash("*.w.example.") == "r53bq7cc2uvmubfu5ocmm6pers9tk9en");
}

}  // namespace apex_tests
