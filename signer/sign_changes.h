// Signing of changes: the cost follows the change, not the zone.
//
//   (signed zone, unsigned changes) -> changes: data, RRSIG, NSEC or NSEC3, bitmaps
//
// What comes of it is what sign_zone() makes of the changed zone when it may use the signatures of
// the one before. Where everything changes (a key that signs comes or goes, other parameters of the
// chain, another negative TTL), that is how it is made; with ZONEMD, the digest of the whole zone
// is.
#pragma once

#include <memory>

#include "signer/sign_zone.h"
#include "zones/change_set.h"

namespace signer {

// `before` was made by sign_zone() or this, with the same origin. What is removed or replaced by
// `unsigned_changes` need not be told as it was; changes of RRSIG, NSEC, NSEC3, NSEC3PARAM and
// ZONEMD are overlooked. A change of the DNSKEY set tells the foreign keys; without one they stay:
// all keys in it that are none of `keys`, so a key that was published and is no more has to be
// among `keys`. SerialPolicy::keep takes the serial of the changed SOA as it is.
dns::Result<zones::ChangeSet> sign_changes(const zones::Zone& before,
                                           const zones::ChangeSet& unsigned_changes,
                                           std::span<const ZoneKey> keys,
                                           const SigningOptions& options);

}  // namespace signer
