#include "server/cli/progress.h"

#include <doctest/doctest.h>

namespace apex_tests {

namespace {

struct SetClock : dns::Clock {
    int64_t steady = 0;
    dns::UnixTime now() const override { return 0; }
    int64_t steady_ns() const override { return steady; }
};

constexpr int64_t kSecond = 1'000'000'000;

}  // namespace

TEST_CASE("progress: nothing within the first second") {
    SetClock clock;
    server::Output terminal(-1);
    {
        server::ProgressLine line(terminal, clock, "a.zone");
        clock.steady = kSecond - 1;
        line.parsed(5, 10);
    }
    CHECK(terminal.text() == "");
}

TEST_CASE("progress: a line that is renewed now and then, and erased") {
    SetClock clock;
    server::Output terminal(-1);
    {
        server::ProgressLine line(terminal, clock, "a\033.zone");
        clock.steady = kSecond;
        line.parsed(50'000'000, 200'000'000);
        CHECK(terminal.text() == "\r\033[Ka\\027.zone: 50 of 200 MB, 25 %");
        clock.steady += kSecond / 100;
        line.parsed(51'000'000, 200'000'000);
        line.parsed(0, 0);
        CHECK(terminal.text() == "\r\033[Ka\\027.zone: 50 of 200 MB, 25 %");
        clock.steady += kSecond;
        line.parsed(201'000'000, 200'000'000);
    }
    CHECK(
        terminal.text() ==
        "\r\033[Ka\\027.zone: 50 of 200 MB, 25 %\r\033[Ka\\027.zone: 201 of 200 MB, 100 %\r\033[K");
}

}  // namespace apex_tests
