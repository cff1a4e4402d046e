// Signs RRsets with all keys that are to sign them; takes what is still good from a source of
// signatures that exist.
#pragma once

#include "signer/apex_records.h"
#include "signer/change_collector.h"
#include "signer/sign_zone.h"
#include "signer/signature_source.h"

namespace signer {

class SetSigner {
  public:
    // One a thread. Keeps references to all of these.
    SetSigner(dns::NameView origin, std::span<const ZoneKey> keys, const SigningOptions& options);

    // Signatures to look among besides those of the options; null: none.
    void look_in(StretchSignatures* stretch) { stretch_ = stretch; }

    // Calls use(rdata of an RRSIG, whether it is new) for each key.
    template <class Use>
    dns::Result<void> sign(dns::NameView relative, const SignableRrset& rrset, Use use) {
        for (const ZoneKey* key : keys_) {
            if (!signs_type(*key, rrset.type, relative.empty())) continue;
            dns::Octets old = reusable(relative, rrset, *key);
            if (!old.empty()) {
                use(old, false);
                continue;
            }
            auto made = signer_.sign(
                rrset, *key, signing_times(options_.policy, rrset.owner, rrset.type, options_.now));
            if (!made.ok()) return made.fault();
            use(*made, true);
        }
        return {};
    }
    // How many keys sign RRsets below the apex.
    size_t data_keys() const;
    // Whether this is by a key that does so.
    bool is_by_data_key(const RrsigView& rrsig) const;

    // The RRSIG RRset over `rrset`.
    dns::Result<zones::OwnedRrset> signatures(dns::NameView relative, const SignableRrset& rrset);

  private:
    dns::Octets reusable(dns::NameView relative, const SignableRrset& rrset,
                         const ZoneKey& key) const;

    const SigningOptions& options_;
    StretchSignatures* stretch_ = nullptr;
    RrsetSigner signer_;
    std::vector<const ZoneKey*> keys_;  // by algorithm and tag, as their signatures stand
};

// ZONEMD over the zone as it is (that it has one stands in the apex's bitmap already), and its
// signature: as changes of it.
dns::Result<zones::ChangeSet> seal_zone(const zones::Zone& zone, std::span<const ZoneKey> keys,
                                        const SigningOptions& options);

// What was collected, and where the policy has ZONEMD, that of the zone as it will be.
dns::Result<zones::ChangeSet> sealed_changes(const zones::Zone& before, ChangeCollector& collector,
                                             std::span<const ZoneKey> keys,
                                             const SigningOptions& options);

}  // namespace signer
