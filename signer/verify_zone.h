// Is a signed zone whole? Every key, signature and chain is looked at, and every fault is a finding
// with its place (rules.h). For `apex verify`, `apex check --dnssec`, and versions that are about
// to be served.
//
//   keys       DNSKEY set, DS of the parent, CDS and CDNSKEY       verify_zone_keys, _cds
//   names      a role for each name (name_roles.h)
//   chains     NSEC or NSEC3: every link, every name               verify_zone_nsec, _nsec3
//   RRsets     signatures of each, bitmaps: shared among threads   verify_zone_signatures
//   ZONEMD     the digest of the whole zone                        verify_zone_zonemd
//
// An error is what makes a validator that does its work refuse an answer, or cannot be proved.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "dns/base/clock.h"
#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "signer/public_key.h"
#include "zones/zone.h"

namespace signer {

struct VerifyOptions {
    dns::UnixTime now = 0;
    // The DS set of the parent as rdata; none: it is not known, and any key with the SEP flag will
    // do. A set without records says that the delegation is not signed.
    std::optional<std::vector<std::vector<uint8_t>>> ds;
    // A signature that is good for less time than this is worth a warning.
    uint32_t soon = 3 * 86400;
    // A zone without a DNSKEY set is a fault, not something else.
    bool must_be_signed = true;
    unsigned threads = 1;
    dns::Limits limits;
    // Told now and then how many names are done, by any thread.
    std::function<void(size_t done, size_t all)> progress;
    // Asked now and then, by any thread: true ends it, and what was found so far is not all.
    std::function<bool()> stop;
    // Tests have keys of their own.
    std::function<dns::Result<std::unique_ptr<PublicKey>>(uint8_t algorithm, dns::Octets)>
        read_key = read_public_key;
};

void verify_zone(const zones::Zone& zone, dns::Findings& findings, const VerifyOptions& options);

}  // namespace signer
