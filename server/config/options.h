// The keys that a configuration file may hold: one table, a row each. The reader, its messages,
// `apex help config` and the manual's list come from it.
//
//   row   section, key | type, bounds or choices | default with its reason | sentence
//         | where its value goes | whether a running server takes it over
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config/server_options.h"

namespace server {

enum class Section : uint8_t {
    top,
    tcp,
    rate_limit,
    log,
    zone,
    zones,
    zone_template,
    policy,
    view,
    view_zone,
    view_zones,
    key,
};

enum class ValueType : uint8_t {
    text,       // "..."
    path,       // "..."; a relative one starts at the folder of the file
    octets,     // "...", or "0x..." for octets that are no text
    number,     // within the row's bounds
    boolean,    // true or false
    choice,     // "...", one of the row's choices
    globs,      // ["..."]
    endpoints,  // ["..."]
    networks,   // ["..."]
    secrets,    // ["..."]
    rules,      // { rule-name = "error" }
    limits,     // { limit-name = 100 }
    table,      // [NAME]
    zones,      // [[zone]] ...
    sources,    // [[zones]] ...
    templates,  // [template.NAME] ...
    policies,   // [policy.NAME] ...
    views,      // [[view]] ...
    names,      // ["..."], each the name of another table
    keys,       // [[key]] ...
    dnssec,     // true, false, "unsign" or a policy's name
};

// Where a value of the server's own goes; none for what the reader knows by name.
using Target =
    std::variant<std::monostate, uint32_t ServerOptions::*, bool ServerOptions::*,
                 std::string ServerOptions::*, std::vector<std::string> ServerOptions::*,
                 Follow ServerOptions::*, LogForm ServerOptions::*, LogWeight ServerOptions::*>;

struct ConfigurationRow {
    Section section;
    const char* key;
    ValueType type;
    bool required;
    const char* fallback;  // what holds without it, with its reason
    const char* sentence;
    Target target = {};
    uint32_t least = 0, most = 0;  // of a number
    const char* choices = "";      // a|b|c
    bool at_start = false;         // a running server keeps what it was started with
};

std::span<const ConfigurationRow> configuration_rows();
const ConfigurationRow* find_row(Section section, std::string_view key);
std::vector<std::string_view> keys_of(Section section);

// "[[zone]]", as a sentence calls a section.
std::string_view to_string(Section section);
// "a whole number from 1 to 1024", as a sentence calls what a row takes.
std::string value_text(const ConfigurationRow& row);

// The words of a|b|c.
std::vector<std::string_view> choices_of(const ConfigurationRow& row);

// The rows whose values differ.
std::vector<const ConfigurationRow*> changed_rows(const ServerOptions& before,
                                                  const ServerOptions& after);

}  // namespace server
