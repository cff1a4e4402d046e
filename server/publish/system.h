// What only the operating system can tell: the time, how many cores this process may use, octets
// that nobody can guess. Made by main and passed down.
#pragma once

#include "dns/base/clock.h"
#include "dns/siphash.h"

namespace server {

class SystemClock : public dns::Clock {
  public:
    dns::UnixTime now() const override;
    int64_t steady_ns() const override;
};

// At least 1.
unsigned usable_cores();

// From here on this process holds secrets: it leaves no core dump, and others cannot trace it.
void keep_memory_private();

// Gives memory that is free back to the system, after work that needed much for a while.
void give_back_memory();

// A key for hash tables that hold what strangers chose.
dns::SipKey random_key();

}  // namespace server
