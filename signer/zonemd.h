// The digest of a whole zone (RFC 8976), scheme SIMPLE.
//
//   ZONEMD   [ serial 4 | scheme 1 | hash algorithm 1 | digest ]
#pragma once

#include <vector>

#include "signer/digest.h"
#include "zones/zone.h"

namespace signer {

namespace zonemd {
inline constexpr uint8_t simple = 1;              // scheme: RFC 8976 5.2
inline constexpr uint8_t sha384 = 1, sha512 = 2;  // hash algorithms: RFC 8976 5.3
}  // namespace zonemd

// Over all records but the apex's ZONEMD and what signs it (RFC 8976 3.3). `hash` is SHA-384 or
// SHA-512.
std::vector<uint8_t> zone_digest(const zones::Zone& zone, Hash hash);

// A ZONEMD record of scheme SIMPLE with SHA-384.
zones::OwnedRrset zonemd_record(uint32_t serial, uint32_t ttl, dns::Octets digest);
// The same with a digest of zeros, while the rest of the zone is made.
zones::OwnedRrset empty_zonemd(uint32_t serial, uint32_t ttl);

}  // namespace signer
