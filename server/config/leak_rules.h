// Rules about what views must not let out, and about what must be the same in all of them. `apex
// check -c` looks at them (server/cli/leak_checks).
#pragma once

#include <span>

#include "dns/base/finding.h"

namespace server {

namespace leak_rule {
extern const dns::Rule address_leaks;     // owner, address, its kind, view
extern const dns::Rule glue_leaks;        // owner, address, its kind, view
extern const dns::Rule name_in_one_view;  // owner, view
extern const dns::Rule signing_differs;   // zone, view, view, parent
extern const dns::Rule keys_differ;       // zone, view, view, parent
}  // namespace leak_rule

std::span<const dns::Rule* const> leak_rules();

}  // namespace server
