// Rules about the views of a configuration, which `apex check -c` looks at.
#pragma once

#include <span>

#include "dns/base/finding.h"

namespace server {

namespace view_rule {
extern const dns::Rule client_network_shadowed;  // network, view, view before it
extern const dns::Rule view_never_chosen;        // view
extern const dns::Rule clients_in_no_view;       //
}  // namespace view_rule

std::span<const dns::Rule* const> view_rules();

}  // namespace server
