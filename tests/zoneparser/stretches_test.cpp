#include "zoneparser/stretches.h"

#include <doctest/doctest.h>

#include <random>
#include <sstream>

#include "tests/support/parse.h"

using namespace apex_tests;

namespace {

// Lines that together have every feature of zone text, and most of what can be wrong with it.
constexpr std::string_view kLines[] = {
    "@ IN SOA ns1 admin ( 2026010100\n  1800 900 604800 300 )\n",
    "@ 7200 SOA ns1 admin 1 2 3 4 5\n",
    "www A 192.0.2.1\n",
    "www 300 IN A 192.0.2.2\n",
    "www A 192.0.2.3\n",
    "WWW AAAA 2001:db8::1\n",
    "   AAAA 2001:db8::2\n",
    "\tIN 1h TXT \"a;b\" c\\;d ( \"e\"\n ; comment with ( and \"\n f ) g\n",
    "a.b CNAME www ; alias\n",
    "$ORIGIN sub\n",
    "$ORIGIN example.com.\n",
    "$origin EXAMPLE.com.\n",
    "$TTL 1h\n",
    "$ttl 60\n",
    "$GENERATE 1-3 h$ A 192.0.2.$\n",
    "$GENERATE 2-1 h$ A 192.0.2.$\n",
    "$GENERATE 1-400 h$ A 192.0.2.${200}\n",
    "$INCLUDE one\n",
    "$INCLUDE two sub.example.net.\n",
    "$INCLUDE three\n",
    "$INCLUDE nowhere\n",
    "\n",
    "; only a comment\n",
    "  \t ; indented\r\n",
    "dos A 192.0.2.7\r\n",
    "multi TXT (\nA A A\nwww A 192.0.2.9\n)\n",
    "multi TXT (\n\"x\"\n)\n",
    "open MX ( 10 mail\n",
    "open TXT ( \"a\" ( \"b\" ) )\n",
    "close A ) 192.0.2.1\n",
    "quote TXT \"not closed\n",
    "quote TXT \"over\nthe line\"\n",
    "quote TXT (\"not closed )\n",
    "esc\\097pe A 192.0.2.8\n",
    "bad\\300 A 192.0.2.8\n",
    "bad..name A 192.0.2.8\n",
    "  A 192.0.2.99\n",
    "wrong A 192.0.2.256\n",
    "wrong CH A 192.0.2.1\n",
    "wrong MX 70000 mail\n",
    "wrong NOTYPE x\n",
    "wrong 3000000000 A 192.0.2.1\n",
    "$UNKNOWN x\n",
    "lonely\n",
    "opaque TYPE65280 \\# 3 ( 01\n02 03 )\n",
    "nul TXT a\\000b\n",
};

std::string random_zone(std::mt19937& random, size_t lines) {
    std::string text;
    if (random() % 2) text += "$TTL 5m\n";
    if (random() % 3) text += kLines[0];
    // Often from a few kinds of lines only, so that long stretches without a fault occur.
    std::vector<std::string_view> kinds;
    for (size_t i = 0; i < 1 + random() % std::size(kLines); ++i)
        kinds.push_back(kLines[random() % std::size(kLines)]);
    for (size_t i = 0; i < lines; ++i) text += kinds[random() % kinds.size()];
    if (random() % 8 == 0) text += "last TXT \"no end";
    if (text.empty()) return text;
    if (random() % 8 == 0) text.pop_back();
    if (random() % 16 == 0 && !text.empty())
        text[random() % text.size()] = static_cast<char>(random());
    return text;
}

std::string difference(const Parsed& a, const Parsed& b) {
    std::ostringstream out;
    for (size_t i = 0; i < std::max(a.records.size(), b.records.size()); ++i) {
        if (i < a.records.size() && i < b.records.size() && a.records[i] == b.records[i]) continue;
        if (i < a.records.size()) out << "whole: " << a.records[i] << "\n";
        if (i < b.records.size()) out << "cut:   " << b.records[i] << "\n";
        break;
    }
    for (size_t i = 0; i < std::max(a.findings.size(), b.findings.size()); ++i) {
        if (i < a.findings.size() && i < b.findings.size() && a.findings[i] == b.findings[i])
            continue;
        if (i < a.findings.size()) out << "whole: " << a.findings[i] << "\n";
        if (i < b.findings.size()) out << "cut:   " << b.findings[i] << "\n";
        break;
    }
    return out.str();
}

}  // namespace

TEST_CASE("any number of threads and any size of stretch gives the same") {
    std::mt19937 random(20260101);
    for (int round = 0; round < 300; ++round) {
        MemoryFiles files;
        for (const char* name : {"one", "two", "three"})
            files.put(name, random_zone(random, random() % 20));
        files.put("zone", random_zone(random, random() % 120));
        zoneparser::ParseOptions options;
        options.limits.include_files = 50;
        options.limits.generate_records = 1000;
        Parsed whole = parse_files(files, "zone", options);
        for (unsigned threads = 1; threads <= 4; ++threads) {
            options.threads = threads;
            options.stretch_octets = 16 + random() % (random() % 2 ? 100 : 1000);
            Parsed cut = parse_files(files, "zone", options);
            INFO("round " << round << ", threads " << threads << ", stretch "
                          << options.stretch_octets);
            REQUIRE(difference(whole, cut) == "");
            REQUIRE(whole == cut);
        }
    }
}

TEST_CASE("stretches begin at records with an owner of their own") {
    std::string text =
        "a A 1.1.1.1\n  A 1.1.1.2\n\"q\" A 1.1.1.1\n; c\n)\n$TTL 5\n\nb A 1.1.1.3\nc A 1.1.1.4";
    auto begins = zoneparser::stretch_begins(text, 1);
    REQUIRE(begins.size() == 3);
    CHECK(begins[0] == text.data());
    CHECK(*begins[1] == 'b');
    CHECK(*begins[2] == 'c');
    CHECK(zoneparser::stretch_begins(text, 1000).size() == 1);
    CHECK(zoneparser::stretch_begins("", 16).size() == 1);
}

TEST_CASE("prepare sees each batch of the result once") {
    std::string text = "$TTL 1\n";
    for (int i = 0; i < 500; ++i) text += "name" + std::to_string(i) + " A 192.0.2.1\n";
    MemoryFiles files;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    zoneparser::ParseOptions options;
    options.threads = 3;
    options.stretch_octets = 256;
    auto prepare = [](zoneparser::RecordBatch& batch) {
        CHECK(batch.prepared == nullptr);
        batch.prepared = std::make_shared<uint64_t>(batch.record_count);
    };
    zoneparser::Parser parser(files, sources, findings, options, prepare);
    auto zone = parser.parse_text(text, {}, dns::Name());
    CHECK(zone.record_count == 500);
    uint64_t prepared = 0;
    for (auto& batch : zone.batches) {
        REQUIRE(batch->prepared != nullptr);
        prepared += *static_cast<uint64_t*>(batch->prepared.get());
    }
    CHECK(prepared == 500);
}

TEST_CASE("a group that goes over many stretches is one record") {
    std::string text = "$TTL 1\nlong TXT (\n";
    for (int i = 0; i < 200; ++i) text += "word" + std::to_string(i) + "\n";
    text += ")\nnext A 192.0.2.1\n";
    zoneparser::ParseOptions options;
    options.threads = 4;
    options.stretch_octets = 64;
    Parsed parsed = parse_zone(text, options);
    CHECK(parsed.findings.empty());
    REQUIRE(parsed.records.size() == 2);
    CHECK(parsed.records[1].line == 204);
}
