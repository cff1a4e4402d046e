// The zones of a configuration: [[zone]], and [[zones]] with a folder or a list, all into one table
// of rows.
#pragma once

#include "server/config/choices_reader.h"

namespace server {

class ZonesReader {
  public:
    ZonesReader(const dns::Files& files, dns::Sources& sources, Configuration& configuration,
                ChoicesReader& choices, dns::UnixTime now)
        : files_(files),
          sources_(sources),
          configuration_(configuration),
          choices_(choices),
          now_(now) {}

    void read(TableReader& reader, const toml::table& top);

  private:
    using Choices = std::shared_ptr<const ZoneChoices>;

    void read_zone(TableReader& reader, const toml::table& zone);
    void read_source(TableReader& reader, const toml::table& source);
    void read_list(TableReader& reader, const toml::node& where, const std::string& path,
                   const Choices& choices);
    void read_folder(TableReader& reader, const toml::node& where, const std::string& path,
                     const Choices& choices);
    // Those of the template that the table names, or of the top.
    Choices template_of(TableReader& reader, const toml::table& table, Section section);
    void add(dns::Findings& findings, std::string_view name, const std::string& file,
             const Choices& choices, dns::Place place);
    std::string place_text(dns::Place place) const;

    const dns::Files& files_;
    dns::Sources& sources_;
    Configuration& configuration_;
    ChoicesReader& choices_;
    dns::UnixTime now_;
};

}  // namespace server
