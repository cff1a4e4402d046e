// The keys of one zone at one moment: what is published and what signs what.
//
//   role   which key                                            signs
//   KSK    has the SEP flag, beside a ZSK that has signed       the DNSKEY set
//   ZSK    has it not, beside a KSK that has signed             everything else
//   CSK    the only ones of their algorithm that have signed    all
//
// Roles are of one algorithm each, because each algorithm of the DNSKEY set signs all of the zone
// (RFC 4035 2.2, RFC 6840 5.11). Where the time line (key_times.h) would break that, it is bent,
// and the key says so:
//
//   kept        an active key is missing: the last one goes on, as if it were not retired
//   held back   published but not active, of an algorithm that does not sign yet: it is not
//   published
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "signer/stored_key.h"
#include "signer/zone_key.h"

namespace signer {

enum class KeyRole : uint8_t { ksk, zsk, csk };
const char* role_text(KeyRole role);  // "KSK"

struct KeyAt {
    const StoredKey* key = nullptr;
    KeyState state = KeyState::hidden;  // as the time line has it
    KeyRole role = KeyRole::csk;
    bool kept = false;
    bool held_back = false;
    ZoneKey zone_key;  // as the signer takes it
};

struct KeysAt {
    std::vector<KeyAt> keys;  // in the order of the input
    // The next moment at which a key's state is another.
    std::optional<dns::UnixTime> next_step;

    // Those that are published, for the signer.
    std::vector<ZoneKey> zone_keys() const;
    bool any_kept() const;
    // Some key signs the DNSKEY set and some key the rest.
    bool signs() const;
};

// `keys` outlive the result.
KeysAt active_at(std::span<const StoredKey> keys, dns::UnixTime now);

}  // namespace signer
