#include "zones/base_writer.h"

#include <algorithm>

#include "zones/parallel.h"

namespace zones {

namespace {

// Below this, a base of one part is one exact piece of memory.
constexpr size_t kSmall = size_t{1} << 20;

constexpr size_t round_up(size_t octets, size_t unit) {
    return (octets + unit - 1) / unit * unit;
}

}  // namespace

Ref PartWriter::add(dns::NameView relative, std::span<const RrsetParts> rrsets,
                    std::span<const dns::Place> places) {
    Ref ref = Ref::at(nodes_.size());
    NodeHead* head = write_node(nodes_.grow(node_size(relative, rrsets)), relative, rrsets);
    head->first_place = static_cast<uint32_t>(places_.size());
    places_.insert(places_.end(), places.begin(), places.end());

    dns::NameHash hash(key_);
    dns::LabelOffsets labels(relative);
    for (size_t i = labels.count; i-- > 0;) hash.absorb_label(relative.data() + labels.at[i]);
    names_.push_back({hash.digest(), ref});
    max_depth_ = std::max(max_depth_, labels.count);
    if (head->facts & (fact::cut | fact::redirect)) {
        if (crossing_counts_.size() <= labels.count) crossing_counts_.resize(labels.count + 1);
        ++crossing_counts_[labels.count];
    }
    return ref;
}

void PartWriter::expect(size_t names, size_t records) {
    names_.reserve(names);
    places_.reserve(records);
}

void PartWriter::settle(Ref node, uint32_t children, uint8_t facts) {
    auto* head = reinterpret_cast<NodeHead*>(nodes_.data() + node.octets());
    head->children = children;
    head->facts |= facts;
}

BaseWriter::BaseWriter(const dns::Name& origin, dns::SipKey key, size_t parts, size_t most_octets)
    : base_(std::make_shared<Base>()), origin_(origin), parts_(parts) {
    base_->key_ = key;
    for (PartWriter& part : parts_) part.key_ = key;
    if (parts > 1)
        base_->nodes_memory_ = Memory::reserve(std::min(most_octets + kFirstNode, Ref::kMaxOctets));
}

PartWriter& BaseWriter::open(size_t index) {
    std::lock_guard guard(spare_mutex_);
    if (!spare_.empty()) {
        parts_[index].nodes_ = std::move(spare_.back());
        spare_.pop_back();
    }
    return parts_[index];
}

void BaseWriter::place(size_t index) {
    PartWriter& part = parts_[index];
    if (parts_.size() == 1 || part.names_.empty()) return;  // one part: finish() knows its size
    size_t at = next_octet_.fetch_add(round_up(part.nodes_.size(), 64));
    if (at + part.nodes_.size() > base_->nodes_memory_.size()) {
        too_large_ = true;
        return;
    }
    std::memcpy(base_->nodes_memory_.data() + at, part.nodes_.data(), part.nodes_.size());
    for (HashedRef& name : part.names_) name.ref = Ref(name.ref.units() + Ref::at(at).units());
    part.nodes_.clear();
    std::lock_guard guard(spare_mutex_);
    spare_.push_back(std::move(part.nodes_));
}

std::shared_ptr<Base> BaseWriter::finish(unsigned threads) {
    size_t names = 0, records = 0;
    for (const PartWriter& part : parts_) {
        names += part.names_.size();
        records += part.places_.size();
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
    if (too_large_ || octets > Ref::kMaxOctets || records > UINT32_MAX) return nullptr;
    base_->record_count_ = records;
    lay_out(names, records);
    fill_order(threads);
    fill_index(threads);
    settle_parents();
    link_targets(threads);
    parts_.clear();
    return std::move(base_);
}

// index | order | counts | places | nodes of the one part | origin; nodes of several parts have a piece of their own.
void BaseWriter::lay_out(size_t names, size_t records) {
    size_t buckets = NameIndex::buckets_for(names);
    size_t order_at = buckets * sizeof(IndexBucket);
    size_t counts_at = order_at + names * sizeof(Ref);
    size_t places_at = round_up(counts_at + crossing_counts_.size() * sizeof(uint32_t), 8);
    size_t nodes_at = places_at + records * sizeof(dns::Place);
    bool one_part = parts_.size() == 1;
    size_t origin_at = nodes_at + (one_part ? parts_[0].nodes_.size() : 0);
    size_t octets = origin_at + origin_.size();
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
    base_->places_ = reinterpret_cast<dns::Place*>(memory.data() + places_at);
    if (one_part) {
        std::memcpy(memory.data() + nodes_at, parts_[0].nodes_.data(), parts_[0].nodes_.size());
        base_->nodes_ = memory.data() + nodes_at - kFirstNode;
        for (HashedRef& name : parts_[0].names_)
            name.ref = Ref(name.ref.units() + Ref::at(kFirstNode).units());
    } else {
        base_->nodes_memory_.shrink(next_octet_);
        base_->nodes_memory_.used = next_octet_;
        base_->nodes_ = base_->nodes_memory_.data();
    }
}

void BaseWriter::fill_order(unsigned threads) {
    std::vector<size_t> first_rank(parts_.size()), first_place(parts_.size());
    for (size_t i = 1; i < parts_.size(); ++i) {
        first_rank[i] = first_rank[i - 1] + parts_[i - 1].names_.size();
        first_place[i] = first_place[i - 1] + parts_[i - 1].places_.size();
    }
    auto* order = const_cast<Ref*>(base_->order_.data());
    auto* places = const_cast<dns::Place*>(base_->places_);
    share_out(threads, parts_.size(), [&](size_t i) {
        const PartWriter& part = parts_[i];
        std::copy(part.places_.begin(), part.places_.end(), places + first_place[i]);
        size_t rank = first_rank[i];
        for (const HashedRef& name : part.names_) {
            order[rank] = name.ref;
            auto* head = reinterpret_cast<NodeHead*>(base_->nodes_ + name.ref.octets());
            head->first_place += static_cast<uint32_t>(first_place[i]);
            head->rank = static_cast<uint32_t>(rank++);
        }
    });
}

void BaseWriter::fill_index(unsigned threads) {
    std::vector<std::vector<HashedRef>> left_over(threads);
    share_out(threads, threads, [&](size_t share) {
        for (const PartWriter& part : parts_)
            base_->index_.insert_share(part.names_, share, threads, left_over[share]);
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
