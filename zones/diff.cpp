#include "zones/diff.h"

#include <algorithm>

namespace zones {

namespace {

using Key = std::pair<uint16_t, uint16_t>;

bool same_octets(dns::Octets a, dns::Octets b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// RRsets of a node stand by type and type covered, so two nodes are compared in one walk.
void compare(const UseChange& use, dns::NameView owner, const NodeView& before,
             const NodeView& after) {
    size_t b = 0, a = 0;
    size_t before_count = before ? before.rrset_count() : 0;
    size_t after_count = after ? after.rrset_count() : 0;
    while (b < before_count || a < after_count) {
        RrsetView old = b < before_count ? before.rrset(b) : RrsetView();
        RrsetView now = a < after_count ? after.rrset(a) : RrsetView();
        if (!now || (old && Key(old.type(), old.covered()) < Key(now.type(), now.covered()))) {
            use(owner, old, RrsetView());
            ++b;
        } else if (!old || Key(now.type(), now.covered()) < Key(old.type(), old.covered())) {
            use(owner, RrsetView(), now);
            ++a;
        } else {
            if (!same_octets(old.wire(), now.wire())) use(owner, old, now);
            ++b, ++a;
        }
    }
}

// Versions over one base differ only where the layer of either knows a name.
void compare_layers(const Zone& before, const Zone& after, const UseChange& use) {
    Layer::OrderCursor old = before.changes().in_order(), now = after.changes().in_order();
    while (old || now) {
        const LayerNode* old_node = old ? &*old : nullptr;
        const LayerNode* new_node = now ? &*now : nullptr;
        int side = new_node == nullptr   ? -1
                   : old_node == nullptr ? 1
                                         : dns::canonical_compare(old_node->view().name(),
                                                                  new_node->view().name());
        if (side != 0 || old_node != new_node) {
            dns::NameView name = (side <= 0 ? old_node : new_node)->view().name();
            compare(use, name, before.find(name), after.find(name));
        }
        if (side <= 0) old.next();
        if (side >= 0) now.next();
    }
}

}  // namespace

void for_each_change(const Zone& before, const Zone& after, const UseChange& use) {
    if (&before.base() == &after.base()) return compare_layers(before, after, use);
    Zone::Cursor old(before), now(after);
    while (old || now) {
        int side = !now   ? -1
                   : !old ? 1
                          : dns::canonical_compare((*old).name(), (*now).name());
        NodeView old_node = side <= 0 ? *old : NodeView();
        NodeView new_node = side >= 0 ? *now : NodeView();
        const NodeView& named = side <= 0 ? old_node : new_node;
        if (!named.is_empty() || (side == 0 && !new_node.is_empty()))
            compare(use, named.name(), old_node, new_node);
        if (side <= 0) old.next();
        if (side >= 0) now.next();
    }
}

ChangeSet diff(const Zone& before, const Zone& after) {
    ChangeSet out;
    for_each_change(before, after,
                    [&](dns::NameView owner, const RrsetView& old, const RrsetView& now) {
                        out.changes.push_back({before.absolute(owner), own(old), own(now)});
                    });
    return out;
}

}  // namespace zones
