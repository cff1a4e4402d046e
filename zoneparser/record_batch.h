// What the parser hands to the builder: records in the order of the text, grouped by runs of the
// same owner, in one piece of memory per stretch of text. A run is read front to back, so that who
// comes to it in another order waits for memory once.
//
//   octets   [ run: 2 records | 3www7example3com0 | head rdata.. | head rdata.. ] [ run: 1 .. ] ..
//
// Big files are parsed in stretches by several threads, each ignorant of the lines before its own:
// places in a batch count lines from the stretch's first one, and `line_base` is added when the
// order is known (place()).
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "dns/base/place.h"
#include "dns/name.h"
#include "dns/rdata.h"

namespace zoneparser {

// Octets that grow, without the zeroing of a vector; big ones go back to the system when freed.
class OctetBuffer {
  public:
    OctetBuffer() = default;
    OctetBuffer(OctetBuffer&& other) noexcept;
    OctetBuffer& operator=(OctetBuffer&& other) noexcept;
    ~OctetBuffer();

    const uint8_t* data() const { return octets_; }
    uint8_t* data() { return octets_; }
    size_t size() const { return size_; }
    void clear() { size_ = 0; }
    void reserve(size_t capacity);
    // Gives back what was reserved and not used.
    void release_spare();
    // Room for `count` more, padded so that the next piece is aligned to 8. May move everything.
    uint8_t* grow(size_t count) {
        size_t padded = (count + 7) & ~size_t{7};
        if (size_ + padded > capacity_) reserve((size_ + padded) * 2);
        uint8_t* at = octets_ + size_;
        size_ += padded;
        return at;
    }

  private:
    uint8_t* octets_ = nullptr;
    size_t size_ = 0;
    size_t capacity_ = 0;
};

struct RecordHead {
    dns::Place place;
    uint32_t ttl;
    uint16_t type;
    uint16_t rdata_size;

    const uint8_t* rdata() const { return reinterpret_cast<const uint8_t*>(this + 1); }
    dns::Octets octets() const { return {rdata(), rdata_size}; }
    const RecordHead* next() const {
        size_t padded = (size_t{rdata_size} + 7) & ~size_t{7};
        return reinterpret_cast<const RecordHead*>(rdata() + padded);
    }
};
static_assert(sizeof(RecordHead) == 16);

// Records that follow each other and have one owner. The same owner may come back in a later run.
// Behind it stand the owner's absolute wire name and the records, each padded to 8 octets.
struct OwnerRun {
    uint32_t record_count;
    uint16_t name_size;

    const uint8_t* name() const { return reinterpret_cast<const uint8_t*>(this + 1); }
    const RecordHead* first() const {
        size_t padded = (size_t{name_size} + 7) & ~size_t{7};
        return reinterpret_cast<const RecordHead*>(name() + padded);
    }
};
static_assert(sizeof(OwnerRun) == 8);

struct RecordBatch {
    // The runs, one behind the other. At least one record each.
    class Runs {
      public:
        explicit Runs(const RecordBatch& batch) : batch_(batch) {}
        class Iterator {
          public:
            Iterator(const uint8_t* at, size_t left) : at_(at), left_(left) {}
            const OwnerRun& operator*() const { return *reinterpret_cast<const OwnerRun*>(at_); }
            Iterator& operator++() {
                const RecordHead* record = (**this).first();
                for (uint32_t i = (**this).record_count; i > 0; --i) record = record->next();
                at_ = reinterpret_cast<const uint8_t*>(record);
                --left_;
                return *this;
            }
            bool operator!=(const Iterator& other) const { return left_ != other.left_; }

          private:
            const uint8_t* at_;
            size_t left_;
        };
        size_t size() const { return batch_.run_count; }
        Iterator begin() const { return {batch_.octets.data(), size()}; }
        Iterator end() const { return {nullptr, 0}; }

      private:
        const RecordBatch& batch_;
    };

    // Memory for each octet of text, so that growing is rare; what is not used goes back.
    static constexpr size_t kOctetsOfText = 3;

    RecordBatch() = default;
    RecordBatch(const RecordBatch&) = delete;
    RecordBatch& operator=(const RecordBatch&) = delete;

    OctetBuffer octets;
    Runs runs{*this};
    size_t run_count = 0;
    size_t last_run = 0;  // its offset
    uint64_t record_count = 0;
    uint32_t source = 0;     // the source whose lines are relative to line_base
    uint32_t line_base = 0;  // added to the line of each place in `source`
    // What the builder's preparation made of this batch, on the thread that parsed it.
    std::shared_ptr<void> prepared;

    void open_run(dns::NameView owner) {
        last_run = octets.size();
        uint8_t* at = octets.grow(sizeof(OwnerRun) + owner.size());
        OwnerRun run{0, static_cast<uint16_t>(owner.size())};
        std::memcpy(at, &run, sizeof(run));
        std::memcpy(at + sizeof(run), owner.data(), owner.size());
        ++run_count;
    }
    // To the run that was opened last.
    void append(const RecordHead& head, const uint8_t* rdata) {
        uint8_t* at = octets.grow(sizeof(head) + head.rdata_size);
        std::memcpy(at, &head, sizeof(head));
        if (head.rdata_size > 0) std::memcpy(at + sizeof(head), rdata, head.rdata_size);
        ++reinterpret_cast<OwnerRun*>(octets.data() + last_run)->record_count;
        ++record_count;
    }

    const OwnerRun& run_at(size_t offset) const {
        return *reinterpret_cast<const OwnerRun*>(octets.data() + offset);
    }
    dns::NameView owner(const OwnerRun& run) const { return {run.name(), run.name_size}; }
    const RecordHead* first_record(const OwnerRun& run) const { return run.first(); }
    dns::Place place(const RecordHead& record) const {
        if (record.place.source() != source) return record.place;
        return {source, uint64_t{record.place.line()} + line_base, record.place.column()};
    }
};

}  // namespace zoneparser
