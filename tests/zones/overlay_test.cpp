#include "zones/overlay.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/memory_files.h"
#include "tests/support/octets.h"
#include "tests/support/zone_text.h"
#include "tests/zones/make_zone.h"
#include "zones/concern.h"

using namespace apex_tests;

namespace {

constexpr const char* kBase =
    "$TTL 3600\n"
    "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 3600 1209600 3600\n"
    "@ NS ns1.example.net.\n"
    "@ NS ns2.example.net.\n"
    "@ MX 10 mail\n"
    "www A 192.0.2.1\n"
    "www AAAA 2001:db8::1\n"
    "mail A 192.0.2.2\n"
    "ftp CNAME www\n"
    "old A 192.0.2.3\n"
    "a.lab A 192.0.2.4\n"
    "b.lab A 192.0.2.5\n"
    "sub NS ns1.sub\n"
    "ns1.sub A 192.0.2.6\n";

// A base, and what patches make of it.
class Bench {
  public:
    explicit Bench(const std::string& text = kBase, const char* apex = "example.com")
        : origin(make_name(apex)), base(check_text(origin, text, {}, 1)) {
        zone = base.zone;
    }

    std::shared_ptr<const zones::Zone> overlay(const std::string& text) {
        sources = std::make_unique<dns::Sources>();
        findings = std::make_unique<dns::Findings>(*base.severities);
        MemoryFiles files;
        zones::PatchLoader loader(files, *sources, *findings, {});
        auto text_kept = std::make_shared<const std::string>(text);
        auto patch =
            loader.load_text(*text_kept, {dns::SourceKind::text, "patch", {}, text_kept}, origin)
                .patch;
        if (patch == nullptr) return nullptr;
        zones::OverlayOptions options;
        options.source_shift = base.sources->count();
        return zones::overlay(*zone, *patch, *findings, options);
    }
    // "source:line rule" of each finding.
    std::vector<std::string> found() const {
        std::vector<std::string> rows;
        for (const dns::Finding& finding : findings->rows())
            rows.push_back(std::to_string(finding.source) + ":" + std::to_string(finding.line) +
                           " " + finding.rule->name);
        std::sort(rows.begin(), rows.end());
        return rows;
    }

    dns::Name origin;
    CheckedText base;
    std::shared_ptr<const zones::Zone> zone;
    std::unique_ptr<dns::Sources> sources;
    std::unique_ptr<dns::Findings> findings;
};

using Rows = std::vector<std::string>;

// The lines of printed zones that only one of them has, the first zone's with "-".
Rows differing(const zones::Zone& before, const zones::Zone& after) {
    auto lines = [](const zones::Zone& zone) {
        Rows rows;
        std::string text = print(zone);
        for (size_t at = 0, end; at < text.size(); at = end + 1) {
            end = text.find('\n', at);
            rows.push_back(text.substr(at, end - at));
        }
        return rows;
    };
    Rows old = lines(before), now = lines(after), rows;
    for (const std::string& line : old)
        if (std::find(now.begin(), now.end(), line) == now.end()) rows.push_back("-" + line);
    for (const std::string& line : now)
        if (std::find(old.begin(), old.end(), line) == old.end()) rows.push_back("+" + line);
    return rows;
}

}  // namespace

TEST_CASE("overlay: removals and replacements first, then every record") {
    Bench bench;
    auto merged = bench.overlay(
        "$TTL 60\n"
        "www A 10.0.0.1\n"
        "printer A 10.0.0.2\n"
        "$REPLACE www A\n"
        "$REMOVE old\n"
        "$REMOVE lab subtree\n"
        "c.lab A 10.0.0.3\n");
    REQUIRE(merged != nullptr);
    CHECK(bench.found() == Rows{});
    CHECK(differing(*bench.zone, *merged) ==
          Rows{"-a.lab.example.com. 3600 IN A 192.0.2.4", "-b.lab.example.com. 3600 IN A 192.0.2.5",
               "-old.example.com. 3600 IN A 192.0.2.3", "-www.example.com. 3600 IN A 192.0.2.1",
               "+c.lab.example.com. 60 IN A 10.0.0.3", "+printer.example.com. 60 IN A 10.0.0.2",
               "+www.example.com. 60 IN A 10.0.0.1"});
    CHECK(&merged->base() == &bench.zone->base());
    CHECK(bench.zone->changes().empty());
}

