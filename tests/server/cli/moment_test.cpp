#include "server/cli/moment.h"

#include <doctest/doctest.h>

namespace apex_tests {

namespace {

constexpr dns::UnixTime kNow = 1795276743;  // 2026-11-21T15:59:03Z

// -1 for what is no moment.
dns::UnixTime moment(std::string_view text) {
    auto read = server::read_moment(text, kNow);
    return read.ok() ? read.value() : -1;
}

}  // namespace

TEST_CASE("moment: each form") {
    for (const char* text :
         {"now", "+0", "-0s", "20261121155903", "2026-11-21T15:59:03Z", "2026-11-21t15:59:03z",
          "2026-11-21 15:59:03Z", "2026-11-21T16:59:03+01:00", "2026-11-21T11:29:03-04:30",
          "2026-11-21T15:59:03.25Z", "1795276743"}) {
        CAPTURE(text);
        CHECK(moment(text) == kNow);
    }
    CHECK(moment("+1w") == kNow + 7 * 86400);
    CHECK(moment("-1h30m") == kNow - 5400);
    CHECK(moment("2026-11-21") == kNow - (15 * 3600 + 59 * 60 + 3));
    CHECK(moment("2028-02-29") == 1835395200);
    CHECK(moment("0") == 0);
}

TEST_CASE("moment: what is none") {
    for (const char* text :
         {"", "yesterday", "+", "-", "+1y", "20261321155903", "20261121155960x", "2026-02-30",
          "2026-11-21T15:59Z", "2026-11-21T15:59:03", "2026-11-21T24:00:00Z",
          "2026-11-21T15:59:03+1", "2026-11-21T15:59:03Zx", "26-11-21", "1e9",
          "12345678901234567890", "2026-11-21T"}) {
        CAPTURE(text);
        CHECK(moment(text) == -1);
        auto read = server::read_moment(text, kNow);
        if (!read.ok())
            CHECK(read.fault().sentence.find("is no point in time") != std::string::npos);
    }
}

}  // namespace apex_tests
