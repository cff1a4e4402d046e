// What the keys of a zone will do and when, and whether each step comes late enough for caches: for
// `apex keys`, so that a rollover by hand is safe.
//
//   a key stops signing     a key that goes on signing is known to every resolver: it has been
//                           published for the DNSKEY TTL and propagation (RFC 7583 3.2.1)
//   a key is removed        what it signed alone is out of all caches: the greatest TTL of the zone
//                           and propagation ago (RFC 7583 3.2.1)
//   a KSK stops signing     one that goes on can be reached by a DS that every resolver has: DNSKEY
//                           TTL, propagation, DS TTL after it was published (RFC 7583 3.3.1)
//   another algorithm       enters the DNSKEY set with its signatures, its DS follows when what is
//                           in caches has them; leaves it with them, behind its DS (RFC 6781 4.1.4)
#pragma once

#include <string>
#include <vector>

#include "signer/key_set.h"

namespace signer {

// How long others may hold what was true before, in seconds.
struct TimeLineTtls {
    uint32_t dnskey = 3600;
    uint32_t greatest = 86400;    // of the zone
    uint32_t ds = 86400;          // of the parent
    uint32_t propagation = 3600;  // until every server of the zone has a new version
};

enum class StepKind : uint8_t { state, ds_may_come, ds_must_be_gone };

struct TimeLineStep {
    dns::UnixTime time = 0;
    const StoredKey* key = nullptr;
    StepKind kind = StepKind::state;
    KeyState state = KeyState::hidden;  // from then on
    KeyRole role = KeyRole::csk;
    std::string says;
};

struct TimeLine {
    KeysAt now;
    std::vector<TimeLineStep> steps;  // after now, in order
    std::vector<std::string> warnings;
};

// `keys` outlive the result.
TimeLine time_line(std::span<const StoredKey> keys, dns::UnixTime now, const TimeLineTtls& ttls);

// What a key does at a moment: "signs the DNSKEY set".
std::string deeds_text(const KeyAt& at);

}  // namespace signer
