// The names that cuts of a zone name as their servers: addresses there are glue, whichever cut they
// lie below (RFC 9471 2.2: sibling glue).
//
// Asked only about addresses below a cut that does not name them itself, so it is gathered from the
// whole zone at the first such question, once for all threads.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "zones/concern.h"

namespace zones {

class GlueTargets {
  public:
    explicit GlueTargets(const Zone& zone) : zone_(zone) {}
    // Of a version that was just changed: asks who points at a name, instead of gathering.
    GlueTargets(const Zone& zone, const Concern& concern, const Pointers& pointers)
        : zone_(zone), concern_(&concern), pointers_(&pointers) {}
    bool contains(const NodeView& node) const;

  private:
    bool is_pointed_at(const NodeView& node) const;
    void gather() const;
    void gather_links() const;
    void gather_names() const;

    const Zone& zone_;
    const Concern* concern_ = nullptr;
    const Pointers* pointers_ = nullptr;  // of the version before
    mutable std::once_flag gathered_;
    mutable std::vector<bool> by_rank_;               // a base alone
    mutable std::vector<const uint8_t*> by_address_;  // a zone with changes: sorted
};

}  // namespace zones
