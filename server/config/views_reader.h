// The tables [[view]] of all files: which views there are and whom they answer. Names come first,
// since `zones-from` and `base` may name a view that stands further down.
//
//   [[view]] a   [[view]] default   [[view]] b      ->      0 a   1 b   2 default
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/config/zones_reader.h"

namespace server {

class ViewsReader {
  public:
    ViewsReader(const dns::Sources& sources, Configuration& configuration)
        : sources_(sources), configuration_(configuration) {}

    // Each file in its turn; `reader` and `top` stay where they are.
    void read_names(TableReader& reader, const toml::table& top);
    // Once all names are known. The default view is made if no table has made it.
    void read_views();
    void read_zones(ZonesReader& zones);

  private:
    struct Written {
        TableReader* reader;
        const toml::table* table;
    };
    bool add(TableReader& reader, const toml::table& table);
    void read_view(size_t number);
    void count_networks(TableReader& reader, const toml::table& table, const ConfiguredView& view);
    void read_keys(TableReader& reader, const toml::table& table, ConfiguredView& view);
    void report_unknown_key(TableReader& reader, const toml::node& node, const std::string& key);
    void read_zones_from(size_t number);
    void spread_zones_from();

    const dns::Sources& sources_;
    Configuration& configuration_;
    std::vector<Written> written_;                        // with good names; later by number
    std::map<std::string, size_t, std::less<>> numbers_;  // places in written_, by name
    std::vector<std::vector<ViewNumber>> named_;          // zones-from as written, by view
    size_t networks_ = 0;                                 // in lists of all views
};

}  // namespace server
