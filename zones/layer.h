// A layer: changed nodes over a base, as small persistent maps. A new version of a layer shares all
// but the path to what changed with the one before.
//
//   by hash   hash -> node        for searches
//   by order  name -> node        for canonical order
//
// Both are treaps whose priorities come from the keyed hash, so nobody who chooses names can make
// them deep. A name that is gone is a node with fact::removed.
#pragma once

#include <cstddef>
#include <memory>

#include "zones/node.h"
#include "zones/persistent_map.h"

namespace zones {

// A node that owns its octets and, behind them, its places, in one piece of memory: a view's patch
// is some ten of these, and there may be thousands of views.
class LayerNode {
public:
    // Room for so many octets of a node (a multiple of 8) and so many places.
    LayerNode(uint64_t hash_of_name, size_t node_octets, size_t places)
        : hash(hash_of_name),
          places_at_(static_cast<uint32_t>(node_octets)),
          octets_(std::make_unique<std::byte[]>(node_octets + places * sizeof(dns::Place))) {}

    uint8_t* octets() { return reinterpret_cast<uint8_t*>(octets_.get()); }
    dns::Place* places() {
        return reinterpret_cast<dns::Place*>(octets_.get() + places_at_);
    }
    NodeView view() const {
        return {reinterpret_cast<const NodeHead*>(octets_.get()),
                reinterpret_cast<const dns::Place*>(octets_.get() + places_at_)};
    }

    const uint64_t hash;

private:
    uint32_t places_at_;
    std::unique_ptr<std::byte[]> octets_;
};

struct ByHash {
    struct Probe {
        uint64_t hash;
        dns::NameView name;
    };
    static int compare(const Probe& probe, const LayerNode& node);
    static Probe probe_of(const LayerNode& node) { return {node.hash, node.view().name()}; }
};

struct ByOrder {
    using Probe = dns::NameView;
    static int compare(const Probe& probe, const LayerNode& node) {
        return dns::canonical_compare(probe, node.view().name());
    }
    static Probe probe_of(const LayerNode& node) { return node.view().name(); }
};

class Layer {
public:
    using OrderMap = PersistentMap<LayerNode, ByOrder>;
    using OrderCursor = OrderMap::Cursor;

    static const Layer& none();
    bool empty() const { return size_ == 0; }
    size_t size() const { return size_; }
    // Null if the layer does not know the name; a node with fact::removed if it is gone.
    const LayerNode* find(uint64_t hash, dns::NameView relative) const;
    // The last name that is not behind `relative` and is not gone.
    const LayerNode* at_or_before(dns::NameView relative) const;
    OrderCursor in_order() const { return OrderCursor(by_order_); }
    OrderCursor in_order_from(dns::NameView first) const { return {by_order_, first}; }
    // The layer with this node put in place of what it knew of the name.
    void put(std::shared_ptr<const LayerNode> node);

private:
    PersistentMap<LayerNode, ByHash> by_hash_;
    OrderMap by_order_;
    size_t size_ = 0;
};

}  // namespace zones
