// The zones of a configuration: [[zone]], and [[zones]] with a folder or a list, all into one table
// of rows; the same under [[view]], where a zone may also rest on another view's (derived_zones).
#pragma once

#include "server/config/derived_zones.h"

namespace server {

class ZonesReader {
  public:
    ZonesReader(const dns::Files& files, dns::Sources& sources, Configuration& configuration,
                ChoicesReader& choices, dns::UnixTime now)
        : files_(files),
          sources_(sources),
          configuration_(configuration),
          choices_(choices),
          derived_(sources, configuration, choices),
          now_(now) {}

    // Those of the file's top, which are the default view's.
    void read(TableReader& reader, const toml::table& top);
    // Those of a table [[view]].
    void read_view(TableReader& reader, const toml::table& table, ViewNumber view);
    // Once all are read: what rests on other views' zones.
    void finish() { derived_.resolve(); }

  private:
    using Choices = std::shared_ptr<const ZoneChoices>;

    void read_zone(TableReader& reader, const toml::table& zone);
    void read_view_zone(TableReader& reader, const toml::table& zone, ViewNumber view);
    void read_sources(TableReader& reader, const toml::table& parent, Section parent_section,
                      Section section, ViewNumber view);
    void read_source(TableReader& reader, const toml::table& source, Section section,
                     ViewNumber view);
    void read_list(TableReader& reader, const toml::node& where, const std::string& path,
                   ViewNumber view, const Choices& choices);
    void read_folder(TableReader& reader, const toml::node& where, const std::string& path,
                     ViewNumber view, const Choices& choices);
    // Those of the template that the table names, or of the top.
    Choices template_of(TableReader& reader, const toml::table& table, Section section);
    void add(dns::Findings& findings, ViewNumber view, std::string_view name,
             const std::string& file, const Choices& choices, dns::Place place);
    ViewNumber default_view() const {
        return static_cast<ViewNumber>(configuration_.views.size() - 1);
    }

    const dns::Files& files_;
    dns::Sources& sources_;
    Configuration& configuration_;
    ChoicesReader& choices_;
    DerivedZones derived_;
    dns::UnixTime now_;
};

}  // namespace server
