// What the parser hands to the builder: records in the order of the text, grouped by runs of the
// same owner, in one piece of memory per stretch of text.
//
//   runs     [ owner "www" , 3 records ] [ owner "ftp" , 1 record ] ...
//                 |            |
//   octets   3www7example3com0 | head rdata.. | head rdata.. | head rdata.. | 3ftp... | head ...
//
// Big files are parsed in stretches by several threads, each ignorant of the lines before its own:
// places in a batch count lines from the stretch's first one, and `line_base` is added when the
// order is known (place()).
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

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
struct OwnerRun {
    uint64_t name_offset;   // absolute wire name in octets
    uint64_t first_offset;  // its first RecordHead; the others follow it
    uint32_t record_count;
    uint16_t name_size;
};

struct RecordBatch {
    OctetBuffer octets;
    std::vector<OwnerRun> runs;
    uint64_t record_count = 0;
    uint32_t source = 0;     // the source whose lines are relative to line_base
    uint32_t line_base = 0;  // added to the line of each place in `source`
    // What the builder's preparation made of this batch, on the thread that parsed it.
    std::shared_ptr<void> prepared;

    dns::NameView owner(const OwnerRun& run) const {
        return {octets.data() + run.name_offset, run.name_size};
    }
    const RecordHead* first_record(const OwnerRun& run) const {
        return reinterpret_cast<const RecordHead*>(octets.data() + run.first_offset);
    }
    dns::Place place(const RecordHead& record) const {
        if (record.place.source() != source) return record.place;
        return {source, uint64_t{record.place.line()} + line_base, record.place.column()};
    }
};

}  // namespace zoneparser
