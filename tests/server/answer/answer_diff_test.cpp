#include "server/answer/answer_diff.h"

#include <doctest/doctest.h>

#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

using server::AnswerChange;
using server::Covers;
using server::QuestionGroup;

constexpr const char* kGroups[] = {"zone",  "soa", "name",     "wildcard",
                                   "empty", "cut", "redirect", "no-match"};
constexpr const char* kCovers[] = {"", "below ", "and below ", "some below "};

server::View view_of(const std::string& text, const std::string& soa) {
    MadeZone made =
        zone_from_text(soa + "\n@ 60 NS ns.elsewhere.\n" + text, reference::from_text("example."));
    REQUIRE(made.zone);
    server::View view;
    view.zones.put(std::make_shared<server::ServedZone>(
        dns::Name(made->origin()), 0, made.zone, std::make_shared<server::ZoneOptions>(), nullptr));
    return view;
}

std::string types_text(const AnswerChange& change) {
    std::string text = change.all_but_types ? "any" : "";
    for (uint16_t type : change.types)
        text += (text.empty()           ? ""
                 : change.all_but_types ? "-"
                                        : "+") +
                (type == dns::type::ANY ? "ANY" : dns::type_text(type));
    return text;
}

// "name www.example. A 60" for each class: what it covers, its types, and how long caches hold it.
std::string classes(const server::View& before, const server::View& after,
                    const server::AnswerDiffOptions& options = {}) {
    std::string text;
    server::compare_answers(before, after, options, [&](const AnswerChange& change) {
        text += (text.empty() ? "" : "; ") +
                (kGroups[static_cast<size_t>(change.group)] + std::string(" ")) +
                kCovers[static_cast<size_t>(change.covers)] + dns::to_text(change.name) + " " +
                types_text(change) + " " + std::to_string(change.held) +
                (change.additional_only ? " additional" : "");
    });
    return text;
}

constexpr const char* kSoa = "@ 300 SOA ns hostmaster 1 7200 3600 604800 100";

struct Row {
    const char* before;
    const char* after;
    const char* classes;
};

constexpr Row kRows[] = {
    {"", "", ""},
    {"a 60 A 192.0.2.1", "A 60 A 192.0.2.1", ""},
    {"a 60 A 192.0.2.1\na 60 A 192.0.2.2", "a 60 A 192.0.2.2\na 60 A 192.0.2.1", ""},
    {"a 60 A 192.0.2.1", "a 60 A 192.0.2.2", "name a.example. A+ANY 60"},
    {"a 60 A 192.0.2.1", "a 90 A 192.0.2.1", "name a.example. A+ANY 60"},
    {"a 60 A 192.0.2.1", "a 60 A 192.0.2.1\na 60 TXT x", "name a.example. TXT 100"},
    {"", "a 60 A 192.0.2.1", "name a.example. any 100"},
    {"a.b 60 A 192.0.2.1", "", "empty b.example. any 100; name a.b.example. any 100"},
    // What no answer shows.
    {"s 60 NS ns.s\nns.s 60 A 192.0.2.1\nx.s 60 A 192.0.2.9",
     "s 60 NS ns.s\nns.s 60 A 192.0.2.1\ny.s 60 TXT x", ""},
    // Glue, and a name that only has it.
    {"s 60 NS ns.s\nns.s 60 A 192.0.2.1", "s 60 NS ns.s\nns.s 60 A 192.0.2.2",
     "cut and below s.example. any-DS 60 additional"},
    {"s 60 NS ns.elsewhere.", "", "cut s.example. any 100; cut below s.example. any 60"},
    {"s 60 NS ns.elsewhere.",
     "s 60 NS ns.elsewhere.\n"
     "s 60 DS 1 13 2 0011223344556677889900112233445566778899001122334455667788990011",
     "cut s.example. DS 100"},
    // Addresses that answers carry along.
    {"m 60 MX 1 a\na 60 A 192.0.2.1", "m 60 MX 1 a\na 60 A 192.0.2.2",
     "name a.example. A+ANY 60; name m.example. MX+ANY 60 additional"},
    // Chains.
    {"w 60 CNAME a\na 60 A 192.0.2.1\na 60 TXT x", "w 60 CNAME a\na 60 A 192.0.2.2\na 60 TXT x",
     "name a.example. A+ANY 60; name w.example. A 60"},
    {"w 60 CNAME a", "w 60 CNAME a\na 60 TXT x",
     "name a.example. any 100; name w.example. any-CNAME-ANY 100"},
    // Wildcards, and names that they no longer stand for.
    {"*.w 60 TXT x", "*.w 60 TXT y",
     "wildcard below w.example. TXT+ANY 60; wildcard *.w.example. TXT+ANY 60"},
    {"*.w 60 TXT x", "*.w 60 TXT x\na.w 60 A 192.0.2.1",
     "name a.w.example. A+TXT+ANY 100; wildcard below a.w.example. any 100"},
    // DNAMEs.
    {"d 60 DNAME t\na.t 60 A 192.0.2.1", "d 60 DNAME t\na.t 60 A 192.0.2.2",
     "name a.t.example. A+ANY 60; redirect some below d.example. any 60"},
    {"d 60 DNAME t\nx.d 60 TXT hidden", "d 60 DNAME t", ""},
    {"d 60 DNAME t", "d 60 DNAME u",
     "name d.example. DNAME+ANY 60; redirect below d.example. any 60"},
};

}  // namespace

TEST_CASE("classes of questions with another answer") {
    for (const Row& row : kRows) {
        CAPTURE(std::string(row.before));
        CAPTURE(std::string(row.after));
        CHECK(classes(view_of(row.before, kSoa), view_of(row.after, kSoa)) ==
              std::string(row.classes));
    }
}

TEST_CASE("the SOA is told once, and its serial alone may be passed over") {
    const char* next = "@ 300 SOA ns hostmaster 2 7200 3600 604800 100";
    const char* shorter = "@ 300 SOA ns hostmaster 1 7200 3600 604800 50";
    server::AnswerDiffOptions ignore;
    ignore.ignore_serial = true;
    server::View old = view_of("a.b 60 TXT x", kSoa);
    CHECK(classes(old, view_of("a.b 60 TXT x", next)) == "soa example. SOA 300");
    CHECK(classes(old, view_of("a.b 60 TXT x", next), ignore) == "");
    CHECK(classes(old, view_of("a.b 60 TXT x", shorter), ignore) == "soa example. SOA 300");
}

TEST_CASE("zones that one view serves alone are one class each") {
    server::View empty;
    server::View full = view_of("a 60 A 192.0.2.1", kSoa);
    CHECK(classes(full, empty) == "zone and below example. any 300");
    CHECK(classes(empty, full) == "zone and below example. any 0");
    CHECK(classes(empty, empty) == "");
}

TEST_CASE("signatures count when they are asked for, their times never") {
    auto text = [](const char* times) {
        return std::string("a 60 A 192.0.2.1\na 60 RRSIG A 13 2 60 ") + times +
               " 1 example. AAAA\n";
    };
    server::View old = view_of(text("20300101000000 20290101000000"), kSoa);
    server::View later = view_of(text("20310101000000 20300101000000"), kSoa);
    server::View bare = view_of("a 60 A 192.0.2.1", kSoa);
    server::AnswerDiffOptions with_signatures;
    with_signatures.dnssec_ok = true;
    CHECK(classes(old, later, with_signatures) == "");
    CHECK(classes(old, bare) == "");
    CHECK(classes(old, bare, with_signatures) == "name a.example. A+RRSIG+ANY 60");
}

}  // namespace apex_tests
