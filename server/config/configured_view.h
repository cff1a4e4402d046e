// A view as a configuration names it: [[view]].
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dns/base/place.h"
#include "server/config/server_options.h"
#include "server/config/zone_rows.h"

namespace server {

struct ConfiguredView {
    std::string name = "default";
    std::optional<std::vector<std::string>> clients;       // networks as written; none: all
    std::vector<dns::Place> client_places;                 // of each of the networks
    std::optional<std::vector<std::string>> destinations;  // addresses or networks; none: all
    std::optional<std::vector<std::string>> keys;          // names of [[key]], as written there
    std::vector<std::string> allow_query;                  // networks; empty: everyone
    Follow follow = Follow::zone;
    // Its own zones win, then those of the first, and so on. The views' own zones-from are in the
    // list already, where each comes first.
    std::vector<ViewNumber> zones_from;
    dns::Place place;
};

}  // namespace server
