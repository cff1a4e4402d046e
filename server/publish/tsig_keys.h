// The keys of a set, made of what a configuration says.
#pragma once

#include <span>

#include "dns/base/result.h"
#include "dns/tsig_key.h"
#include "server/config/configured_key.h"

namespace server {

// The places are those of the configured keys: the key at place i is KeyNumber i + 1. Null if there
// are none. A fault if one cannot be made, as where a system forbids an old hash function.
dns::Result<std::shared_ptr<const dns::TsigKeys>> make_tsig_keys(
    std::span<const ConfiguredKey> configured, dns::SipKey hash_key);

}  // namespace server
