// The zones of a configuration as its views serve them, for commands that ask views: each zone is
// loaded once, overlays are put over what they rest on, and a view gets a table of what it serves.
//
//   apex.toml -> read() -> Configuration -> load(views) -> groups of rows -> zones -> view()
//
// Zones are as their files say. Those that the server signs while it runs are not signed here.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/answer/set.h"
#include "server/cli/zone_call.h"
#include "server/config/configuration.h"
#include "server/publish/view_tables.h"
#include "server/publish/zone_groups.h"

namespace server {

class ViewZones {
  public:
    // `command` is named in complaints.
    ViewZones(World& world, const Call& call, const char* command, const LoadSettings& settings);

    // Reads the configuration. Returns an exit code; what is wrong is said on the error output.
    int read(const std::string& file);
    const Configuration& configuration() const { return configuration_; }
    // The number of a view of that name, or the number of views.
    size_t find_view(std::string_view name) const;

    // Loads all zones that these views serve, once. The same return.
    int load(std::span<const ViewNumber> views);
    // A view that was loaded. All may ask it.
    View view(ViewNumber number) const;

  private:
    std::vector<bool> needed(std::span<const ViewNumber> views) const;
    int load_row(const ConfiguredZone& row, const std::shared_ptr<LoadedZone>& base,
                 std::shared_ptr<LoadedZone>& out);
    void report(const ZoneReport& zone);

    World& world_;
    const Call& call_;
    const char* command_;
    LoadSettings settings_;
    Configuration configuration_;
    std::vector<ZoneGroup> groups_;
    std::vector<std::shared_ptr<LoadedZone>> loaded_;  // one for each group; null: none
    ViewTables tables_;
};

}  // namespace server
