#include "zones/zone_edit.h"

#include <algorithm>

#include "zones/base_writer.h"

namespace zones {

namespace {

// A fold copies all names, so it waits until its cost is shared by this many changes of one name.
constexpr size_t kNamesPerFoldedChange = 8;
constexpr size_t kFewestFolded = 1000;

std::string lower_text(dns::NameView name) {
    std::string text(name.size(), '\0');
    dns::lower_copy(reinterpret_cast<uint8_t*>(text.data()), name.data(), name.size());
    return text;
}

size_t record_count(const std::vector<OwnedRrset>& rrsets) {
    size_t count = 0;
    for (const OwnedRrset& rrset : rrsets) count += rrset.count;
    return count;
}

}  // namespace

ZoneEdit::ZoneEdit(const Zone& zone)
    : zone_(zone), next_(std::make_shared<Zone>(zone)), changes_(std::make_shared<Changes>()) {
    if (zone.changes_) {
        *changes_ = *zone.changes_;
    } else {
        auto counts = zone.base().crossing_counts();
        changes_->crossing_counts.assign(counts.begin(), counts.end());
        changes_->name_count = zone.name_count();
        changes_->record_count = zone.record_count();
    }
    next_->changes_ = changes_;
}

ZoneEdit::EditedNode& ZoneEdit::take_out(dns::NameView relative) {
    size_t depth = relative.label_count();
    auto [at, is_new] = nodes_.try_emplace({depth, lower_text(relative)});
    EditedNode& node = at->second;
    if (!is_new) return node;
    dns::NameHash hash(zone_.base().key());
    hash.absorb(relative);
    node.name = dns::Name(relative);
    node.depth = depth;
    node.hash = hash.digest();
    if (NodeView old = zone_.find(node.hash, relative)) {
        node.existed = true;
        node.name = dns::Name(old.name());
        node.old_facts = old.head().facts;
        node.old_records = old.record_count();
        node.children = old.children();
        node.wildcard_child = old.has(fact::wildcard_child);
        for (size_t i = 0; i < old.rrset_count(); ++i) node.rrsets.push_back(own(old.rrset(i)));
    }
    return node;
}

dns::Result<void> ZoneEdit::mismatch(const RrsetChange& change, const char* what) const {
    const OwnedRrset& rrset = change.before.count > 0 ? change.before : change.after;
    return dns::Fault{dns::to_text(change.owner) + " " + dns::type_text(rrset.type) + " " + what};
}

dns::Result<void> ZoneEdit::apply(const RrsetChange& change) {
    dns::NameView relative;
    if (!zone_.relative(change.owner, relative)) return mismatch(change, "is outside the zone");
    EditedNode& node = take_out(relative);
    const OwnedRrset& named = change.before.count > 0 ? change.before : change.after;
    auto key = std::pair(named.type, named.covered);
    if (change.after.count > 0 && std::pair(change.after.type, change.after.covered) != key)
        return mismatch(change, "would become an RRset of another type");
    auto at = std::find_if(node.rrsets.begin(), node.rrsets.end(), [&](const OwnedRrset& rrset) {
        return std::pair(rrset.type, rrset.covered) >= key;
    });
    bool there = at != node.rrsets.end() && std::pair(at->type, at->covered) == key;
    if (change.before.count > 0 && (!there || at->wire != change.before.wire))
        return mismatch(change, "is not what the change set says it was");
    if (change.before.count == 0 && there) return mismatch(change, "is there already");
    if (there) at = node.rrsets.erase(at);
    if (change.after.count > 0) node.rrsets.insert(at, change.after);
    return {};
}

// As it stands for itself: what the name has and what is below it.
std::shared_ptr<LayerNode> ZoneEdit::make_node(const EditedNode& node) const {
    std::vector<RrsetParts> parts;
    size_t records = 0;
    for (const OwnedRrset& rrset : node.rrsets) {
        parts.push_back(rrset.parts());
        records += rrset.places.size();
    }
    auto made = std::make_shared<LayerNode>(node.hash, node_size(node.name, parts), records);
    NodeHead* head = write_node(made->octets(), node.name, parts);
    dns::Place* place = made->places();
    for (const OwnedRrset& rrset : node.rrsets)
        place = std::copy(rrset.places.begin(), rrset.places.end(), place);
    head->children = node.children;
    if (node.wildcard_child) head->facts |= fact::wildcard_child;
    return made;
}

// Decides whether the name exists, tells its parent, and puts it into the next version.
void ZoneEdit::settle(EditedNode& node) {
    bool exists = node.depth == 0 || !node.rrsets.empty() || node.children > 0;
    if (!exists && !node.existed) return;
    if (exists != node.existed) {
        EditedNode& parent = take_out(node.name.view().parent());
        parent.children += exists ? 1 : uint32_t(-1);
        if (node.name.view().is_wildcard()) parent.wildcard_child = exists;
        changes_->name_count += exists ? 1 : size_t(-1);
    }
    std::shared_ptr<LayerNode> made = make_node(node);
    auto* head = reinterpret_cast<NodeHead*>(made->octets());
    if (!exists) head->facts = fact::removed;

    constexpr uint8_t kCrossing = fact::cut | fact::redirect;
    auto& counts = changes_->crossing_counts;
    if (counts.size() <= node.depth) counts.resize(node.depth + 1);
    if (node.old_facts & kCrossing) --counts[node.depth];
    if (head->facts & kCrossing) ++counts[node.depth];
    next_->crossings_.set(node.depth, counts[node.depth] != 0);
    changes_->record_count += record_count(node.rrsets) - node.old_records;
    next_->max_depth_ = std::max(next_->max_depth_, exists ? node.depth : 0);
    changes_->layer.put(made);
    made_.push_back(std::move(made));
}

// A change of the chain itself (other parameters, the other kind) is rare, and costs a walk.
void ZoneEdit::settle_denials() {
    DenialChain chain(next_->apex());
    DenialChain before = next_->denial_ ? next_->denial_->chain() : DenialChain();
    if (!(chain == before)) {
        next_->denial_ = DenialOrder::of(*next_->base_, std::move(chain));
        changes_->denials = {};
        made_.clear();
        for (auto at = changes_->layer.in_order(); at; at.next()) made_.push_back(at.shared());
    }
    if (!next_->denial_) return;
    for (const auto& node : made_) changes_->denials.note(*next_->base_, *next_->denial_, node);
}

std::shared_ptr<const Zone> ZoneEdit::finish() {
    // A parent that is taken out while this runs stands behind its child, so the loop comes to it.
    for (auto at = nodes_.begin(); at != nodes_.end(); ++at) settle(at->second);
    settle_denials();
    return next_;
}

dns::Result<std::shared_ptr<const Zone>> Zone::apply(const ChangeSet& changes) const {
    ZoneEdit edit(*this);
    for (const RrsetChange& change : changes.changes) {
        auto applied = edit.apply(change);
        if (!applied) return applied.fault();
    }
    return edit.finish();
}

bool Zone::wants_fold() const {
    return changes().size() > std::max(kFewestFolded, base_->name_count() / kNamesPerFoldedChange);
}

std::shared_ptr<const Zone> Zone::fold() const {
    BaseWriter writer(dns::Name(origin()), base_->key(), 1, {name_count(), record_count(), 0});
    PartWriter& part = writer.open(0, record_count());
    std::vector<RrsetParts> parts;
    std::vector<dns::Place> places;
    for (Cursor at(*this); at; at.next()) {
        const NodeView& node = *at;
        parts.clear();
        places.clear();
        for (size_t i = 0; i < node.rrset_count(); ++i) {
            RrsetView rrset = node.rrset(i);
            parts.push_back({rrset.type(), rrset.covered(), static_cast<uint16_t>(rrset.count()),
                             has_links(rrset.type()), rrset.wire()});
            for (size_t k = 0; k < rrset.count(); ++k) places.push_back(rrset.place(k));
        }
        Ref made = part.add(node.name(), parts, places);
        // Which places are kept, the part knows by itself.
        part.settle(made, node.children(),
                    static_cast<uint8_t>(node.head().facts & ~fact::made_here));
    }
    std::shared_ptr<Base> base = writer.finish(1);
    // More than a base can number stays as it is: changes over the base that it has.
    return base ? std::make_shared<Zone>(std::move(base)) : std::make_shared<Zone>(*this);
}

}  // namespace zones
