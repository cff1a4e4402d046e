#include "zones/node.h"

#include <array>

#include <algorithm>

namespace zones {

namespace {

constexpr size_t kDenseTypes = 272;

bool names_target(uint16_t type) {
    if (type == dns::type::CNAME) return true;
    const dns::RrType* row = dns::find_type(type);
    return row != nullptr && row->has_target();
}

// Asked for each RRset of a load, so the rows are read once.
const std::array<bool, kDenseTypes>& linked_types() {
    static const std::array<bool, kDenseTypes> table = [] {
        std::array<bool, kDenseTypes> linked{};
        for (size_t type = 0; type < kDenseTypes; ++type)
            linked[type] = names_target(static_cast<uint16_t>(type));
        return linked;
    }();
    return table;
}

}  // namespace

bool has_links(uint16_t type) {
    return type < kDenseTypes ? linked_types()[type] : names_target(type);
}

RrsetView NodeView::rrset(size_t index) const {
    const RrsetEntry* all = entries();
    const dns::Place* places = has_places(all[index]) ? this->places() : nullptr;
    for (size_t i = 0; places != nullptr && i < index; ++i)
        if (has_places(all[i])) places += all[i].count;
    return {octets(), all + index, places};
}

RrsetView NodeView::find(uint16_t type, uint16_t covered) const {
    const RrsetEntry* all = entries();
    size_t place = head_->first_place;
    for (size_t i = 0; i < head_->rrset_count; ++i) {
        const bool placed = has_places(all[i]);
        if (all[i].type == type && all[i].covered == covered)
            return {octets(), all + i, places_ && placed ? places_ + place : nullptr};
        if (placed) place += all[i].count;
    }
    return {};
}

size_t NodeView::record_count() const {
    size_t count = 0;
    for (size_t i = 0; i < head_->rrset_count; ++i) count += entries()[i].count;
    return count;
}

size_t node_size(dns::NameView relative_name, std::span<const RrsetParts> rrsets) {
    size_t size = NodeView::entries_at(relative_name.size()) + rrsets.size() * sizeof(RrsetEntry);
    for (const RrsetParts& rrset : rrsets) {
        if (rrset.with_links) size = ((size + 3) & ~size_t{3}) + 4 * size_t{rrset.count};
        size += rrset.wire.size();
    }
    return (size + 7) & ~size_t{7};
}

NodeHead* write_node(uint8_t* to, dns::NameView relative_name,
                     std::span<const RrsetParts> rrsets) {
    NodeHead* head = new (to) NodeHead{};
    head->name_size = static_cast<uint8_t>(relative_name.size());
    head->rrset_count = static_cast<uint16_t>(rrsets.size());
    if (!relative_name.empty())
        std::memcpy(to + sizeof(NodeHead), relative_name.data(), relative_name.size());
    size_t entries_at = NodeView::entries_at(relative_name.size());
    auto* entry = reinterpret_cast<RrsetEntry*>(to + entries_at);
    size_t at = entries_at + rrsets.size() * sizeof(RrsetEntry);
    bool hashed_owner = !rrsets.empty() && !relative_name.empty();
    for (const RrsetParts& rrset : rrsets) {
        if (rrset.with_links) at = (at + 3) & ~size_t{3};
        *entry++ = RrsetEntry{rrset.type, rrset.covered, rrset.count,
                              static_cast<uint16_t>(rrset.wire.size()),
                              static_cast<uint32_t>(at) |
                                  (rrset.with_links ? RrsetEntry::kHasLinks : 0)};
        if (rrset.with_links) {
            std::memset(to + at, 0, 4 * size_t{rrset.count});
            at += 4 * size_t{rrset.count};
        }
        std::memcpy(to + at, rrset.wire.data(), rrset.wire.size());
        at += rrset.wire.size();
        hashed_owner &= rrset.type == dns::type::NSEC3 ||
                        (rrset.type == dns::type::RRSIG && rrset.covered == dns::type::NSEC3);
        if (rrset.type == dns::type::CNAME) head->facts |= fact::alias;
        if (rrset.type == dns::type::DNAME) head->facts |= fact::redirect;
        if (rrset.type == dns::type::NS && head->name_size > 0) head->facts |= fact::cut;
    }
    if (hashed_owner) head->facts |= fact::hashed_owner;
    return head;
}

uint16_t covered_type(uint16_t type, dns::Octets rdata) {
    bool signature = type == dns::type::RRSIG || type == dns::type::SIG;
    if (!signature || rdata.size() < 2) return 0;
    return static_cast<uint16_t>(rdata[0] << 8 | rdata[1]);
}

}  // namespace zones
