#include "server/config/zones_reader.h"

#include <algorithm>

#include "server/config/nearest_word.h"
#include "server/config/read_text.h"

namespace server {

namespace rule = configuration_rule;

namespace {

// The next stretch without blanks, taken off the front of `rest`.
std::string_view next_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(word.size());
    return word;
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

}  // namespace

void ZonesReader::read(TableReader& reader, const toml::table& top) {
    const toml::array* zones = reader.tables(top, *find_row(Section::top, "zone"));
    for (size_t i = 0; zones != nullptr && i < zones->size(); ++i)
        read_zone(reader, *zones->get(i)->as_table());
    read_sources(reader, top, Section::top, Section::zones, default_view());
}

void ZonesReader::read_view(TableReader& reader, const toml::table& table, ViewNumber view) {
    const toml::array* zones = reader.tables(table, *find_row(Section::view, "zone"));
    for (size_t i = 0; zones != nullptr && i < zones->size(); ++i)
        read_view_zone(reader, *zones->get(i)->as_table(), view);
    read_sources(reader, table, Section::view, Section::view_zones, view);
}

void ZonesReader::read_zone(TableReader& reader, const toml::table& zone) {
    reader.check_keys(zone, Section::zone);
    const std::string* name = reader.text(zone, *find_row(Section::zone, "name"));
    auto file = reader.path_value(zone, *find_row(Section::zone, "file"));
    Choices choices =
        choices_.read(reader, zone, Section::zone, template_of(reader, zone, Section::zone));
    if (name == nullptr || !file) return;
    add(reader.findings(), default_view(), *name, *file, choices,
        reader.place(zone.get("name")->source()));
}

void ZonesReader::read_view_zone(TableReader& reader, const toml::table& zone, ViewNumber view) {
    constexpr Section kSection = Section::view_zone;
    reader.check_keys(zone, kSection);
    const std::string* name = reader.text(zone, *find_row(kSection, "name"));
    const toml::node* file_node = zone.get("file");
    const toml::node* base = zone.get("base");
    if ((file_node == nullptr) == (base == nullptr))
        return reader.report(rule::bad_value, zone.source(),
                             {"[[view.zone]] has either a 'file' or a 'base'"},
                             "a patch over another view's zone is an 'overlay'");
    if (base != nullptr) {
        dns::Name origin;
        if (name != nullptr &&
            read_origin(reader.findings(), *name, reader.place(zone.get("name")->source()), origin))
            derived_.add(reader, zone, view, origin);
        return;
    }
    if (const toml::node* overlay = zone.get("overlay"))
        reader.bad_value(*overlay, "an overlay lies over a 'base', and this zone has a 'file'",
                         "base = \"default\" takes the default view's zone");
    auto file = reader.path_value(zone, *find_row(kSection, "file"));
    Choices choices = choices_.read(reader, zone, kSection, template_of(reader, zone, kSection));
    const toml::node* dnssec = zone.get("dnssec");
    if (dnssec != nullptr && choices->dnssec == Dnssec::insecure)
        reader.bad_value(*dnssec, kInsecureMisplaced);
    if (name == nullptr || !file) return;
    if (file->empty()) return reader.bad_value(*file_node, "'file' is empty");
    add(reader.findings(), view, *name, *file, choices, reader.place(zone.get("name")->source()));
}

ZonesReader::Choices ZonesReader::template_of(TableReader& reader, const toml::table& table,
                                              Section section) {
    const std::string* name = reader.text(table, *find_row(section, "template"));
    if (name == nullptr) return configuration_.choices;
    auto found = configuration_.templates.find(*name);
    if (found != configuration_.templates.end()) return found->second;
    std::vector<std::string_view> names;
    for (const auto& [known, choices] : configuration_.templates) names.emplace_back(known);
    reader.bad_value(*table.get("template"), "there is no template '" + *name + "'",
                     nearest_hint(*name, names));
    return configuration_.choices;
}

void ZonesReader::read_sources(TableReader& reader, const toml::table& parent,
                               Section parent_section, Section section, ViewNumber view) {
    const toml::array* sources = reader.tables(parent, *find_row(parent_section, "zones"));
    for (size_t i = 0; sources != nullptr && i < sources->size(); ++i)
        read_source(reader, *sources->get(i)->as_table(), section, view);
}

void ZonesReader::read_source(TableReader& reader, const toml::table& source, Section section,
                              ViewNumber view) {
    reader.check_keys(source, section);
    auto folder = reader.path_value(source, *find_row(section, "folder"));
    auto list = reader.path_value(source, *find_row(section, "list"));
    Choices choices = template_of(reader, source, section);
    const toml::node* folder_node = source.get("folder");
    const toml::node* list_node = source.get("list");
    if ((folder_node == nullptr) == (list_node == nullptr)) {
        reader.report(rule::bad_value, source.source(),
                      {std::string(to_string(section)) + " has either a 'folder' or a 'list'"});
        return;
    }
    if (folder) read_folder(reader, *folder_node, *folder, view, choices);
    if (list) read_list(reader, *list_node, *list, view, choices);
}

void ZonesReader::read_list(TableReader& reader, const toml::node& where, const std::string& path,
                            ViewNumber view, const Choices& choices) {
    auto read = read_text(files_, path, now_);
    if (!read.ok())
        return reader.report(rule::unreadable, where.source(), {path, read.fault().sentence});
    configuration_.files.push_back({path, read->identity});
    uint32_t source = sources_.add({dns::SourceKind::file, path, dns::Place(), nullptr});
    TableReader list(path, source, reader.findings(), {});
    std::string_view rest = *read->text;
    for (uint64_t line = 1; !rest.empty(); ++line) {
        size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view words = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        std::string_view name = next_word(words);
        if (name.empty() || name[0] == '#' || name == "\r") continue;
        dns::Place place(source, line, 1);
        std::string_view file = trimmed(words);
        if (file.empty()) {
            reader.findings().report(rule::bad_value, place,
                                     {"a line has a zone's name and its file"});
            continue;
        }
        add(reader.findings(), view, name, list.resolved(std::string(file)), choices, place);
    }
}

void ZonesReader::read_folder(TableReader& reader, const toml::node& where, const std::string& path,
                              ViewNumber view, const Choices& choices) {
    // Its identity first: what comes while it is read makes another one.
    auto identity = files_.identity(path);
    if (!identity.ok())
        return reader.report(rule::unreadable, where.source(), {path, identity.fault().sentence});
    auto names = files_.list(path);
    if (!names.ok())
        return reader.report(rule::unreadable, where.source(), {path, names.fault().sentence});
    std::string start = path.ends_with('/') ? path : path + "/";
    configuration_.files.push_back({start, settled(identity.value(), now_)});
    std::sort(names->begin(), names->end());
    for (const std::string& name : names.value()) {
        if (name[0] == '.' || name.ends_with('~')) continue;
        std::string_view origin = name;
        if (origin.ends_with(".zone")) origin.remove_suffix(5);
        add(reader.findings(), view, origin, start + name, choices, reader.place(where.source()));
    }
}

void ZonesReader::add(dns::Findings& findings, ViewNumber view, std::string_view name,
                      const std::string& file, const Choices& choices, dns::Place place) {
    dns::Name origin;
    if (!read_origin(findings, name, place, origin)) return;
    size_t before = configuration_.zones.size();
    size_t row =
        configuration_.zones.add({view, origin, ZoneSource::file, view, file, choices, place});
    if (row != before)
        report_zone_twice(findings, sources_, origin, place, configuration_.zones[row].place);
}

}  // namespace server
