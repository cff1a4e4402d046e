// Who points at whom: for each name that a zone's records name as target (or whose SPF record they
// take in), the owners of those records. Links lead from a record to its target; this is the way
// back, for who changes a target and wants to know whom that concerns.
//
//   of the base     target's rank  ->  ranks of owners            one run of numbers
//                   missing names, canonical order -> owners      what does not exist in the base
//   of the layer    names, canonical order -> owners              what the zone's changes point at
//
// Made at the first question, by one walk over the base; it takes 4 octets for each name and each
// link. It is meant to live while the overlays of one zone are made, and no longer. Any thread may
// ask.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "zones/zone.h"

namespace zones {

// A record's owner and what it points at, both relative to the apex.
struct Pointer {
    dns::NameView target;
    dns::NameView owner;
};

class Pointers {
  public:
    // The zone has to outlive it.
    explicit Pointers(const Zone& zone);
    // For another zone over the same base: what is known about the base is shared.
    Pointers(const Zone& zone, const Pointers& other);
    ~Pointers();

    // Called with the node of an owner; the same one may come more than once. False ends it.
    using Use = std::function<bool(const NodeView& owner)>;
    // Those that point at this name, whether it exists or not.
    void at(dns::NameView target, const Use& use) const;
    // Those that point at any name at or below this one.
    void below(dns::NameView top, const Use& use) const;
    // Those of them whose target does not exist.
    void missing_below(dns::NameView top, const Use& use) const;

    size_t memory() const;

  private:
    class OfBase;
    bool tell(const NodeView& owner, const Use& use) const;
    bool tell_ranks(size_t first, size_t end, const Use& use) const;
    bool tell_missing(dns::NameView top, const Use& use) const;
    bool tell_layer(dns::NameView top, bool missing_only, const Use& use) const;
    bool tell_removed(dns::NameView top, const Use& use) const;
    void prepare() const;

    const Zone& zone_;
    std::shared_ptr<OfBase> base_;
    mutable std::once_flag prepared_;
    mutable std::vector<Pointer> layer_;      // sorted by target
    mutable std::deque<dns::Name> taken_in_;  // by SPF records of the layer
};

}  // namespace zones
