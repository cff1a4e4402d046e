// All rules that a zone can break, and what a user may make of them: the tables of the parts, put
// together. `--rule NAME=SEVERITY` and `rules = {...}` in the configuration both come here.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "dns/base/result.h"

namespace server {

// The parser's rules, then those of zones, the signer's and those of views; the order of the manual.
std::span<const dns::Rule* const> all_rules();
const dns::Rule* find_rule(std::string_view name);

// Why a choice is none: a sentence, and what to do instead (may be empty).
struct ChoiceFault {
    std::string sentence;
    std::string hint;
};

// `severity` is one of error, warning, note, off.
dns::Result<void, ChoiceFault> choose_severity(dns::Severities& severities, std::string_view rule,
                                               std::string_view severity);

// `value` is a decimal number.
dns::Result<void, ChoiceFault> choose_limit(dns::Limits& limits, std::string_view limit,
                                            std::string_view value);

}  // namespace server
