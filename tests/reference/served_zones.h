// Which of the zones that are served answers for a name, and what its SOA record says.
#pragma once

#include "tests/reference/responder.h"

namespace apex_tests::reference {

using ServedZones = std::vector<ServedZone>;

bool loaded(const ServedZone& zone);
// `above`: a zone of that very name does not count.
const ServedZone* longest_match(const ServedZones& zones, const Name& name, bool above = false);
// The zone that answers: that with the longest name. The DS records of a cut are the parent's (RFC
// 4035 3.1.4.1), so long as it is served here and the cut is its own; else the child says NODATA.
const ServedZone* choose_zone(const ServedZones& zones, const Name& name, uint16_t qtype);

struct Soa {
    std::optional<Rrset> rrset;
    uint32_t serial = 0, expire = 0, negative_ttl = 0;
};
Soa soa_of(const Zone& zone);

}  // namespace apex_tests::reference
