#include "server/publish/system.h"

#include <malloc.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <stdexcept>

namespace server {

namespace {

int64_t read_clock(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

dns::UnixTime SystemClock::now() const {
    return read_clock(CLOCK_REALTIME) / 1'000'000'000;
}

int64_t SystemClock::steady_ns() const {
    return read_clock(CLOCK_MONOTONIC);
}

void give_back_memory() {
    ::malloc_trim(0);
}

unsigned usable_cores() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (::sched_getaffinity(0, sizeof cores, &cores) == 0) {
        int count = CPU_COUNT(&cores);
        if (count > 0) return static_cast<unsigned>(count);
    }
    // A machine with more cores than the set has room for.
    long online = ::sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? static_cast<unsigned>(online) : 1;
}

void keep_memory_private() {
    ::prctl(PR_SET_DUMPABLE, 0);
}

dns::SipKey random_key() {
    uint64_t words[2];
    size_t filled = 0;
    while (filled < sizeof words) {
        ssize_t got =
            ::getrandom(reinterpret_cast<char*>(words) + filled, sizeof words - filled, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw std::runtime_error("the system gives no random octets");
        filled += static_cast<size_t>(got);
    }
    return {words[0], words[1]};
}

}  // namespace server
