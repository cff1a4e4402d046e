#include <doctest/doctest.h>

#include "tests/support/parse.h"

using namespace apex_tests;
using zoneparser::ParseOptions;

TEST_CASE("origin, owner and $TTL are as before an included file") {
    MemoryFiles files;
    files.put(
        "zones/main",
        "$TTL 1\na A 192.0.2.1\n$INCLUDE sub/one other.example.\n A 192.0.2.2\nb A 192.0.2.3\n");
    files.put("zones/sub/one",
              "$TTL 7\nx A 192.0.2.4\n$ORIGIN deep\n$INCLUDE \"t\\wo\"\ny A 192.0.2.5\n");
    files.put("zones/sub/two", "z A 192.0.2.6\n");
    Parsed parsed = parse_files(files, "zones/main");
    REQUIRE(parsed.findings.empty());
    REQUIRE(parsed.records.size() == 6);
    CHECK(parsed.record(1) == "x.other.example. 7 A 192.0.2.4");
    CHECK(parsed.record(2) == "z.deep.other.example. 7 A 192.0.2.6");
    CHECK(parsed.record(3) == "y.deep.other.example. 7 A 192.0.2.5");
    CHECK(parsed.record(4) == "a.example.com. 1 A 192.0.2.2");
    CHECK(parsed.record(5) == "b.example.com. 1 A 192.0.2.3");
    CHECK(parsed.records[2].source == "zones/sub/two");
    CHECK(parsed.records[2].line == 1);
    CHECK(parsed.records[4].line == 4);
    CHECK(parsed.files == std::vector<std::string>{"zones/main", "zones/sub/one", "zones/sub/two"});
}

TEST_CASE("a SOA in an included file states its MINIMUM for the rest") {
    MemoryFiles files;
    files.put("main", "$INCLUDE soa\na A 192.0.2.1\n");
    files.put("soa", "@ SOA a b 1 2 3 4 55\n");
    Parsed parsed = parse_files(files, "main");
    REQUIRE(parsed.records.size() == 2);
    CHECK(parsed.records[1].ttl == 55);
    CHECK(parsed.findings.size() == 1);
}

TEST_CASE("nested to the limit and no further") {
    MemoryFiles files;
    for (int i = 0; i < 25; ++i)
        files.put("f" + std::to_string(i), "a" + std::to_string(i) + " 1 A 192.0.2.1\n$INCLUDE f" +
                                               std::to_string(i + 1) + "\n");
    Parsed parsed = parse_files(files, "f0");
    CHECK(parsed.records.size() == 21);
    REQUIRE(parsed.findings.size() == 1);
    CHECK(parsed.findings[0].source == "f20");
    CHECK(parsed.finding(0) == "2:10 include-depth");
}

TEST_CASE("many files, each twice, end at the limit of files") {
    MemoryFiles files;
    for (int i = 0; i < 20; ++i) {
        std::string next = "$INCLUDE f" + std::to_string(i + 1) + "\n";
        files.put("f" + std::to_string(i), next + next);
    }
    files.put("f20", "a 1 A 192.0.2.1\n");
    ParseOptions options;
    options.limits.include_files = 1000;
    Parsed parsed = parse_files(files, "f0", options);
    REQUIRE(!parsed.findings.empty());
    for (const ParsedFinding& finding : parsed.findings) CHECK(finding.rule == "include-limit");
    CHECK(parsed.files.size() == 1001);
}

TEST_CASE("confinement to a folder") {
    MemoryFiles files;
    files.put("/zones/good", "g 1 A 192.0.2.1\n");
    files.put("/zones/sub/good", "s 1 A 192.0.2.1\n");
    files.put("/zones2/bad", "b 1 A 192.0.2.1\n");
    files.put("/etc/secret", "root:x\n");
    files.link("/zones/link", "/etc/secret");
    files.put("/zones/main",
              "$INCLUDE good\n$INCLUDE sub/../sub/good\n$INCLUDE ../zones2/bad\n"
              "$INCLUDE /etc/secret\n$INCLUDE link\n$INCLUDE /zones/good\n$INCLUDE missing\n");
    ParseOptions options;
    options.include_folder = "/zones";
    Parsed parsed = parse_files(files, "/zones/main", options);
    CHECK(parsed.records.size() == 3);
    REQUIRE(parsed.findings.size() == 4);
    CHECK(parsed.finding(0) == "3:10 include-outside");
    CHECK(parsed.finding(1) == "4:10 include-outside");
    CHECK(parsed.finding(2) == "5:10 include-outside");
    CHECK(parsed.finding(3) == "7:10 include-unreadable");
}

TEST_CASE("$INCLUDE can be forbidden") {
    MemoryFiles files;
    files.put("main", "$INCLUDE other\na 1 A 192.0.2.1\n");
    files.put("other", "b 1 A 192.0.2.1\n");
    ParseOptions options;
    options.allow_include = false;
    Parsed parsed = parse_files(files, "main", options);
    CHECK(parsed.records.size() == 1);
    REQUIRE(parsed.findings.size() == 1);
    CHECK(parsed.finding(0) == "1:10 include-disabled");
    CHECK(files.opened() == 1);
}

TEST_CASE("a file that changes while it is read is read again") {
    MemoryFiles files;
    files.put("zone", "a 1 A 192.0.2.1\n");
    files.at("zone").changes_left = 3;
    CHECK(parse_files(files, "zone").findings.empty());
    CHECK(files.opened() == 4);
    files.at("zone").changes_left = 4;
    Parsed parsed = parse_files(files, "zone");
    REQUIRE(parsed.findings.size() == 1);
    CHECK(parsed.findings[0].rule == "file-unreadable");
    CHECK(parsed.records.empty());
}

TEST_CASE("a file that is missing, and one that is empty") {
    MemoryFiles files;
    files.put("empty", "");
    Parsed missing = parse_files(files, "missing");
    REQUIRE(missing.findings.size() == 1);
    CHECK(missing.findings[0].sentence == "cannot read 'missing': No such file or directory");
    Parsed empty = parse_files(files, "empty");
    CHECK(empty.findings.empty());
    CHECK(empty.records.empty());
}

TEST_CASE("thousands of includes make few batches") {
    MemoryFiles files;
    std::string text = "$TTL 1\n";
    for (int i = 0; i < 3000; ++i) text += "$INCLUDE one\nm" + std::to_string(i) + " A 192.0.2.1\n";
    files.put("main", text);
    files.put("one", "one A 192.0.2.1\n");
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    zoneparser::Parser parser(files, sources, findings, {});
    auto zone = parser.parse_file("main", dns::Name());
    CHECK(zone.record_count == 6000);
    CHECK(zone.batches.size() <= 2);
}
