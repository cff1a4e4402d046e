// Networks as configurations write them: "192.0.2.0/24", "!2001:db8::/32", "any"; read here once
// more, apart from server/answer/network_list.
#pragma once

#include <string>
#include <vector>

namespace apex_tests::reference {

using Networks = std::vector<std::string>;
// Whether an address is in one of them, and in none that is excluded.
bool holds(const Networks& networks, const std::string& address);

}  // namespace apex_tests::reference
