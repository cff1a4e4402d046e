#include "zoneparser/generate.h"

#include <doctest/doctest.h>

#include "tests/support/parse.h"

using namespace apex_tests;
using zoneparser::GenerateRange;
using zoneparser::GenerateTemplate;

namespace {

std::string expand(std::string_view text, uint32_t number) {
    GenerateTemplate made;
    std::string out;
    if (made.read(text) != nullptr) return "(unreadable)";
    if (const char* reason = made.expand(number, out)) return reason;
    return out;
}

}  // namespace

TEST_CASE("ranges") {
    GenerateRange range;
    REQUIRE(zoneparser::read_generate_range("1-10", range) == nullptr);
    CHECK(range.count() == 10);
    REQUIRE(zoneparser::read_generate_range("0-2147483647/2147483647", range) == nullptr);
    CHECK(range.count() == 2);
    REQUIRE(zoneparser::read_generate_range("5-9/3", range) == nullptr);
    CHECK(range.count() == 2);
    for (const char* bad : {"", "1", "-1", "1-", "1-2/", "1-2/0", "2-1", "1-2147483648", "1-2x",
                            "+1-2", " 1-2", "99999999999999999999-1"})
        CHECK_MESSAGE(zoneparser::read_generate_range(bad, range) != nullptr, bad);
}

TEST_CASE("modifiers, as BIND has them") {
    CHECK(expand("a$b", 7) == "a7b");
    CHECK(expand("$-$", 7) == "7-7");
    CHECK(expand("$$", 7) == "$");
    CHECK(expand("\\$", 7) == "\\$");
    CHECK(expand("x\\\\$", 7) == "x\\\\7");
    CHECK(expand("${0}", 7) == "7");
    CHECK(expand("${10}", 7) == "17");
    CHECK(expand("${+10}", 7) == "17");
    CHECK(expand("${-3}", 7) == "4");
    CHECK(expand("${-10}", 7) == "-3");
    CHECK(expand("${-10,4}", 7) == "-003");
    CHECK(expand("${0,4}", 7) == "0007");
    CHECK(expand("${0,4,d}", 7) == "0007");
    CHECK(expand("${0,4,o}", 64) == "0100");
    CHECK(expand("${0,4,x}", 255) == "00ff");
    CHECK(expand("${0,0,X}", 255) == "FF");
    CHECK(expand("${-1,0,x}", 0) == "ffffffff");
    // Nibbles from the last to the first; the width counts the dots too.
    CHECK(expand("${0,0,n}", 0x1ab) == "b.a.1");
    CHECK(expand("${0,7,n}", 0x1ab) == "b.a.1.0");
    CHECK(expand("${0,8,N}", 0x1ab) == "B.A.1.0.");
    CHECK(expand("${0,1,n}", 0) == "0");
    CHECK(expand("${0,255}", 1).size() == 255);
    CHECK(expand("${2147483647}", 0) == "2147483647");
    CHECK(expand("${2147483647}", 1) == "a number gets over 2147483647");
    for (const char* bad : {"${", "${}", "${x}", "${0", "${0,}", "${0,1", "${0,1,}", "${0,1,z}",
                            "${0,1,dd}", "${0,1,d", "${0,256}", "${0 }", "${99999999999}"})
        CHECK_MESSAGE(expand(bad, 1) == "(unreadable)", bad);
}

TEST_CASE("$GENERATE makes records with a source of their own") {
    Parsed parsed =
        parse_zone("$TTL 60\n$GENERATE 1-5/2 h${0,2} 5m IN A 192.0.2.$\nx A 192.0.2.9\n");
    REQUIRE(parsed.findings.empty());
    REQUIRE(parsed.records.size() == 4);
    CHECK(parsed.record(0) == "h01.example.com. 300 A 192.0.2.1");
    CHECK(parsed.record(2) == "h05.example.com. 300 A 192.0.2.5");
    CHECK(parsed.records[0].source == "text#2");
    CHECK(parsed.records[0].line == 1);
    CHECK(parsed.records[2].line == 3);
    CHECK(parsed.records[3].source == "text");
    CHECK(parsed.records[3].line == 3);
}

TEST_CASE("data of several words, in quotes or not") {
    Parsed parsed = parse_zone(
        "$TTL 1\n$GENERATE 1-1 a MX \"10 m$\"\n$GENERATE 1-1 a MX 10 m$\n"
        "$GENERATE 1-1 a TXT \"x $\" \"y $$\"\n$GENERATE 1-1 @ NS ns$.example.net.\n"
        "$GENERATE 1-1 $.0.0.${0,3,n} PTR \\$$\n");
    REQUIRE(parsed.findings.empty());
    REQUIRE(parsed.records.size() == 5);
    CHECK(parsed.record(0) == "a.example.com. 1 MX 10 m1.example.com.");
    CHECK(parsed.record(1) == "a.example.com. 1 MX 10 m1.example.com.");
    CHECK(parsed.record(2) == "a.example.com. 1 TXT \"x 1\" \"y $\"");
    CHECK(parsed.record(3) == "example.com. 1 NS ns1.example.net.");
    CHECK(parsed.record(4) == "1.0.0.1.0.example.com. 1 PTR \\$1.example.com.");
}

TEST_CASE("$GENERATE leaves the last owner alone") {
    Parsed parsed =
        parse_zone("$TTL 1\na A 192.0.2.1\n$GENERATE 1-2 b$ A 192.0.2.$\n A 192.0.2.2\n");
    REQUIRE(parsed.records.size() == 4);
    CHECK(parsed.record(3) == "a.example.com. 1 A 192.0.2.2");
}

TEST_CASE("the limit counts all directives of a run") {
    zoneparser::ParseOptions options;
    options.limits.generate_records = 10;
    Parsed parsed = parse_zone(
        "$TTL 1\n$GENERATE 1-6 a$ A 192.0.2.$\n$GENERATE 1-6 b$ A 192.0.2.$\n"
        "$GENERATE 1-4 c$ A 192.0.2.$\n",
        options);
    CHECK(parsed.records.size() == 10);
    REQUIRE(parsed.findings.size() == 1);
    CHECK(parsed.finding(0) == "3:11 generate-limit");
}

TEST_CASE("text made on the way is limited too") {
    zoneparser::ParseOptions options;
    options.limits.generate_records = 100;
    std::string text = "$TTL 1\n$GENERATE 1-100 a$ TXT";
    for (int i = 0; i < 50; ++i) text += " ${0,255}";
    Parsed parsed = parse_zone(text, options);
    CHECK(parsed.records.size() < 10);
    REQUIRE(parsed.findings.size() == 1);
    CHECK(parsed.findings[0].rule == "generate-limit");
}
