// What a worker counts: one set of counters a worker, written by it alone and read by anyone.
//
//   worker 0: Counters --+
//   worker 1: Counters --+-- add() --> Totals: plain numbers, for `apex ctl`
//
// Only its own thread writes a counter, so that counting is an addition without a locked cycle.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "server/answer/respond.h"

namespace server {

class Counter {
  public:
    void add(uint64_t count = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    uint64_t read() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<uint64_t> value_{0};
};

// Counters by number, for zones and views: it grows by blocks that never move, so that the reader
// needs no lock. Room is made when a set is published, never on an answer.
//
//   block 0: 1,024   block 1: 1,024   block 2: 2,048   block 3: 4,096 ...
class CounterTable {
  public:
    CounterTable() = default;
    ~CounterTable();
    CounterTable(const CounterTable&) = delete;
    CounterTable& operator=(const CounterTable&) = delete;

    // The writer's. False if there is no memory; what has no room is not counted.
    bool make_room(size_t size);
    void add(size_t number) {
        if (number < size_.load(std::memory_order_relaxed)) at(number).add();
    }
    // Anyone's.
    size_t size() const { return size_.load(std::memory_order_acquire); }
    uint64_t read(size_t number) const { return number < size() ? at(number).read() : 0; }

  private:
    static constexpr size_t kFirst = 10;  // bits of the first block's size
    static constexpr size_t kBlocks = 23;
    static size_t block_of(size_t number);
    static size_t block_start(size_t block);
    Counter& at(size_t number) const;

    std::array<std::atomic<Counter*>, kBlocks> blocks_{};
    std::atomic<size_t> size_{0};
};

inline constexpr size_t kTransports = 3;
inline constexpr size_t kCountedRcodes = 24;  // the last: all others
inline constexpr size_t kCountedTypes = 257;  // the last: all others
inline constexpr size_t kKinds = 5;
inline constexpr size_t kCookieStates = 5;
inline constexpr size_t kSignatureStates = static_cast<size_t>(dns::TsigState::kCount);
inline constexpr size_t kLatencyBuckets = 40;

// The names of the single counters: one row each, for the sum and for whoever prints them.
enum class Tally : uint8_t {
    silent,           // requests that are never answered (responses, fragments of a header)
    truncated,        // replies with TC
    oversized,        // UDP requests over 4,096 octets: answered by what is before
    own,              // UDP requests from port 0 or from this very socket: dropped
    send_failed,      // UDP replies that the system did not take
    limited_dropped,  // by the rate limit
    limited_slipped,  // answered with TC or BADCOOKIE instead
    limited_logged,   // would have been limited, in mode `log`
    tcp_opened,
    tcp_closed,
    tcp_evicted,    // idle, closed for a new one
    tcp_refused,    // over a limit
    tcp_timed_out,  // in the middle of a message, or with output that nobody takes
    tcp_idled_out,  // after the idle time
    accept_failed,  // out of descriptors or memory
    sets_taken,     // publications
    out_of_memory,  // sessions that ended for want of it
    count
};
inline constexpr size_t kTallies = static_cast<size_t>(Tally::count);
const char* tally_name(Tally tally);  // "tcp-opened"

struct alignas(64) Counters {
    std::array<Counter, kTransports> queries;          // by Transport
    std::array<Counter, kCountedRcodes> rcodes;        // of replies
    std::array<Counter, kCountedTypes> types;          // of questions
    std::array<Counter, kKinds> kinds;                 // by AnswerKind
    std::array<Counter, kCookieStates> cookies;        // by CookieState
    std::array<Counter, kSignatureStates> signatures;  // by TsigState, of requests that have one
    std::array<Counter, kTallies> tallies;
    // [i]: answers that took 2^i to 2^(i+1) - 1 ns from being received to being sent.
    std::array<Counter, kLatencyBuckets> latency;
    CounterTable views;  // by view number
    CounterTable zones;  // by zone number

    Counter& operator[](Tally tally) { return tallies[static_cast<size_t>(tally)]; }

    // What respond() said about a batch.
    void count(Transport transport, std::span<const Outcome> outcomes);
    void count_latency(int64_t nanoseconds, size_t answers);
    // Room for all views and zones of a set.
    void make_room(const Set& set);
};

// The counters of all workers, added up at one moment.
struct Totals {
    std::array<uint64_t, kTransports> queries{};
    std::array<uint64_t, kCountedRcodes> rcodes{};
    std::array<uint64_t, kCountedTypes> types{};
    std::array<uint64_t, kKinds> kinds{};
    std::array<uint64_t, kCookieStates> cookies{};
    std::array<uint64_t, kSignatureStates> signatures{};
    std::array<uint64_t, kTallies> tallies{};
    std::array<uint64_t, kLatencyBuckets> latency{};
    std::vector<uint64_t> views;
    std::vector<uint64_t> zones;

    void add(const Counters& counters);
    uint64_t all_queries() const;
    uint64_t tally(Tally which) const { return tallies[static_cast<size_t>(which)]; }
    // Read while they change, more may seem closed than were opened.
    uint64_t tcp_current() const {
        const uint64_t opened = tally(Tally::tcp_opened), closed = tally(Tally::tcp_closed);
        return opened > closed ? opened - closed : 0;
    }
    // The time within which this share (0 to 1) of the answers was given, in ns, to a factor of 2.
    uint64_t latency_quantile(double share) const;
};

}  // namespace server
