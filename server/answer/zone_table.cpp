#include "server/answer/zone_table.h"

#include <atomic>
#include <bit>
#include <new>
#include <vector>

#include "server/answer/set.h"

namespace server {

namespace {

constexpr unsigned kBits = 5;
constexpr unsigned kLevels = 12;  // that one hash has bits for

uint64_t hash_of(dns::SipKey key, dns::NameView name) {
    dns::NameHash hash(key);
    hash.absorb(name);
    return hash.digest();
}

size_t places_before(uint32_t mask, uint32_t bit) {
    return static_cast<size_t>(std::popcount(mask & (bit - 1)));
}

}  // namespace

struct ZoneTable::Probe {
    dns::NameView name;
    dns::SipKey key;
    uint64_t mask;
    uint64_t hash;
    uint32_t tag;
    unsigned level = 0;

    uint32_t bit() const {
        return uint32_t{1} << (hash >> (64 - kBits * (level % kLevels + 1)) & 31);
    }
    // Names whose hashes agree go on with those of another key, so that they part somewhere.
    void descend() {
        if (++level % kLevels != 0) return;
        key.k0 += 0x9e3779b97f4a7c15;
        mask = UINT64_MAX;
        hash = hash_of(key, name);
    }
    // Another name at the same level.
    Probe of(dns::NameView other, uint32_t other_tag) const {
        return {other, key, mask, hash_of(key, other) & mask, other_tag, level};
    }
};

// What the head of a node tells is laid out behind it.
struct ZoneTable::Node {
    std::atomic<uint32_t> users{1};
    uint32_t zones = 0;  // slots that hold a zone
    uint32_t nodes = 0;  // slots that hold a node
    uint32_t unused = 0;

    size_t zone_count() const { return static_cast<size_t>(std::popcount(zones)); }
    size_t node_count() const { return static_cast<size_t>(std::popcount(nodes)); }
    static size_t tags_size(size_t zone_count) { return (zone_count * 4 + 7) & ~size_t{7}; }

    uint32_t* tags() const { return reinterpret_cast<uint32_t*>(const_cast<Node*>(this) + 1); }
    ZonePointer* zone_places() const {
        return reinterpret_cast<ZonePointer*>(reinterpret_cast<uint8_t*>(tags()) +
                                              tags_size(zone_count()));
    }
    NodePointer* node_places() const {
        return reinterpret_cast<NodePointer*>(zone_places() + zone_count());
    }
    bool is_shared() const { return users.load(std::memory_order_acquire) > 1; }

