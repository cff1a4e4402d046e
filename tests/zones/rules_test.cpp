#include "zones/rules.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "tests/support/octets.h"
#include "tests/support/zone_text.h"
#include "zones/change_set.h"

using namespace apex_tests;

namespace {

// One case of rules.txt; see the head of that file.
struct RuleCase {
    std::string name;
    std::string origin = "example.com.";
    bool bare = false;
    dns::Limits limits;
    std::vector<std::string> expected;  // "LINE rule"
    std::string text;
};

constexpr std::string_view kApex =
    "$TTL 3600\n"
    "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 3600 1209600 3600\n"
    "@ NS ns1.example.net.\n"
    "@ NS ns2.example.net.\n";
constexpr uint32_t kApexLines = 4;

void set_limit(dns::Limits& limits, const std::string& name, size_t value) {
    for (const dns::LimitRow& row : dns::kLimitRows)
        if (name == row.name) limits.*row.value = value;
}

std::vector<RuleCase> read_cases() {
    std::ifstream file(apex_tests::source_folder() + "/tests/zones/rules.txt");
    std::vector<RuleCase> cases;
    bool in_text = false;
    for (std::string line; std::getline(file, line);) {
        if (line.substr(0, 4) == "=== ") {
            cases.emplace_back().name = line.substr(4);
            in_text = false;
            continue;
        }
        if (cases.empty()) continue;
        RuleCase& current = cases.back();
        if (in_text) {
            current.text += line + "\n";
            continue;
        }
        std::istringstream words(line);
        std::string word, first, second;
        words >> word >> first >> second;
        if (word == "---") in_text = true;
        if (word == "bare") current.bare = true;
        if (word == "origin") current.origin = first;
        if (word == "expect") current.expected.push_back(first + " " + second);
        if (word == "limit") set_limit(current.limits, first, std::stoul(second));
    }
    return cases;
}

// Where a finding stands in the text of its case; a step of $GENERATE stands at its directive.
std::string placed(const dns::Finding& finding, const dns::Sources& sources, uint32_t skipped) {
    uint32_t line = finding.line;
    if (finding.source != 0 && sources.at(finding.source).kind == dns::SourceKind::generate)
        line = sources.at(finding.source).from.line();
    return std::to_string(line - std::min(line, skipped)) + " " + finding.rule->name;
}

std::vector<std::string> placed_all(const dns::Findings& findings, const dns::Sources& sources,
                                    uint32_t skipped) {
    std::vector<std::string> rows;
    for (const dns::Finding& finding : findings.rows())
        rows.push_back(placed(finding, sources, skipped));
    std::sort(rows.begin(), rows.end());
    return rows;
}

CheckedText check_case(const RuleCase& of, unsigned threads = 1) {
    std::string text = of.bare ? of.text : std::string(kApex) + of.text;
    return check_text(make_name(of.origin), text, of.limits, threads);
}

// The same zone with every name in its own changes.
std::shared_ptr<const zones::Zone> as_changes(const zones::Zone& zone) {
    zones::ChangeSet all;
    for (zones::Zone::Cursor at(zone); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i) {
            zones::OwnedRrset rrset = zones::own((*at).rrset(i));
            all.changes.push_back({zone.absolute((*at).name()), rrset, rrset});
        }
    auto changed = zone.apply(all);
    REQUIRE(changed.ok());
    return changed.value();
}

std::string join(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

}  // namespace

TEST_CASE("rules: each case of rules.txt has exactly the findings that it expects") {
    std::vector<RuleCase> cases = read_cases();
    REQUIRE(cases.size() > 200);
    for (RuleCase& of : cases) {
        CAPTURE(of.name);
        CheckedText checked = check_case(of);
        std::sort(of.expected.begin(), of.expected.end());
        uint32_t skipped = of.bare ? 0 : kApexLines;
        CHECK(join(placed_all(checked.findings, *checked.sources, skipped)) == join(of.expected));
        for (const dns::Finding& finding : checked.findings.rows()) {
            CHECK(finding.sentence().find("''") == std::string::npos);
            size_t holes = 0;
            std::string_view sentence = finding.rule->sentence;
            for (size_t at = 0; (at = sentence.find("{}", at)) != sentence.npos; ++at) ++holes;
            CHECK(finding.words.size() == holes);
        }
    }
}

TEST_CASE("rules: a zone with changes of its own has the same findings") {
    size_t compared = 0;
    for (const RuleCase& of : read_cases()) {
        CheckedText checked = check_case(of);
        if (checked.zone == nullptr) continue;
        CAPTURE(of.name);
        dns::Severities severities;
        dns::Findings of_base(severities), of_changes(severities);
        zones::check(*checked.zone, of_base, of.limits, 1);
        zones::check(*as_changes(*checked.zone), of_changes, of.limits, 1);
        CHECK(join(placed_all(of_changes, *checked.sources, 0)) ==
              join(placed_all(of_base, *checked.sources, 0)));
        compared += of_base.rows().size();
    }
    CHECK(compared > 100);
}

TEST_CASE("rules: every row of the table is triggered by a case") {
    std::set<std::string> seen;
    for (const RuleCase& of : read_cases()) {
        CheckedText checked = check_case(of);
        for (const dns::Finding& finding : checked.findings.rows()) seen.insert(finding.rule->name);
    }
    for (const zones::RuleRow& row : zones::rules()) {
        // One needs more memory than a test has; the other compares two zones, below.
        if (row.rule == &zones::rule::zone_too_large) continue;
        if (row.rule->name == std::string("serial-not-advanced")) continue;
        // Those of patches are triggered by patch_test and overlay_test.
        if (std::string_view(row.rule->name).starts_with("patch-")) continue;
        CAPTURE(std::string(row.rule->name));
        CHECK(seen.count(row.rule->name) == 1);
    }
}

TEST_CASE("rules: the table is well formed") {
    std::set<std::string> names;
    for (const zones::RuleRow& row : zones::rules()) {
        const dns::Rule& rule = *row.rule;
        CAPTURE(std::string(rule.name));
        CHECK(names.insert(rule.name).second);
        for (char c : std::string_view(rule.name))
            CHECK((std::islower(static_cast<unsigned char>(c)) || c == '-' ||
                   std::isdigit(static_cast<unsigned char>(c))));
        std::string_view sentence = rule.sentence;
        CHECK(sentence.back() != '.');
        CHECK(sentence.find("  ") == sentence.npos);
        if (rule.hint[0] != '\0') CHECK(std::string_view(rule.hint).back() != '.');
        CHECK((std::string_view(rule.reference) == "-" ||
               std::string_view(rule.reference).substr(0, 4) == "RFC "));
        CHECK(rule.severity != dns::Severity::off);
        // What is refused cannot be served.
        CHECK(rule.fixed == (rule.severity == dns::Severity::error));
        bool has_function = row.zone || row.name || row.rrset || row.target;
        CHECK(has_function == (row.scope != zones::Scope::builder));
        if (row.scope == zones::Scope::target)
            for (uint16_t type : row.types) CHECK((type == 0 || dns::has_target_name(type)));
    }
}

TEST_CASE("rules: those that are off are silent, and --strict makes errors of warnings") {
    std::string text = std::string(kApex) + "www 0 A 192.0.2.1\n_x A 192.0.2.1\n";
    CheckedText checked = check_text(make_name("example.com."), text);
    REQUIRE(checked.zone != nullptr);
    REQUIRE(checked.findings.rows().size() == 2);
    dns::Severities severities;
    for (const zones::RuleRow& row : zones::rules())
        if (row.rule->name == std::string("ttl-zero"))
            severities.set(*row.rule, dns::Severity::off);
    severities.make_warnings_errors();
    dns::Findings findings(severities);
    zones::check(*checked.zone, findings, {}, 1);
    REQUIRE(findings.rows().size() == 1);
    CHECK(findings.rows()[0].rule->name == std::string("host-owner"));
    CHECK(findings.rows()[0].severity == dns::Severity::error);
}

TEST_CASE("rules: the findings do not depend on the number of threads") {
    std::string text(kApex);
    for (int i = 0; i < 30000; ++i) {
        std::string name = "n" + std::to_string(i);
        if (i % 1000 == 0) {
            text += name + " NS ns1." + name + "\nx.y." + name + " TXT \"hidden\"\n";
        } else if (i % 1003 == 0) {
            text += name + " MX 10 nowhere" + std::to_string(i) + "\n";
        } else {
            text += name + " A 192.0.2.1\n";
        }
    }
    CheckedText one = check_text(make_name("example.com."), text, {}, 1);
    CheckedText two = check_text(make_name("example.com."), text, {}, 3);
    REQUIRE(one.zone != nullptr);
    CHECK(one.findings.rows().size() == 30 + 30 + 29);
    CHECK(join(placed_all(one.findings, *one.sources, 0)) ==
          join(placed_all(two.findings, *two.sources, 0)));
}

TEST_CASE("rules: a new version has to have a greater serial") {
    auto with_serial = [](uint32_t serial, const std::string& more) {
        std::string text =
            "$TTL 3600\n@ SOA ns1.example.net. hostmaster.example.net. " + std::to_string(serial) +
            " 7200 3600 1209600 3600\n@ NS ns1.example.net.\n@ NS ns2.example.net.\n" + more;
        return check_text(make_name("example.com."), text).zone;
    };
    struct Step {
        uint32_t before, after;
        bool same_content;
        bool told;
    };
    const Step steps[] = {
        {1, 2, false, false},         {1, 1, true, false},          {1, 1, false, true},
        {2, 1, false, true},          {2, 1, true, true},           {0xffffffff, 0, false, false},
        {0, 0xffffffff, false, true}, {5, 0x80000005, false, true}, {5, 0x80000004, false, false},
    };
    for (const Step& step : steps) {
        CAPTURE(step.before);
        CAPTURE(step.after);
        auto served = with_serial(step.before, "www A 192.0.2.1\n");
        auto next =
            with_serial(step.after, step.same_content ? "www A 192.0.2.1\n" : "www A 192.0.2.2\n");
        REQUIRE((served && next));
        dns::Severities severities;
        dns::Findings findings(severities);
        zones::check_reload(*served, *next, findings);
        CHECK(findings.rows().size() == (step.told ? 1 : 0));
    }
}

TEST_CASE("rules: hints tell what to write instead") {
    auto hint_of = [](const std::string& line) {
        CheckedText checked =
            check_text(make_name("example.com."), std::string(kApex) + line + "\n");
        REQUIRE(checked.findings.rows().size() == 1);
        return checked.findings.rows()[0].hint;
    };
    CHECK(hint_of("www.example.com A 192.0.2.1") ==
          "a final dot is missing: write 'www.example.com.', or only 'www'");
    CHECK(hint_of("example.com A 192.0.2.1") ==
          "a final dot is missing: write 'example.com.', or only '@'");
    CHECK(hint_of("@ MX 10 mail.example.com") ==
          "a final dot is missing: write 'mail.example.com.', or only 'mail'");
    CHECK(hint_of("@ MX 10 mx.example.org") ==
          "if 'mx.example.org.' is meant, write its final dot");
    CHECK(hint_of("@ TXT \"v=spf1 ipv4:192.0.2.1 -all\"") ==
          "the mechanisms are called ip4 and ip6");
}
