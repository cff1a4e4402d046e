// Signing of a whole zone.
//
//   zone -> apex records made (apex_records.h)
//        -> shares of the canonical order, each signed by some thread: records, RRSIG, NSEC ->
//        batch
//        -> NSEC3: all hashes sorted, shares of their order: NSEC3, RRSIG                   ->
//        batch
//        -> zones::build() -> ZONEMD and its RRSIG as a change on top -> signed zone
//
// RRSIG, NSEC, NSEC3, NSEC3PARAM and ZONEMD of the input are replaced, its DNSKEYs that are none of
// `keys` stay (RFC 8901), CDS and CDNSKEY are data. Places of records from a text stay.
#pragma once

#include <memory>

#include "signer/policy.h"
#include "signer/signature_source.h"
#include "signer/zone_key.h"
#include "zones/zone.h"

namespace signer {

struct SigningProgress {
    virtual ~SigningProgress() = default;
    // Called now and then, from any thread.
    virtual void signed_names(uint64_t names, uint64_t of_names) = 0;
};

struct SigningOptions {
    SigningPolicy policy;
    dns::UnixTime now = 0;
    unsigned threads = 1;
    const SignatureSource* reuse = nullptr;
    SigningProgress* progress = nullptr;
};

// The result does not depend on the number of threads.
dns::Result<std::shared_ptr<const zones::Zone>> sign_zone(const zones::Zone& input,
                                                          std::span<const ZoneKey> keys,
                                                          const SigningOptions& options);

}  // namespace signer
