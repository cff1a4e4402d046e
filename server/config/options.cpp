#include "server/config/options.h"

namespace server {

namespace {

constexpr ConfigurationRow kRows[] = {
    {Section::top, "rules", ValueType::rules, false, "each rule's own severity",
     "what all zones make of rules (apex help rules)"},
    {Section::top, "limits", ValueType::limits, false, "each limit's own default",
     "limits on what grows with a zone (apex help limits)"},
    {Section::top, "zone", ValueType::zones, false, "none", "the zones, each under [[zone]]"},
    {Section::top, "template", ValueType::templates, false, "none",
     "keys that many zones share, each under [template.NAME]"},
    {Section::zone, "name", ValueType::text, true, "none", "the zone's origin"},
    {Section::zone, "file", ValueType::text, true, "none",
     "the zone file; a relative path starts at the folder of the configuration file"},
    {Section::zone, "template", ValueType::text, false, "none",
     "the template whose keys this zone takes over"},
    {Section::zone, "rules", ValueType::rules, false, "those of the template, then of all zones",
     "what this zone makes of rules"},
    {Section::zone_template, "rules", ValueType::rules, false, "those of all zones",
     "what zones of this template make of rules"},
};

}  // namespace

std::span<const ConfigurationRow> configuration_rows() {
    return kRows;
}

const ConfigurationRow* find_row(Section section, std::string_view key) {
    for (const ConfigurationRow& row : kRows)
        if (row.section == section && key == row.key) return &row;
    return nullptr;
}

std::vector<std::string_view> keys_of(Section section) {
    std::vector<std::string_view> keys;
    for (const ConfigurationRow& row : kRows)
        if (row.section == section) keys.emplace_back(row.key);
    return keys;
}

std::string_view to_string(Section section) {
    static constexpr std::string_view kWords[] = {"the file's top", "[[zone]]", "[template.NAME]"};
    return kWords[static_cast<size_t>(section)];
}

std::string_view to_string(ValueType type) {
    static constexpr std::string_view kWords[] = {
        "a string in quotes", "a table of rules and severities", "a table of limits and numbers",
        "a list of tables, each under [[zone]]", "tables, each under [template.NAME]"};
    return kWords[static_cast<size_t>(type)];
}

}  // namespace server
