// Stretches: a big text is cut where a record seems to begin, and each piece is read by whichever
// thread is free, from a supposed state.
//
//   text      |--------- 0 ---------|--------- 1 ---------|--------- 2 ---------|
//   supposed        (actual)           $ORIGIN, $TTL: scanned ahead; nothing open
//   taken     in order: does 1 begin where 0 really ended, with the state that 0 really left?
//             yes: take it over as it is.   no: the caller reads it again from the actual state.
//
// A stretch that was supposed wrongly costs time and nothing else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "zoneparser/entries.h"
#include "zoneparser/parser.h"

namespace zoneparser {

struct Stretch {
    enum class Stage : uint8_t { waiting, running, done, dropped };

    const char* begin = nullptr;
    const char* until = nullptr;  // where the next one begins
    Stage stage = Stage::waiting;

    // From here on: what a speculating reader supposed, and what it made of it.
    EntryState supposed;
    bool inherited_known = false;
    EntryState left;
    TtlUse ttl_use;
    bool needs_ttl = false;     // stopped before a record that inherits an unknown TTL
    const char* end = nullptr;  // where it stopped reading
    uint32_t lines = 0;
    std::unique_ptr<RecordBatch> batch;
    std::unique_ptr<dns::Findings> findings;
};

// Where the pieces of `text` begin: about every `octets`, at lines that look like the beginning of
// a record with an owner of its own.
std::vector<const char*> stretch_begins(std::string_view text, size_t octets);

// The stretches of one text. The caller's thread takes them in order and may read some itself;
// all functions are called with the Workers' mutex held, but for read().
class Speculation {
  public:
    Speculation(std::string_view text, size_t octets, uint32_t source, const EntryState& first,
                const dns::Findings& findings, const Parser::Prepare& prepare);

    // The next stretch to speculate about, or null; its supposed state is filled in.
    Stretch* claim();
    // The work, without the mutex.
    void read(Stretch& stretch, Scratch& scratch) const;
    void finished(Stretch& stretch);

    // The stretch that begins at `at`, past those that begin before; null if there is none.
    Stretch* stretch_at(const char* at);
    // Nobody shall read this one any more.
    void drop(Stretch& stretch);
    // The first stretch that begins behind `at`, as an end for who reads on from there.
    const char* next_begin(const char* at);
    // Tells how it really was at `at`; `again` if what was supposed turned out wrong.
    void learn(const char* at, const EntryState& actual, bool again);

    bool running() const { return running_ > 0; }
    void abandon() { abandoned_.store(true, std::memory_order_relaxed); }

  private:
    void scan_ahead(const char* to);
    void scan_directive(const char* at, const char* line_end);

    const char* text_begin_;
    const char* text_end_;
    uint32_t source_;
    const dns::Findings& findings_;  // for its severities and limits
    const Parser::Prepare& prepare_;
    std::vector<Stretch> stretches_;
    size_t next_to_take_ = 0;
    size_t next_to_claim_ = 0;
    size_t running_ = 0;
    bool inherited_needed_ = false;  // some stretch stopped for want of a TTL
    bool inherited_known_ = false;
    EntryState supposed_;
    const char* supposed_at_;
    Entry directive_;
    std::atomic<bool> abandoned_{false};
};

// The threads. They work on the innermost text that has something to do.
class Workers {
  public:
    explicit Workers(unsigned threads) : wanted_(threads) {}
    ~Workers();

    void push(Speculation& speculation);
    // Returns when no thread reads this text any more.
    void pop();
    std::mutex& mutex() { return mutex_; }
    // For the calling thread: reads a stretch of the innermost text, or waits for one to be read.
    void help_or_wait(std::unique_lock<std::mutex>& held, Scratch& scratch);
    void wake() { changed_.notify_all(); }

  private:
    void work();
    Stretch* claim(Speculation*& from);

    unsigned wanted_;
    std::vector<std::thread> threads_;
    std::vector<Speculation*> texts_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stop_ = false;
};

}  // namespace zoneparser
