#include "server/config/derived_zones.h"

#include <algorithm>

#include "server/config/nearest_word.h"
#include "zoneparser/fields.h"

namespace server {

namespace rule = configuration_rule;

namespace {

constexpr Section kSection = Section::view_zone;

std::string lower_text(dns::NameView name) {
    std::string text(name.size(), '\0');
    dns::lower_copy(reinterpret_cast<uint8_t*>(text.data()), name.data(), name.size());
    return text;
}

}  // namespace

void DerivedZones::add(TableReader& reader, const toml::table& zone, ViewNumber view,
                       const dns::Name& name) {
    const std::string* base = reader.text(zone, *find_row(kSection, "base"));
    if (base == nullptr) return;
    auto named = find_view(reader, configuration_, *zone.get("base"), *base);
    if (!named) return;
    auto [found, first] = places_.try_emplace({view, lower_text(name)}, zones_.size());
    if (first)
        zones_.push_back({&reader, &zone, name, view, *named});
    else
        report_zone_twice(reader.findings(), sources_, name,
                          reader.place(zone.get("name")->source()), place(zones_[found->second]));
}

void DerivedZones::resolve() {
    for (size_t i = 0; i < zones_.size(); ++i) {
        const Zone& zone = zones_[i];
        size_t row = configuration_.zones.find(zone.view, zone.name);
        if (row == configuration_.zones.size()) continue;
        report_zone_twice(zone.reader->findings(), sources_, zone.name, place(zone),
                          configuration_.zones[row].place);
        zones_[i].state = State::done;
    }
    for (size_t i = 0; i < zones_.size(); ++i) resolve(i);
}

// Follows bases until one has a row, then adds rows on the way back.
void DerivedZones::resolve(size_t number) {
    std::vector<size_t> way;
    while (zones_[number].state == State::waiting) {
        Zone& zone = zones_[number];
        zone.state = State::open;
        way.push_back(number);
        Found found = find_base(zone, number);
        if (found == Found::row) break;
        const bool is_cycle = found == Found::zone && zones_[number].state == State::open;
        if (found == Found::zone && !is_cycle) continue;
        if (is_cycle)
            report_cycle(zone);
        else
            zone.reader->bad_value(*zone.table->get("base"),
                                   "view '" + configuration_.views[zone.named].name +
                                       "' serves no zone '" + dns::to_text(zone.name) + "'",
                                   "a base is a zone of the same name");
        zone.state = State::done;
        way.pop_back();
        break;
    }
    for (; !way.empty(); way.pop_back()) {
        Zone& zone = zones_[way.back()];
        zone.state = State::done;
        // Without a row of its base it is one of those that were reported, or rests on one.
        if (configuration_.zones.find(zone.base, zone.name) != configuration_.zones.size())
            add_row(zone);
    }
}

DerivedZones::Found DerivedZones::find_base(Zone& zone, size_t& other) const {
    const std::string key = lower_text(zone.name);
    auto look = [&](ViewNumber view) {
        zone.base = view;
        if (configuration_.zones.find(view, zone.name) != configuration_.zones.size())
            return Found::row;
        auto found = places_.find({view, key});
        if (found == places_.end()) return Found::none;
        other = found->second;
        return Found::zone;
    };
    Found found = look(zone.named);
    for (ViewNumber view : configuration_.views[zone.named].zones_from) {
        if (found != Found::none) break;
        found = look(view);
    }
    return found;
}

void DerivedZones::add_row(const Zone& zone) {
    TableReader& reader = *zone.reader;
    auto overlay = reader.path_value(*zone.table, *find_row(kSection, "overlay"));
    const toml::node* overlay_node = zone.table->get("overlay");
    if (overlay && overlay->empty()) reader.bad_value(*overlay_node, "'overlay' is empty");
    const size_t base = configuration_.zones.find(zone.base, zone.name);
    Choices from = configuration_.zones[base].choices;
    const bool overlaid = overlay_node != nullptr;
    configuration_.zones.add(
        {zone.view, zone.name, overlaid ? ZoneSource::overlay : ZoneSource::shared, zone.base,
         overlay ? *overlay : std::string(), read_choices(zone, overlaid, from), place(zone)});
}

// What is one zone in memory has one signer, one set of rules and one file.
DerivedZones::Choices DerivedZones::read_choices(const Zone& zone, bool overlaid,
                                                 const Choices& from) {
    TableReader& reader = *zone.reader;
    bool good = true;
    auto refuse = [&](const char* key, const std::string& sentence, const char* hint) {
        const toml::node* node = zone.table->get(key);
        if (node == nullptr) return;
        reader.bad_value(*node, sentence, hint);
        good = false;
    };
    refuse("template", "a zone with a 'base' takes over what its base chose, and no template",
           "write the keys here");
    if (!overlaid) {
        const toml::node* dnssec = zone.table->get("dnssec");
        if (dnssec != nullptr && dnssec->value<std::string_view>() == kInsecure)
            return reader.bad_value(*dnssec, kInsecureMisplaced), from;
        for (const char* key : {"rules", "max-shrink", "dnssec", "include-folder"})
            refuse(key,
                   "'" + std::string(key) +
                       "' cannot differ from the base's where there is no 'overlay': both views "
                       "serve one zone",
                   "write it where the base is");
    }
    return good ? choices_.read(reader, *zone.table, kSection, from) : from;
}

void DerivedZones::report_cycle(const Zone& zone) {
    std::string way = configuration_.views[zone.view].name;
    const Zone* at = &zone;
    // A few steps tell where to look.
    for (size_t steps = 0; steps < 8; ++steps) {
        way += " -> " + configuration_.views[at->base].name;
        if (at->base == zone.view) break;
        at = &zones_[places_.at({at->base, lower_text(zone.name)})];
    }
    zone.reader->bad_value(*zone.table->get("base"),
                           "zone '" + dns::to_text(zone.name) + "' rests on itself: " + way,
                           "one of these views needs a 'file'");
}

dns::Place DerivedZones::place(const Zone& zone) const {
    return zone.reader->place(zone.table->get("name")->source());
}

bool read_origin(dns::Findings& findings, std::string_view text, dns::Place place,
                 dns::Name& origin) {
    std::string reason;
    if (zoneparser::parse_name(text, origin, reason)) return true;
    findings.report(rule::bad_value, place,
                    {"'" + std::string(text) + "' is no zone's name: " + reason});
    return false;
}

void report_zone_twice(dns::Findings& findings, const dns::Sources& sources, dns::NameView origin,
                       dns::Place second, dns::Place first) {
    findings.report(rule::zone_twice, second, {dns::to_text(origin), place_text(sources, first)});
}

std::string place_text(const dns::Sources& sources, dns::Place place) {
    return sources.at(place.source()).name + ":" + std::to_string(place.line());
}

std::optional<ViewNumber> find_view(TableReader& reader, const Configuration& configuration,
                                    const toml::node& node, const std::string& name) {
    // From the end: most name "default".
    for (size_t i = configuration.views.size(); i-- > 0;)
        if (configuration.views[i].name == name) return static_cast<ViewNumber>(i);
    std::vector<std::string_view> names;
    for (const ConfiguredView& view : configuration.views) names.emplace_back(view.name);
    reader.bad_value(node, "there is no view '" + name + "'", nearest_hint(name, names));
    return std::nullopt;
}

}  // namespace server
