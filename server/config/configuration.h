// The configuration file, read: what it says about zones, with everything inherited filled in.
//
//   apex.toml -> TOML tree -> rows of config/options -> Configuration       faults -> Findings
//
// The tree is freed when reading ends. A key without a row is an error, with the nearest known one
// as a hint.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "dns/base/files.h"
#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "dns/name.h"

namespace server {

struct ConfiguredZone {
    dns::Name name;
    std::string file;  // its path, from where the process runs
    dns::Severities severities;
};

struct Configuration {
    dns::Limits limits;
    std::vector<ConfiguredZone> zones;
};

// The rules that a configuration can break.
std::span<const dns::Rule* const> configuration_rules();

// A fault if the system does not give the file. What is wrong in it is in `findings`; if they have
// errors, the configuration is not to be used.
dns::Result<Configuration> read_configuration(const dns::Files& files, const std::string& path,
                                              dns::Sources& sources, dns::Findings& findings);

}  // namespace server