    // With all its places empty.
    static NodePointer make(uint32_t zones, uint32_t nodes);
    // Gives the node exactly these places; those that it had keep what they hold. It is not shared.
    static void reshape(NodePointer& at, uint32_t zones, uint32_t nodes);
    // A copy of its own, if others use the node.
    static void own(NodePointer& at);
    static void destroy(Node* node);
};
static_assert(sizeof(std::shared_ptr<const ServedZone>) % 8 == 0);

ZoneTable::NodePointer ZoneTable::Node::make(uint32_t zones, uint32_t nodes) {
    auto zone_count = static_cast<size_t>(std::popcount(zones));
    auto node_count = static_cast<size_t>(std::popcount(nodes));
    size_t size = sizeof(Node) + tags_size(zone_count) + zone_count * sizeof(ZonePointer) +
                  node_count * sizeof(NodePointer);
    Node* node = new (::operator new(size)) Node;
    node->zones = zones;
    node->nodes = nodes;
    for (size_t i = 0; i < zone_count; ++i) new (node->zone_places() + i) ZonePointer;
    for (size_t i = 0; i < node_count; ++i) new (node->node_places() + i) NodePointer;
    return NodePointer(node);
}

void ZoneTable::Node::destroy(Node* node) {
    // As deep as the tree, which names whose hashes agree cannot make deep.
    for (size_t i = 0; i < node->zone_count(); ++i) node->zone_places()[i].~ZonePointer();
    for (size_t i = 0; i < node->node_count(); ++i) node->node_places()[i].~NodePointer();
    node->~Node();
    ::operator delete(node);
}

void ZoneTable::Node::reshape(NodePointer& at, uint32_t zones, uint32_t nodes) {
    NodePointer made = make(zones, nodes);
    auto for_kept = [](uint32_t before, uint32_t after, auto move) {
        size_t from = 0, to = 0;
        for (uint32_t left = before | after; left != 0; left &= left - 1) {
            uint32_t bit = left & -left;
            if ((before & after & bit) != 0) move(from, to);
            from += (before & bit) != 0;
            to += (after & bit) != 0;
        }
    };
    uint32_t *tags = at->tags(), *new_tags = made->tags();
    ZonePointer *held = at->zone_places(), *places = made->zone_places();
    for_kept(at->zones, zones, [&](size_t from, size_t to) {
        new_tags[to] = tags[from];
        places[to] = std::move(held[from]);
    });
    NodePointer *below = at->node_places(), *node_places = made->node_places();
    for_kept(at->nodes, nodes,
             [&](size_t from, size_t to) { node_places[to] = std::move(below[from]); });
    at = std::move(made);
}

void ZoneTable::Node::own(NodePointer& at) {
    if (!at->is_shared()) return;
    NodePointer copy = make(at->zones, at->nodes);
    for (size_t i = 0; i < at->zone_count(); ++i) {
        copy->tags()[i] = at->tags()[i];
        copy->zone_places()[i] = at->zone_places()[i];
    }
    for (size_t i = 0; i < at->node_count(); ++i) copy->node_places()[i] = at->node_places()[i];
    at = std::move(copy);
}

ZoneTable::NodePointer::NodePointer(const NodePointer& other) : node_(other.node_) {
    if (node_ != nullptr) node_->users.fetch_add(1, std::memory_order_relaxed);
}

ZoneTable::NodePointer::~NodePointer() {
    if (node_ != nullptr && node_->users.fetch_sub(1, std::memory_order_acq_rel) == 1)
        Node::destroy(node_);
}

// ---- search ------------------------------------------------------------------------------------

ZoneTable::Probe ZoneTable::probe(dns::NameView name, uint64_t hash) const {
    hash &= hash_mask_;
    return {name, key_, hash_mask_, hash, static_cast<uint32_t>(hash)};
}

ZoneTable::Probe ZoneTable::probe(dns::NameView name) const {
    return probe(name, hash_of(key_, name));
}

const ZonePointer* ZoneTable::find(const Node* node, Probe probe) {
    for (; node != nullptr; probe.descend()) {
        uint32_t bit = probe.bit();
        if ((node->zones & bit) != 0) {
            size_t place = places_before(node->zones, bit);
            if (node->tags()[place] != probe.tag) return nullptr;
            const ZonePointer& zone = node->zone_places()[place];
            return zone->name() == probe.name ? &zone : nullptr;
        }
        if ((node->nodes & bit) == 0) return nullptr;
        node = node->node_places()[places_before(node->nodes, bit)].get();
    }
    return nullptr;
}

ZonePointer ZoneTable::find_shared(dns::NameView name) const {
    const ZonePointer* found = find(root_.get(), probe(name));
    return found != nullptr ? *found : nullptr;
}

const ServedZone* ZoneTable::find(dns::NameView name) const {
    const ZonePointer* found = find(root_.get(), probe(name));
    return found != nullptr ? found->get() : nullptr;
}

const ServedZone* ZoneTable::find_longest(dns::NameView name, bool above) const {
    dns::LabelOffsets labels(name);
    return find_longest(name, {labels.at.data(), labels.count}, above);
}

const ServedZone* ZoneTable::find_longest(dns::NameView name, std::span<const uint8_t> labels,
                                          bool above) const {
    // The hashes of those suffixes that are as long as some zone's name, shortest first.
    struct Suffix {
        uint64_t hash;
        size_t start;
    };
    Suffix suffixes[dns::kMaxLabels];
    size_t count = 0;
    size_t end = labels.size() + (above ? 0 : 1);
    dns::NameHash hash(key_);
    for (size_t depth = 0; depth < end; ++depth) {
        size_t start = depth == 0 ? name.size() - 1 : labels[labels.size() - depth];
        if (depth > 0) hash.absorb_label(name.data() + start);
        if (is_marked(depth)) suffixes[count++] = {hash.digest(), start};
        if (!any_marked_above(depth)) break;
    }
    while (count-- > 0) {
        Probe suffix = probe(name.suffix(suffixes[count].start), suffixes[count].hash);
        if (const ZonePointer* found = find(root_.get(), suffix)) return found->get();
    }
    return nullptr;
}

void ZoneTable::for_each(const std::function<void(const ZonePointer&)>& use) const {
    std::vector<const Node*> waiting;
    if (root_) waiting.push_back(root_.get());
    while (!waiting.empty()) {
        const Node* node = waiting.back();
        waiting.pop_back();
        for (size_t i = 0; i < node->zone_count(); ++i) use(node->zone_places()[i]);
        for (size_t i = 0; i < node->node_count(); ++i)
            waiting.push_back(node->node_places()[i].get());
    }
}

// ---- change ------------------------------------------------------------------------------------

void ZoneTable::put(ZonePointer zone) {
    const size_t depth = zone->label_count();
    Probe place = probe(zone->name());
    if (put(root_, place, std::move(zone))) return;
    ++size_;
    count_depth(depth, 1);
}

// True if it takes the place of a zone of its name.
bool ZoneTable::put(NodePointer& at, Probe probe, ZonePointer zone) {
    uint32_t bit = probe.bit();
    if (!at)
        at = Node::make(bit, 0);
    else
        Node::own(at);
    if ((at->nodes & bit) != 0) {
        NodePointer& below = at->node_places()[places_before(at->nodes, bit)];
        probe.descend();
        return put(below, probe, std::move(zone));
    }
    if ((at->zones & bit) == 0) Node::reshape(at, at->zones | bit, at->nodes);
    size_t place = places_before(at->zones, bit);
    ZonePointer& held = at->zone_places()[place];
    if (held == nullptr || held->name() == probe.name) {
        bool replaces = held != nullptr;
        held = std::move(zone);
        at->tags()[place] = probe.tag;
        return replaces;
    }
    // Two zones in one slot: both go a level down.
    ZonePointer other = std::move(held);
    Probe others = probe.of(other->name(), at->tags()[place]);
    Node::reshape(at, at->zones & ~bit, at->nodes | bit);
    NodePointer& below = at->node_places()[places_before(at->nodes, bit)];
    others.descend();
    probe.descend();
    put(below, others, std::move(other));
    return put(below, probe, std::move(zone));
}

bool ZoneTable::remove(dns::NameView name) {
    Probe place = probe(name);
    if (find(root_.get(), place) == nullptr) return false;
    remove(root_, place);
    --size_;
    count_depth(name.label_count(), -1);
    return true;
}

// The zone is known to be there. A node that would be empty is none.
void ZoneTable::remove(NodePointer& at, Probe probe) {
    uint32_t bit = probe.bit();
    Node::own(at);
    if ((at->zones & bit) != 0) {
        if (at->zones == bit && at->nodes == 0)
            at = NodePointer();
        else
            Node::reshape(at, at->zones & ~bit, at->nodes);
        return;
    }
    NodePointer& below = at->node_places()[places_before(at->nodes, bit)];
    probe.descend();
    remove(below, probe);
    if (!below) {
        if (at->nodes == bit && at->zones == 0)
            at = NodePointer();
        else
            Node::reshape(at, at->zones, at->nodes & ~bit);
    } else if (below->nodes == 0 && below->zone_count() == 1) {
        // What is alone below stands as well here.
        ZonePointer zone = below->zone_places()[0];
        uint32_t tag = below->tags()[0];
        Node::reshape(at, at->zones | bit, at->nodes & ~bit);
        size_t place = places_before(at->zones, bit);
        at->zone_places()[place] = std::move(zone);
        at->tags()[place] = tag;
    }
}

void ZoneTable::count_depth(size_t depth, int by) {
    depths_[depth] += static_cast<uint32_t>(by);
    uint64_t bit = uint64_t{1} << depth % 64;
    if (depths_[depth] != 0)
        depth_marks_[depth / 64] |= bit;
    else
        depth_marks_[depth / 64] &= ~bit;
}

}  // namespace server
