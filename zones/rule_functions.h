// The functions behind the rows of zones/rules.cpp, and what they share: how a finding is reported
// without making words that nobody sees, and where a target name leads.
//
// A function may report several rules that are found by one look at the same data; it stands in the
// row of each.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "zones/rules.h"

namespace zones {

namespace rule {
// rules_structure.cpp
extern const dns::Rule missing_soa, multiple_soa, soa_outside_apex, missing_ns, single_ns,
    cname_and_other_data, multiple_cnames, cname_at_apex, multiple_dnames, dname_and_cname,
    dname_and_ns, below_dname, apex_only_type, nonterminal_wildcard, owner_repeats_origin, ttl_zero,
    soa_mailbox, soa_timers, soa_minimum;
// rules_delegation.cpp
extern const dns::Rule occluded, wildcard_ns, ds_without_ns, ds_at_apex;
// rules_targets.cpp
extern const dns::Rule missing_glue, target_is_alias, service_target_is_alias,
    target_without_address, target_like_address, target_repeats_origin, alias_dangling, alias_loop,
    alias_chain_length;
// rules_hosts.cpp
extern const dns::Rule host_owner, host_target, reverse_owner, reverse_target,
    service_alias_parameters, service_alias_loop;
// rules_dnssec.cpp
extern const dns::Rule ds_digest_length, deprecated_digest, deprecated_algorithm, nsec3_iterations,
    original_ttl;
// rules_certificates.cpp
extern const dns::Rule caa_unknown_tag, caa_value, tlsa_length, sshfp_length;
// rules_spf.cpp
extern const dns::Rule spf_syntax, spf_multiple, spf_lookups, spf_include, spf_type;
// rules_mail.cpp
extern const dns::Rule dmarc_syntax, dkim_syntax, mta_sts_syntax, tls_rpt_syntax;
// check.cpp
extern const dns::Rule serial_not_advanced;
}  // namespace rule

// Structure: what a zone needs, and what may stand where.
void check_apex(RuleContext&);
void check_soa(RuleContext&, const Visit&, const RrsetView&);
void check_cname(RuleContext&, const Visit&, const RrsetView&);
void check_dname(RuleContext&, const Visit&, const RrsetView&);
void check_below_dname(RuleContext&, const Visit&);
void check_apex_only(RuleContext&, const Visit&, const RrsetView&);
void check_nonterminal_wildcard(RuleContext&, const Visit&);
void check_owner_repeats_origin(RuleContext&, const Visit&);
void check_ttl_zero(RuleContext&, const Visit&, const RrsetView&);

// Delegation.
void check_occluded(RuleContext&, const Visit&);
void check_wildcard_ns(RuleContext&, const Visit&, const RrsetView&);
void check_ds_place(RuleContext&, const Visit&, const RrsetView&);

// Targets.
void check_target_address(RuleContext&, const Visit&, const Target&);
void check_target_like_address(RuleContext&, const Visit&, const Target&);
void check_target_repeats_origin(RuleContext&, const Visit&, const Target&);
void check_alias(RuleContext&, const Visit&, const Target&);

// Hosts and services.
void check_host_owner(RuleContext&, const Visit&, const RrsetView&);
void check_host_target(RuleContext&, const Visit&, const Target&);
void check_reverse(RuleContext&, const Visit&, const RrsetView&);
void check_service(RuleContext&, const Visit&, const RrsetView&);

// DNSSEC records.
void check_ds_digest(RuleContext&, const Visit&, const RrsetView&);
void check_algorithm(RuleContext&, const Visit&, const RrsetView&);
void check_nsec3_iterations(RuleContext&);
void check_original_ttl(RuleContext&, const Visit&, const RrsetView&);

// Certificates and fingerprints.
void check_caa(RuleContext&, const Visit&, const RrsetView&);
void check_tlsa(RuleContext&, const Visit&, const RrsetView&);
void check_sshfp(RuleContext&, const Visit&, const RrsetView&);

// Mail.
void check_spf(RuleContext&, const Visit&, const RrsetView&);
void check_spf_type(RuleContext&, const Visit&, const RrsetView&);
void check_mail_policy(RuleContext&, const Visit&, const RrsetView&);

// Where a name leads, as far as this zone says.
struct Standing {
    enum Kind : uint8_t {
        elsewhere,  // outside the zone, or at or below a cut, or below a DNAME
        missing,
        present,
    };
    Kind kind = elsewhere;
    NodeView node;  // the name itself or the wildcard that stands for it (RFC 4592 3.3.1)
};
// `known` is the node of the name itself, if the caller has it already.
Standing stand(const Zone& zone, dns::NameView absolute, const NodeView& known = {});

bool owns_address(const NodeView& node);
// Calls use(name) for each name at or below the origin, absolute, whose SPF record one of these
// takes in.
using UseName = std::function<void(const dns::Name&)>;
void for_each_taken_in(const RrsetView& rrset, dns::NameView origin, const UseName& use);
bool owns_spf(const NodeView& node);
// True if the name reads like one that was written absolute, but without its final dot.
bool repeats_origin(const Zone& zone, dns::NameView absolute);
// True if the name is an address, alone or with the origin appended.
bool reads_like_address(const Zone& zone, dns::NameView name, bool in_zone);
// What to do about a name that repeats the origin.
std::string final_dot_hint(const Zone& zone, dns::NameView absolute);

// The words of a sentence.
struct TypeWord {
    uint16_t number;
};
inline std::string word(const RuleContext& context, const NodeView& node) {
    return context.text(node);
}
inline std::string word(const RuleContext&, dns::NameView name) {
    return dns::to_text(name);
}
inline std::string word(const RuleContext&, TypeWord type) {
    return dns::type_text(type.number);
}
inline std::string word(const RuleContext&, std::string_view text) {
    return std::string(text);
}
inline std::string word(const RuleContext&, const char* text) {
    return text;
}
inline std::string word(const RuleContext&, uint32_t number) {
    return std::to_string(number);
}

template <class... Parts>
void report(RuleContext& context, const dns::Rule& rule, dns::Place place, const Parts&... parts) {
    if (context.findings.wants(rule))
        context.findings.report(rule, place, {std::string_view(word(context, parts))...});
    else
        context.findings.report(rule, place);  // counts
}

template <class MakeHint, class... Parts>
void report_with_hint(RuleContext& context, const dns::Rule& rule, dns::Place place,
                      MakeHint make_hint, const Parts&... parts) {
    if (context.findings.wants(rule))
        context.findings.report(rule, place, {std::string_view(word(context, parts))...},
                                make_hint());
    else
        context.findings.report(rule, place);
}

}  // namespace zones
