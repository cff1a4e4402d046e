// The signer's rows of the table of rules.
#include "signer/rules.h"

#include <array>

#include "zones/rule_functions.h"

namespace signer {

namespace rule {

using dns::Rule;
using dns::Severity;

namespace {

// None is fixed: a zone that does not validate can be served.
constexpr Rule row(const char* name, Severity severity, const char* reference, const char* sentence,
                   const char* hint = "") {
    return {name, severity, false, reference, sentence, hint};
}

constexpr const char* kSignAgain = "sign the zone again";

}  // namespace

const Rule not_signed =
    row("not-signed", Severity::error, "RFC 4035 2.1", "the zone '{}' is not signed: {}",
        "apex sign makes a signed zone of it");
const Rule dnskey_unreadable = row("dnskey-unreadable", Severity::error, "RFC 4034 2.1",
                                   "the DNSKEY record with key tag {} holds no key: {}");
const Rule dnskey_not_checked = row("dnskey-not-checked", Severity::warning, "RFC 9904 3",
                                    "signatures by the key with tag {} are not checked: {}");
const Rule key_tag_shared =
    row("key-tag-shared", Severity::warning, "RFC 4034 8",
        "{} keys of algorithm {} share the key tag {}: whoever validates has to try each",
        "make new keys until the tags differ; apex keygen takes care of that");
const Rule dnskey_not_signed =
    row("dnskey-not-signed", Severity::error, "RFC 4035 2.2",
        "the DNSKEY set is not signed by any key with the SEP flag: no DS record can lead to it",
        "sign the DNSKEY set with the key that the parent's DS record names");
const Rule ds_leads_nowhere =
    row("ds-leads-nowhere", Severity::error, "RFC 4035 5.2",
        "none of the {} DS records of the parent leads to a key that signs the DNSKEY set",
        "apex ds prints the DS records that do");
const Rule ds_without_key = row(
    "ds-without-key", Severity::note, "RFC 6840 5.11",
    "the parent's DS record with key tag {}, algorithm {} and digest type {} is of no key here");
const Rule ds_algorithm_without_key =
    row("ds-algorithm-without-key", Severity::error, "RFC 6840 5.11",
        "the parent's DS set has algorithm {}, but the DNSKEY set has no key of it",
        "a new algorithm comes into the zone first, and an old one leaves the DS set first");
const Rule revoked_key_not_signing = row(
    "revoked-key-not-signing", Severity::warning, "RFC 5011 2.1",
    "the revoked key with tag {} does not sign the DNSKEY set: nobody learns that it is revoked");

const Rule missing_signature =
    row("missing-signature", Severity::error, "RFC 4035 2.2",
        "'{}' {} has no signature of algorithm {}, which the DNSKEY set has", kSignAgain);
const Rule signature_expired = row("signature-expired", Severity::error, "RFC 4034 3.1.5",
                                   "the signature of '{}' {} by key {} expired on {}", kSignAgain);
const Rule signature_not_yet_valid =
    row("signature-not-yet-valid", Severity::error, "RFC 4034 3.1.5",
        "the signature of '{}' {} by key {} is not valid before {}",
        "is the clock of this machine, or of the one that signed, right?");
const Rule signature_labels =
    row("signature-labels", Severity::error, "RFC 4034 3.1.3",
        "the signature of '{}' {} by key {} counts {} labels where the name has {}");
const Rule signature_original_ttl =
    row("signature-original-ttl", Severity::error, "RFC 4034 3.1.4",
        "the signature of '{}' {} by key {} has the original TTL {}, but the TTL is {}");
const Rule signature_signer =
    row("signature-signer", Severity::error, "RFC 4034 3.1.7",
        "the signature of '{}' {} by key {} names '{}' as its signer, which is not the zone");
const Rule signature_wrong =
    row("signature-wrong", Severity::error, "RFC 4035 5.3.3",
        "the signature of '{}' {} by key {} is not of these records and this key",
        "the records or the key were changed after signing");
const Rule signature_spare = row("signature-spare", Severity::warning, "RFC 4035 2.2",
                                 "a second signature of '{}' {}, by key {}, is of no use: {}");
const Rule signature_by_absent_key =
    row("signature-by-absent-key", Severity::note, "RFC 4035 2.2",
        "'{}' {} has a signature by key {} of algorithm {}, which is not in the DNSKEY set");
const Rule signature_over_nothing = row("signature-over-nothing", Severity::warning, "RFC 4035 2.2",
                                        "'{}' has a signature over {}, but no such records");
const Rule signature_misplaced = row(
    "signature-misplaced", Severity::error, "RFC 4035 2.2", "'{}' has a signature over {}, but {}",
    "only what the zone has authority over is signed: no glue, no NS at a cut, no signature");
const Rule signature_expires_soon =
    row("signature-expires-soon", Severity::warning, "RFC 6781 4.4.2",
        "the signature of '{}' {} by key {} expires soon, on {}", kSignAgain);

const Rule no_chain = row(
    "no-chain", Severity::error, "RFC 4035 2.3",
    "the zone has neither NSEC records nor an NSEC3PARAM that can be used: nothing can be denied",
    kSignAgain);
const Rule nsec_missing =
    row("nsec-missing", Severity::error, "RFC 4035 2.3", "'{}' has no NSEC record");
const Rule nsec_extra =
    row("nsec-extra", Severity::error, "RFC 4035 2.3", "'{}' has an NSEC record, but {}");
const Rule nsec_several = row("nsec-several", Severity::error, "RFC 4035 2.3",
                              "'{}' has {} NSEC records, but there is one next name only");
const Rule nsec_next = row("nsec-next", Severity::error, "RFC 4034 4.1.1",
                           "the NSEC record of '{}' leads to '{}', but the next name is '{}'");
const Rule nsec_bitmap =
    row("nsec-bitmap", Severity::error, "RFC 4034 4.1.2", "the NSEC record of '{}' {}");
const Rule nsec_ttl =
    row("nsec-ttl", Severity::warning, "RFC 9077 3",
        "the TTL of {} records is {}, but negative answers are good for {} seconds",
        "it is the lesser of the SOA record's TTL and its last field");
const Rule nsec3_missing = row("nsec3-missing", Severity::error, "RFC 5155 7.1",
                               "no NSEC3 record is of '{}': {} is not there");
const Rule nsec3_extra =
    row("nsec3-extra", Severity::error, "RFC 5155 7.1", "the NSEC3 record '{}' is of no name: {}");
const Rule nsec3_next = row("nsec3-next", Severity::error, "RFC 5155 3.1.7",
                            "the NSEC3 record '{}' leads to {}, but the next hash is {}");
const Rule nsec3_bitmap =
    row("nsec3-bitmap", Severity::error, "RFC 5155 3.1.8", "the NSEC3 record of '{}' {}");
const Rule nsec3_parameters = row("nsec3-parameters", Severity::error, "RFC 5155 7.1",
                                  "the NSEC3 record '{}' belongs to the chain, but has {}");
const Rule nsec3_foreign =
    row("nsec3-foreign", Severity::note, "RFC 5155 7.1",
        "{} NSEC3 records have the parameters of no NSEC3PARAM record: they are not looked at");
const Rule nsec3_not_checked =
    row("nsec3-not-checked", Severity::warning, "RFC 9276 3.1",
        "the chain of NSEC3 records of this NSEC3PARAM is not checked: {}");
const Rule nsec3_iterations_above_zero =
    row("nsec3-iterations-above-zero", Severity::warning, "RFC 9276 3.1",
        "NSEC3PARAM has {} iterations: they hide nothing, and some resolvers take the zone as "
        "unsigned, or refuse it",
        "sign anew with 0 iterations");
const Rule nsec3_salt =
    row("nsec3-salt", Severity::note, "RFC 9276 3.1",
        "NSEC3PARAM has a salt of {} octets: it hides nothing", "sign anew without a salt");

const Rule cds_differs = row("cds-differs", Severity::error, "RFC 7344 4",
                             "the CDS and the CDNSKEY records do not say the same: {}");
const Rule cds_delete_mixed =
    row("cds-delete-mixed", Severity::error, "RFC 8078 4",
        "the {} set asks the parent to take the DS records away, and for others as well");
const Rule cds_without_key =
    row("cds-without-key", Severity::warning, "RFC 7344 4.1",
        "the {} record of the key with tag {} is of no key in the DNSKEY set");
const Rule cds_breaks_chain =
    row("cds-breaks-chain", Severity::error, "RFC 7344 4.1",
        "a parent that takes over the {} records has no DS record left that leads to a key that "
        "signs the DNSKEY set");
const Rule zonemd_serial =
    row("zonemd-serial", Severity::error, "RFC 8976 4",
        "the ZONEMD record is for serial {}, but the zone has {}", "make the digest again");
const Rule zonemd_wrong =
    row("zonemd-wrong", Severity::error, "RFC 8976 4",
        "the zone does not have the digest of its ZONEMD record (scheme {}, hash {})",
        "the zone was changed after the digest was made");
const Rule zonemd_not_checked =
    row("zonemd-not-checked", Severity::note, "RFC 8976 4",
        "a ZONEMD record of scheme {} and hash {} is not checked: apex knows scheme 1 with hash 1 "
        "or 2");
const Rule zonemd_repeated =
    row("zonemd-repeated", Severity::error, "RFC 8976 4",
        "{} ZONEMD records are of scheme {} and hash {}: none of them counts");

}  // namespace rule

namespace {

constexpr std::array kRules = {
    &rule::not_signed,
    &rule::dnskey_unreadable,
    &rule::dnskey_not_checked,
    &rule::key_tag_shared,
    &rule::dnskey_not_signed,
    &rule::ds_leads_nowhere,
    &rule::ds_without_key,
    &rule::ds_algorithm_without_key,
    &rule::revoked_key_not_signing,
    &rule::missing_signature,
    &rule::signature_expired,
    &rule::signature_not_yet_valid,
    &rule::signature_labels,
    &rule::signature_original_ttl,
    &rule::signature_signer,
    &rule::signature_wrong,
    &rule::signature_spare,
    &rule::signature_by_absent_key,
    &rule::signature_over_nothing,
    &rule::signature_misplaced,
    &rule::signature_expires_soon,
    &rule::no_chain,
    &rule::nsec_missing,
    &rule::nsec_extra,
    &rule::nsec_several,
    &rule::nsec_next,
    &rule::nsec_bitmap,
    &rule::nsec_ttl,
    &rule::nsec3_missing,
    &rule::nsec3_extra,
    &rule::nsec3_next,
    &rule::nsec3_bitmap,
    &rule::nsec3_parameters,
    &rule::nsec3_foreign,
    &rule::nsec3_not_checked,
    &rule::nsec3_iterations_above_zero,
    &rule::nsec3_salt,
    &rule::cds_differs,
    &rule::cds_delete_mixed,
    &rule::cds_without_key,
    &rule::cds_breaks_chain,
    &rule::zonemd_serial,
    &rule::zonemd_wrong,
    &rule::zonemd_not_checked,
    &rule::zonemd_repeated,
};

constexpr std::array kRulesOfLoading = {
    &zones::rule::ds_digest_length, &zones::rule::deprecated_digest,
    &zones::rule::deprecated_algorithm, &zones::rule::nsec3_iterations};

}  // namespace

std::span<const dns::Rule* const> rules() {
    return kRules;
}

std::span<const dns::Rule* const> rules_of_loading() {
    return kRulesOfLoading;
}

}  // namespace signer
