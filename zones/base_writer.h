// Writes the parts of a base and puts them together.
//
// Names are added in canonical order. Several threads may each write a part (a stretch of the
// order). A part grows in memory of its own; when it is whole, it is copied, still warm, to the
// next free place of the base, so parts may lie in any order while ranks follow the canonical one.
//
//   BaseWriter writer(origin, key, parts, most_octets);
//   writer.part(i).add(...) ...; writer.place(i);     on any thread, a part each
//   std::shared_ptr<Base> base = writer.finish(threads);
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
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

class PartWriter {
public:
    // The number of the new node within the part; settle() is for facts that come to light later.
    // Places are those of the records, in the order of the parts' wire.
    Ref add(dns::NameView relative, std::span<const RrsetParts> rrsets,
            std::span<const dns::Place> places);
    void settle(Ref node, uint32_t children, uint8_t facts);
    // Fresh pages are dear: what will be needed is asked for once.
    void expect(size_t names, size_t records);
    void tell_parent(ParentFacts facts) { parents_.push_back(std::move(facts)); }

private:
    friend class BaseWriter;

    dns::SipKey key_;
    zoneparser::OctetBuffer nodes_;
    std::vector<dns::Place> places_;
    std::vector<HashedRef> names_;  // within the part; once placed, within the base
    std::vector<ParentFacts> parents_;
    size_t max_depth_ = 0;
    std::vector<uint32_t> crossing_counts_;  // by depth
};

class BaseWriter {
public:
    // `most_octets` bounds the nodes of all parts together.
    BaseWriter(const dns::Name& origin, dns::SipKey key, size_t parts, size_t most_octets);
    PartWriter& part(size_t index) { return parts_[index]; }
    // Before its first name: gives the part memory that another part is done with.
    PartWriter& open(size_t index);
    // The part is whole. Any thread may call it, each for its parts.
    void place(size_t index);
    // Null if the nodes are more than a base can number.
    std::shared_ptr<Base> finish(unsigned threads);

private:
    void lay_out(size_t names, size_t records);
    void fill_order(unsigned threads);
    void fill_index(unsigned threads);
    void settle_parents();
    void link_targets(unsigned threads);

    // Ref 0 is none; nodes begin one cache line behind it.
    static constexpr size_t kFirstNode = 64;

    std::shared_ptr<Base> base_;
    dns::Name origin_;
    std::vector<PartWriter> parts_;
    std::mutex spare_mutex_;
    std::vector<zoneparser::OctetBuffer> spare_;
    std::atomic<size_t> next_octet_{kFirstNode};
    std::atomic<bool> too_large_{false};
    std::vector<uint32_t> crossing_counts_;
};

}  // namespace zones
