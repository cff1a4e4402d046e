#include "zones/layer.h"

namespace zones {

int ByHash::compare(const Probe& probe, const LayerNode& node) {
    if (probe.hash != node.hash) return probe.hash < node.hash ? -1 : 1;
    return dns::canonical_compare(probe.name, node.view().name());
}

const Layer& Layer::none() {
    static const Layer layer;
    return layer;
}

const LayerNode* Layer::find(uint64_t hash, dns::NameView relative) const {
    return by_hash_.find({hash, relative});
}

const LayerNode* Layer::at_or_before(dns::NameView relative) const {
    const LayerNode* found = by_order_.at_or_before(relative);
    while (found != nullptr && found->view().has(fact::removed))
        found = by_order_.before(found->view().name());
    return found;
}

void Layer::put(std::shared_ptr<const LayerNode> node) {
    if (by_hash_.put(node)) ++size_;
    by_order_.put(std::move(node));
}

}  // namespace zones
