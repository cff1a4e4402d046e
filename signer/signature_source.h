// Signatures that exist already: what is still good is used again, so that a reload or a restart
// signs only what changed.
#pragma once

#include "signer/rrsig.h"
#include "zones/zone.h"

namespace signer {

class SignatureSource {
  public:
    virtual ~SignatureSource() = default;
    // RRSIG rdata by `key` over the very octets of `rrset`, or none; its times are the caller's to
    // judge. `relative` is the owner relative to the apex. Any number of threads may call it.
    virtual dns::Octets find(dns::NameView relative, const SignableRrset& rrset,
                             const ZoneKey& key) const = 0;
};

// Those of a signed zone.
class ZoneSignatures : public SignatureSource {
  public:
    // `keys`: of those, the ones that are in the zone's DNSKEY set count. Keeps a reference to the
    // zone.
    ZoneSignatures(const zones::Zone& zone, std::span<const ZoneKey> keys);
    dns::Octets find(dns::NameView relative, const SignableRrset& rrset,
                     const ZoneKey& key) const override;

  private:
    const zones::Zone& zone_;
    std::vector<std::vector<uint8_t>> known_;  // DNSKEY rdata
};

}  // namespace signer
