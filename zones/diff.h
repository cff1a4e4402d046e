// What differs between two versions of a zone (of the same origin), in canonical order.
#pragma once

#include "zones/change_set.h"
#include "zones/zone.h"

namespace zones {

ChangeSet diff(const Zone& before, const Zone& after);

}  // namespace zones
