#include "zones/base.h"

#include <algorithm>

namespace zones {

size_t CrossingDepths::next(size_t from) const {
    for (size_t word = from / 64; word < marks_.size(); ++word) {
        uint64_t left = marks_[word];
        if (word == from / 64) left &= ~uint64_t{0} << (from % 64);
        if (left != 0) return word * 64 + static_cast<size_t>(__builtin_ctzll(left));
    }
    return kNone;
}

size_t Base::memory() const {
    return sizeof(Base) + memory_.used + nodes_memory_.used;
}

NodeView Base::find(uint64_t hash, dns::NameView relative) const {
    Ref found = index_.find(hash, [&](Ref ref) { return node(ref).name() == relative; });
    return found ? node(found) : NodeView();
}

void Base::prefetch_nodes(uint64_t hash) const {
    index_.find(hash, [&](Ref ref) {
        // Head, name and entries; the records of most nodes end within the next line.
        __builtin_prefetch(nodes_ + ref.octets());
        __builtin_prefetch(nodes_ + ref.octets() + 64);
        return true;
    });
}

size_t Base::rank_at_or_before(dns::NameView relative) const {
    auto behind = std::upper_bound(
        order_.begin(), order_.end(), relative, [&](dns::NameView name, Ref ref) {
            return dns::canonical_compare(name, node(ref).name()) < 0;
        });
    return static_cast<size_t>(behind - order_.begin()) - 1;
}

}  // namespace zones
