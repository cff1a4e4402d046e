// Octets compared.
#pragma once

#include <algorithm>

#include "dns/rdata.h"

namespace signer {

inline bool same_octets(dns::Octets a, dns::Octets b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace signer
