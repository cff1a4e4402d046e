#include "zones/concern.h"

#include <algorithm>

#include "zones/rule_functions.h"

namespace zones {

namespace {

bool same_octets(dns::Octets a, dns::Octets b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// An RRset's octets, none if there is none.
dns::Octets octets_of(const NodeView& node, uint16_t type) {
    RrsetView rrset = node ? node.find(type) : RrsetView();
    return rrset ? rrset.wire() : dns::Octets();
}

constexpr uint8_t kCrossing = fact::cut | fact::redirect;

uint8_t crossing_facts(const NodeView& node) {
    return node ? node.head().facts & kCrossing : 0;
}

bool exists(const NodeView& node) {
    return node && !node.is_hidden();
}

// Whether a rule that asks for this name as a target can tell the two apart.
bool same_target(const NodeView& before, const NodeView& after) {
    if (exists(before) != exists(after) || !before != !after) return false;
    if (!before) return true;
    if (crossing_facts(before) != crossing_facts(after)) return false;
    if (before.is_empty() != after.is_empty()) return false;
    if (owns_address(before) != owns_address(after)) return false;
    for (uint16_t type : {dns::type::SVCB, dns::type::HTTPS})
        if (before.owns(type) != after.owns(type)) return false;
    if (!same_octets(octets_of(before, dns::type::CNAME), octets_of(after, dns::type::CNAME)))
        return false;
    if (!owns_spf(before) && !owns_spf(after)) return true;
    return same_octets(octets_of(before, dns::type::TXT), octets_of(after, dns::type::TXT));
}

bool denies(uint16_t type) {
    return type == dns::type::NSEC || type == dns::type::NSEC3 || type == dns::type::NSEC3PARAM;
}

}  // namespace

Concern::Concern(const Zone& before, const Zone& after, const ChangeSet& changes,
                 const Pointers& pointers)
    : before_(before), after_(after), pointers_(pointers) {
    for (const RrsetChange& change : changes.changes) add(change);
    follow_all();
    std::sort(names_.begin(), names_.end(), [](const NodeView& a, const NodeView& b) {
        return dns::canonical_compare(a.name(), b.name()) < 0;
    });
}

void Concern::add(const RrsetChange& change) {
    dns::NameView relative;
    if (!before_.relative(change.owner, relative)) return;
    uint16_t type = change.before.count > 0 ? change.before.type : change.after.type;
    denial_changed_ |= denies(type);
    apex_changed_ |= relative.empty();
    NodeView node = after_.find(relative);
    if (node) {
        // RRsets of one name follow each other.
        if (!changed_.empty() && changed_.back() == node) return;
        changed_.push_back(node);
        visit(node);
    }
    add_node(relative);
    // The empty non-terminals above that come or go with it, and what they hang on.
    while (!relative.empty()) {
        relative = relative.parent();
        bool there = before_.find(relative) && after_.find(relative);
        add_node(relative);
        if (there) break;
    }
}

void Concern::add_node(dns::NameView relative) {
    NodeView before = before_.find(relative), after = after_.find(relative);
    if (!same_octets(octets_of(before, dns::type::NS), octets_of(after, dns::type::NS))) {
        add_servers(before);
        add_servers(after);
    }
    if (same_target(before, after)) return;
    if (after) visit(after);
    auto use = [this](const NodeView& owner) { return follow(owner); };
    pointers_.at(relative, use);
    if (crossing_facts(before) != crossing_facts(after))
        add_crossing(relative);
    else if (exists(before) != exists(after))
        pointers_.missing_below(relative, use);
    if (relative.is_wildcard()) pointers_.missing_below(relative.parent(), use);
}

void Concern::add_crossing(dns::NameView relative) {
    for (Zone::Cursor at(after_, relative); at; at.next()) {
        if (!dns::is_at_or_below((*at).name(), relative)) break;
        visit(*at);
        if ((*at).has(fact::cut)) add_servers(*at);
    }
    pointers_.below(relative, [this](const NodeView& owner) { return follow(owner); });
    // Its SOA record names two hosts that are no targets.
    visit(after_.apex());
}

void Concern::add_servers(const NodeView& cut) {
    if (!cut) return;
    RrsetView servers = cut.find(dns::type::NS);
    if (!servers) return;
    for (RecordView record : servers) {
        dns::NameView relative;
        if (!after_.relative(dns::target_name(dns::type::NS, record.rdata()), relative)) continue;
        if (NodeView server = after_.find(relative)) visit(server);
    }
}

bool Concern::visit(const NodeView& node) {
    if (!visited_.insert(node.octets()).second) return false;
    names_.push_back(node);
    return true;
}

// An owner, of the version before, whose records point at something that is another now.
bool Concern::follow(const NodeView& owner) {
    NodeView node = after_.find(owner.name());
    if (!node) return true;
    visit(node);
    if ((node.has(fact::alias) || owns_spf(node)) && followed_.insert(node.octets()).second)
        to_follow_.push_back(node);
    return true;
}

// Rules go along chains of aliases, and of SPF records.
void Concern::follow_all() {
    while (!to_follow_.empty()) {
        NodeView node = to_follow_.back();
        to_follow_.pop_back();
        bool alias = node.has(fact::alias), spf = owns_spf(node);
        auto use = [&](const NodeView& owner) {
            bool in_chain = (alias && owner.has(fact::alias)) || (spf && owns_spf(owner));
            return !in_chain || follow(owner);
        };
        pointers_.at(node.name(), use);
        if (node.name().is_wildcard()) pointers_.missing_below(node.name().parent(), use);
    }
}

}  // namespace zones
