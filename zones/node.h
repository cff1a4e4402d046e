// A node: all that is known about one name that exists, in one run of octets. Every name between
// the apex and a name with records exists too (empty non-terminals), and has a node.
//
//   +------------------+----------------------+----------------------------+------------------+
//   | NodeHead (16)    | name, relative to    | RrsetEntry (12) each       | the RRsets       |
//   | facts, counts    | the apex, as written | by type, then type covered | links?, records  |
//   +------------------+----------------------+----------------------------+------------------+
//
//   an RRset:  [ link (4) per record, if any are targets ]
//              [ type 2 | class 2 | ttl 4 | rdlength 2 | rdata ]  per record, canonical order
//
// The records of an RRset stand as they go out on the wire, less the owner; signatures are RRsets
// of their own, one per type covered. Places are kept apart, because no answer reads them.
// A node holds facts about itself only. What depends on other names (below a cut) is read from the
// ancestors by who searches. A base and a layer of changes hold nodes of the same form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "dns/base/place.h"
#include "dns/name.h"
#include "dns/rdata.h"
#include "dns/rr_types.h"

namespace zones {

// A name's number in a base: where its node begins, in units of 8 octets. 0 is none.
class Ref {
public:
    constexpr Ref() = default;
    constexpr explicit Ref(uint32_t units) : units_(units) {}
    static constexpr Ref at(size_t octets) { return Ref(static_cast<uint32_t>(octets / 8)); }
    static constexpr size_t kMaxOctets = (size_t{1} << 32) * 8;

    constexpr uint32_t units() const { return units_; }
    constexpr size_t octets() const { return size_t{units_} * 8; }
    constexpr explicit operator bool() const { return units_ != 0; }
    constexpr bool operator==(const Ref&) const = default;

private:
    uint32_t units_ = 0;
};

namespace fact {
inline constexpr uint8_t cut = 1;             // NS below the apex: a delegation
inline constexpr uint8_t alias = 2;           // CNAME
inline constexpr uint8_t redirect = 4;        // DNAME
inline constexpr uint8_t wildcard_child = 8;  // *.name exists
inline constexpr uint8_t removed = 16;        // in a layer: the name is no more
inline constexpr uint8_t hashed_owner = 32;   // owns NSEC3 and its signatures, nothing else
inline constexpr uint8_t made_here = 64;      // in a base: RRSIG, NSEC and NSEC3 have no places
}

struct NodeHead {
    uint32_t rank;         // position in the canonical order of its base; in a layer 0
    uint32_t children;     // names directly below
    uint32_t first_place;  // of its first record, in the places of who holds the node
    uint16_t rrset_count;
    uint8_t name_size;     // relative: without the apex, 0 for the apex itself
    uint8_t facts;
};
static_assert(sizeof(NodeHead) == 16);

struct RrsetEntry {
    uint16_t type;
    uint16_t covered;  // for RRSIG the type that it covers, else 0
    uint16_t count;    // records
    uint16_t size;     // octets of all records as stored, links apart
    uint32_t start;    // from the node's start to the links, or to the records; top bit: has links

    static constexpr uint32_t kHasLinks = uint32_t{1} << 31;
    bool has_links() const { return (start & kHasLinks) != 0; }
    uint32_t links_at() const { return start & ~kHasLinks; }
    uint32_t records_at() const { return links_at() + (has_links() ? 4u * count : 0u); }
};
static_assert(sizeof(RrsetEntry) == 12);

// One record as stored: type, class, TTL, rdlength, rdata.
class RecordView {
public:
    static constexpr size_t kHead = 10;

    constexpr RecordView() = default;
    explicit RecordView(const uint8_t* stored) : stored_(stored) {}
    uint16_t type() const { return read16(0); }
    uint32_t ttl() const { return uint32_t{read16(4)} << 16 | read16(6); }
    dns::Octets rdata() const { return {stored_ + kHead, read16(8)}; }
    dns::Octets wire() const { return {stored_, kHead + read16(8)}; }
    const uint8_t* data() const { return stored_; }

private:
    uint16_t read16(size_t at) const {
        return static_cast<uint16_t>(stored_[at] << 8 | stored_[at + 1]);
    }
    const uint8_t* stored_ = nullptr;
};

// What a signer makes for each name.
inline bool is_made_by_signing(uint16_t type) {
    return type == dns::type::RRSIG || type == dns::type::NSEC || type == dns::type::NSEC3;
}

// An RRset of a node; false where there is none.
class RrsetView {
public:
    RrsetView() = default;
    RrsetView(const uint8_t* node, const RrsetEntry* entry, const dns::Place* places)
        : node_(node), entry_(entry), places_(places) {}

