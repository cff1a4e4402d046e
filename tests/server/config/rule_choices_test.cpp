#include "server/config/rule_choices.h"

#include <doctest/doctest.h>

#include <cctype>
#include <set>
#include <string>

namespace apex_tests {

TEST_CASE("rules: every row has a name of its own, and says what it means") {
    std::set<std::string> names;
    for (const dns::Rule* rule : server::all_rules()) {
        CAPTURE(rule->name);
        CHECK(names.insert(rule->name).second);
        CHECK(server::find_rule(rule->name) == rule);
        CHECK(*rule->sentence != 0);
        CHECK(*rule->reference != 0);
        CHECK((!rule->fixed || rule->severity == dns::Severity::error));
        for (const char* at = rule->name; *at != 0; ++at)
            CHECK((*at == '-' || std::islower(static_cast<unsigned char>(*at)) ||
                   std::isdigit(static_cast<unsigned char>(*at))));
    }
    CHECK(names.size() > 40);
}

TEST_CASE("rules: severities are chosen by name") {
    dns::Severities severities;
    const dns::Rule& rule = *server::find_rule("no-ttl");
    CHECK(severities.of(rule) == dns::Severity::warning);
    for (auto severity : {dns::Severity::off, dns::Severity::note, dns::Severity::error}) {
        CHECK(server::choose_severity(severities, "no-ttl", dns::to_string(severity)).ok());
        CHECK(severities.of(rule) == severity);
    }
    CHECK(server::choose_severity(severities, "no-tll", "off").fault().hint ==
          "did you mean 'no-ttl'?");
    CHECK(server::choose_severity(severities, "no-ttl", "Error").fault().sentence ==
          "'Error' is no severity");
    CHECK_FALSE(server::choose_severity(severities, "bad-rdata", "warning").ok());
    CHECK(server::choose_severity(severities, "bad-rdata", "error").ok());
}

TEST_CASE("limits: numbers without a sign, and nothing else") {
    dns::Limits limits;
    CHECK(server::choose_limit(limits, "include-depth", "3").ok());
    CHECK(limits.include_depth == 3);
    CHECK(server::choose_limit(limits, "findings", "0").ok());
    for (const char* wrong : {"", "-1", "+1", " 1", "1 ", "1e3", "0x10", "18446744073709551616"}) {
        CAPTURE(wrong);
        CHECK_FALSE(server::choose_limit(limits, "findings", wrong).ok());
    }
    CHECK(server::choose_limit(limits, "includ-depth", "1").fault().hint ==
          "did you mean 'include-depth'?");
    CHECK(limits.findings == 0);
}

}  // namespace apex_tests
