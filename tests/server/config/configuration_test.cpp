#include "server/config/configuration.h"

#include <doctest/doctest.h>

#include "server/config/options.h"
#include "server/config/rule_choices.h"
#include "tests/support/memory_files.h"

namespace apex_tests {

namespace {

struct Read {
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings{severities};
    server::Configuration configuration;

    explicit Read(const std::string& text, const std::string& path = "conf/apex.toml") {
        MemoryFiles files;
        files.put(path, text);
        auto result = server::read_configuration(files, path, sources, findings);
        REQUIRE(result.ok());
        configuration = result.value();
    }
    // "line:column rule hint" of one finding.
    std::string finding(size_t i = 0) const {
        if (i >= findings.rows().size()) return "none";
        const dns::Finding& row = findings.rows()[i];
        return std::to_string(row.line) + ":" + std::to_string(row.column) + " " + row.rule->name +
               (row.hint.empty() ? "" : " " + row.hint);
    }
    dns::Severity severity(size_t zone, const char* rule) const {
        return configuration.zones.at(zone).severities.of(*server::find_rule(rule));
    }
};

}  // namespace

TEST_CASE("configuration: zones inherit from their template and from the top") {
    Read read(R"(rules = { no-ttl = "error", outside-zone = "note" }
limits = { include-depth = 3 }
[[zone]]
name = "a.example"
file = "a.zone"
[[zone]]
name = "B.example."
file = "/zones/b.zone"
template = "loose"
rules = { outside-zone = "off" }
[template.loose]
rules = { no-ttl = "off", outside-zone = "error" }
)");
    CHECK(read.finding() == "none");
    REQUIRE(read.configuration.zones.size() == 2);
    CHECK(dns::to_text(read.configuration.zones[0].name) == "a.example.");
    CHECK(read.configuration.zones[0].file == "conf/a.zone");
    CHECK(read.configuration.zones[1].file == "/zones/b.zone");
    CHECK(read.configuration.limits.include_depth == 3);
    CHECK(read.severity(0, "no-ttl") == dns::Severity::error);
    CHECK(read.severity(0, "outside-zone") == dns::Severity::note);
    CHECK(read.severity(1, "no-ttl") == dns::Severity::off);
    CHECK(read.severity(1, "outside-zone") == dns::Severity::off);
}

TEST_CASE("configuration: an empty one is good") {
    CHECK(Read("").finding() == "none");
    CHECK(Read("# nothing\n").configuration.zones.empty());
    CHECK(Read("", "apex.toml").finding() == "none");
}

TEST_CASE("configuration: what is wrong has a place and a hint") {
    CHECK(Read("rulez = {}").finding() == "1:1 unknown-key did you mean 'rules'?");
    CHECK(Read("[[zone]]\nname='a'\nfile='b'\nfiel='c'").finding() ==
          "4:1 unknown-key did you mean 'file'?");
    CHECK(Read("[template.x]\nname='a'").finding() == "2:1 unknown-key");
    CHECK(Read("[[zone]]\nname='a'").finding() == "1:1 missing-key");
    CHECK(Read("[[zone]]\nname=1\nfile='b'").finding() == "2:6 wrong-type");
    CHECK(Read("zone = [1]").finding() == "1:8 wrong-type");
    CHECK(Read("template = 1").finding() == "1:12 wrong-type");
    CHECK(Read("template = { a = 1 }").finding() == "1:18 wrong-type");
    CHECK(Read("rules = 1").finding() == "1:9 wrong-type");
    CHECK(Read("limits = { findings = 1.5 }").finding() == "1:23 wrong-type");
    CHECK(Read("x = [").findings.failed());
    CHECK(Read(std::string("x = \"\0\"", 7)).findings.failed());
}

TEST_CASE("configuration: a file that is not there is no finding") {
    MemoryFiles files;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    CHECK_FALSE(server::read_configuration(files, "apex.toml", sources, findings).ok());
    CHECK_FALSE(findings.failed());
}

TEST_CASE("configuration: each key is known in its section only") {
    for (const server::ConfigurationRow& row : server::configuration_rows())
        CHECK(server::find_row(row.section, row.key) == &row);
    CHECK(server::find_row(server::Section::zone_template, "file") == nullptr);
}

}  // namespace apex_tests
