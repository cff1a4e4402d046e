#include "zoneparser/entries.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/support/parse.h"
#include "zoneparser/rules.h"

using namespace apex_tests;

namespace {

// The only record of a text without findings.
std::string record_of(std::string_view text) {
    Parsed parsed = parse_zone(text);
    INFO(text);
    REQUIRE(parsed.findings.empty());
    REQUIRE(parsed.records.size() == 1);
    return parsed.record(0);
}

}  // namespace

TEST_CASE("owner, TTL, class and type") {
    const std::string expected = "a.example.com. 300 A 192.0.2.1";
    CHECK(record_of("a 300 IN A 192.0.2.1") == expected);
    CHECK(record_of("a IN 300 A 192.0.2.1\n") == expected);
    CHECK(record_of("a 300 A 192.0.2.1") == expected);
    CHECK(record_of("a 5m a 192.0.2.1") == expected);
    CHECK(record_of("a CLASS1 300 TYPE1 192.0.2.1") == expected);
    CHECK(record_of("$TTL 300\na in A 192.0.2.1") == expected);
    CHECK(record_of("$ttl 5M\na ( A\n192.0.2.1 )") == expected);
    CHECK(record_of("( a 300 A 192.0.2.1 )") == expected);
    CHECK(record_of("a.example.com. 300 A \\# 4 c0000201") == expected);
    CHECK(record_of("\xef\xbb\xbf"
                    "a 300 A 192.0.2.1\r\n") == expected);
    CHECK(record_of("@ 0 NS .") == "example.com. 0 NS .");
    CHECK(record_of("a 2147483647 A 192.0.2.1") == "a.example.com. 2147483647 A 192.0.2.1");
    CHECK(record_of("\\$a 1 TYPE65280 \\# 0") == "\\$a.example.com. 1 TYPE65280 \\# 0");
    CHECK(record_of("a\\.b\\ \\033 1 A 192.0.2.1") == "a\\.b\\032!.example.com. 1 A 192.0.2.1");
    CHECK(record_of("* 1 TXT a\\\"b \"c\\\\\"") == "*.example.com. 1 TXT \"a\\\"b\" \"c\\\\\"");
    // Mnemonics of types and classes are good owners.
    CHECK(record_of("IN 1 A 192.0.2.1") == "IN.example.com. 1 A 192.0.2.1");
    CHECK(record_of("300 1 A 192.0.2.1") == "300.example.com. 1 A 192.0.2.1");
}

TEST_CASE("a record's place is that of its first token") {
    Parsed parsed = parse_zone("; c\na 1 A 192.0.2.1\n\t1 A 192.0.2.2\n\n  (\n  1 A 192.0.2.3 )\n");
    REQUIRE(parsed.records.size() == 3);
    CHECK(parsed.records[0].line == 2);
    CHECK(parsed.records[0].column == 1);
    CHECK(parsed.records[1].line == 3);
    CHECK(parsed.records[1].column == 2);
    CHECK(parsed.records[2].line == 6);
    CHECK(parsed.records[2].column == 3);
}

TEST_CASE("blank owners follow the record before, not the origin") {
    Parsed parsed = parse_zone(
        "$TTL 1\na A 192.0.2.1\n$ORIGIN sub\n A 192.0.2.2\na A 192.0.2.3\n; x\n\n A 192.0.2.4\n");
    REQUIRE(parsed.records.size() == 4);
    CHECK(parsed.record(1) == "a.example.com. 1 A 192.0.2.2");
    CHECK(parsed.record(2) == "a.sub.example.com. 1 A 192.0.2.3");
    CHECK(parsed.record(3) == "a.sub.example.com. 1 A 192.0.2.4");
}

TEST_CASE("an owner written again joins the run before") {
    MemoryFiles files;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    zoneparser::Parser parser(files, sources, findings, {});
    auto zone = parser.parse_text(
        "a. 1 A 192.0.2.1\na. 1 A 192.0.2.2\n 1 A 192.0.2.3\nb. 1 A 192.0.2.1\na. 1 A 192.0.2.4\n",
        {}, dns::Name());
    REQUIRE(zone.batches.size() == 1);
    REQUIRE(zone.batches[0]->runs.size() == 3);
    CHECK((*zone.batches[0]->runs.begin()).record_count == 3);
    CHECK(zone.record_count == 5);
}

TEST_CASE("$ORIGIN is relative to the one before") {
    Parsed parsed = parse_zone("$TTL 1\n$ORIGIN a\n$Origin b\nx NS @\n$ORIGIN .\nx NS y\n");
    REQUIRE(parsed.records.size() == 2);
    CHECK(parsed.record(0) == "x.b.a.example.com. 1 NS b.a.example.com.");
    CHECK(parsed.record(1) == "x. 1 NS y.");
}

