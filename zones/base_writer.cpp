#include "zones/base_writer.h"

#include <algorithm>

#include "zones/parallel.h"

namespace zones {

namespace {

// Below this, a base of one part is one exact piece of memory.
constexpr size_t kSmall = size_t{1} << 20;

constexpr size_t kNamesPerPiece = 4096;
constexpr size_t kMostReserved = size_t{16} << 20;

constexpr size_t round_up(size_t octets, size_t unit) {
    return (octets + unit - 1) / unit * unit;
}

}  // namespace

NameList::Pool::Pool(size_t names, size_t parts)
    // The last piece of each part may stay all but empty.
    : piece_(parts == 1 ? names : kNamesPerPiece),
      names_(parts == 1 ? names : names + parts * kNamesPerPiece) {}

std::span<HashedRef> NameList::Pool::claim() {
    size_t at = next_.fetch_add(piece_);
    if (at + piece_ > names_.size()) return {};
    return {names_.data() + at, piece_};
}

bool NameList::add(Pool& pool, HashedRef name) {
    if (room_ == 0) {
        std::span<HashedRef> piece = pool.claim();
        if (piece.empty()) return false;
        pieces_.push_back(piece);
        next_ = piece.data();
        room_ = piece.size();
    }
    *next_++ = name;
    --room_;
    ++size_;
    return true;
}

// False if there is no room for them.
bool PartWriter::keep_places(NodeHead* head, std::span<const RrsetParts> rrsets,
                             std::span<const dns::Place> places) {
    head->first_place = static_cast<uint32_t>(next_place_);
    auto put = [&](std::span<const dns::Place> some) {
        size_t count = std::min(some.size(), end_place_ - next_place_);
        if (count > 0)
            std::memcpy(places_.data() + next_place_, some.data(), count * sizeof(dns::Place));
        next_place_ += count;
        return count == some.size();
    };
    if (rrsets.empty() || rrsets.back().type < dns::type::RRSIG) return put(places);
    size_t at = 0;
    bool any_made = false;
    for (const RrsetParts& rrset : rrsets) {
        const size_t end = std::min<size_t>(at + rrset.count, places.size());
        if (is_made_by_signing(rrset.type)) {
            any_made = true;
            for (size_t i = at; i < end; ++i)
                if (places[i].known()) return put(places);
        }
        at = end;
    }
    if (!any_made) return put(places);
    head->facts |= fact::made_here;
    bool all = true;
    at = 0;
    for (const RrsetParts& rrset : rrsets) {
        const size_t end = std::min<size_t>(at + rrset.count, places.size());
        if (!is_made_by_signing(rrset.type)) all &= put(places.subspan(at, end - at));
        at = end;
    }
    return all;
}

Ref PartWriter::add(dns::NameView relative, std::span<const RrsetParts> rrsets,
                    std::span<const dns::Place> places) {
    Ref ref = Ref::at(nodes_.size());
    NodeHead* head = write_node(nodes_.grow(node_size(relative, rrsets)), relative, rrsets);
    overflowed_ |= !keep_places(head, rrsets, places);
    record_count_ += places.size();

    dns::NameHash hash(key_);
    dns::LabelOffsets labels(relative);
    for (size_t i = labels.count; i-- > 0;) hash.absorb_label(relative.data() + labels.at[i]);
    overflowed_ |= !names_.add(*pool_, {hash.digest(), ref});
    max_depth_ = std::max(max_depth_, labels.count);
    if (head->facts & (fact::cut | fact::redirect)) {
        if (crossing_counts_.size() <= labels.count) crossing_counts_.resize(labels.count + 1);
        ++crossing_counts_[labels.count];
    }
    return ref;
}

// Makes numbers within the part numbers within the base.
void PartWriter::move_names(size_t octets) {
    names_.for_each_piece([&](std::span<HashedRef> names) {
        for (HashedRef& name : names) name.ref = Ref(name.ref.units() + Ref::at(octets).units());
    });
}

void PartWriter::settle(Ref node, uint32_t children, uint8_t facts) {
    auto* head = reinterpret_cast<NodeHead*>(nodes_.data() + node.octets());
    head->children = children;
    head->facts |= facts;
}

// Of several parts, the places stand in front of the nodes.
BaseWriter::BaseWriter(const dns::Name& origin, dns::SipKey key, size_t parts, BaseBounds most)
    : base_(std::make_shared<Base>()),
      origin_(origin),
      most_(most),
      parts_(parts),
      pool_(most.names, parts) {
    base_->key_ = key;
    std::span<dns::Place> places;
    if (parts == 1) {
        one_parts_places_ = BigArray<dns::Place>(most.records);
        places = {one_parts_places_.data(), most.records};
    } else {
        places_octets_ = round_up(most.records * sizeof(dns::Place), 64);
        size_t nodes = std::min(most.octets + kFirstNode, Ref::kMaxOctets);
        base_->nodes_memory_ = Memory::reserve(places_octets_ + nodes);
        base_->nodes_ = base_->nodes_memory_.data() + places_octets_;
        places = {reinterpret_cast<dns::Place*>(base_->nodes_memory_.data()), most.records};
    }
    for (PartWriter& part : parts_) {
        part.key_ = key;
        part.places_ = places;
        part.pool_ = &pool_;
    }
}

PartWriter& BaseWriter::open(size_t index, size_t records) {
    PartWriter& part = parts_[index];
    part.next_place_ = std::min(next_place_.fetch_add(records), most_.records);
    part.end_place_ = std::min(part.next_place_ + records, most_.records);
    std::lock_guard guard(spare_mutex_);
    if (!spare_.empty()) {
        part.nodes_ = std::move(spare_.back());
        spare_.pop_back();
    } else if (parts_.size() > 1) {
        // As much as an average part can need: what is not touched costs nothing. But the bound of
        // a hostile zone is far from what will come of it.
        part.nodes_.reserve(std::min(most_.octets / parts_.size(), kMostReserved));
    }
    return part;
}

void BaseWriter::place(size_t index) {
    PartWriter& part = parts_[index];
    if (parts_.size() == 1 || part.names_.size() == 0) return;  // one part: finish() knows its size
    size_t at = next_octet_.fetch_add(round_up(part.nodes_.size(), 64));
    if (places_octets_ + at + part.nodes_.size() > base_->nodes_memory_.size()) {
        too_large_ = true;
        return;
    }
    std::memcpy(base_->nodes_ + at, part.nodes_.data(), part.nodes_.size());
    part.move_names(at);
    part.nodes_.clear();
    std::lock_guard guard(spare_mutex_);
    spare_.push_back(std::move(part.nodes_));
}

std::shared_ptr<Base> BaseWriter::finish(unsigned threads) {
    size_t names = 0, records = 0;
    for (const PartWriter& part : parts_) {
        names += part.names_.size();
        records += part.record_count_;
        if (part.overflowed_) too_large_ = true;
        base_->max_depth_ = std::max(base_->max_depth_, part.max_depth_);
        if (crossing_counts_.size() < part.crossing_counts_.size())
            crossing_counts_.resize(part.crossing_counts_.size());
        for (size_t depth = 0; depth < part.crossing_counts_.size(); ++depth)
            crossing_counts_[depth] += part.crossing_counts_[depth];
    }
    spare_.clear();
    bool one_part = parts_.size() == 1;
    if (one_part) threads = 1;  // a small zone is done before a thread has begun
    size_t octets = one_part ? kFirstNode + parts_[0].nodes_.size() : next_octet_.load();
    if (too_large_ || octets > Ref::kMaxOctets || most_.records > UINT32_MAX) return nullptr;
    base_->record_count_ = records;
    lay_out(names);
    fill_order(threads);
    fill_index(threads);
    settle_parents();
    link_targets(threads);
    parts_.clear();
    return std::move(base_);
}

// index | order | counts | origin | places | nodes; the last two only of one part.
void BaseWriter::lay_out(size_t names) {
    bool one_part = parts_.size() == 1;
    size_t places_octets = one_part ? parts_[0].next_place_ * sizeof(dns::Place) : 0;
    size_t nodes_octets = one_part ? parts_[0].nodes_.size() : 0;
    size_t buckets = NameIndex::buckets_for(names);
    size_t order_at = buckets * sizeof(IndexBucket);
    size_t counts_at = order_at + names * sizeof(Ref);
    size_t origin_at = counts_at + crossing_counts_.size() * sizeof(uint32_t);
    size_t places_at = round_up(origin_at + origin_.size(), 8);
    size_t nodes_at = places_at + places_octets;
    size_t octets = nodes_at + nodes_octets;
    Memory& memory = base_->memory_;
    memory = octets < kSmall ? Memory::exact(octets) : Memory::reserve(octets);
    memory.used = octets;

    base_->index_ = NameIndex({reinterpret_cast<IndexBucket*>(memory.data()), buckets});
    base_->order_ = {reinterpret_cast<Ref*>(memory.data() + order_at), names};
    auto* counts = reinterpret_cast<uint32_t*>(memory.data() + counts_at);
    std::copy(crossing_counts_.begin(), crossing_counts_.end(), counts);
    base_->crossing_counts_ = {counts, crossing_counts_.size()};
    for (size_t depth = 0; depth < crossing_counts_.size(); ++depth)
        base_->crossings_.set(depth, counts[depth] != 0);
    std::memcpy(memory.data() + origin_at, origin_.data(), origin_.size());
    base_->origin_ = {memory.data() + origin_at, origin_.size()};
    if (one_part) {
        base_->places_ = reinterpret_cast<dns::Place*>(memory.data() + places_at);
        if (places_octets > 0)
            std::memcpy(memory.data() + places_at, one_parts_places_.data(), places_octets);
        std::memcpy(memory.data() + nodes_at, parts_[0].nodes_.data(), nodes_octets);
        base_->nodes_ = memory.data() + nodes_at - kFirstNode;
        parts_[0].move_names(kFirstNode);
    } else {
        base_->places_ = reinterpret_cast<dns::Place*>(base_->nodes_memory_.data());
        base_->nodes_memory_.shrink(places_octets_ + next_octet_);
        base_->nodes_memory_.used = places_octets_ + next_octet_;
    }
}

void BaseWriter::fill_order(unsigned threads) {
    std::vector<size_t> first_rank(parts_.size());
    for (size_t i = 1; i < parts_.size(); ++i)
        first_rank[i] = first_rank[i - 1] + parts_[i - 1].names_.size();
    auto* order = const_cast<Ref*>(base_->order_.data());
    share_out(threads, parts_.size(), [&](size_t i) {
        size_t rank = first_rank[i];
        parts_[i].names_.for_each_piece([&](std::span<HashedRef> names) {
            for (const HashedRef& name : names) {
                order[rank] = name.ref;
                auto* head = reinterpret_cast<NodeHead*>(base_->nodes_ + name.ref.octets());
                head->rank = static_cast<uint32_t>(rank++);
            }
        });
    });
}

void BaseWriter::fill_index(unsigned threads) {
    std::vector<std::vector<HashedRef>> left_over(threads);
    share_out(threads, threads, [&](size_t share) {
        for (const PartWriter& part : parts_)
            part.names_.for_each_piece([&](std::span<HashedRef> names) {
                base_->index_.insert_share(names, share, threads, left_over[share]);
            });
    });
    for (const auto& items : left_over)
        for (const HashedRef& item : items) base_->index_.insert(item);
}

void BaseWriter::settle_parents() {
    for (const PartWriter& part : parts_) {
        for (const ParentFacts& facts : part.parents_) {
            dns::NameHash hash(base_->key_);
            hash.absorb(facts.name);
            NodeView node = base_->find(hash.digest(), facts.name);
            if (!node) continue;
            auto* head = const_cast<NodeHead*>(&node.head());
            head->children += facts.children;
            if (facts.wildcard_child) head->facts |= fact::wildcard_child;
        }
    }
}

}  // namespace zones
