// What a zone's own changes put over its base: the changed names, and what is counted over all.
#pragma once

#include <cstdint>
#include <vector>

#include "zones/denial_order.h"
#include "zones/layer.h"

namespace zones {

struct Changes {
    Layer layer;
    DenialChanges denials;
    std::vector<uint32_t> crossing_counts;  // by depth
    size_t name_count = 0;
    size_t record_count = 0;
};

}  // namespace zones
