// What signing makes of the records of the apex, before anything is signed: the serial of the SOA
// record, the DNSKEY set, NSEC3PARAM, and room for ZONEMD.
#pragma once

#include <optional>

#include "signer/policy.h"
#include "signer/zone_key.h"
#include "zones/zone.h"

namespace signer {

// Keys that can sign: those with a secret.
bool signs_type(const ZoneKey& key, uint16_t type, bool at_apex);

// What speaks against signing with these keys at all.
dns::Result<void> check_keys(std::span<const ZoneKey> keys);

// The keys of a DNSKEY RRset (which may be none) that are none of `keys`, and those of `keys` that
// are published.
zones::OwnedRrset key_set(const zones::OwnedRrset& present, std::span<const ZoneKey> keys,
                          const SigningPolicy& policy);

// The SOA record with the serial that comes next, after its own or after that of a zone that has
// been served.
zones::OwnedRrset next_soa(zones::OwnedRrset soa, SerialPolicy policy, dns::UnixTime now,
                           std::optional<uint32_t> served = {});

// A record that is the only one of its RRset.
zones::OwnedRrset single_record(uint16_t type, uint32_t ttl, dns::Octets rdata);

// NSEC3PARAM as the policy has it; none for NSEC.
zones::OwnedRrset nsec3param(const SigningPolicy& policy);

// All of these for a zone that is not signed yet, as changes of it.
zones::ChangeSet apex_changes(const zones::Zone& zone, std::span<const ZoneKey> keys,
                              const SigningPolicy& policy, dns::UnixTime now);

}  // namespace signer
