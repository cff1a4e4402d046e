// What a patch does besides adding records: a line of $REPLACE or $REMOVE. Zone files hold none.
#pragma once

#include <cstdint>

#include "dns/base/place.h"
#include "dns/name.h"

namespace zoneparser {

struct PatchOperation {
    enum class Kind : uint8_t {
        replace,  // the owner's records, of the type if one is named, give way to the patch's
        remove,   // the owner's records, of the type if one is named
        remove_subtree,
    };
    Kind kind = Kind::remove;
    uint16_t type = 0;  // 0: all
    dns::Name owner;    // absolute
    dns::Place place;
};

}  // namespace zoneparser
