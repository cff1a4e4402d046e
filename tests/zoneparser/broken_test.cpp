#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/octets.h"
#include "tests/support/parse.h"

using namespace apex_tests;

namespace {

struct Case {
    std::string name, text;
    std::vector<std::string> expected;
};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// <HH> to octets; <EOF> takes the line end away.
std::string as_octets(std::string text) {
    constexpr std::string_view kNoEnd = "<EOF>\n";
    if (text.ends_with(kNoEnd)) text.resize(text.size() - kNoEnd.size());
    std::string out;
    for (size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '<' && at + 3 < text.size() && text[at + 3] == '>' &&
            hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
            at += 3;
        } else {
            out += text[at];
        }
    }
    return out;
}

std::vector<Case> read_cases() {
    std::string path = apex_tests::source_folder() + "/tests/zoneparser/broken.txt";
    std::ifstream in(path);
    REQUIRE_MESSAGE(in.good(), path);
    std::vector<Case> cases;
    bool in_text = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("=== ")) {
            cases.push_back({line.substr(4), "", {}});
            in_text = false;
        } else if (cases.empty()) {
            continue;  // the page at the head
        } else if (!in_text && line.starts_with("expect ")) {
            cases.back().expected.push_back(line.substr(7));
        } else if (!in_text && line == "---") {
            in_text = true;
        } else {
            REQUIRE_MESSAGE(in_text, cases.back().name);
            cases.back().text += line + "\n";
        }
    }
    return cases;
}

}  // namespace

TEST_CASE("broken zone text: line, column and rule of every finding") {
    std::vector<Case> cases = read_cases();
    CHECK(cases.size() >= 200);
    std::set<std::string> names, texts;
    // Set to see all findings with their sentences.
    const bool show = std::getenv("APEX_SHOW_BROKEN") != nullptr;
    for (const Case& one : cases) {
        INFO(one.name);
        CHECK(names.insert(one.name).second);
        CHECK(texts.insert(one.text).second);
        CHECK(!one.expected.empty());
        MemoryFiles files;
        files.put("zone", as_octets(one.text));
        files.put("good.inc", "inc 300 A 192.0.2.1\n");
        files.put("bad.inc", "inc 300 A 192.0.2.1\ninc 300 A 192.0.2.300\n");
        files.put("loop.inc", "inc 300 A 192.0.2.1\n$INCLUDE zone\n");
        files.put("quote.inc", "inc 300 TXT \"open\n");
        files.put("group.inc", "inc 300 TXT ( open\n");
        Parsed parsed = parse_files(files, "zone");
        std::vector<std::string> found;
        std::ostringstream shown;
        for (size_t i = 0; i < parsed.findings.size(); ++i) {
            const ParsedFinding& finding = parsed.findings[i];
            std::string file = finding.source == "zone" ? "" : finding.source + ":";
            found.push_back(file + parsed.finding(i));
            shown << "FOUND " << found.back() << " ## " << finding.sentence << " ## "
                  << finding.hint << "\n";
        }
        if (show) MESSAGE("CASE " << one.name << "\n" << shown.str());
        CHECK_MESSAGE(found == one.expected, one.name << "\n" << shown.str());
    }
}
