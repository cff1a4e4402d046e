// The names that cuts of a zone name as their servers: addresses there are glue, whichever cut they
// lie below (RFC 9471 2.2: sibling glue).
//
// Asked only about addresses below a cut that does not name them itself, so it is gathered from the
// whole zone at the first such question, once for all threads.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "zones/zone.h"

namespace zones {

class GlueTargets {
  public:
    explicit GlueTargets(const Zone& zone) : zone_(zone) {}
    bool contains(const NodeView& node) const;

  private:
    void gather() const;
    void gather_links() const;
    void gather_names() const;

    const Zone& zone_;
    mutable std::once_flag gathered_;
    mutable std::vector<bool> by_rank_;               // a base alone
    mutable std::vector<const uint8_t*> by_address_;  // a zone with changes: sorted
};

}  // namespace zones