    explicit operator bool() const { return entry_ != nullptr; }
    uint16_t type() const { return entry_->type; }
    uint16_t covered() const { return entry_->covered; }
    size_t count() const { return entry_->count; }
    uint32_t ttl() const { return RecordView(node_ + entry_->records_at()).ttl(); }
    // All records as stored, one after the other.
    dns::Octets wire() const { return {node_ + entry_->records_at(), entry_->size}; }
    // Null places (a node made without a text) give unknown ones.
    dns::Place place(size_t record) const { return places_ ? places_[record] : dns::Place(); }
    const dns::Place* places() const { return places_; }
    bool has_links() const { return entry_->has_links(); }
    // The node of a record's target, none if it is not in the base.
    Ref link(size_t record) const {
        uint32_t units;
        std::memcpy(&units, node_ + entry_->links_at() + 4 * record, 4);
        return Ref(units);
    }

    class Iterator {
    public:
        explicit Iterator(const uint8_t* at) : at_(at) {}
        RecordView operator*() const { return RecordView(at_); }
        Iterator& operator++() {
            at_ += RecordView(at_).wire().size();
            return *this;
        }
        bool operator!=(const Iterator& other) const { return at_ != other.at_; }

    private:
        const uint8_t* at_;
    };
    Iterator begin() const { return Iterator(wire().data()); }
    Iterator end() const { return Iterator(wire().data() + wire().size()); }
    RecordView first() const { return *begin(); }

private:
    const uint8_t* node_ = nullptr;
    const RrsetEntry* entry_ = nullptr;
    const dns::Place* places_ = nullptr;
};

// A node, wherever it lies; false where there is none.
class NodeView {
public:
    NodeView() = default;
    // `places` are those of the whole base or layer node: first_place counts from there.
    NodeView(const NodeHead* head, const dns::Place* places) : head_(head), places_(places) {}

    explicit operator bool() const { return head_ != nullptr; }
    bool operator==(const NodeView& other) const { return head_ == other.head_; }
    const NodeHead& head() const { return *head_; }
    const uint8_t* octets() const { return reinterpret_cast<const uint8_t*>(head_); }
    // Those of all its records that have one; null where none are held.
    const dns::Place* places() const { return places_ ? places_ + head_->first_place : nullptr; }

    // Relative to the apex, without the root label; empty for the apex.
    dns::NameView name() const { return {octets() + sizeof(NodeHead), head_->name_size}; }
    bool is_apex() const { return head_->name_size == 0; }
    bool has(uint8_t facts) const { return (head_->facts & facts) != 0; }
    uint32_t children() const { return head_->children; }
    // A name that exists only to carry NSEC3 does not exist for who asks for it (RFC 5155 7.2.8).
    bool is_hidden() const { return has(fact::hashed_owner) && head_->children == 0; }
    bool is_empty() const { return head_->rrset_count == 0; }
    size_t rrset_count() const { return head_->rrset_count; }
    RrsetView rrset(size_t index) const;
    RrsetView find(uint16_t type, uint16_t covered = 0) const;
    // Of those that signing makes, the places are as a rule nowhere, and then not kept.
    bool has_places(const RrsetEntry& entry) const {
        return !has(fact::made_here) || !is_made_by_signing(entry.type);
    }
    bool owns(uint16_t type) const { return static_cast<bool>(find(type)); }
    size_t record_count() const;

    const RrsetEntry* entries() const {
        return reinterpret_cast<const RrsetEntry*>(octets() + entries_at(head_->name_size));
    }
    static size_t entries_at(size_t name_size) {
        return (sizeof(NodeHead) + name_size + 3) & ~size_t{3};
    }

private:
    const NodeHead* head_ = nullptr;
    const dns::Place* places_ = nullptr;
};

// The parts that a node is written from.
struct RrsetParts {
    uint16_t type = 0;
    uint16_t covered = 0;
    uint16_t count = 0;
    bool with_links = false;
    dns::Octets wire;  // as stored
};

size_t node_size(dns::NameView relative_name, std::span<const RrsetParts> rrsets);
// Writes the node to `to` (node_size octets, aligned to 8), links as none. Facts that follow from
// the RRsets (cut, alias, redirect, hashed owner) are set; wildcard_child and children are the caller's.
NodeHead* write_node(uint8_t* to, dns::NameView relative_name, std::span<const RrsetParts> rrsets);

// True for the types whose records store a link to their target's node: those with a target, and
// CNAME.
bool has_links(uint16_t type);

// One record as stored; `to` has room for RecordView::kHead + rdata.size().
inline uint8_t* write_record(uint8_t* to, uint16_t type, uint32_t ttl, dns::Octets rdata) {
    const uint8_t head[RecordView::kHead] = {
        static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type), 0, 1,  // class IN
        static_cast<uint8_t>(ttl >> 24), static_cast<uint8_t>(ttl >> 16),
        static_cast<uint8_t>(ttl >> 8), static_cast<uint8_t>(ttl),
        static_cast<uint8_t>(rdata.size() >> 8), static_cast<uint8_t>(rdata.size())};
    std::memcpy(to, head, sizeof head);
    if (!rdata.empty()) std::memcpy(to + sizeof head, rdata.data(), rdata.size());
    return to + sizeof head + rdata.size();
}

// Which RRset a stored record belongs to: its type, and for RRSIG the type that it covers.
uint16_t covered_type(uint16_t type, dns::Octets rdata);

}  // namespace zones
