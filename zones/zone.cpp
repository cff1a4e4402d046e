#include "zones/zone.h"

#include <algorithm>

namespace zones {

Zone::Zone(std::shared_ptr<const Base> base)
    : base_(std::move(base)),
      crossings_(base_->crossings()),
      max_depth_(base_->max_depth()),
      name_count_(base_->name_count()),
      record_count_(base_->record_count()) {}

Zone::Query::Query(const Zone& zone, dns::NameView name) : relative(name), labels(name) {
    dns::NameHash hash(zone.base_->key());
    hashes[0] = hash.digest();
    size_t depth = std::min(labels.count, zone.max_depth_);
    for (size_t d = 1; d <= depth; ++d) {
        hash.absorb_label(name.data() + labels.at[labels.count - d]);
        hashes[d] = hash.digest();
    }
}

NodeView Zone::find(uint64_t hash, dns::NameView relative) const {
    if (!changes_.empty()) {
        if (const LayerNode* changed = changes_.find(hash, relative))
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
    return changes_.empty() ? base_->apex() : find(dns::NameView());
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
    return locate(Query(*this, relative));
}

namespace {

dns::NameView last_labels(const Zone::Query& query, size_t depth) {
    if (depth == 0) return query.relative.suffix(query.relative.size());
    return query.relative.suffix(query.labels.at[query.labels.count - depth]);
}

}  // namespace

Position Zone::locate(const Query& query) const {
    size_t wanted = query.labels.count;
    size_t deepest = std::min(wanted, max_depth_);
    Position position;
    for (size_t d = crossings_.next(0); d <= deepest; d = crossings_.next(d + 1)) {
        NodeView ancestor = find(query.hashes[d], last_labels(query, d));
        if (!ancestor) break;  // then nothing deeper exists either
        if (!ancestor.has(fact::cut) && !(ancestor.has(fact::redirect) && d < wanted)) continue;
        position.crossing = position.encloser = ancestor;
        position.encloser_labels = d;
        if (d == wanted) position.node = ancestor;
        return position;
    }
    if (wanted == deepest) {
        position.node = find(query.hashes[wanted], last_labels(query, wanted));
        if (position.node) {
            position.encloser = position.node;
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
        if (NodeView ancestor = find(query.hashes[depth], last_labels(query, depth))) {
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
    size_t wanted = query.labels.count;
    size_t deepest = std::min(wanted, max_depth_);
    for (size_t d = crossings_.next(1); d < deepest; d = crossings_.next(d + 1))
        fetch(query.hashes[d]);
    fetch(query.hashes[deepest]);
}

void Zone::locate_all(std::span<const Query> queries, std::span<Position> positions) const {
    for (const Query& query : queries)
        for_first_looks(query, [&](uint64_t hash) { base_->prefetch_bucket(hash); });
    for (const Query& query : queries)
        for_first_looks(query, [&](uint64_t hash) { base_->prefetch_nodes(hash); });
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
    if (changes_.empty()) return base_->by_rank(rank);
    const LayerNode* changed = changes_.at_or_before(relative);
    // The apex is never gone, so this ends.
    for (;; --rank) {
        NodeView node = base_->by_rank(rank);
        if (changed != nullptr &&
            dns::canonical_compare(changed->view().name(), node.name()) >= 0)
            return changed->view();
        if (rank == 0 || find(node.name())) return node;
    }
}

Zone::Cursor::Cursor(const Zone& zone) : Cursor(zone, 0, zone.base_->name_count()) {
}

Zone::Cursor::Cursor(const Zone& zone, size_t first_rank, size_t end_rank)
    : zone_(zone), rank_(first_rank), end_rank_(end_rank) {
    if (!zone.changes_.empty()) changed_ = zone.changes_.in_order();
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
