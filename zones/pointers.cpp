#include "zones/pointers.h"

#include <algorithm>

#include "zones/rule_functions.h"

namespace zones {

namespace {

bool by_target(const Pointer& a, const Pointer& b) {
    return dns::canonical_compare(a.target, b.target) < 0;
}

// Where the targets begin that are not in front of `name`.
template <class Each>
auto first_at(const std::vector<Each>& sorted, dns::NameView name) {
    return std::lower_bound(sorted.begin(), sorted.end(), name,
                            [](const Each& each, dns::NameView wanted) {
                                return dns::canonical_compare(each.target, wanted) < 0;
                            });
}

}  // namespace

// What the records of a base point at. A base never changes, so nor does this.
class Pointers::OfBase {
  public:
    struct Missing {
        dns::NameView target;  // relative
        uint32_t owner;        // its rank
    };

    void prepare(const Base& base) {
        std::call_once(prepared_, [&] { gather(base); });
    }
    std::span<const uint32_t> owners(size_t rank) const {
        return {owners_.data() + starts_[rank], starts_[rank + 1] - starts_[rank]};
    }
    const std::vector<Missing>& missing() const { return missing_; }
    size_t memory() const {
        return sizeof(*this) + (starts_.capacity() + owners_.capacity()) * sizeof(uint32_t) +
               missing_.capacity() * sizeof(Missing) + taken_in_.size() * sizeof(dns::Name);
    }

  private:
    struct Link {
        uint32_t target;  // first its Ref, then its rank
        uint32_t owner;
    };
    void gather(const Base& base);
    void gather_node(const Base& base, const NodeView& node, std::vector<Link>& links);
    void settle_ranks(const Base& base, std::vector<Link>& links);

    std::once_flag prepared_;
    std::vector<uint32_t> starts_;  // of each rank's owners; one more at the end
    std::vector<uint32_t> owners_;
    std::vector<Missing> missing_;  // by target
    std::deque<dns::Name> taken_in_;
};

void Pointers::OfBase::gather_node(const Base& base, const NodeView& node,
                                   std::vector<Link>& links) {
    uint32_t owner = node.head().rank;
    auto add_missing = [&](dns::NameView absolute) {
        if (!dns::is_at_or_below(absolute, base.origin())) return;
        missing_.push_back({{absolute.data(), absolute.size() - base.origin().size()}, owner});
    };
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        const RrsetEntry& entry = node.entries()[i];
        RrsetView rrset(node.octets(), &entry, nullptr);
        if (entry.type == dns::type::TXT) {
            for_each_taken_in(rrset, base.origin(), [&](const dns::Name& name) {
                dns::NameView relative(name.data(), name.size() - base.origin().size());
                dns::NameHash hash(base.key());
                hash.absorb(relative);
                if (NodeView target = base.find(hash.digest(), relative))
                    links.push_back({base.ref_of(target).units(), owner});
                else
                    add_missing(taken_in_.emplace_back(name));
            });
        }
        if (!entry.has_links()) continue;
        size_t index = 0;
        for (RecordView record : rrset) {
            if (Ref ref = rrset.link(index++))
                links.push_back({ref.units(), owner});
            else
                add_missing(dns::target_name(entry.type, record.rdata()));
        }
    }
}

// Targets lie anywhere in memory: they are asked for some steps before they are read.
void Pointers::OfBase::settle_ranks(const Base& base, std::vector<Link>& links) {
    constexpr size_t kAhead = 16;
    starts_.assign(base.name_count() + 1, 0);
    for (size_t i = 0; i < links.size(); ++i) {
        if (i + kAhead < links.size())
            __builtin_prefetch(base.node(Ref(links[i + kAhead].target)).octets());
        links[i].target = base.node(Ref(links[i].target)).head().rank;
        ++starts_[links[i].target];
    }
    uint32_t total = 0;
    for (uint32_t& start : starts_) total += std::exchange(start, total);
    owners_.resize(links.size());
    for (const Link& link : links) owners_[starts_[link.target]++] = link.owner;
    // Each start has become its end, which is the next one's start.
    for (size_t rank = starts_.size(); rank-- > 1;) starts_[rank] = starts_[rank - 1];
    starts_[0] = 0;
}

void Pointers::OfBase::gather(const Base& base) {
    std::vector<Link> links;
    for (size_t rank = 0; rank < base.name_count(); ++rank)
        gather_node(base, base.by_rank(rank), links);
    settle_ranks(base, links);
    std::sort(missing_.begin(), missing_.end(), [](const Missing& a, const Missing& b) {
        return dns::canonical_compare(a.target, b.target) < 0;
    });
    missing_.shrink_to_fit();
}

Pointers::Pointers(const Zone& zone) : zone_(zone), base_(std::make_shared<OfBase>()) {}

