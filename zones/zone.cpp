#include "zones/zone.h"

#include <algorithm>

namespace zones {

Zone::Zone(std::shared_ptr<const Base> base, unsigned threads)
    : base_(std::move(base)),
      denial_(DenialOrder::of(*base_, DenialChain(base_->apex()), threads)),
      crossings_(base_->crossings()),
      max_depth_(base_->max_depth()) {}

Zone::Query Zone::query(dns::NameView relative, std::span<const uint8_t> labels,
                        std::span<uint64_t> hashes) const {
    dns::NameHash hash(base_->key());
    hashes[0] = hash.digest();
    size_t count = hashes_for(labels.size());
    for (size_t d = 1; d < count; ++d) {
        hash.absorb_label(relative.data() + labels[labels.size() - d]);
        hashes[d] = hash.digest();
    }
    return {relative, labels.data(), labels.size(), hashes.data()};
}

Zone::Query Zone::query(dns::NameView relative, QueryMemory& memory) const {
    memory.labels = dns::LabelOffsets(relative);
    return query(relative, {memory.labels.at.data(), memory.labels.count}, memory.hashes);
}

NodeView Zone::find(uint64_t hash, dns::NameView relative) const {
    if (changes_) {
        if (const LayerNode* changed = changes_->layer.find(hash, relative))
            return changed->view().has(fact::removed) ? NodeView() : changed->view();
    }
    return base_->find(hash, relative);
}

NodeView Zone::find(dns::NameView relative) const {
    dns::NameHash hash(base_->key());
    hash.absorb(relative);
    return find(hash.digest(), relative);
}

NodeView Zone::apex() const {
    return !changes_ ? base_->apex() : find(dns::NameView());
}

uint32_t Zone::serial() const {
    RrsetView soa = apex().find(dns::type::SOA);
    if (!soa) return 0;
    dns::Octets rdata = soa.first().rdata();
    // The serial stands before the four timers, whatever the names in front of it.
    if (rdata.size() < 20) return 0;
    const uint8_t* at = rdata.data() + rdata.size() - 20;
    return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

Position Zone::locate(dns::NameView relative) const {
    QueryMemory memory;
    return locate(query(relative, memory));
}

Position Zone::locate(const Query& query) const {
    size_t wanted = query.label_count;
    size_t deepest = std::min(wanted, max_depth_);
    Position position;
    for (size_t d = crossings_.next(0); d <= deepest; d = crossings_.next(d + 1)) {
        NodeView ancestor = find(query.hashes[d], query.last_labels(d));
        if (!ancestor) break;  // then nothing deeper exists either
        if (!ancestor.has(fact::cut) && !(ancestor.has(fact::redirect) && d < wanted)) continue;
        position.crossing = position.encloser = ancestor;
        position.encloser_labels = d;
        if (d == wanted) position.node = ancestor;
        return position;
    }
    if (wanted == deepest) {
        NodeView node = find(query.hashes[wanted], query.last_labels(wanted));
        if (node && !node.is_hidden()) {
            position.node = position.encloser = node;
            position.encloser_labels = wanted;
            return position;
        }
    }
    // All ancestors of a name that exists do exist, so halving finds the deepest.
    size_t exists = 0;
    size_t most = wanted == 0 ? 0 : std::min(wanted - 1, max_depth_);
    position.encloser = apex();
    while (exists < most) {
        size_t depth = (exists + most + 1) / 2;
        NodeView ancestor = find(query.hashes[depth], query.last_labels(depth));
        if (ancestor && !ancestor.is_hidden()) {
            position.encloser = ancestor;
            exists = depth;
        } else {
            most = depth - 1;
        }
    }
    position.encloser_labels = exists;
    return position;
}

// Fetches what a search will look at first: the name itself and what may cross its way.
template <class Fetch>
void Zone::for_first_looks(const Query& query, Fetch fetch) const {
    size_t wanted = query.label_count;
    size_t deepest = std::min(wanted, max_depth_);
    for (size_t d = crossings_.next(1); d < deepest; d = crossings_.next(d + 1))
        fetch(query.hashes[d]);
    fetch(query.hashes[deepest]);
}

void Zone::prefetch_buckets(const Query& query) const {
    for_first_looks(query, [this](uint64_t hash) { base_->prefetch_bucket(hash); });
}

void Zone::prefetch_nodes(const Query& query) const {
    for_first_looks(query, [this](uint64_t hash) { base_->prefetch_nodes(hash); });
}

void Zone::locate_all(std::span<const Query> queries, std::span<Position> positions) const {
    for (const Query& query : queries) prefetch_buckets(query);
    for (const Query& query : queries) prefetch_nodes(query);
    for (size_t i = 0; i < queries.size(); ++i) positions[i] = locate(queries[i]);
}

bool Zone::relative(dns::NameView absolute, dns::NameView& out) const {
    dns::NameView origin = base_->origin();
    if (!dns::is_at_or_below(absolute, origin)) return false;
    out = dns::NameView(absolute.data(), absolute.size() - origin.size());
    return true;
}

dns::Name Zone::absolute(dns::NameView relative) const {
    dns::Name name;
    dns::Name::join(relative, origin(), name);
    return name;
}

Position Zone::locate_absolute(dns::NameView absolute) const {
    dns::NameView name;
    return relative(absolute, name) ? locate(name) : Position();
}

NodeView Zone::at_or_before(dns::NameView relative) const {
    size_t rank = base_->rank_at_or_before(relative);
    if (!changes_) return base_->by_rank(rank);
    const LayerNode* changed = changes_->layer.at_or_before(relative);
    // The apex is never gone, so this ends.
    for (;; --rank) {
        NodeView node = base_->by_rank(rank);
        if (changed != nullptr &&
            dns::canonical_compare(changed->view().name(), node.name()) >= 0)
            return changed->view();
        if (rank == 0 || find(node.name())) return node;
    }
}

// The topmost cut strictly above; what lies below it is not this zone's to say.
NodeView Zone::cut_above(const NodeView& node) const {
    size_t depth = crossings_.next(1);
    if (depth == CrossingDepths::kNone) return {};
    dns::LabelOffsets labels(node.name());
    for (; depth < labels.count; depth = crossings_.next(depth + 1)) {
        NodeView ancestor = find(node.name().suffix(labels.at[labels.count - depth]));
        if (ancestor && ancestor.has(fact::cut)) return ancestor;
    }
    return {};
}

NodeView Zone::last_denial(dns::NameView relative) const {
    size_t behind = denial_->behind(*base_, relative);
    const LayerNode* changed = nullptr;
    if (changes_) {
        behind = changes_->denials.skip(behind);
        changed = changes_->denials.at_or_before(relative);
    }
    if (behind == 0 && changed == nullptr) {
        behind = denial_->size();
        if (changes_) {
            behind = changes_->denials.skip(behind);
            changed = changes_->denials.last();
        }
    }
    if (behind == 0) return changed != nullptr ? changed->view() : NodeView();
    NodeView node = denial_->node(*base_, behind - 1);
    bool later = changed != nullptr &&
                 dns::canonical_compare(changed->view().name(), node.name()) > 0;
    return later ? changed->view() : node;
}

NodeView Zone::denial_at_or_before(dns::NameView relative) const {
    if (!denial_) return {};
    NodeView node = last_denial(relative);
    if (denial_->chain().kind() != DenialKind::nsec) return node;
    // No signer puts NSEC below a cut, so a few steps are more than enough.
    constexpr int kMostCuts = 16;
    for (int steps = 0; node && steps < kMostCuts; ++steps) {
        NodeView cut = cut_above(node);
        if (!cut) break;
        node = last_denial(cut.name());
    }
    return node;
}

Zone::Cursor::Cursor(const Zone& zone) : Cursor(zone, 0, zone.base_->name_count()) {
}

Zone::Cursor::Cursor(const Zone& zone, size_t first_rank, size_t end_rank)
    : zone_(zone), rank_(first_rank), end_rank_(end_rank) {
    if (zone.changes_) changed_ = zone.changes_->layer.in_order();
    settle();
}

Zone::Cursor::Cursor(const Zone& zone, dns::NameView first)
    : zone_(zone),
      rank_(zone.base_->rank_at_or_before(first)),
      end_rank_(zone.base_->name_count()) {
    if (!(zone.base_->by_rank(rank_).name() == first)) ++rank_;
    if (zone.changes_) changed_ = zone.changes_->layer.in_order_from(first);
    settle();
}

// Takes the first of base and layer; the layer's node stands for the base's of the same name.
void Zone::Cursor::settle() {
    for (;;) {
        bool in_base = rank_ < end_rank_;
        if (!changed_) {
            current_ = in_base ? zone_.base_->by_rank(rank_) : NodeView();
            from_layer_ = false;
            return;
        }
        NodeView changed = (*changed_).view();
        int side = in_base ? dns::canonical_compare(zone_.base_->by_rank(rank_).name(),
                                                    changed.name())
                           : 1;
        if (side < 0) {
            current_ = zone_.base_->by_rank(rank_);
            from_layer_ = false;
            return;
        }
        if (side == 0) ++rank_;
        if (!changed.has(fact::removed)) {
            current_ = changed;
            from_layer_ = true;
            return;
        }
        changed_.next();
    }
}

void Zone::Cursor::next() {
    if (from_layer_)
        changed_.next();
    else
        ++rank_;
    settle();
}

}  // namespace zones
