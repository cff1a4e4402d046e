#include "zones/lookup.h"

namespace zones {

namespace {

// Signatures are an RRset per type covered; one is enough for who asks for them (RFC 8482 4.1).
RrsetView of_type(const NodeView& node, uint16_t type) {
    if (type != dns::type::RRSIG && type != dns::type::SIG) return node.find(type);
    for (size_t i = 0; i < node.rrset_count(); ++i)
        if (node.entries()[i].type == type) return node.rrset(i);
    return {};
}

// What a node that stands for the name has to say about the type.
void answer_from(const NodeView& node, uint16_t type, Lookup& out) {
    out.node = node;
    if (type == dns::type::ANY) {
        out.fact = node.is_empty() ? Fact::no_data : Fact::answer;
        return;
    }
    // Before the alias: CNAME itself, and what may stand beside it (RFC 4035 2.5).
    out.rrset = of_type(node, type);
    if (out.rrset) {
        out.fact = Fact::answer;
    } else if (node.has(fact::alias)) {
        out.rrset = node.find(dns::type::CNAME);
        out.fact = Fact::alias;
    } else {
        out.fact = Fact::no_data;
    }
}

void cross(const Position& position, Lookup& out) {
    out.node = position.crossing;
    if (position.crossing.has(fact::cut)) {
        out.fact = Fact::referral;
        out.rrset = position.crossing.find(dns::type::NS);
    } else {
        out.fact = Fact::redirect;
        out.rrset = position.crossing.find(dns::type::DNAME);
    }
}

}  // namespace

Lookup lookup(const Zone& zone, dns::NameView relative, uint16_t type) {
    Zone::QueryMemory memory;
    return lookup(zone, zone.query(relative, memory), type);
}

Lookup lookup(const Zone& zone, const Zone::Query& query, uint16_t type) {
    return lookup(zone, zone.locate(query), query, type);
}

Lookup lookup(const Zone& zone, const Position& position, const Zone::Query&, uint16_t type) {
    Lookup out;
    out.encloser = position.encloser;
    out.encloser_labels = position.encloser_labels;
    // DS at the cut is the parent's to answer, and the parent is this zone (RFC 4035 3.1.4.1).
    bool parents_own = type == dns::type::DS && position.node && position.crossing == position.node;
    if (position.crossing && !parents_own) {
        cross(position, out);
    } else if (position.node) {
        answer_from(position.node, type, out);
    } else if (position.encloser.has(fact::wildcard_child)) {
        // RFC 4592 3.3.1: the source of synthesis is the wildcard at the closest encloser, only.
        dns::Name wildcard;
        dns::Name::wildcard_of(position.encloser.name(), wildcard);
        NodeView source = zone.find(wildcard.view());
        if (source.is_hidden()) return out;
        out.from_wildcard = true;
        answer_from(source, type, out);
    }
    return out;
}

}  // namespace zones
