// The tables [policy.NAME]: how zones are signed, each with a name that `dnssec` can say.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "server/config/dnssec_policy.h"
#include "server/config/table_reader.h"

namespace server {

using Policies = std::map<std::string, std::shared_ptr<const DnssecPolicy>, std::less<>>;

// What `dnssec` can say besides the names of policies.
inline constexpr std::string_view kUnsign = "unsign";
inline constexpr std::string_view kInsecure = "insecure";  // of overlays
inline constexpr std::string_view kDefaultPolicy = "default";

// The policy of that table; null, and reported, if a value is wrong.
std::shared_ptr<const DnssecPolicy> read_policy(TableReader& reader, std::string_view name,
                                                const toml::table& table);

}  // namespace server
