// Signing of a whole zone.
//
//   zone -> apex records made (apex_records.h), names in order (prepared_zone.h)
//        -> pieces of that order; of a stretch whose signatures are at hand, each is one piece
//        -> parts of several pieces, each written by some thread: records, NSEC (NSEC3), RRSIG
//        -> signed zone -> ZONEMD and its RRSIG as a change on top
//
// RRSIG, NSEC, NSEC3, NSEC3PARAM and ZONEMD of the input are replaced, its DNSKEYs that are none of
// `keys` stay (RFC 8901), CDS and CDNSKEY are data. Places of records from a text stay.
#pragma once

#include <limits>
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

// What a signing brought to light on its way through the zone, so that nobody walks it again.
struct SigningFacts {
    uint64_t content = 0;      // sum of the digests of all names but the apex (ContentDigest)
    uint32_t longest_ttl = 0;  // of all records, negative answers included
    dns::UnixTime next_due = std::numeric_limits<dns::UnixTime>::max();  // of some signature
    size_t signatures = 0;                                               // RRSIG records
    size_t made = 0;                                                     // of those, new ones
    size_t stretches = 0;           // that were taken over whole
    std::vector<dns::Name> sample;  // owners of some new ones: at least one of each thread
    // Owners of new ones in the order of the zone, as long as they are few.
    static constexpr size_t kFew = 200;
    std::vector<dns::Name> owners;
};

struct SigningOptions {
    SigningPolicy policy;
    dns::UnixTime now = 0;
    unsigned threads = 1;
    const SignatureSource* reuse = nullptr;
    SigningProgress* progress = nullptr;
    SigningFacts* facts = nullptr;  // to be filled in; null: nobody asks
};

// The result does not depend on the number of threads.
dns::Result<std::shared_ptr<const zones::Zone>> sign_zone(const zones::Zone& input,
                                                          std::span<const ZoneKey> keys,
                                                          const SigningOptions& options);

}  // namespace signer
