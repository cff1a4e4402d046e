// What differs between two versions of a zone (of the same origin), in canonical order.
#pragma once

#include <functional>

#include "zones/change_set.h"
#include "zones/zone.h"

namespace zones {

ChangeSet diff(const Zone& before, const Zone& after);

// The same one by one, for who does not keep them all: the owner, relative to the apex, the RRset as
// it was and as it is; one of the two may be none.
using UseChange =
    std::function<void(dns::NameView, const RrsetView& before, const RrsetView& after)>;
void for_each_change(const Zone& before, const Zone& after, const UseChange& use);

}  // namespace zones
