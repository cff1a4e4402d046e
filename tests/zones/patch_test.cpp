#include "zones/patch.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/memory_files.h"
#include "tests/support/zone_text.h"

using namespace apex_tests;

namespace {

struct ReadPatch {
    std::unique_ptr<dns::Severities> severities = std::make_unique<dns::Severities>();
    std::unique_ptr<dns::Sources> sources = std::make_unique<dns::Sources>();
    dns::Findings findings{*severities};
    zones::LoadedPatch loaded;

    // "line:column rule" of each finding.
    std::vector<std::string> found() const {
        std::vector<std::string> rows;
        for (const dns::Finding& finding : findings.rows())
            rows.push_back(std::to_string(finding.line) + ":" + std::to_string(finding.column) +
                           " " + finding.rule->name);
        return rows;
    }
    // "replace www.example.com. A" of each operation.
    std::vector<std::string> operations() const {
        static const char* const kKinds[] = {"replace", "remove", "subtree"};
        std::vector<std::string> rows;
        for (const zones::Patch::Operation& operation : loaded.patch->operations())
            rows.push_back(std::string(kKinds[static_cast<size_t>(operation.kind)]) + " " +
                           dns::to_text(operation.owner) +
                           (operation.type ? " " + dns::type_text(operation.type) : ""));
        return rows;
    }
};

ReadPatch read_files(const MemoryFiles& files, zoneparser::ParseOptions options = {}) {
    ReadPatch read;
    zones::PatchLoader loader(files, *read.sources, read.findings, std::move(options));
    read.loaded = loader.load_file("patch", make_name("example.com"));
    return read;
}

ReadPatch read(const std::string& text) {
    MemoryFiles files;
    files.put("patch", text);
    return read_files(files);
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("patch: operations and records, wherever they stand") {
    ReadPatch patch = read(
        "$TTL 1h\n"
        "www A 10.0.0.1\n"
        "$REPLACE www A\n"
        "$remove old\n"
        "$ORIGIN lab.example.com.\n"
        "$REMOVE @ Subtree ; a comment\n"
        "$REMOVE (printer\n  AAAA)\n"
        "www A 10.0.0.2\n"
        "$GENERATE 1-3 h$ A 10.0.1.$\n"
        "$REMOVE www.example.com. TYPE65280\n");
    CHECK(patch.found() == Rows{});
    REQUIRE(patch.loaded.patch != nullptr);
    CHECK(patch.operations() == Rows{"subtree lab.example.com.",
                                     "remove printer.lab.example.com. AAAA",
                                     "remove old.example.com.", "replace www.example.com. A",
                                     "remove www.example.com. TYPE65280"});
    CHECK(patch.loaded.patch->record_count() == 5);
    CHECK(patch.loaded.patch->runs().size() == 5);
    CHECK(patch.loaded.patch->operations()[3].place == dns::Place(1, 3, 1));
    CHECK(patch.loaded.files.size() == 1);
}

TEST_CASE("patch: $INCLUDE brings operations, too, under its own origin") {
    MemoryFiles files;
    files.put("patch", "$TTL 60\n$INCLUDE more lab\nmail A 10.0.0.3\n");
    files.put("more", "$REMOVE www\n$REPLACE mail A\nmail A 10.0.0.2\n");
    ReadPatch patch = read_files(files);
    CHECK(patch.found() == Rows{});
    CHECK(patch.operations() ==
          Rows{"replace mail.lab.example.com. A", "remove www.lab.example.com."});
    CHECK(patch.loaded.patch->operations()[0].place == dns::Place(2, 2, 1));
    CHECK(patch.loaded.files.size() == 2);
}

TEST_CASE("patch: what does not need a base to be wrong") {
    struct Row {
        const char* text;
        Rows found;
    };
    static const Row kRows[] = {
        {"$REMOVE\n", {"1:8 bad-directive"}},
        {"$REMOVE www A AAAA\n", {"1:15 bad-directive"}},
        {"$REMOVE www subtre\n", {"1:13 unknown-type"}},
        {"$REMOVE www \"A\"\n", {"1:13 unknown-type"}},
        {"$REMOVE www ANY\n", {"1:13 meta-type"}},
        {"$REMOVE www..a\n", {"1:9 bad-name"}},
        {"$REPLACE www subtree\n", {"1:14 bad-directive"}},
        {"$REPLACE www A\n", {"1:1 patch-replacement-missing"}},
        {"$REPLACE www A\nwww 60 AAAA fd00::1\n", {"1:1 patch-replacement-missing"}},
        {"$REPLACE www\nmail 60 A 10.0.0.1\n", {"1:1 patch-replacement-missing"}},
        {"$REMOVE www.example.net.\n", {"1:1 patch-outside-zone"}},
        {"www.example.net. 60 A 10.0.0.1\n", {"1:1 outside-zone"}},
        {"$REMOVE @\n", {"1:1 patch-removes-soa"}},
        {"$REMOVE @ SOA\n", {"1:1 patch-removes-soa"}},
        {"$REMOVE example.COM. subtree\n", {"1:1 patch-removes-soa"}},
        {"$REPLACE @\n@ 60 NS ns1\n", {"1:1 patch-removes-soa"}},
        {"@ 60 SOA ns1 hostmaster 2 7200 3600 1209600 3600\n", {"1:1 patch-adds-soa"}},
        {"$REPLACE a SOA\n@ 60 SOA ns1 h 2 7200 3600 1209600 3600\n"
         "a 60 SOA ns1 h 2 7200 3600 1209600 3600\n",
         {"2:1 patch-adds-soa"}},
        {"$REPLACE @ SOA\n@ 60 SOA ns1 hostmaster 2 7200 3600 1209600 3600\n", {}},
        {"$REPLACE @\n@ 60 NS ns1\n@ 60 SOA ns1 hostmaster 2 7200 3600 1209600 3600\n", {}},
        {"$REMOVE @ NS\n", {}},
        {"$REPLCE www A\n", {"1:1 unknown-directive"}},
        {"$DELETE www A\n", {"1:1 unknown-directive"}},
    };
    for (const Row& row : kRows) {
        CAPTURE(std::string(row.text));
        ReadPatch patch = read(row.text);
        CHECK(patch.found() == row.found);
        // Of these, only a record outside the zone is left out and nothing more.
        bool refused = !row.found.empty() && row.found[0] != "1:1 outside-zone";
        CHECK((patch.loaded.patch == nullptr) == refused);
    }
}

TEST_CASE("patch: what was meant is in the hint") {
    CHECK(read("$REMOVE www subtre\n").findings.rows()[0].hint == "did you mean subtree?");
    CHECK(read("$REMOVE www AAA\n").findings.rows()[0].hint == "did you mean AAAA?");
    CHECK(read("$REPLCE www A\n").findings.rows()[0].hint == "did you mean $REPLACE?");
    std::string hint = read("$DELETE www\n").findings.rows()[0].hint;
    CHECK(hint.find("$REMOVE") != hint.npos);
}

TEST_CASE("patch: its directives are an error in a zone file, in whichever stretch they stand") {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "h" + std::to_string(i) + " 60 A 192.0.2.1\n";
    text += "$REMOVE h1\nz 60 A 192.0.2.1\n$REPLACE h2 A\n";
    for (unsigned threads : {1u, 3u}) {
        MemoryFiles files;
        files.put("zone", text);
        dns::Sources sources;
        dns::Severities severities;
        dns::Findings findings(severities);
        zoneparser::ParseOptions options;
        options.threads = threads;
        options.stretch_octets = 64;
        zoneparser::Parser parser(files, sources, findings, options);
        zoneparser::ParsedZone parsed = parser.parse_file("zone", make_name("example.com"));
        CHECK(parsed.operations.empty());
        CHECK(parsed.record_count == 41);
        REQUIRE(findings.rows().size() == 2);
        CHECK(findings.rows()[0].sentence() == "'$REMOVE' belongs in a patch, not in a zone file");
        CHECK(findings.rows()[0].line == 41);
        CHECK(findings.rows()[1].line == 43);
    }
}