TEST_CASE("overlay: what does not fit the base") {
    struct Row {
        const char* text;
        Rows found;
        bool refused;
    };
    static const Row kRows[] = {
        {"$REMOVE none\n", {"2:1 patch-removes-nothing"}, true},
        {"$REMOVE www MX\n", {"2:1 patch-removes-nothing"}, true},
        {"$REMOVE lab\n", {"2:1 patch-removes-nothing"}, true},
        {"$REMOVE none subtree\n", {"2:1 patch-removes-nothing"}, true},
        {"$REPLACE www MX\nwww 60 MX 10 mail\n", {"2:1 patch-replaces-nothing"}, false},
        // It joins the RRset that is there: one TTL, the lowest (RFC 2181 5.2).
        {"www 60 A 10.0.0.1\n", {"2:1 ttl-differs"}, false},
        {"www 3600 A 192.0.2.1\n", {"2:1 duplicate-record"}, false},
        {"www 60 CNAME mail\n", {"2:1 cname-and-other-data"}, true},
        {"$REMOVE @ NS\n", {"1:2 missing-ns"}, true},
        {"$REMOVE mail\n", {"1:5 target-without-address"}, false},
        {"$REMOVE www\n", {"1:9 alias-dangling"}, false},
        {"$REMOVE ns1.sub\n", {"1:13 missing-glue"}, false},
        {"lab 60 NS ns.example.net.\n", {"1:11 occluded", "1:12 occluded"}, false},
        {"lab 60 DNAME www\n", {"1:11 below-dname", "1:12 below-dname"}, true},
        {"$REMOVE sub\n", {}, false},
        {"$REPLACE sub\nsub 60 NS ns2.sub\nns2.sub 60 A 10.0.0.1\n", {"1:14 occluded"}, false},
        {"$REPLACE @ SOA\n@ 60 SOA ns1.example.net. h.example.net. 9 7200 3600 1209600 60\n",
         {},
         false},
    };
    for (const Row& row : kRows) {
        CAPTURE(std::string(row.text));
        Bench bench;
        auto merged = bench.overlay(row.text);
        CHECK(bench.found() == row.found);
        CHECK((merged == nullptr) == row.refused);
    }
}

TEST_CASE("overlay: a subtree is what an owner alone is not") {
    Bench bench;
    CHECK(bench.overlay("$REMOVE lab\n") == nullptr);
    CHECK(bench.findings->rows()[0].hint ==
          "only names below it exist: $REMOVE with 'subtree' takes those away");
    auto merged = bench.overlay("$REMOVE lab subtree\n");
    REQUIRE(merged != nullptr);
    CHECK_FALSE(merged->find(relative_to(make_name("lab.example.com"), *merged)));
    CHECK(merged->name_count() + 3 == bench.zone->name_count());
}

TEST_CASE("overlay: places of the patch stand behind those of the base") {
    Bench bench;
    auto merged = bench.overlay("www 3600 A 10.0.0.1\n");
    REQUIRE(merged != nullptr);
    auto front = std::shared_ptr<const dns::Sources>(std::move(bench.base.sources));
    auto sources = zones::joined_sources(front, *bench.sources);
    CHECK(sources->count() == 2);
    zones::RrsetView rrset =
        merged->find(relative_to(make_name("www.example.com"), *merged)).find(dns::type::A);
    REQUIRE(rrset.count() == 2);
    CHECK(sources->at(rrset.place(0).source()).name == "patch");
    CHECK(sources->at(rrset.place(1).source()).name == "test.zone");
    CHECK(rrset.place(1).line() == 6);
}

TEST_CASE("overlay: joined sources lead back to where they were included") {
    auto base = std::make_shared<dns::Sources>();
    base->add({dns::SourceKind::file, "base", {}, nullptr});
    base->add({dns::SourceKind::file, "base-more", {1, 7, 1}, nullptr});
    dns::Sources patch;
    patch.add({dns::SourceKind::file, "patch", {}, nullptr});
    patch.add({dns::SourceKind::file, "patch-more", {1, 3, 1}, nullptr});
    auto joined = zones::joined_sources(base, patch);
    CHECK(joined->count() == 4);
    CHECK(joined->at(2).name == "base-more");
    CHECK(joined->at(2).from == dns::Place(1, 7, 1));
    CHECK(joined->at(3).name == "patch");
    CHECK(joined->at(4).from == dns::Place(3, 3, 1));
    CHECK(joined->at(0).name == "(nowhere)");
    CHECK(joined->at(5).name == "(nowhere)");
    // What is added to the base later has no number here.
    base->add({dns::SourceKind::file, "later", {}, nullptr});
    CHECK(joined->at(3).name == "patch");
}

