// The zones of a view by name: a persistent hash trie, so that a set with one zone more shares all
// but a few small nodes with the one before, however many zones there are.
//
//   hash of the name, 5 bits a level, from the top
//
//   root  [ 0 .. 31 ] --> [ 0 .. 31 ] --> ... --> ServedZone
//
//   node  | users | zones: mask | nodes: mask | tag, tag ... | zone, zone ... | node ... |
//
// A node has a bit and a place for each slot that is taken, and none for the others; a zone's tag
// is a part of its hash, so that hardly any other name gets as far as being compared. A node that
// no other table uses is changed in place, so that a table is filled at once.
//
// A search asks for the longest suffix of a name that is a zone: the depths (label counts) at which
// zones exist are known, so one with few depths needs few looks.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "dns/name.h"
#include "dns/name_hash.h"

namespace server {

class ServedZone;
using ZonePointer = std::shared_ptr<const ServedZone>;

class ZoneTable {
  public:
    // `hash_mask` is for tests, which want hashes that agree.
    explicit ZoneTable(dns::SipKey key = {}, uint64_t hash_mask = UINT64_MAX)
        : key_(key), hash_mask_(hash_mask) {}

    size_t size() const { return size_; }
    dns::SipKey key() const { return key_; }

    // The zone of exactly this name, or null.
    const ServedZone* find(dns::NameView name) const;
    ZonePointer find_shared(dns::NameView name) const;
    // The zone with the longest name that `name` is at or below, or null. With `above`, zones of
    // `name` itself do not count (a DS question is for the parent).
    const ServedZone* find_longest(dns::NameView name, bool above = false) const;
    // The same, for who has the offsets of the name's labels already: the path of a query.
    const ServedZone* find_longest(dns::NameView name, std::span<const uint8_t> labels,
                                   bool above) const;

    // Puts a zone in, in place of one of the same name. Costs a few small nodes.
    void put(ZonePointer zone);
    bool remove(dns::NameView name);

    // Each zone, in no particular order.
    void for_each(const std::function<void(const ZonePointer&)>& use) const;

  private:
    struct Node;

    // Shares a node among tables: several threads may hold it, one table's owner changes it.
    class NodePointer {
      public:
        NodePointer() = default;
        explicit NodePointer(Node* node) : node_(node) {}
        NodePointer(const NodePointer& other);
        NodePointer(NodePointer&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
        NodePointer& operator=(NodePointer other) noexcept {
            std::swap(node_, other.node_);
            return *this;
        }
        ~NodePointer();
        Node* get() const { return node_; }
        Node* operator->() const { return node_; }
        explicit operator bool() const { return node_ != nullptr; }

      private:
        Node* node_ = nullptr;
    };

    // A name on its way down: which slot is next.
    struct Probe;

    static const ZonePointer* find(const Node* node, Probe probe);
    static bool put(NodePointer& at, Probe probe, ZonePointer zone);
    static void remove(NodePointer& at, Probe probe);

    Probe probe(dns::NameView name) const;
    Probe probe(dns::NameView name, uint64_t hash) const;
    void count_depth(size_t depth, int by);
    bool is_marked(size_t depth) const { return (depth_marks_[depth / 64] >> depth % 64 & 1) != 0; }
    bool any_marked_above(size_t depth) const {
        return depth < 63 ? (depth_marks_[0] >> (depth + 1) | depth_marks_[1]) != 0
                          : depth < 127 && depth_marks_[1] >> (depth - 63) != 0;
    }

    dns::SipKey key_;
    uint64_t hash_mask_;
    NodePointer root_;
    size_t size_ = 0;
    // How many zones have names of so many labels, and which counts are not 0.
    std::array<uint32_t, dns::kMaxLabels> depths_{};
    std::array<uint64_t, 2> depth_marks_{};
};

}  // namespace server
