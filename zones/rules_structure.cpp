// Rules about the zone as a whole, and about what may stand at which name.
#include "zones/rule_functions.h"

namespace zones {

namespace {

dns::Place first_place(const Zone& zone) {
    for (Zone::Cursor at(zone); at; at.next())
        if (!(*at).is_empty()) return (*at).rrset(0).place(0);
    return {};
}

bool may_stand_beside_cname(uint16_t type) {
    const dns::RrType* row = dns::find_type(type);
    return row != nullptr && row->has(dns::type_flag::beside_alias);
}

// Below a DNAME there is nothing, except what denies existence for the zone as a whole when the
// DNAME stands at its apex (RFC 6672 2.4, RFC 5155 7.1).
bool may_stand_below(const NodeView& redirect, const RrsetEntry& entry) {
    if (!redirect.is_apex()) return false;
    return entry.type == dns::type::NSEC3 ||
           (entry.type == dns::type::RRSIG && entry.covered == dns::type::NSEC3);
}

}  // namespace

void check_apex(RuleContext& context) {
    NodeView apex = context.zone.apex();
    RrsetView soa = apex.find(dns::type::SOA);
    if (!soa)
        report(context, rule::missing_soa, first_place(context.zone), apex);
    else if (soa.count() > 1)
        report(context, rule::multiple_soa, soa.place(1), static_cast<uint32_t>(soa.count()));

    RrsetView servers = apex.find(dns::type::NS);
    if (!servers)
        report(context, rule::missing_ns, soa ? soa.place(0) : first_place(context.zone), apex);
    else if (servers.count() == 1)
        report(context, rule::single_ns, servers.place(0), apex);
}

void check_cname(RuleContext& context, const Visit& visit, const RrsetView& aliases) {
    if (aliases.count() > 1)
        report(context, rule::multiple_cnames, aliases.place(1), visit.node,
               static_cast<uint32_t>(aliases.count()));
    if (visit.node.is_apex()) {
        report(context, rule::cname_at_apex, aliases.place(0), visit.node);
        return;
    }
    for (size_t i = 0; i < visit.node.rrset_count(); ++i) {
        uint16_t type = visit.node.entries()[i].type;
        // A DNAME beside it is a rule of its own.
        if (type == dns::type::CNAME || type == dns::type::DNAME) continue;
        if (may_stand_beside_cname(type)) continue;
        report(context, rule::cname_and_other_data, aliases.place(0), visit.node, TypeWord{type});
        return;
    }
}

void check_dname(RuleContext& context, const Visit& visit, const RrsetView& redirects) {
    if (redirects.count() > 1)
        report(context, rule::multiple_dnames, redirects.place(1), visit.node,
               static_cast<uint32_t>(redirects.count()));
    if (visit.node.owns(dns::type::CNAME))
        report(context, rule::dname_and_cname, redirects.place(0), visit.node);
    if (visit.node.has(fact::cut))
        report(context, rule::dname_and_ns, redirects.place(0), visit.node);
}

void check_below_dname(RuleContext& context, const Visit& visit) {
    if (!visit.redirect_above) return;
    // Where the DNAME itself is hidden by a cut, it redirects nothing.
    if (visit.cut_above && visit.redirect_above.name().size() > visit.cut_above.name().size())
        return;
    for (size_t i = 0; i < visit.node.rrset_count(); ++i) {
        const RrsetEntry& entry = visit.node.entries()[i];
        if (may_stand_below(visit.redirect_above, entry)) continue;
        report(context, rule::below_dname, visit.node.rrset(i).place(0), visit.node,
               TypeWord{entry.type}, visit.redirect_above);
        return;
    }
}

void check_apex_only(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    // At a cut it is the child's, and reported as hidden by the cut.
    if (visit.node.is_apex() || visit.node.has(fact::cut)) return;
    // Signals for another zone's delegation (RFC 9615 4.1).
    constexpr uint8_t kSignal[] = {7, '_', 'd', 's', 'b', 'o', 'o', 't'};
    dns::NameView owner = visit.node.name();
    bool may_signal = rrset.type() == dns::type::CDS || rrset.type() == dns::type::CDNSKEY;
    if (may_signal && owner.size() > sizeof kSignal &&
        dns::equal_case_blind(owner.data(), kSignal, sizeof kSignal))
        return;
    report(context, rule::apex_only_type, rrset.place(0), visit.node, TypeWord{rrset.type()});
}

void check_nonterminal_wildcard(RuleContext& context, const Visit& visit) {
    dns::NameView name = visit.node.name();
    if (name.empty() || visit.node.is_empty() || visit.cut_above) return;
    for (name = name.parent(); !name.empty(); name = name.parent()) {
        if (!name.is_wildcard()) continue;
        report(context, rule::nonterminal_wildcard, visit.node.rrset(0).place(0), visit.node,
               dns::NameView(context.zone.absolute(name)));
        return;
    }
}

void check_owner_repeats_origin(RuleContext& context, const Visit& visit) {
    size_t repeated = context.zone.origin().size() - 1;
    dns::NameView owner = visit.node.name();
    if (owner.size() < repeated || visit.node.is_empty() || visit.cut_above) return;
    // Most owners differ from the origin in the last octet already.
    const uint8_t* origin = context.zone.origin().data();
    if (repeated == 0 ||
        dns::lower(owner.data()[owner.size() - 1]) != dns::lower(origin[repeated - 1]))
        return;
    dns::Name absolute = context.zone.absolute(owner);
    if (!repeats_origin(context.zone, absolute)) return;
    report_with_hint(
        context, rule::owner_repeats_origin, visit.node.rrset(0).place(0),
        [&] { return final_dot_hint(context.zone, absolute); }, visit.node);
}

void check_ttl_zero(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    // A signature has the TTL of what it signs.
    if (rrset.ttl() != 0 || rrset.type() == dns::type::RRSIG) return;
    report(context, rule::ttl_zero, rrset.place(0), visit.node, TypeWord{rrset.type()});
}

namespace {

// The two names and the numbers of well-formed SOA rdata.
struct SoaView {
    dns::NameView primary, mailbox;
    uint32_t refresh, retry, expire, minimum;
};

bool read_soa(dns::Octets rdata, SoaView& soa) {
    size_t primary = dns::measure_name(rdata.data(), rdata.size());
    if (primary == 0) return false;
    size_t mailbox = dns::measure_name(rdata.data() + primary, rdata.size() - primary);
    if (mailbox == 0 || rdata.size() != primary + mailbox + 20) return false;
    soa.primary = {rdata.data(), primary};
    soa.mailbox = {rdata.data() + primary, mailbox};
    const uint8_t* numbers = rdata.data() + primary + mailbox;
    auto number = [&](size_t index) {
        const uint8_t* at = numbers + 4 * index;
        return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
    };
    soa.refresh = number(1), soa.retry = number(2), soa.expire = number(3);
    soa.minimum = number(4);
    return true;
}

bool holds_at_sign(dns::NameView name) {
    for (size_t i = 0; i < name.size(); ++i)
        if (name.data()[i] == '@') return true;
    return false;
}

// RFC 1912 2.2. A secondary that misses one refresh must have time for a retry before it expires.
const char* timer_fault(const SoaView& soa) {
    if (soa.retry > soa.refresh) return "RETRY is longer than REFRESH";
    if (soa.expire <= uint64_t{soa.refresh} + soa.retry)
        return "EXPIRE is not longer than REFRESH and RETRY together";
    return nullptr;
}

}  // namespace

void check_soa(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    if (!visit.node.is_apex()) {
        report(context, rule::soa_outside_apex, rrset.place(0), visit.node);
        return;
    }
    SoaView soa;
    if (!read_soa(rrset.first().rdata(), soa)) return;
    const Zone& zone = context.zone;
    dns::Place place = rrset.place(0);
    bool origin_is_mailbox = soa.mailbox == zone.origin() && soa.mailbox.label_count() > 1;
    if (holds_at_sign(soa.mailbox) || origin_is_mailbox)
        report(context, rule::soa_mailbox, place, soa.mailbox);
    for (dns::NameView name : {soa.primary, soa.mailbox})
        if (dns::is_at_or_below(name, zone.origin()) && repeats_origin(zone, name))
            report_with_hint(
                context, rule::target_repeats_origin, place,
                [&] { return final_dot_hint(zone, name); }, TypeWord{dns::type::SOA}, name);
    if (const char* fault = timer_fault(soa)) report(context, rule::soa_timers, place, fault);
    if (soa.minimum > 86400) report(context, rule::soa_minimum, place, soa.minimum);
}

}  // namespace zones
