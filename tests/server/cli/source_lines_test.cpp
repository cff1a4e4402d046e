#include "server/cli/source_lines.h"

#include <doctest/doctest.h>

#include "tests/support/memory_files.h"

namespace apex_tests {

namespace {

struct Fixture {
    MemoryFiles files;
    dns::Sources sources;
    server::SourceLines::Identities loaded;

    uint32_t add(const std::string& name, const std::string& octets) {
        files.put(name, octets);
        loaded.emplace_back(name, files.at(name).identity);
        return sources.add({dns::SourceKind::file, name, dns::Place(), nullptr});
    }
};

}  // namespace

TEST_CASE("source lines: any line, in any order") {
    Fixture fixture;
    std::string text;
    for (int i = 1; i <= 30000; ++i) text += "line " + std::to_string(i) + "\n";
    uint32_t source = fixture.add("a.zone", text + "last");
    server::SourceLines lines(fixture.files, fixture.sources, fixture.loaded);
    for (uint32_t line : {1u, 2u, 29999u, 30000u, 7u, 15000u, 15000u}) {
        auto part = lines.around(source, line, 6);
        REQUIRE(part.has_value());
        CHECK(part->octets == "line " + std::to_string(line));
        CHECK(part->column == 5);
    }
    CHECK(lines.around(source, 30001, 1)->octets == "last");
    CHECK_FALSE(lines.around(source, 30002, 1).has_value());
    CHECK_FALSE(lines.around(source, 0, 1).has_value());
    CHECK_FALSE(lines.around(source + 1, 1, 1).has_value());
}

TEST_CASE("source lines: line ends, and columns that are not there") {
    Fixture fixture;
    uint32_t source = fixture.add("a.zone", "one\r\n\r\nthree");
    server::SourceLines lines(fixture.files, fixture.sources, fixture.loaded);
    CHECK(lines.around(source, 1, 1)->octets == "one");
    CHECK(lines.around(source, 2, 1)->octets == "");
    CHECK(lines.around(source, 3, 60)->column == 5);
    CHECK(lines.around(source, 3, 0)->column == 0);
}

TEST_CASE("source lines: a long line is a part around the column") {
    Fixture fixture;
    std::string text(1'000'000, 'x');
    text[500'000] = '!';
    uint32_t source = fixture.add("a.zone", "\n" + text + "\n");
    server::SourceLines lines(fixture.files, fixture.sources, fixture.loaded);
    auto part = lines.around(source, 2, 500'001);
    REQUIRE(part.has_value());
    CHECK(part->cut_before);
    CHECK(part->cut_behind);
    CHECK(part->octets.size() < 200);
    CHECK(part->octets[part->column] == '!');
    auto end = lines.around(source, 2, 1'000'000);
    CHECK(end->cut_before);
    CHECK_FALSE(end->cut_behind);
    CHECK_FALSE(lines.around(source, 2, 1)->cut_before);
}

TEST_CASE("source lines: kept text is shown, a file that changed is not") {
    Fixture fixture;
    uint32_t changed = fixture.add("a.zone", "before\n");
    fixture.files.put("a.zone", "behind\n");
    auto text = std::make_shared<const std::string>("from a pipe\n");
    uint32_t piped =
        fixture.sources.add({dns::SourceKind::standard_input, "-", dns::Place(), text});
    server::SourceLines lines(fixture.files, fixture.sources, fixture.loaded);
    CHECK_FALSE(lines.around(changed, 1, 1).has_value());
    CHECK(lines.around(piped, 1, 1)->octets == "from a pipe");
}

}  // namespace apex_tests