TEST_CASE("TTLs: $TTL, else the last one stated, else MINIMUM") {
    SUBCASE("$TTL wins over what records state") {
        Parsed parsed =
            parse_zone("$TTL 9\na 5 A 192.0.2.1\nb A 192.0.2.1\n$TTL 8\nc A 192.0.2.1\n");
        REQUIRE(parsed.records.size() == 3);
        CHECK(parsed.records[0].ttl == 5);
        CHECK(parsed.records[1].ttl == 9);
        CHECK(parsed.records[2].ttl == 8);
    }
    SUBCASE("the last one stated") {
        Parsed parsed =
            parse_zone("a 5 A 192.0.2.1\nb A 192.0.2.1\nc 6 A 192.0.2.1\nd A 192.0.2.1");
        REQUIRE(parsed.records.size() == 4);
        CHECK(parsed.records[1].ttl == 5);
        CHECK(parsed.records[3].ttl == 6);
        CHECK(parsed.findings.empty());
    }
    SUBCASE("MINIMUM, with one warning") {
        Parsed parsed = parse_zone(
            "@ SOA a b 1 2 3 4 77\n NS a\na A 192.0.2.1\nb 5 A 192.0.2.1\nc A 192.0.2.1");
        REQUIRE(parsed.records.size() == 5);
        CHECK(parsed.records[0].ttl == 77);
        CHECK(parsed.records[2].ttl == 77);
        CHECK(parsed.records[4].ttl == 5);
        REQUIRE(parsed.findings.size() == 1);
        CHECK(parsed.finding(0) == "1:1 no-ttl");
        CHECK(parsed.errors == 0);
    }
}

TEST_CASE("an entry with an error is dropped, the rest goes on") {
    Parsed parsed = parse_zone(
        "$TTL 1\na A 192.0.2.1\nb A 192.0.2\n A 192.0.2.2\nc..d A 192.0.2.1\n A 192.0.2.3\ne A "
        "192.0.2.4\n");
    REQUIRE(parsed.records.size() == 3);
    CHECK(parsed.record(1) == "b.example.com. 1 A 192.0.2.2");
    CHECK(parsed.record(2) == "e.example.com. 1 A 192.0.2.4");
    CHECK(parsed.errors == 2);
}

TEST_CASE("sentences name the field, and hints the usual cause") {
    auto sentence = [](std::string_view text) {
        Parsed parsed = parse_zone(text);
        REQUIRE(parsed.findings.size() == 1);
        return parsed.findings[0].sentence;
    };
    CHECK(sentence("a 1 MX 70000 b") == "invalid preference in MX: '70000' is more than 65535");
    CHECK(sentence("a 1 MX 10") == "MX needs an exchange");
    CHECK(sentence("a 1 A \\# 5 c000020101") ==
          "invalid data in A: it has octets left over after its last field");
    CHECK(sentence("a 1 A6 64 1::1 b") ==
          "invalid address suffix in A6: '1::1' has bits set among the first 64, which belong to "
          "the prefix");
    CHECK(sentence("a 1 A6 64 ::1") == "A6 needs a prefix name");
    CHECK(sentence("a 1 CH A 192.0.2.1") == "class CH is not served: apex serves class IN only");
    CHECK(sentence(std::string("a 1 ") + std::string(100, 'x') + "\x01 b").size() < 100);
    CHECK(sentence("a 1 b\x01 b") == "unknown record type 'b\\001'");
    CHECK(parse_zone("a 1 CNAM b").findings[0].hint == "did you mean CNAME?");
    CHECK(parse_zone("a 1 TXT " + std::string(256, 'x')).findings[0].hint.find("split") !=
          std::string::npos);
}

TEST_CASE("words of findings are printable and short") {
    CHECK(zoneparser::printable("abc") == "abc");
    CHECK(zoneparser::printable(std::string_view("a\0\xff", 3)) == "a\\000\\255");
    CHECK(zoneparser::printable(std::string(61, 'x')) == std::string(57, 'x') + "...");
}

TEST_CASE("limits of findings count what they do not keep") {
    std::string text;
    for (int i = 0; i < 250; ++i) text += "a 1 A x\n";
    Parsed parsed = parse_zone(text);
    CHECK(parsed.findings.size() == 100);
    CHECK(parsed.errors == 250);
}

TEST_CASE("the rules are told apart by name and are complete") {
    std::set<std::string> names;
    for (const dns::Rule* rule : zoneparser::rules()) {
        CHECK(names.insert(rule->name).second);
        CHECK(std::string(rule->sentence) != "");
        CHECK(std::string(rule->reference) != "");
        CHECK((rule->severity == dns::Severity::error) == rule->fixed);
    }
    CHECK(names.count("unclosed-quote") == 1);
}
