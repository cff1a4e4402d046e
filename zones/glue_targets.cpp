#include "zones/glue_targets.h"

#include <algorithm>

namespace zones {

namespace {

// True if this is a cut that the zone speaks of, and it names `server`.
bool delegates_to(const Zone& zone, const NodeView& cut, const NodeView& server) {
    if (!cut || !cut.has(fact::cut)) return false;
    bool named = false;
    for (RecordView record : cut.find(dns::type::NS)) {
        dns::NameView relative;
        named |= zone.relative(dns::target_name(dns::type::NS, record.rdata()), relative) &&
                 relative == server.name();
    }
    if (!named) return false;
    for (dns::NameView name = cut.name().parent(); !name.empty(); name = name.parent()) {
        NodeView above = zone.find(name);
        if (above && above.has(fact::cut)) return false;
    }
    return true;
}

}  // namespace

// What points at it now pointed at it before, or has changed.
bool GlueTargets::is_pointed_at(const NodeView& node) const {
    for (const NodeView& changed : concern_->changed())
        if (delegates_to(zone_, changed, node)) return true;
    bool found = false;
    pointers_->at(node.name(), [&](const NodeView& owner) {
        found = delegates_to(zone_, zone_.find(owner.name()), node);
        return !found;
    });
    return found;
}

bool GlueTargets::contains(const NodeView& node) const {
    if (pointers_ != nullptr) return is_pointed_at(node);
    std::call_once(gathered_, [this] { gather(); });
    if (!zone_.changes().empty())
        return std::binary_search(by_address_.begin(), by_address_.end(), node.octets());
    return by_rank_[node.head().rank];
}

void GlueTargets::gather() const {
    if (zone_.changes().empty())
        gather_links();
    else
        gather_names();
}

void GlueTargets::gather_links() const {
    const Base& base = zone_.base();
    by_rank_.resize(base.name_count());
    NodeView above;
    for (size_t rank = 0; rank < base.name_count(); ++rank) {
        NodeView node = base.by_rank(rank);
        if (!node.has(fact::cut)) continue;
        // A cut below another one is not this zone's to say.
        if (above && dns::is_below(node.name(), above.name())) continue;
        above = node;
        RrsetView servers = node.find(dns::type::NS);
        for (size_t i = 0; i < servers.count(); ++i)
            if (servers.has_links() && servers.link(i))
                by_rank_[base.node(servers.link(i)).head().rank] = true;
    }
}

void GlueTargets::gather_names() const {
    NodeView above;
    for (Zone::Cursor at(zone_); at; at.next()) {
        NodeView node = *at;
        if (!node.has(fact::cut)) continue;
        if (above && dns::is_below(node.name(), above.name())) continue;
        above = node;
        for (RecordView record : node.find(dns::type::NS)) {
            dns::NameView target = dns::target_name(dns::type::NS, record.rdata());
            // locate() would stop at the cut above the server.
            dns::NameView relative;
            if (!zone_.relative(target, relative)) continue;
            if (NodeView server = zone_.find(relative)) by_address_.push_back(server.octets());
        }
    }
    std::sort(by_address_.begin(), by_address_.end());
}

}  // namespace zones