TEST_CASE("overlay: rules look at what the patch can have changed, and no further") {
    std::string text = kBase;
    for (int i = 0; i < 2000; ++i) {
        std::string n = std::to_string(i);
        text += "h" + n + " A 192.0.2.1\nm" + n + " MX 10 h" + n + "\nc" + n + " MX 10 www\n";
    }
    Bench bench(text);
    zones::Pointers pointers(*bench.zone);
    auto visited = [&](const std::string& patch_text) {
        MemoryFiles files;
        dns::Sources sources;
        dns::Findings findings(*bench.base.severities);
        zones::PatchLoader loader(files, sources, findings, {});
        auto patch =
            loader
                .load_text(patch_text, {dns::SourceKind::text, "patch", {}, nullptr}, bench.origin)
                .patch;
        auto changes = zones::merge(*bench.zone, *patch, findings, {});
        auto merged = bench.zone->apply(*changes).value();
        return zones::Concern(*bench.zone, *merged, *changes, pointers).names().size();
    };
    // Another address of a name that has one is nothing to the 2,000 that name it.
    CHECK(visited("$REPLACE www A\nwww 60 A 10.0.0.1\n") == 1);
    CHECK(visited("new 60 A 10.0.0.1\n") == 1);
    CHECK(visited("$REMOVE h7\n") == 1);
    CHECK(visited("$REMOVE www\n") == 2001);
    CHECK(visited("$REMOVE lab subtree\n") == 0);
    CHECK(visited("lab 60 NS ns.example.net.\n") == 4);
}

TEST_CASE("overlay: pointers of a base and of what changed over it") {
    Bench bench;
    auto owners = [](const zones::Pointers& pointers, const zones::Zone& zone, auto ask) {
        Rows rows;
        ask(pointers, [&](const zones::NodeView& owner) {
            rows.push_back(dns::to_text(zone.absolute(owner.name())));
            return true;
        });
        std::sort(rows.begin(), rows.end());
        return rows;
    };
    dns::Name www = make_name("www.example.com"), sub = make_name("sub.example.com");
    auto at = [&](const dns::Name& name) {
        return [&](const zones::Pointers& pointers, const zones::Pointers::Use& use) {
            pointers.at(relative_to(name, *bench.zone), use);
        };
    };
    zones::Pointers pointers(*bench.zone);
    CHECK(owners(pointers, *bench.zone, at(www)) == Rows{"ftp.example.com."});
    CHECK(owners(pointers, *bench.zone, at(sub)) == Rows{});
    auto merged = bench.overlay(
        "$REMOVE ftp\n"
        "a 60 CNAME www\n"
        "a.www 60 CNAME none.www\n"
        "t 60 TXT \"v=spf1 include:www.example.com -all\"\n");
    REQUIRE(merged != nullptr);
    zones::Pointers changed(*merged, pointers);
    CHECK(owners(changed, *merged, at(www)) == Rows{"a.example.com.", "t.example.com."});
    auto below = [&](const zones::Pointers& of, const zones::Pointers::Use& use) {
        of.below(relative_to(www, *merged), use);
    };
    CHECK(owners(changed, *merged, below) ==
          Rows{"a.example.com.", "a.www.example.com.", "t.example.com."});
    auto missing = [&](const zones::Pointers& of, const zones::Pointers::Use& use) {
        of.missing_below(dns::NameView(), use);
    };
    CHECK(owners(changed, *merged, missing) == Rows{"a.www.example.com."});
}

