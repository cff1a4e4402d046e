// A clock that stands still until a test moves it.
#pragma once

#include <atomic>

#include "dns/base/clock.h"

namespace apex_tests {

struct FixedClock : dns::Clock {
    std::atomic<dns::UnixTime> time{1'795'264'254};  // 2026-11-21T12:30:54Z
    std::atomic<int64_t> steady{0};
    dns::UnixTime now() const override { return time; }
    int64_t steady_ns() const override { return steady; }
};

}  // namespace apex_tests
