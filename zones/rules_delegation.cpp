// Rules about cuts: where a zone ends and another one's word begins.
#include "zones/glue_targets.h"
#include "zones/rule_functions.h"

namespace zones {

namespace {

// True if the cut names this node as one of its servers.
bool names_server(const RuleContext& context, const NodeView& cut, const NodeView& node) {
    RrsetView servers = cut.find(dns::type::NS);
    if (context.zone.changes().empty() && servers.has_links()) {
        Ref ref = context.zone.base().ref_of(node);
        for (size_t i = 0; i < servers.count(); ++i)
            if (servers.link(i) == ref) return true;
        return false;
    }
    for (RecordView record : servers) {
        dns::NameView relative;
        if (context.zone.relative(dns::target_name(dns::type::NS, record.rdata()), relative) &&
            relative == node.name())
            return true;
    }
    return false;
}

// What a parent says about a cut itself (RFC 4035 2.2 to 2.4, RFC 2535 2.3.4). Types without a row
// may have been made for parents.
bool parent_speaks(uint16_t type) {
    switch (type) {
        case dns::type::NS:
        case dns::type::DS:
        case dns::type::NSEC:
        case dns::type::RRSIG:
        case dns::type::NXT:
        case dns::type::SIG:
        case dns::type::KEY:
            return true;
        // Errors by rules of their own.
        case dns::type::CNAME:
        case dns::type::DNAME:
        case dns::type::SOA:
            return true;
        default:
            return dns::find_type(type) == nullptr;
    }
}

}  // namespace

void check_occluded(RuleContext& context, const Visit& visit) {
    NodeView cut = visit.cut_above;
    bool at_cut = !cut && visit.node.has(fact::cut);
    if (!cut && !at_cut) return;
    if (at_cut) cut = visit.node;
    bool known = false, glue = false;
    for (size_t i = 0; i < visit.node.rrset_count(); ++i) {
        uint16_t type = visit.node.entries()[i].type;
        if (at_cut && parent_speaks(type)) continue;
        if (type == dns::type::A || type == dns::type::AAAA) {
            if (!known) {
                glue = names_server(context, cut, visit.node) || context.glue.contains(visit.node);
                known = true;
            }
            if (glue) continue;
        }
        report(context, rule::occluded, visit.node.rrset(i).place(0), TypeWord{type}, visit.node,
               cut);
        return;
    }
}

void check_wildcard_ns(RuleContext& context, const Visit& visit, const RrsetView& servers) {
    if (visit.node.name().is_wildcard())
        report(context, rule::wildcard_ns, servers.place(0), visit.node);
}

void check_ds_place(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    if (visit.node.is_apex())
        report(context, rule::ds_at_apex, rrset.place(0), visit.node);
    else if (!visit.node.has(fact::cut) && !visit.cut_above && !visit.redirect_above)
        report(context, rule::ds_without_ns, rrset.place(0), visit.node);
}

}  // namespace zones
