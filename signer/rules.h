// The signer's rows of the table of rules: what can be wrong with the signatures, keys and chains
// of a signed zone (verify_zone.h finds it). Never a reason to refuse a zone: who does not validate
// is served all the same. server/ puts these behind the rows of zoneparser/ and zones/.
#pragma once

#include <span>

#include "dns/base/finding.h"

namespace signer {

std::span<const dns::Rule* const> rules();

// Rules of zones/ about the same matter, which loading finds broken.
std::span<const dns::Rule* const> rules_of_loading();

namespace rule {
// Keys.
extern const dns::Rule not_signed, dnskey_unreadable, dnskey_not_checked, key_tag_shared,
    dnskey_not_signed, ds_leads_nowhere, ds_without_key, ds_algorithm_without_key,
    revoked_key_not_signing;
// Signatures.
extern const dns::Rule missing_signature, signature_expired, signature_not_yet_valid,
    signature_labels, signature_original_ttl, signature_signer, signature_wrong, signature_spare,
    signature_by_absent_key, signature_over_nothing, signature_misplaced, signature_expires_soon;
// Chains.
extern const dns::Rule no_chain, nsec_missing, nsec_extra, nsec_several, nsec_next, nsec_bitmap,
    nsec_ttl, nsec3_missing, nsec3_extra, nsec3_next, nsec3_bitmap, nsec3_parameters, nsec3_foreign,
    nsec3_not_checked, nsec3_iterations_above_zero, nsec3_salt;
// CDS, CDNSKEY, ZONEMD.
extern const dns::Rule cds_differs, cds_delete_mixed, cds_without_key, cds_breaks_chain,
    zonemd_serial, zonemd_wrong, zonemd_not_checked, zonemd_repeated;
}  // namespace rule

}  // namespace signer
