// Zones of views that rest on another view's zone of the same name: the same zone served once more,
// or with an overlay. What a base is shows only when all views are read, so they wait here.
//
//   view "lab"    example.com  base "inside", overlay  --+
//   view "inside" example.com  base "default", overlay <-+--+
//   default       example.com  file                    <----+
//
// A base's zone is what that view serves: its own, or that of its zones-from. In the table of rows
// each stands behind its base, and inherits from what the base chose.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/config/choices_reader.h"

namespace server {

class DerivedZones {
  public:
    DerivedZones(const dns::Sources& sources, Configuration& configuration, ChoicesReader& choices)
        : sources_(sources), configuration_(configuration), choices_(choices) {}

    // `reader` and `zone` stay where they are until resolve(); `zone` has a 'base'.
    void add(TableReader& reader, const toml::table& zone, ViewNumber view, const dns::Name& name);
    // Adds a row for each, bases first.
    void resolve();

  private:
    enum class State : uint8_t { waiting, open, done };
    struct Zone {
        TableReader* reader;
        const toml::table* table;
        dns::Name name;
        ViewNumber view;
        ViewNumber named;  // by `base`
        ViewNumber base = 0;
        State state = State::waiting;
    };
    enum class Found : uint8_t { row, zone, none };
    using Choices = std::shared_ptr<const ZoneChoices>;

    Found find_base(Zone& zone, size_t& other) const;
    void resolve(size_t number);
    void add_row(const Zone& zone);
    Choices read_choices(const Zone& zone, bool overlaid, const Choices& from);
    void report_cycle(const Zone& zone);
    dns::Place place(const Zone& zone) const;

    const dns::Sources& sources_;
    Configuration& configuration_;
    ChoicesReader& choices_;
    std::vector<Zone> zones_;
    std::map<std::pair<ViewNumber, std::string>, size_t> places_;  // by view and lower-case name
};

inline constexpr const char* kInsecureMisplaced =
    "'dnssec = \"insecure\"' is said of overlays only: this zone has no 'overlay'";

// False, and reported, if it is no zone's name.
bool read_origin(dns::Findings& findings, std::string_view text, dns::Place place,
                 dns::Name& origin);
void report_zone_twice(dns::Findings& findings, const dns::Sources& sources, dns::NameView origin,
                       dns::Place second, dns::Place first);
std::string place_text(const dns::Sources& sources, dns::Place place);

// The number of the view of that name; nothing, and reported, if there is none.
std::optional<ViewNumber> find_view(TableReader& reader, const Configuration& configuration,
                                    const toml::node& node, const std::string& name);

}  // namespace server
