// Whether the signatures of a version that is about to be served are good, as a validator sees
// them: by the keys that are to be served with it.
#pragma once

#include <vector>

#include "dns/base/result.h"
#include "signer/key_set.h"
#include "zones/change_set.h"
#include "zones/zone.h"

namespace server {

// Every signature that `changes` brought to the zone.
dns::Result<void> check_changes(const zones::Zone& zone, const std::vector<signer::ZoneKey>& keys,
                                const zones::ChangeSet& changes);

// All of the apex, and of the names given. Of a zone that was signed whole, that is a share: what
// is of the disk was verified when it was made, and all of it is again behind the answers.
dns::Result<void> check_names(const zones::Zone& zone, const std::vector<signer::ZoneKey>& keys,
                              const std::vector<dns::Name>& owners);

}  // namespace server
