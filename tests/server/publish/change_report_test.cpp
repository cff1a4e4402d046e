#include "server/publish/change_report.h"

#include <doctest/doctest.h>

#include "tests/support/zone_text.h"
#include "zones/diff.h"

namespace apex_tests {

namespace {

constexpr dns::UnixTime kNow = 1'767'264'600;  // 2026-01-01 10:50:00Z
constexpr const char* kHead = "$TTL 300\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";

server::ChangeReport compared(const std::string& before, const std::string& after,
                              uint32_t negative_ttl = 60) {
    dns::Name origin = make_name("example.com");
    CheckedText old_text = check_text(origin, kHead + before);
    CheckedText new_text = check_text(origin, kHead + after);
    server::ChangeReport report(origin, negative_ttl);
    zones::for_each_change(*old_text.zone, *new_text.zone,
                           [&](dns::NameView owner, const zones::RrsetView& old,
                               const zones::RrsetView& now) { report.add(owner, old, now); });
    return report;
}

// The lines, each with its end.
std::string told(const std::string& before, const std::string& after) {
    std::string all;
    for (const std::string& line : compared(before, after).lines(kNow)) all += line + "\n";
    return all;
}

}  // namespace

TEST_CASE("change report: what changed, and until when caches may hold the old") {
    CHECK(told("www 900 A 192.0.2.80\n", "www 900 A 192.0.2.81\n") ==
          "www.example.com A changed; caches may hold the old answer until 11:05:00Z\n");
    CHECK(told("www 900 A 192.0.2.80\n", "www 30 A 192.0.2.81\n") ==
          "www.example.com A changed; caches may hold the old answer until 11:05:00Z\n");
    CHECK(told("", "www A 192.0.2.80\n") ==
          "www.example.com A is new; caches may hold that there was none until 10:51:00Z\n");
    CHECK(told("www 600 A 192.0.2.80\n", "") ==
          "www.example.com A is gone; caches may hold it until 11:00:00Z\n");
    CHECK(
        told("www 600 A 192.0.2.80\n", "www 60 A 192.0.2.80\n") ==
        "www.example.com A has TTL 60, it was 600; caches may hold the old one until 11:00:00Z\n");
    CHECK(told("@ 86400 MX 10 a\n", "@ 86400 MX 20 a\n") ==
          "example.com MX changed; caches may hold the old answer until 2026-01-02 10:50:00Z\n");
    CHECK(told("www A 192.0.2.80\n", "www A 192.0.2.80\n") == "");
    // One name of two types: a line each.
    CHECK(compared("", "www A 192.0.2.80\nwww AAAA 2001:db8::1\n").count() == 2);
}

TEST_CASE("change report: the SOA is no change, signatures are counted") {
    CheckedText one = check_text(make_name("a"), "@ 300 SOA ns h 1 2 3 4 5\n@ 300 NS ns\n");
    CheckedText two = check_text(make_name("a"), "@ 300 SOA ns h 2 2 3 4 5\n@ 300 NS ns\n");
    server::ChangeReport report(make_name("a"), 5);
    zones::for_each_change(*one.zone, *two.zone,
                           [&](dns::NameView owner, const zones::RrsetView& old,
                               const zones::RrsetView& now) { report.add(owner, old, now); });
    CHECK(report.count() == 0);
    server::ChangeReport with_proofs =
        compared("@ NSEC www A\nwww A 192.0.2.1\n", "@ NSEC xxx A\nwww A 192.0.2.2\n");
    CHECK(with_proofs.count() == 2);
    CHECK(with_proofs.signatures() == 1);
    CHECK(with_proofs.lines(kNow).size() == 1);
}

TEST_CASE("change report: the first twenty, then how many more and their latest end") {
    std::string before, after;
    for (int i = 0; i < 57; ++i) {
        std::string name = "x" + std::string(i < 10 ? "0" : "") + std::to_string(i);
        std::string ttl = i == 0 ? "9000" : i == 40 ? "4200" : "600";
        before += name + " " + ttl + " A 192.0.2.80\n";
        after += name + " " + ttl + " A 192.0.2.81\n";
    }
    server::ChangeReport report = compared(before, after);
    CHECK(report.count() == 57);
    std::vector<std::string> lines = report.lines(kNow);
    REQUIRE(lines.size() == 21);
    CHECK(lines[0].find("x00.example.com A changed") == 0);
    CHECK(lines[20] == "... and 37 more; caches may hold old answers until 12:00:00Z");
}

}  // namespace apex_tests
