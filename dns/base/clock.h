// Time as a parameter: made by main, passed down; nothing below asks the system.
#pragma once

#include <cstdint>

namespace dns {

// Seconds since 1970, as DNSSEC and TSIG count them before their fields wrap.
using UnixTime = int64_t;

class Clock {
public:
    virtual ~Clock() = default;
    virtual UnixTime now() const = 0;
    // For deadlines and progress: never goes back.
    virtual int64_t steady_ns() const = 0;
};

}  // namespace dns
