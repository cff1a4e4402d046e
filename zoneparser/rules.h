// The rules that zone text can break: rows of one table, printed in the manual page.
#pragma once

#include <span>

#include "dns/base/finding.h"

namespace zoneparser {

std::span<const dns::Rule* const> rules();

}  // namespace zoneparser