Pointers::Pointers(const Zone& zone, const Pointers& other)
    : zone_(zone),
      base_(&zone.base() == &other.zone_.base() ? other.base_ : std::make_shared<OfBase>()) {}

Pointers::~Pointers() = default;

void Pointers::prepare() const {
    std::call_once(prepared_, [this] {
        base_->prepare(zone_.base());
        size_t origin = zone_.origin().size();
        for (auto at = zone_.changes().in_order(); at; at.next()) {
            NodeView node = (*at).view();
            for (size_t i = 0; i < node.rrset_count(); ++i) {
                RrsetView rrset = node.rrset(i);
                for_each_taken_in(rrset, zone_.origin(), [&](const dns::Name& name) {
                    dns::NameView kept = taken_in_.emplace_back(name);
                    layer_.push_back({{kept.data(), kept.size() - origin}, node.name()});
                });
                if (!has_links(rrset.type())) continue;
                for (RecordView record : rrset) {
                    dns::NameView target = dns::target_name(rrset.type(), record.rdata());
                    dns::NameView relative;
                    if (zone_.relative(target, relative)) layer_.push_back({relative, node.name()});
                }
            }
        }
        std::sort(layer_.begin(), layer_.end(), by_target);
    });
}

// A node of the base whose name the layer knows is not the zone's any more.
bool Pointers::tell(const NodeView& owner, const Use& use) const {
    if (!zone_.changes().empty() && !(zone_.find(owner.name()) == owner)) return true;
    return use(owner);
}

bool Pointers::tell_ranks(size_t first, size_t end, const Use& use) const {
    for (size_t rank = first; rank < end; ++rank)
        for (uint32_t owner : base_->owners(rank))
            if (!tell(zone_.base().by_rank(owner), use)) return false;
    return true;
}

bool Pointers::tell_missing(dns::NameView top, const Use& use) const {
    const auto& missing = base_->missing();
    for (auto each = first_at(missing, top);
         each != missing.end() && dns::is_at_or_below(each->target, top); ++each) {
        if (!tell(zone_.base().by_rank(each->owner), use)) return false;
    }
    return true;
}

bool Pointers::tell_layer(dns::NameView top, bool missing_only, const Use& use) const {
    for (auto each = first_at(layer_, top);
         each != layer_.end() && dns::is_at_or_below(each->target, top); ++each) {
        if (missing_only && zone_.find(each->target)) continue;
        if (!use(zone_.find(each->owner))) return false;
    }
    return true;
}

// What the base has and the zone has no more is missing as well.
bool Pointers::tell_removed(dns::NameView top, const Use& use) const {
    for (auto at = zone_.changes().in_order_from(top); at; at.next()) {
        NodeView gone = (*at).view();
        if (!dns::is_at_or_below(gone.name(), top)) break;
        if (!gone.has(fact::removed)) continue;
        size_t rank = zone_.base().rank_at_or_before(gone.name());
        bool known = zone_.base().by_rank(rank).name() == gone.name();
        if (known && !tell_ranks(rank, rank + 1, use)) return false;
    }
    return true;
}

void Pointers::at(dns::NameView target, const Use& use) const {
    prepare();
    const Base& base = zone_.base();
    dns::NameHash hash(base.key());
    hash.absorb(target);
    if (NodeView node = base.find(hash.digest(), target)) {
        size_t rank = node.head().rank;
        if (!tell_ranks(rank, rank + 1, use)) return;
    } else {
        const auto& missing = base_->missing();
        for (auto each = first_at(missing, target); each != missing.end() && each->target == target;
             ++each)
            if (!tell(base.by_rank(each->owner), use)) return;
    }
    for (auto each = first_at(layer_, target); each != layer_.end() && each->target == target;
         ++each)
        if (!use(zone_.find(each->owner))) return;
}

void Pointers::below(dns::NameView top, const Use& use) const {
    prepare();
    const Base& base = zone_.base();
    size_t first = base.rank_at_or_before(top);
    if (!dns::is_at_or_below(base.by_rank(first).name(), top)) ++first;
    size_t end = first;
    while (end < base.name_count() && dns::is_at_or_below(base.by_rank(end).name(), top)) ++end;
    if (tell_ranks(first, end, use) && tell_missing(top, use)) tell_layer(top, false, use);
}

void Pointers::missing_below(dns::NameView top, const Use& use) const {
    prepare();
    if (tell_missing(top, use) && tell_removed(top, use)) tell_layer(top, true, use);
}

size_t Pointers::memory() const {
    return sizeof(*this) + base_->memory() + layer_.capacity() * sizeof(Pointer) +
           taken_in_.size() * sizeof(dns::Name);
}

}  // namespace zones
