#include "server/cli/report.h"

#include <doctest/doctest.h>

#include "server/cli/version.h"
#include "tests/support/memory_files.h"

namespace apex_tests {

namespace {

using dns::Severity;

const dns::Rule kGlue{"missing-glue",
                      Severity::warning,
                      false,
                      "RFC 1034 4.2.1",
                      "'{}' has no address in this zone",
                      "add A or AAAA records"};
const dns::Rule kSoa{"no-soa", Severity::error, true, "-", "the zone has no SOA record", ""};

// main.zone includes sub.zone, in which a $GENERATE stands.
struct Fixture {
    MemoryFiles files;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings{severities, {2, 10}};
    server::SourceLines::Identities no_identities;
    server::SourceLines lines{files, sources, no_identities};
    server::Output out{-1};
    server::ZoneReport report;
    uint32_t main, sub, generate;

    Fixture() {
        files.put("main.zone", "@ NS ns1\n$INCLUDE sub.zone\n");
        files.put("sub.zone", "$GENERATE 1-9 ns$ NS x$\n");
        main = sources.add({dns::SourceKind::file, "main.zone", {}, nullptr});
        sub = sources.add({dns::SourceKind::file, "sub.zone", {main, 2, 10}, nullptr});
        generate = sources.add({dns::SourceKind::generate, "", {sub, 1, 1}, nullptr});
        report = {"example.com.", "main.zone", {},    server::Verdict::served, "", true, 2, 3, 7,
                  &findings,      &sources,    &lines};
    }

    std::string text(server::TextStyle style = {}) {
        auto text_report = server::text_report(out, style);
        text_report->zone(report);
        text_report->finish(0);
        return out.text();
    }
};

}  // namespace

TEST_CASE("report: a finding as text") {
    Fixture fixture;
    fixture.findings.report(kGlue, {fixture.main, 1, 6}, {"ns1.example.com."});
    CHECK(fixture.text() ==
          "main.zone:1:6: warning: 'ns1.example.com.' has no address in this zone [missing-glue]\n"
          "    @ NS ns1\n"
          "         ^\n"
          "  hint: add A or AAAA records\n"
          "example.com: 2 names, 3 records, serial 7: would be served, 1 warning\n");
}

TEST_CASE("report: a finding about the zone as a whole") {
    Fixture fixture;
    fixture.findings.report(kSoa, dns::Place());
    fixture.report.outcome = server::Verdict::refused;
    fixture.report.loaded = false;
    CHECK(fixture.text() ==
          "main.zone: error: the zone has no SOA record [no-soa]\n"
          "example.com: would be refused, 1 error\n");
}

TEST_CASE("report: the way to a finding") {
    Fixture fixture;
    fixture.findings.report(kGlue, {fixture.generate, 3, 1}, {"x"}, "another hint");
    CHECK(fixture.text({false, false}) ==
          "sub.zone:1:1: warning: 'x' has no address in this zone [missing-glue]\n"
          "    $GENERATE 1-9 ns$ NS x$\n"
          "    ^\n"
          "  in step 3 of this $GENERATE\n"
          "  in the file included at main.zone:2:10\n"
          "  hint: another hint\n");
}

TEST_CASE("report: what is not shown is counted") {
    Fixture fixture;
    for (int i = 0; i < 5; ++i) fixture.findings.report(kGlue, {fixture.main, 1, 6}, {"x"});
    std::string text = fixture.text();
    CHECK(text.find("and 3 more of [missing-glue]\n") != std::string::npos);
    CHECK(text.find("would be served, 5 warnings\n") != std::string::npos);
}

TEST_CASE("report: colour changes nothing but colour") {
    Fixture plain, coloured;
    plain.findings.report(kGlue, {plain.main, 1, 6}, {"x"});
    coloured.findings.report(kGlue, {coloured.main, 1, 6}, {"x"});
    std::string with = coloured.text({true, true}), without = plain.text();
    CHECK(with != without);
    for (size_t at; (at = with.find('\033')) != std::string::npos;)
        with.erase(at, with.find('m', at) - at + 1);
    CHECK(with == without);
}

TEST_CASE("report: JSON") {
    Fixture fixture;
    fixture.findings.report(kGlue, {fixture.generate, 3, 1}, {"x"});
    auto report = server::json_report(fixture.out);
    report->zone(fixture.report);
    report->finish(1);
    CHECK(
        fixture.out.text() ==
        R"({"apex":")" + std::string(server::kVersion) +
            R"(","zones":[{"zone":"example.com.","file":"main.zone",)"
            R"("outcome":"served","names":2,"records":3,"serial":7,"errors":0,"warnings":1,"notes":0,)"
            R"("findings":[{"rule":"missing-glue","severity":"warning","file":"sub.zone","line":1,)"
            R"("column":1,"generate_step":3,"sentence":"'x' has no address in this zone",)"
            R"("hint":"add A or AAAA records","reference":"RFC 1034 4.2.1","included_from":)"
            R"([{"file":"main.zone","line":2,"column":10}]}],"omitted":[]}],"exit_code":1})"
            "\n");
}

}  // namespace apex_tests
