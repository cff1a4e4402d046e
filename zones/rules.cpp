// The table of rules. What each of them looks at is in the files named in zones/rule_functions.h.
#include "zones/rules.h"

#include "zones/rule_functions.h"

namespace zones {

namespace rule {

using dns::Rule;
using dns::Severity;

constexpr bool kFixed = true, kChangeable = false;

const Rule outside_zone{"outside-zone",
                        Severity::warning,
                        kChangeable,
                        "RFC 1034 4.2.1",
                        "'{}' is outside the zone: its record is left out",
                        "to a name with a final dot the origin is not appended"};
const Rule duplicate_record{"duplicate-record",
                            Severity::note,
                            kChangeable,
                            "RFC 2181 5",
                            "'{}' has this {} record already: it counts once",
                            ""};
const Rule ttl_differs{
    "ttl-differs",
    Severity::warning,
    kChangeable,
    "RFC 2181 5.2",
    "the TTLs of the records '{}' {} differ: the lowest, {}, serves for all of them",
    ""};
const Rule rrset_too_large{
    "rrset-too-large",
    Severity::error,
    kFixed,
    "RFC 1035 4.2.2",
    "the records '{}' {} with their signatures take {} octets: no message holds them",
    ""};
const Rule too_many_records{"too-many-records",
                            Severity::error,
                            kFixed,
                            "-",
                            "'{}' {} has {} records, more than the {} allowed",
                            ""};
const Rule too_many_types{"too-many-types",
                          Severity::error,
                          kFixed,
                          "-",
                          "'{}' has records of {} types, more than the {} allowed",
                          ""};
const Rule zone_too_large{"zone-too-large",
                          Severity::error,
                          kFixed,
                          "-",
                          "the zone takes more than 32 GiB, more than a zone can have",
                          ""};

const Rule missing_soa{
    "missing-soa",
    Severity::error,
    kFixed,
    "RFC 1035 5.2",
    "the zone '{}' has no SOA record",
    "the owner of the SOA record has to be the origin of the zone: is that the right one?"};
const Rule multiple_soa{
    "multiple-soa", Severity::error, kFixed, "RFC 1035 5.2", "the zone has {} SOA records", ""};
const Rule soa_outside_apex{
    "soa-outside-apex",
    Severity::error,
    kFixed,
    "RFC 1035 5.2",
    "'{}' has an SOA record, but is not the apex of the zone",
    "a zone below this one is a file of its own; here it has NS records only"};
const Rule missing_ns{
    "missing-ns", Severity::error, kFixed, "RFC 1034 4.2.1", "the apex '{}' has no NS records", ""};
const Rule single_ns{"single-ns",
                     Severity::warning,
                     kChangeable,
                     "RFC 1034 4.1",
                     "'{}' has one name server only",
                     "a second one, elsewhere, answers when the first one fails"};
const Rule cname_and_other_data{
    "cname-and-other-data",
    Severity::error,
    kFixed,
    "RFC 2181 10.1",
    "'{}' has a CNAME record and {} records: an alias has no other data",
    "take one of them away, or put them at the name that the CNAME points at"};
const Rule multiple_cnames{"multiple-cnames",
                           Severity::error,
                           kFixed,
                           "RFC 2181 10.1",
                           "'{}' has {} CNAME records, but can be the alias of one name only",
                           ""};
const Rule cname_at_apex{
    "cname-at-apex",
    Severity::error,
    kFixed,
    "RFC 1912 2.4",
    "the apex '{}' cannot have a CNAME record, because it has SOA and NS records",
    "give it the A and AAAA records of the target instead; for web sites, an HTTPS record with "
    "priority 0 points at the target"};
const Rule multiple_dnames{"multiple-dnames",
                           Severity::error,
                           kFixed,
                           "RFC 6672 2.4",
                           "'{}' has {} DNAME records, but can be redirected to one name only",
                           ""};
const Rule dname_and_cname{"dname-and-cname",
                           Severity::error,
                           kFixed,
                           "RFC 6672 2.4",
                           "'{}' has both a DNAME and a CNAME record",
                           ""};
const Rule dname_and_ns{"dname-and-ns",
                        Severity::error,
                        kFixed,
                        "RFC 6672 2.3",
                        "'{}' is both redirected by a DNAME record and delegated by NS records",
                        ""};
const Rule below_dname{"below-dname",
                       Severity::error,
                       kFixed,
                       "RFC 6672 2.4",
                       "'{}' has {} records, but lies below the DNAME record of '{}'",
                       ""};
const Rule apex_only_type{"apex-only-type",
                          Severity::warning,
                          kChangeable,
                          "RFC 4035 2.1",
                          "'{}' is not the apex of the zone: nobody looks for {} records there",
                          ""};
const Rule nonterminal_wildcard{
    "nonterminal-wildcard",
    Severity::warning,
    kChangeable,
    "RFC 4592 2.1.3",
    "'{}' lies below the wildcard '{}', but a wildcard stands for the first label only",
    ""};
const Rule owner_repeats_origin{"owner-repeats-origin", Severity::warning,         kChangeable,
                                "RFC 1035 5.1",         "'{}' repeats the origin", ""};
const Rule ttl_zero{"ttl-zero",
                    Severity::warning,
                    kChangeable,
                    "RFC 1035 3.2.1",
                    "the TTL of '{}' {} is 0: no resolver may keep it",
                    ""};
const Rule soa_mailbox{
    "soa-mailbox",
    Severity::warning,
    kChangeable,
    "RFC 1035 8",
    "the mailbox '{}' is not written as a name",
    "hostmaster@example.com is written hostmaster.example.com., with '.' for the '@'"};
const Rule soa_timers{"soa-timers",
                      Severity::warning,
                      kChangeable,
                      "RFC 1912 2.2",
                      "timers out of proportion: {}",
                      "such as REFRESH 1d, RETRY 2h, EXPIRE 4w"};
const Rule soa_minimum{
    "soa-minimum",
    Severity::warning,
    kChangeable,
    "RFC 2308 5",
    "MINIMUM is {}, over a day: for that long resolvers hold that a new name does not exist",
    ""};

const Rule occluded{"occluded",
                    Severity::warning,
                    kChangeable,
                    "RFC 1034 4.2.1",
                    "{} of '{}' is never served, because '{}' is delegated",
                    ""};
const Rule wildcard_ns{"wildcard-ns",
                       Severity::warning,
                       kChangeable,
                       "RFC 4592 4.2",
                       "the NS records of '{}' delegate nothing: a wildcard makes no cuts",
                       ""};
const Rule ds_without_ns{"ds-without-ns",
                         Severity::warning,
                         kChangeable,
                         "RFC 4035 2.4",
                         "'{}' has DS records, but is not delegated by NS records",
                         ""};
const Rule ds_at_apex{"ds-at-apex",
                      Severity::error,
                      kFixed,
                      "RFC 4035 2.4",
                      "the apex '{}' has DS records, which belong into the zone above",
                      ""};

const Rule missing_glue{
    "missing-glue",
    Severity::warning,
    kChangeable,
    "RFC 9471 2.1",
    "the name server '{}' has no address here, but lies in '{}', which it is to serve",
    "add A or AAAA records for it"};
const Rule target_is_alias{"target-is-alias",
                           Severity::warning,
                           kChangeable,
                           "RFC 2181 10.3",
                           "the {} target '{}' is an alias",
                           "name what the CNAME record points at"};
const Rule service_target_is_alias{"service-target-is-alias",
                                   Severity::warning,
                                   kChangeable,
                                   "RFC 9460 2.4",
                                   "the {} target '{}' is an alias: each client follows it first",
                                   "name what the CNAME record points at"};
const Rule target_without_address{"target-without-address",
                                  Severity::warning,
                                  kChangeable,
                                  "RFC 1912 2.4",
                                  "the {} target '{}' has no address in this zone",
                                  "add A or AAAA records for it"};
const Rule target_like_address{
    "target-like-address",
    Severity::warning,
    kChangeable,
    "RFC 1035 3.3",
    "the {} target '{}' looks like an address, but has to be a name",
    "give the address to a host of this zone by an A or AAAA record, and name that host"};
const Rule target_repeats_origin{"target-repeats-origin",
                                 Severity::warning,
                                 kChangeable,
                                 "RFC 1035 5.1",
                                 "{} names '{}', which repeats the origin",
                                 ""};
const Rule alias_dangling{"alias-dangling",
                          Severity::warning,
                          kChangeable,
                          "RFC 1034 3.6.2",
                          "'{}' is an alias of '{}', which does not exist",
                          ""};
const Rule alias_loop{"alias-loop",
                      Severity::warning,
                      kChangeable,
                      "RFC 1034 3.6.2",
                      "'{}' is an alias that leads back to itself",
                      ""};
const Rule alias_chain_length{"alias-chain-length",
                              Severity::warning,
                              kChangeable,
                              "RFC 1034 3.6.2",
                              "'{}' begins a chain of more than {} aliases, more than are followed",
                              ""};

const Rule host_owner{
    "host-owner",
    Severity::warning,
    kChangeable,
    "RFC 1123 2.1",
    "'{}' has an address, but is no name that a host can have",
    "a host's name has letters, digits and hyphens, and no hyphen at either end of a label"};
const Rule host_target{
    "host-target",
    Severity::warning,
    kChangeable,
    "RFC 1123 2.1",
    "the {} target '{}' is no name that a host can have",
    "a host's name has letters, digits and hyphens, and no hyphen at either end of a label"};
const Rule reverse_owner{
    "reverse-owner",
    Severity::warning,
    kChangeable,
    "RFC 1035 3.5",
    "'{}' has a PTR record, but is no address",
    "without a final dot the origin is appended, so that often one number is enough"};
const Rule reverse_target{"reverse-target",
                          Severity::warning,
                          kChangeable,
                          "RFC 1035 3.5",
                          "the PTR target '{}' lies in this zone of addresses",
                          "has its final dot been forgotten?"};
const Rule service_alias_parameters{
    "service-alias-parameters",
    Severity::warning,
    kChangeable,
    "RFC 9460 2.4.2",
    "the {} record of '{}' is an alias (priority 0): its parameters are ignored",
    ""};
const Rule service_alias_loop{"service-alias-loop",
                              Severity::warning,
                              kChangeable,
                              "RFC 9460 2.4.2",
                              "the {} record of '{}' is an alias (priority 0) of itself",
                              ""};

const Rule ds_digest_length{
    "ds-digest-length",
    Severity::error,
    kFixed,
    "RFC 4034 5.1.4",
    "a DS record of '{}' has a digest of type {} that is {} octets long instead of {}",
    ""};
const Rule deprecated_digest{
    "deprecated-digest",
    Severity::warning,
    kChangeable,
    "RFC 9905 2",
    "a {} record of '{}' has a digest of type {} ({}), which must not be used any more",
    "use type 2 (SHA-256)"};
const Rule deprecated_algorithm{"deprecated-algorithm",
                                Severity::warning,
                                kChangeable,
                                "RFC 9904 2",
                                "a {} record of '{}' is for algorithm {} ({}): {} for signing",
                                "use algorithm 13 (ECDSAP256SHA256)"};
const Rule nsec3_iterations{"nsec3-iterations",
                            Severity::error,
                            kFixed,
                            "RFC 9276 3.1",
                            "NSEC3PARAM wants {} iterations, more than the {} allowed, and there "
                            "is no other complete chain",
                            "sign anew with 0 iterations"};
const Rule original_ttl{"original-ttl",
                        Severity::warning,
                        kChangeable,
                        "RFC 4034 3.1.4",
                        "the TTL of {} of '{}', {}, is above the original TTL of its signature, {}",
                        ""};

const Rule caa_unknown_tag{"caa-unknown-tag",
                           Severity::warning,
                           kChangeable,
                           "RFC 8659 4.1",
                           "unknown property '{}' in a CAA record of '{}'",
                           "the usual ones are issue, issuewild and iodef"};
const Rule caa_value{"caa-value",
                     Severity::warning,
                     kChangeable,
                     "RFC 8659 4.2",
                     "invalid value of '{}' in a CAA record of '{}': {}",
                     ""};
const Rule tlsa_length{"tlsa-length",
                       Severity::warning,
                       kChangeable,
                       "RFC 6698 2.1.3",
                       "the data of a {} record of '{}' is {} octets long: matching type {} has {}",
                       ""};
const Rule sshfp_length{
    "sshfp-length",
    Severity::warning,
    kChangeable,
    "RFC 4255 3.1.2",
    "the fingerprint of an SSHFP record of '{}' is {} octets long: type {} has {}",
    ""};

const Rule spf_syntax{"spf-syntax",
                      Severity::warning,
                      kChangeable,
                      "RFC 7208 4.6.1",
                      "the SPF record of '{}' does not parse: '{}' {}",
                      ""};
const Rule spf_multiple{"spf-multiple",
                        Severity::warning,
                        kChangeable,
                        "RFC 7208 4.5",
                        "'{}' has several SPF records, so that receivers use none",
                        "put the terms of all into one record"};
const Rule spf_lookups{
    "spf-lookups",
    Severity::warning,
    kChangeable,
    "RFC 7208 4.6.4",
    "the SPF record of '{}' needs more than {} look-ups, so that receivers do not use it",
    ""};
const Rule spf_include{"spf-include",
                       Severity::warning,
                       kChangeable,
                       "RFC 7208 5.2",
                       "the SPF record of '{}' takes in '{}', which has none",
                       ""};
const Rule spf_type{"spf-type",
                    Severity::warning,
                    kChangeable,
                    "RFC 7208 3.1",
                    "'{}' has an SPF record of type SPF only, which nobody looks for",
                    "write it as TXT record"};

const Rule dmarc_syntax{"dmarc-syntax",
                        Severity::warning,
                        kChangeable,
                        "RFC 9989",
                        "the DMARC record of '{}' does not parse: {}",
                        ""};
const Rule dkim_syntax{"dkim-syntax",
                       Severity::warning,
                       kChangeable,
                       "RFC 6376 3.6.1",
                       "the DKIM record of '{}' does not parse: {}",
                       ""};
const Rule mta_sts_syntax{"mta-sts-syntax",
                          Severity::warning,
                          kChangeable,
                          "RFC 8461 3.1",
                          "the MTA-STS record of '{}' does not parse: {}",
                          ""};
const Rule tls_rpt_syntax{"tls-rpt-syntax",
                          Severity::warning,
                          kChangeable,
                          "RFC 8460 3",
                          "the TLS reporting record of '{}' does not parse: {}",
                          ""};

const Rule serial_not_advanced{
    "serial-not-advanced",
    Severity::warning,
    kChangeable,
    "RFC 1982 3.2",
    "the zone has changed, but its serial {} is not ahead of {}, which is served",
    "raise the serial with each change: secondaries look at nothing else"};

}  // namespace rule

namespace {

namespace type = dns::type;

constexpr RuleRow built(const dns::Rule& rule) {
    RuleRow row{};
    row.rule = &rule;
    return row;
}
constexpr RuleRow of_zone(const dns::Rule& rule, ZoneRule function) {
    RuleRow row = built(rule);
    row.scope = Scope::zone;
    row.zone = function;
    return row;
}
constexpr RuleRow of_name(const dns::Rule& rule, NameRule function) {
    RuleRow row = built(rule);
    row.scope = Scope::name;
    row.name = function;
    return row;
}
using Types = std::array<uint16_t, 8>;
constexpr RuleRow of_rrset(const dns::Rule& rule, Types types, RrsetRule function) {
    RuleRow row = built(rule);
    row.scope = Scope::rrset;
    row.types = types;
    row.rrset = function;
    return row;
}
constexpr RuleRow of_target(const dns::Rule& rule, Types types, TargetRule function) {
    RuleRow row = built(rule);
    row.scope = Scope::target;
    row.types = types;
    row.target = function;
    return row;
}

constexpr Types kAllTypes{};
constexpr Types kApexTypes{type::DNSKEY,  type::NSEC3PARAM, type::CDS,
                           type::CDNSKEY, type::CSYNC,      type::ZONEMD};
constexpr Types kHosts{type::NS, type::MX, type::SRV};
constexpr Types kServices{type::SVCB, type::HTTPS};
constexpr Types kAddressed{type::NS, type::MX,    type::SRV,  type::KX,
                           type::RT, type::AFSDB, type::SVCB, type::HTTPS};
constexpr Types kDigests{type::DS, type::CDS};
constexpr Types kKeys{type::DNSKEY, type::DS, type::CDS, type::CDNSKEY, type::RRSIG};

constexpr RuleRow kRows[] = {
    built(rule::outside_zone),
    built(rule::duplicate_record),
    built(rule::ttl_differs),
    built(rule::rrset_too_large),
    built(rule::too_many_records),
    built(rule::too_many_types),
    built(rule::zone_too_large),
    of_zone(rule::missing_soa, check_apex),
    of_zone(rule::multiple_soa, check_apex),
    of_rrset(rule::soa_outside_apex, {type::SOA}, check_soa),
    of_zone(rule::missing_ns, check_apex),
    of_zone(rule::single_ns, check_apex),
    of_rrset(rule::cname_and_other_data, {type::CNAME}, check_cname),
    of_rrset(rule::multiple_cnames, {type::CNAME}, check_cname),
    of_rrset(rule::cname_at_apex, {type::CNAME}, check_cname),
    of_rrset(rule::multiple_dnames, {type::DNAME}, check_dname),
    of_rrset(rule::dname_and_cname, {type::DNAME}, check_dname),
    of_rrset(rule::dname_and_ns, {type::DNAME}, check_dname),
    of_name(rule::below_dname, check_below_dname),
    of_rrset(rule::apex_only_type, kApexTypes, check_apex_only),
    of_name(rule::nonterminal_wildcard, check_nonterminal_wildcard),
    of_name(rule::owner_repeats_origin, check_owner_repeats_origin),
    of_rrset(rule::ttl_zero, kAllTypes, check_ttl_zero),
    of_rrset(rule::soa_mailbox, {type::SOA}, check_soa),
    of_rrset(rule::soa_timers, {type::SOA}, check_soa),
    of_rrset(rule::soa_minimum, {type::SOA}, check_soa),
    of_name(rule::occluded, check_occluded),
    of_rrset(rule::wildcard_ns, {type::NS}, check_wildcard_ns),
    of_rrset(rule::ds_without_ns, {type::DS}, check_ds_place),
    of_rrset(rule::ds_at_apex, {type::DS}, check_ds_place),
    of_target(rule::missing_glue, {type::NS}, check_target_address),
    of_target(rule::target_is_alias, kHosts, check_target_address),
    of_target(rule::service_target_is_alias, kServices, check_target_address),
    of_target(rule::target_without_address, kAddressed, check_target_address),
    of_target(rule::target_like_address, {type::NS, type::MX}, check_target_like_address),
    of_target(rule::target_repeats_origin,
              {type::NS, type::CNAME, type::MX, type::SRV, type::DNAME, type::KX, type::SVCB,
               type::HTTPS},
              check_target_repeats_origin),
    of_target(rule::alias_dangling, {type::CNAME}, check_alias),
    of_target(rule::alias_loop, {type::CNAME}, check_alias),
    of_target(rule::alias_chain_length, {type::CNAME}, check_alias),
    of_rrset(rule::host_owner, {type::A, type::AAAA}, check_host_owner),
    of_target(rule::host_target, kHosts, check_host_target),
    of_rrset(rule::reverse_owner, {type::PTR}, check_reverse),
    of_rrset(rule::reverse_target, {type::PTR}, check_reverse),
    of_rrset(rule::service_alias_parameters, kServices, check_service),
    of_rrset(rule::service_alias_loop, kServices, check_service),
    of_rrset(rule::ds_digest_length, {type::DS}, check_ds_digest),
    of_rrset(rule::deprecated_digest, kDigests, check_ds_digest),
    of_rrset(rule::deprecated_algorithm, kKeys, check_algorithm),
    of_zone(rule::nsec3_iterations, check_nsec3_iterations),
    of_rrset(rule::original_ttl, {type::RRSIG}, check_original_ttl),
    of_rrset(rule::caa_unknown_tag, {type::CAA}, check_caa),
    of_rrset(rule::caa_value, {type::CAA}, check_caa),
    of_rrset(rule::tlsa_length, {type::TLSA, type::SMIMEA}, check_tlsa),
    of_rrset(rule::sshfp_length, {type::SSHFP}, check_sshfp),
    of_rrset(rule::spf_syntax, {type::TXT}, check_spf),
    of_rrset(rule::spf_multiple, {type::TXT}, check_spf),
    of_rrset(rule::spf_lookups, {type::TXT}, check_spf),
    of_rrset(rule::spf_include, {type::TXT}, check_spf),
    of_rrset(rule::spf_type, {type::SPF}, check_spf_type),
    of_rrset(rule::dmarc_syntax, {type::TXT}, check_mail_policy),
    of_rrset(rule::dkim_syntax, {type::TXT}, check_mail_policy),
    of_rrset(rule::mta_sts_syntax, {type::TXT}, check_mail_policy),
    of_rrset(rule::tls_rpt_syntax, {type::TXT}, check_mail_policy),
    built(rule::serial_not_advanced),
    built(rule::patch_outside_zone),
    built(rule::patch_replacement_missing),
    built(rule::patch_removes_nothing),
    built(rule::patch_replaces_nothing),
    built(rule::patch_removes_soa),
    built(rule::patch_adds_soa),
};

}  // namespace

std::span<const RuleRow> rules() {
    return kRows;
}

}  // namespace zones
