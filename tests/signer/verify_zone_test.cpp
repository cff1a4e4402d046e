// Broken zones of verify_zone.txt, each with exactly the findings that it expects.
#include "signer/verify_zone.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <regex>
#include <set>
#include <sstream>

#include "signer/rules.h"
#include "tests/reference/denial.h"
#include "tests/support/octets.h"
#include "tests/zones/make_zone.h"
#include "zoneparser/words.h"
#include "zones/change_set.h"

namespace apex_tests {

namespace {

using Lines = std::vector<std::string>;

struct VerifyCase {
    std::string title, zone, complaint;
    Lines lines;
    bool taken = false;
    std::vector<std::pair<std::string, std::string>> expected;  // rule, pattern
    signer::VerifyOptions options;
};

// A key that every signature is of.
class ObligingKey : public signer::PublicKey {
  public:
    bool verify(dns::Octets, dns::Octets) const override { return true; }
};

dns::Result<std::unique_ptr<signer::PublicKey>> oblige(uint8_t algorithm, dns::Octets key) {
    auto real = signer::read_public_key(algorithm, key);
    if (!real.ok()) return real.fault();
    return std::unique_ptr<signer::PublicKey>(std::make_unique<ObligingKey>());
}

uint32_t time_of(const std::string& text) {
    uint32_t seconds = 0;
    REQUIRE(zoneparser::read_time(text, seconds));
    return seconds;
}

std::string origin_of(const std::string& zone) {
    return zone == "small" ? "small.test." : "example.";
}

Lines read_lines(const std::string& path) {
    std::ifstream file(source_folder() + "/tests/signer/" + path);
    Lines lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

std::string with_tabs(std::string text) {
    for (size_t at; (at = text.find("\\t")) != text.npos;) text.replace(at, 2, "\t");
    return text;
}

// HASHOF-www is the hash of www.example., in upper case.
std::string with_hashes(std::string text, const std::string& zone) {
    static const std::regex kMark("HASHOF-([a-z]+(\\.[a-z]+)*)");
    for (std::smatch match; std::regex_search(text, match, kMark);) {
        std::string hash = reference::base32hex(
            reference::nsec3_hash(reference::from_text(match[1].str() + ".example."),
                                  zone == "optout" ? "\xab\xcd" : "", 0));
        for (char& c : hash) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        text = match.prefix().str() + hash + match.suffix().str();
    }
    return text;
}

std::string replaced(const std::string& line, const std::smatch& match, const std::string& by) {
    std::string text = line.substr(0, static_cast<size_t>(match.position()));
    for (size_t i = 0; i < by.size(); ++i) {
        bool group = by[i] == '$' && i + 1 < by.size() && by[i + 1] >= '1' && by[i + 1] <= '9';
        text += group ? match[static_cast<size_t>(by[++i] - '0')].str() : std::string(1, by[i]);
    }
    return text + match.suffix().str();
}

// One line of a case; a complaint if it changes nothing.
void apply(VerifyCase& to, const std::string& word, const std::string& rest) {
    size_t arrow = rest.find(" => ");
    std::regex pattern(word == "add" ? "" : rest.substr(0, arrow));
    std::string by = arrow == rest.npos ? "" : with_tabs(rest.substr(arrow + 4));
    size_t changed = word == "add";
    if (word == "add") to.lines.push_back(with_tabs(rest));
    Lines kept;
    for (std::string& line : to.lines) {
        std::smatch match;
        bool matches = word != "add" && std::regex_search(line, match, pattern);
        changed += matches;
        if (!matches)
            kept.push_back(line);
        else if (word == "replace")
            kept.push_back(replaced(line, match, by));
    }
    to.lines = kept;
    if (changed == 0) to.complaint += "no line matches: " + rest + "\n";
}

std::vector<uint8_t> ds_rdata(const std::string& text) {
    MadeZone made = zone_from_text("@ 1 DS " + text + "\n", {});
    REQUIRE(made->apex().find(dns::type::DS));
    dns::Octets rdata = made->apex().find(dns::type::DS).first().rdata();
    return {rdata.begin(), rdata.end()};
}

void add_ds(VerifyCase& to, const std::string& text) {
    if (!to.options.ds) to.options.ds.emplace();
    if (text != "none") to.options.ds->push_back(ds_rdata(text));
}

std::vector<VerifyCase> read_cases() {
    std::vector<VerifyCase> cases;
    for (const std::string& line : read_lines("verify_zone.txt")) {
        if (line.empty() || line[0] == '#') continue;
        if (line.substr(0, 4) == "=== ") {
            cases.emplace_back().title = line.substr(4);
            cases.back().options.now = time_of("20260601000000");
            continue;
        }
        VerifyCase& current = cases.back();
        std::string word = line.substr(0, line.find(' '));
        std::string rest = word.size() < line.size() ? line.substr(word.size() + 1) : "";
        rest = with_hashes(rest, current.zone);
        if (word == "zone") {
            current.zone = rest;
            current.lines = read_lines("zones/" + rest + ".zone");
        } else if (word == "taken") {
            current.options.read_key = oblige;
        } else if (word == "at") {
            current.options.now = time_of(rest);
        } else if (word == "ds") {
            add_ds(current, rest);
        } else if (word == "expect") {
            size_t space = rest.find(' ');
            current.expected.emplace_back(rest.substr(0, space), rest.substr(space + 1));
        } else {
            apply(current, word, rest);
        }
    }
    return cases;
}

std::string text_of(const Lines& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

std::string sorted_text(Lines rows) {
    std::sort(rows.begin(), rows.end());
    return text_of(rows);
}

// "rule: the line", for what is expected and for what was found.
Lines expected_rows(const VerifyCase& of) {
    Lines rows;
    for (const auto& [rule, pattern] : of.expected) {
        std::regex regex(pattern);
        auto line = std::find_if(of.lines.begin(), of.lines.end(), [&](const std::string& text) {
            return std::regex_search(text, regex);
        });
        rows.push_back(rule + ": " + (line == of.lines.end() ? "no line " + pattern : *line));
    }
    return rows;
}

Lines found_rows(const VerifyCase& of, const dns::Findings& findings) {
    Lines rows;
    for (const dns::Finding& finding : findings.rows())
        rows.push_back(std::string(finding.rule->name) + ": " +
                       (finding.line == 0 || finding.line > of.lines.size()
                            ? "nowhere"
                            : of.lines[finding.line - 1]));
    return rows;
}

struct Verified {
    MadeZone made;
    dns::Severities severities;
    dns::Findings findings{severities};
};

std::unique_ptr<Verified> verify_case(const VerifyCase& of, unsigned threads = 1) {
    auto verified = std::make_unique<Verified>();
    verified->made = zone_from_text(text_of(of.lines), reference::from_text(origin_of(of.zone)));
    signer::VerifyOptions options = of.options;
    options.threads = threads;
    signer::verify_zone(*verified->made, verified->findings, options);
    return verified;
}

}  // namespace

TEST_CASE("verify_zone: each broken zone has exactly the findings that it expects") {
    std::vector<VerifyCase> cases = read_cases();
    REQUIRE(cases.size() > 90);
    for (const VerifyCase& of : cases) {
        CAPTURE(of.title);
        CHECK(of.complaint == "");
        auto verified = verify_case(of);
        CHECK(sorted_text(found_rows(of, verified->findings)) == sorted_text(expected_rows(of)));
        for (const dns::Finding& finding : verified->findings.rows()) {
            CHECK(finding.sentence().find("''") == std::string::npos);
            CHECK(finding.sentence().find("{}") == std::string::npos);
            std::string_view sentence = finding.rule->sentence;
            size_t holes = 0;
            for (size_t at = 0; (at = sentence.find("{}", at)) != sentence.npos; ++at) ++holes;
            CHECK(finding.words.size() == holes);
        }
    }
}

TEST_CASE("verify_zone: every rule is broken by some case") {
    std::set<std::string> seen;
    for (const VerifyCase& of : read_cases())
        for (const auto& [rule, pattern] : of.expected) seen.insert(rule);
    for (const dns::Rule* rule : signer::rules()) {
        CAPTURE(std::string(rule->name));
        CHECK(seen.count(rule->name) == 1);
    }
}

TEST_CASE("verify_zone: the table of rules is well formed") {
    std::set<std::string> names;
    for (const dns::Rule* rule : signer::rules()) {
        CAPTURE(std::string(rule->name));
        CHECK(names.insert(rule->name).second);
        std::string_view sentence = rule->sentence, reference = rule->reference;
        CHECK(sentence.back() != '.');
        CHECK(sentence.find("  ") == sentence.npos);
        CHECK(reference.substr(0, 4) == "RFC ");
        CHECK_FALSE(rule->fixed);
    }
}

TEST_CASE("verify_zone: threads and changes on top make no difference") {
    for (const VerifyCase& of : read_cases()) {
        CAPTURE(of.title);
        auto one = verify_case(of), three = verify_case(of, 3);
        CHECK(text_of(found_rows(of, one->findings)) == text_of(found_rows(of, three->findings)));
        // The same zone with its apex in a layer of changes.
        zones::ChangeSet same;
        zones::NodeView apex = one->made->apex();
        for (size_t i = 0; i < apex.rrset_count(); ++i) {
            zones::OwnedRrset rrset = zones::own(apex.rrset(i));
            same.changes.push_back({one->made->absolute({}), rrset, rrset});
        }
        auto changed = one->made->apply(same);
        REQUIRE(changed.ok());
        dns::Findings findings(one->severities);
        signer::verify_zone(**changed, findings, of.options);
        CHECK(findings.rows().size() == one->findings.rows().size());
    }
}

}  // namespace apex_tests
