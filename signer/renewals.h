// Renewal of signatures before they expire, a few at a time.
#pragma once

#include "signer/sign_zone.h"
#include "zones/change_set.h"

namespace signer {

struct Renewals {
    zones::ChangeSet changes;    // empty if nothing is due
    size_t renewed = 0;          // RRsets
    size_t left = 0;             // RRsets that are due and were left for the next time
    dns::UnixTime next_due = 0;  // when the next RRset is due once these changes are applied
};

// New signatures for the RRsets that are due, at most `limit`: those that expire first. The zone is
// walked once. With a SerialPolicy other than keep, the SOA record changes with them; ZONEMD
// changes where the policy has it.
dns::Result<Renewals> renewals(const zones::Zone& zone, std::span<const ZoneKey> keys,
                               const SigningOptions& options, size_t limit);

}  // namespace signer
