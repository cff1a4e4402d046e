// Writes a message: names compressed against those written before, and a mark to roll back to when
// something does not fit. "Does not fit" is an answer, not an exception: then nothing was written.
//
// Known suffixes are a trie held in a small hash table: a key is (offset of the parent suffix,
// label), the value the offset of the suffix itself. A name is looked up from its last label to its
// first, so each step compares one label. The question's name is not in the table: its labels stand
// in a list, and a name is compared with it before the table is asked.
//
//   12: 03 w w w 07 e x a m p l e 00          example -> 16, www below 16 -> 12
//   33: 04 m a i l c0 10                      (16, mail) -> 33
//
// The table holds a bounded number of suffixes, and looks at a bounded number of slots for each, so
// that names chosen to collide cost no more than others; what it does not hold is compressed less,
// never wrongly. Entries are removed in the order opposite to that in which they came.
#pragma once

#include <array>
#include <cstring>

#include "dns/message.h"
#include "dns/name.h"
#include "dns/rdata.h"

namespace dns {

class MessageWriter {
  public:
    // Writes to buffer[0, limit); limit is at most kMaxMessage.
    MessageWriter(uint8_t* buffer, size_t limit) : buffer_(buffer), limit_(limit) {}

    // Begins again with these first octets already in the buffer (header and question), and nothing
    // reserved. The question's name, if any, starts at kHeaderSize; it becomes known to compression
    // lazily. Costs as much as the message before left in the table.
    void start(size_t size, NameView question) {
        forget(0);
        size_ = size;
        reserved_ = 0;
        question_size_ = question.size();
        question_labels_ = 0;
    }
    // The same in another buffer.
    void start(uint8_t* buffer, size_t limit, size_t size, NameView question) {
        buffer_ = buffer;
        limit_ = limit;
        start(size, question);
    }

    const uint8_t* data() const { return buffer_; }
    size_t size() const { return size_; }
    size_t limit() const { return limit_; }
    // Room to keep for what is written last (OPT, TSIG): everything else ends before it.
    void reserve(size_t octets) { reserved_ = octets; }
    size_t reserved() const { return reserved_; }

    bool put(Octets octets) {
        if (!has_room(octets.size())) return false;
        if (!octets.empty()) std::memcpy(buffer_ + size_, octets.data(), octets.size());
        size_ += octets.size();
        return true;
    }
    // Room for so many octets, which the caller fills at once; null if there is none.
    uint8_t* take(size_t octets) {
        if (!has_room(octets)) return nullptr;
        uint8_t* from = buffer_ + size_;
        size_ += octets;
        return from;
    }
    bool put16(uint16_t value) {
        if (!has_room(2)) return false;
        store16(buffer_ + size_, value);
        size_ += 2;
        return true;
    }
    bool put32(uint32_t value) {
        if (!has_room(4)) return false;
        store32(buffer_ + size_, value);
        size_ += 4;
        return true;
    }
    // An absolute name, compressed (and known to later names), or as it is.
    bool put_name(NameView name);
    bool put_plain_name(NameView name) { return put({name.data(), name.size()}); }
    // The name `relative` + `origin`, where `origin` stands in the message at `origin_at`; 0: it
    // does not.
    bool put_name(NameView relative, NameView origin, size_t origin_at);
    // A pointer to a name that stands in the message, at less than kPointerReach.
    bool put_pointer(size_t offset) { return put16(static_cast<uint16_t>(0xc000 | offset)); }
    // The rdata length and the rdata, names inside compressed where the type's row allows it
    // (RFC 3597 4). The rdata is well formed for its type.
    bool put_rdata(uint16_t type, Octets rdata) {
        if (compresses(type)) return put_compressed_rdata(type, rdata);
        if (!has_room(2 + rdata.size())) return false;
        store16(buffer_ + size_, static_cast<uint16_t>(rdata.size()));
        if (!rdata.empty()) std::memcpy(buffer_ + size_ + 2, rdata.data(), rdata.size());
        size_ += 2 + rdata.size();
        return true;
    }
    // True if rdata of this type holds names that may be compressed: field::compressed of the
    // table of types, which is asked too often for a walk.
    static constexpr bool compresses(uint16_t type) {
        // NS, MD, MF, CNAME, SOA, MB, MG, MR, PTR, MINFO, MX
        constexpr uint32_t kTypes = 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 |
                                    1u << 8 | 1u << 9 | 1u << 12 | 1u << 14 | 1u << 15;
        return type < 16 && (kTypes >> type & 1) != 0;
    }

    // What is written behind a mark can be taken back.
    struct Mark {
        size_t size;
        size_t known;
    };
    Mark mark() const { return {size_, known_count_}; }
    void roll_back(Mark mark) {
        forget(mark.known);
        size_ = mark.size;
    }

    void set16(size_t at, uint16_t value) { store16(buffer_ + at, value); }

    // Names that stand at or behind this offset cannot be pointed to (RFC 1035 4.1.4).
    static constexpr size_t kPointerReach = 0x4000;

  private:
    struct Suffix {
        uint16_t offset;  // 0: empty slot
        uint16_t parent;  // offset of the suffix without its first label; 0 for the root
    };
    static constexpr size_t kSlots = 256;
    static constexpr size_t kMostKnown = 160;
    static constexpr size_t kMostProbes = 8;
    static constexpr size_t kNoSlot = SIZE_MAX;

    bool has_room(size_t octets) const { return size_ + octets + reserved_ <= limit_; }
    // The slot of (parent, label): one that holds it, the empty one where it would stand, or none.
    size_t slot_of(size_t parent, const uint8_t* label) const;
    void know(size_t slot, size_t parent, size_t offset) {
        slots_[slot] = {static_cast<uint16_t>(offset), static_cast<uint16_t>(parent)};
        order_[known_count_++] = static_cast<uint8_t>(slot);
    }
    void forget(size_t known) {
        while (known_count_ > known) slots_[order_[--known_count_]] = {0, 0};
    }
    void read_question();
    bool put_labels(NameView name, const LabelOffsets& labels, size_t parent, size_t in_question);
    bool put_compressed_rdata(uint16_t type, Octets rdata);

    uint8_t* buffer_;
    size_t limit_;
    size_t size_ = 0;
    size_t reserved_ = 0;
    size_t question_size_ = 0;  // of the question's name while its labels are not yet listed
    size_t question_labels_ = 0;
    size_t known_count_ = 0;
    std::array<uint8_t, kMostKnown> order_;         // slots in the order in which they were filled
    std::array<uint16_t, kMaxLabels> question_at_;  // where the question's labels stand
    std::array<Suffix, kSlots> slots_{};
};

}  // namespace dns
