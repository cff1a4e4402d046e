// What does not exist, proved: RFC 4035 3.1.3 over an NSEC chain and RFC 5155 7.2 over an NSEC3
// chain, by looking at every such record of the zone. Nothing is remembered and nothing is shared
// with server/answer/denial; SHA-1 is written here, too.
//
//   no name            closest encloser, next closer name, wildcard at the closest encloser
//   no data            the name itself; an empty non-terminal has an NSEC3, but no NSEC
//   from a wildcard    the next closer name (NSEC: the name), and for no data the wildcard itself
//   unsigned cut       the cut itself, or (opt-out) the closest encloser that has one
#pragma once

#include "tests/reference/zone.h"

namespace apex_tests::reference {

namespace type {
inline constexpr uint16_t DNSKEY = 48, NSEC3 = 50, NSEC3PARAM = 51;
}

// A zone on its way from one to the other has both; the chain of NSEC counts, as long as its apex
// owns one.
enum class Denial { none, nsec, nsec3 };
Denial denial_of(const Zone& zone);
// The RRsets of NSEC or NSEC3 that answers use, in canonical order of their owners.
std::vector<Rrset> denial_chain(const Zone& zone);

std::string sha1(const std::string& octets);
std::string base32hex(const std::string& octets);  // lower case, no padding
// RFC 5155 5.
std::string nsec3_hash(const Name& name, const std::string& salt, unsigned iterations);

// RRsets of NSEC or NSEC3, none twice; none if the zone has no chain.
using Proof = std::vector<Rrset>;
Proof prove_no_name(const Zone& zone, const Name& name, const Name& encloser);
// `name` exists. Also for DS at a cut.
Proof prove_no_data(const Zone& zone, const Name& name);
Proof prove_wildcard_answer(const Zone& zone, const Name& name, const Name& encloser);
Proof prove_wildcard_no_data(const Zone& zone, const Name& name, const Name& encloser);
Proof prove_unsigned_cut(const Zone& zone, const Name& cut);

}  // namespace apex_tests::reference
