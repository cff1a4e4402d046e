// The keys that a configuration file may hold: one table, a row each. The reader, its messages and
// the manual's list come from it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace server {

enum class Section : uint8_t { top, zone, zone_template };

enum class ValueType : uint8_t {
    text,       // "..."
    rules,      // { rule-name = "error" }
    limits,     // { limit-name = 100 }
    zones,      // [[zone]] ...
    templates,  // [template.NAME] ...
};

struct ConfigurationRow {
    Section section;
    const char* key;
    ValueType type;
    bool required;
    const char* fallback;  // what holds without it, with its reason
    const char* sentence;
};

std::span<const ConfigurationRow> configuration_rows();
const ConfigurationRow* find_row(Section section, std::string_view key);
std::vector<std::string_view> keys_of(Section section);

// "[[zone]]", as a sentence calls a section.
std::string_view to_string(Section section);
// "a table of rules and severities", as a sentence calls a type.
std::string_view to_string(ValueType type);

}  // namespace server