TEST_CASE("overlay: what a patch makes of names far from it is found") {
    struct Row {
        const char* origin;
        const char* base;  // behind the apex, from line 5 on, if it does not begin with $TTL
        const char* patch;
        Rows found;
    };
    static const Row kRows[] = {
        // A name between stops the wildcard above from standing for what does not exist.
        {"example.com",
         "* A 192.0.2.1\nm MX 10 h.deep\n",
         "o.deep 60 A 10.0.0.1\n",
         {"1:6 target-without-address"}},
        {"example.com",
         "* A 192.0.2.1\nm MX 10 h\n",
         "$REMOVE *\n",
         {"1:6 target-without-address"}},
        // Along aliases, and along aliases that wildcards stand for.
        {"example.com",
         "a CNAME b\nb CNAME c\nc A 192.0.2.1\n",
         "$REPLACE c\nc 60 CNAME a\n",
         {"1:5 alias-loop", "1:6 alias-loop", "2:2 alias-loop"}},
        {"example.com",
         "a CNAME x.w\n*.w CNAME c\nc A 192.0.2.1\n",
         "$REPLACE c\nc 60 CNAME a\n",
         {"1:5 alias-loop", "1:6 alias-loop", "2:2 alias-loop"}},
        // Along SPF records.
        {"example.com",
         "a TXT \"v=spf1 include:b.example.com -all\"\n"
         "b TXT \"v=spf1 include:c.example.com -all\"\n"
         "c TXT \"v=spf1 -all\"\n",
         "$REPLACE c\nc 60 TXT \"v=spf1 a:1.a a:2.a a:3.a a:4.a a:5.a a:6.a a:7.a a:8.a a:9.a "
         "-all\"\n",
         {"1:5 spf-lookups"}},
        {"example.com",
         "a TXT \"v=spf1 include:b.example.com -all\"\nb TXT \"v=spf1 -all\"\n",
         "$REMOVE b\n",
         {"1:5 spf-include"}},
        // A cut that is hidden names no servers any more.
        {"example.com",
         "x.lab NS ns.y\ny NS ns.example.net.\nns.y A 192.0.2.1\n",
         "lab 60 NS ns.example.net.\n",
         {"1:5 occluded", "1:7 occluded"}},
        {"example.com",
         "x NS ns.y\ny NS ns.example.net.\nns.y A 192.0.2.1\n",
         "$REMOVE x\n",
         {"1:7 occluded"}},
        // A cut is what makes such a name in a zone of one label plausible.
        {"com",
         "com NS ns.example.net.\n$ORIGIN com.\nm MX 10 a.com\n",
         "$REMOVE com\n",
         {"1:7 target-repeats-origin"}},
        {"com",
         "$TTL 3600\n@ SOA ns1.com h.example.net. 1 7200 3600 1209600 3600\n"
         "@ NS ns1.example.net.\n@ NS ns2.example.net.\ncom NS ns.example.net.\n",
         "$REMOVE com\n",
         {"1:2 target-repeats-origin"}},
    };
    constexpr const char* kApex =
        "$TTL 3600\n"
        "@ SOA ns1.example.net. h.example.net. 1 7200 3600 1209600 3600\n"
        "@ NS ns1.example.net.\n"
        "@ NS ns2.example.net.\n";
    for (const Row& row : kRows) {
        CAPTURE(std::string(row.patch));
        std::string text = row.base;
        if (!text.starts_with("$TTL")) text.insert(0, kApex);
        Bench bench(text, row.origin);
        CHECK(bench.base.findings.count(dns::Severity::error) == 0);
        CHECK(bench.overlay(row.patch) != nullptr);
        CHECK(bench.found() == row.found);
    }
}

TEST_CASE("overlay: names that the base's own changes took away or point at are missed, too") {
    Bench bench(
        "$TTL 3600\n"
        "@ SOA ns1.example.net. hostmaster.example.net. 1 7200 3600 1209600 3600\n"
        "@ NS ns1.example.net.\n"
        "@ NS ns2.example.net.\n"
        "* A 192.0.2.1\n"
        "t A 192.0.2.2\n"
        "m MX 10 t\n"
        "n MX 10 t\n");
    auto lies_over = [&](const char* text) {
        auto merged = bench.overlay(text);
        REQUIRE(merged != nullptr);
        CHECK(bench.found() == Rows{});
        bench.zone = merged;
    };
    lies_over("$REMOVE t\n$REMOVE n\n");
    lies_over("$TTL 60\nl MX 10 none\n");
    CHECK(bench.overlay("$REMOVE *\n") != nullptr);
    CHECK(bench.found() == Rows{"1:7 target-without-address", "2:2 target-without-address"});
}
