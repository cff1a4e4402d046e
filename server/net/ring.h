// A bounded queue of fixed-size records between one thread that writes and one that reads. The
// writer never waits: what finds no room is counted as lost.
//
//   [ . . r r r r . . ]     head: the next to write; tail: the next to read
//         ^tail   ^head
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace server {

template <class Record>
class Ring {
  public:
    // Room for `capacity` records, rounded up to a power of two.
    explicit Ring(size_t capacity) {
        size_t size = 1;
        while (size < capacity) size *= 2;
        mask_ = size - 1;
        // Not set to zero: pages are touched when they are used.
        records_.reset(new Record[size]);
    }

    // The writer's: where to put the next record, or null (counted as lost).
    Record* reserve() {
        const uint64_t head = head_.load(std::memory_order_relaxed);
        if (head - tail_seen_ > mask_) tail_seen_ = tail_.load(std::memory_order_acquire);
        if (head - tail_seen_ > mask_) {
            lost_.store(lost_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
            return nullptr;
        }
        return &records_[head & mask_];
    }
    void commit() {
        head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

    // The reader's: calls use(const Record&) for what is there, up to `most`; returns how many.
    template <class Use>
    size_t drain(size_t most, Use use) {
        const uint64_t tail = tail_.load(std::memory_order_relaxed);
        uint64_t there = head_.load(std::memory_order_acquire) - tail;
        if (there > most) there = most;
        for (uint64_t i = 0; i < there; ++i) use(records_[(tail + i) & mask_]);
        tail_.store(tail + there, std::memory_order_release);
        return there;
    }
    uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }
    size_t capacity() const { return mask_ + 1; }

  private:
    std::unique_ptr<Record[]> records_;
    size_t mask_;
    alignas(64) std::atomic<uint64_t> head_{0};
    uint64_t tail_seen_ = 0;  // the writer's: what it last saw of the reader
    std::atomic<uint64_t> lost_{0};
    alignas(64) std::atomic<uint64_t> tail_{0};
};

}  // namespace server
