// Views as a configuration describes them, without their zones: for commands that choose one as the
// server does, or look at whom they answer.
#pragma once

#include <memory>
#include <vector>

#include "dns/base/finding.h"
#include "server/answer/set.h"
#include "server/config/configuration.h"

namespace server {

// Networks that the configuration's reading has checked.
NetworkList network_list(const std::vector<std::string>& texts);

// By ViewNumber.
std::vector<View> make_views(const Configuration& configuration);

// What is in vain in them: view_rules().
void check_views(const Configuration& configuration, dns::Findings& findings);

}  // namespace server
