// Which rows of a configuration are one zone in memory: rows of several views that say the same of
// the same name, and rows that share what another view has.
//
//   view "a"  example.com  file x  ---+
//   view "b"  example.com  file x  ---+--> group: file x                 height 0
//   view "c"  example.com  base "a" --+      ^
//   view "d"  example.com  base "a", overlay p --> group: patch p over it   height 1
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "server/config/configured_view.h"

namespace server {

// A view that lists a zone. Who may ask for it there may differ from elsewhere.
struct ZoneListing {
    ViewNumber view = 0;
    std::shared_ptr<const ZoneChoices> choices;  // null: the zone's own
};

struct ZoneGroup {
    static constexpr uint32_t kNone = UINT32_MAX;

    uint32_t row = 0;       // the first that says what it is: a file or an overlay
    uint32_t base = kNone;  // of an overlay: the group that it rests on, if there is one
    uint16_t height = 0;    // overlays from here down to a file
    std::vector<ZoneListing> listings;  // at least one, in the order of the rows
};

// Bases come before what rests on them. A row that shares what its base does not have is left out.
std::vector<ZoneGroup> group_zones(const ZoneRows& rows, std::span<const ConfiguredView> views);

}  // namespace server
