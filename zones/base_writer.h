// Writes the parts of a base and puts them together.
//
// Names are added in canonical order. Several threads may each write a part (a stretch of the
// order). A part grows in memory of its own; when it is whole, it is copied, still warm, to the
// next free place of the base, so parts may lie in any order while ranks follow the canonical one.
// Places go straight to where they stay, and the list of names to memory that all parts share:
// fresh pages are dear, and small pieces of them the dearest.
//
//   BaseWriter writer(origin, key, parts, most);
//   writer.open(i, records).add(...) ...; writer.place(i);     on any thread, a part each
//   std::shared_ptr<Base> base = writer.finish(threads);
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "zoneparser/record_batch.h"
#include "zones/base.h"

namespace zones {

// What a part has to say about a name in a part in front of it.
struct ParentFacts {
    dns::Name name;  // relative
    uint32_t children = 0;
    bool wildcard_child = false;
};

// Bounds for all parts of a base together. Records are those whose places may be kept.
struct BaseBounds {
    size_t names = 0;
    size_t records = 0;
    size_t octets = 0;  // of nodes
};

// The names of a part, in pieces of memory that is shared with other parts.
class NameList {
  public:
    // Memory for so many names in all, given out in pieces.
    class Pool {
      public:
        Pool(size_t names, size_t parts);
        std::span<HashedRef> claim();

      private:
        size_t piece_;
        BigArray<HashedRef> names_;
        std::atomic<size_t> next_{0};
    };

    bool add(Pool& pool, HashedRef name);  // false if the pool is empty
    size_t size() const { return size_; }
    template <class Use>
    void for_each_piece(Use use) const {
        for (const std::span<HashedRef>& piece : pieces_)
            use(&piece == &pieces_.back() ? piece.first(piece.size() - room_) : piece);
    }

  private:
    std::vector<std::span<HashedRef>> pieces_;
    HashedRef* next_ = nullptr;
    size_t room_ = 0;
    size_t size_ = 0;
};

class PartWriter {
  public:
    // The number of the new node within the part; settle() is for facts that come to light later.
    // Places are those of the records, in the order of the parts' wire. Of those that signing makes
    // they are kept only if any is known.
    Ref add(dns::NameView relative, std::span<const RrsetParts> rrsets,
            std::span<const dns::Place> places);
    void settle(Ref node, uint32_t children, uint8_t facts);
    void tell_parent(ParentFacts facts) { parents_.push_back(std::move(facts)); }

  private:
    friend class BaseWriter;
    bool keep_places(NodeHead* head, std::span<const RrsetParts> rrsets,
                     std::span<const dns::Place> places);
    void move_names(size_t octets);

    dns::SipKey key_;
    zoneparser::OctetBuffer nodes_;
    std::span<dns::Place> places_;  // of all parts
    size_t next_place_ = 0, end_place_ = 0;
    size_t record_count_ = 0;
    NameList::Pool* pool_ = nullptr;
    NameList names_;  // within the part; once placed, within the base
    bool overflowed_ = false;
    std::vector<ParentFacts> parents_;
    size_t max_depth_ = 0;
    std::vector<uint32_t> crossing_counts_;  // by depth
};

class BaseWriter {
  public:
    BaseWriter(const dns::Name& origin, dns::SipKey key, size_t parts, BaseBounds most);
    // Before its first name: gives the part room for so many records.
    PartWriter& open(size_t index, size_t records);
    // The part is whole. Any thread may call it, each for its parts.
    void place(size_t index);
    // Null if the nodes are more than a base can number.
    std::shared_ptr<Base> finish(unsigned threads);

  private:
    void lay_out(size_t names);
    void fill_order(unsigned threads);
    void fill_index(unsigned threads);
    void settle_parents();
    void link_targets(unsigned threads);

    // Ref 0 is none; nodes begin one cache line behind it.
    static constexpr size_t kFirstNode = 64;

    std::shared_ptr<Base> base_;
    dns::Name origin_;
    BaseBounds most_;
    size_t places_octets_ = 0;  // in front of the nodes of several parts
    std::vector<PartWriter> parts_;
    NameList::Pool pool_;
    BigArray<dns::Place> one_parts_places_;
    std::mutex spare_mutex_;
    std::vector<zoneparser::OctetBuffer> spare_;
    std::atomic<size_t> next_place_{0};
    std::atomic<size_t> next_octet_{kFirstNode};
    std::atomic<bool> too_large_{false};
    std::vector<uint32_t> crossing_counts_;
};

}  // namespace zones
