// What random zones lack for whole answers: records with targets, big RRsets, and signatures. The
// signatures are made up; the chains of NSEC and NSEC3 are as RFC 4035 2.3 and RFC 5155 7.1 want
// them, and made from the reference's view of the zone.
#pragma once

#include "tests/properties/property.h"

namespace apex_tests {

// SRV, MX, NAPTR and service bindings with targets in the zone, RRsets of many records.
void add_services(Random& random, const reference::Name& origin, Records& records);

// two_kinds: NSEC and NSEC3; two_hashes: NSEC3 with two sets of parameters.
enum class Signing { none, nsec, nsec3, opt_out, two_kinds, two_hashes };
Signing random_signing(Random& random);

// All that the records know of DNSSEC is taken out first (but DS and, unsigned, other signatures).
// The same seed makes the same signatures.
Records with_chain(const reference::Name& origin, const Records& records, Signing signing,
                   uint64_t seed);

}  // namespace apex_tests
