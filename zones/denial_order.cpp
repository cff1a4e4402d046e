#include "zones/denial_order.h"

#include <algorithm>

#include "zones/parallel.h"

namespace zones {

namespace {

constexpr uint8_t kSha1 = 1;
constexpr size_t kNamesPerTask = 8192;

// Hash algorithm 1, flags 1, iterations 2, salt length 1, salt: NSEC3 begins as NSEC3PARAM does
// (RFC 5155 3.2 and 4.2).
constexpr size_t kSaltLength = 4;

dns::Octets salted_parameters(dns::Octets rdata) {
    if (rdata.size() <= kSaltLength) return {};
    size_t size = kSaltLength + 1 + size_t{rdata[kSaltLength]};
    return size <= rdata.size() ? rdata.subspan(0, size) : dns::Octets();
}

// All but the flags.
bool same_parameters(dns::Octets a, dns::Octets b) {
    return !a.empty() && a.size() == b.size() && a[0] == b[0] &&
           std::equal(a.begin() + 2, a.end(), b.begin() + 2);
}

// The upper 32 bits of a hash in base32hex, lower case as sort keys are. Other octets count as the
// nearest digit, so that the value never falls as keys grow.
uint64_t hash_value(uint64_t octets) {
    uint64_t value = 0;
    for (int shift = 56; shift >= 0; shift -= 8) {
        auto octet = static_cast<uint8_t>(octets >> shift);
        uint64_t digit = octet < '0'   ? 0
                         : octet < ':' ? uint64_t{octet} - '0'
                         : octet < 'a' ? 10
                         : octet < 'w' ? uint64_t{octet} - 'a' + 10
                                       : 31;
        value = value << 5 | digit;
    }
    return value >> 8;  // eight digits are 40 bits
}

}  // namespace

DenialChain::DenialChain(const NodeView& apex) {
    if (apex.owns(dns::type::NSEC)) {
        kind_ = DenialKind::nsec;
        return;
    }
    RrsetView offered = apex.find(dns::type::NSEC3PARAM);
    if (!offered) return;
    for (RecordView record : offered) {
        dns::Octets parameters = salted_parameters(record.rdata());
        if (parameters.empty() || parameters[0] != kSha1 || parameters[1] != 0) continue;
        kind_ = DenialKind::nsec3;
        parameters_.assign(parameters.begin(), parameters.end());
        return;
    }
}

bool DenialChain::contains(const NodeView& node) const {
    if (kind_ == DenialKind::nsec) {
        // Nearly all names have it, behind few others.
        const RrsetEntry* entry = node.entries();
        const RrsetEntry* end = entry + node.rrset_count();
        while (entry != end && entry->type < dns::type::NSEC) ++entry;
        return entry != end && entry->type == dns::type::NSEC;
    }
    // A hash stands directly below the apex (RFC 5155 3).
    dns::NameView name = node.name();
    if (name.empty() || name.data()[0] + size_t{1} != name.size()) return false;
    RrsetView hashed = node.find(dns::type::NSEC3);
    if (!hashed) return false;
    for (RecordView record : hashed)
        if (same_parameters(salted_parameters(record.rdata()), parameters_)) return true;
    return false;
}

std::shared_ptr<const DenialOrder> DenialOrder::of(const Base& base, DenialChain chain,
                                                   unsigned threads) {
    if (chain.kind() == DenialKind::none) return nullptr;
    auto order = std::make_shared<DenialOrder>();
    order->chain_ = std::move(chain);
    const size_t tasks = (base.name_count() + kNamesPerTask - 1) / kNamesPerTask;
    std::vector<std::vector<Ref>> found(tasks);
    share_out(threads, tasks, [&](size_t task) {
        const size_t end = std::min(base.name_count(), (task + 1) * kNamesPerTask);
        for (size_t rank = task * kNamesPerTask; rank < end; ++rank) {
            NodeView node = base.by_rank(rank);
            if (order->chain_.contains(node)) found[task].push_back(base.ref_of(node));
        }
    });
    size_t count = 0;
    for (const std::vector<Ref>& of_task : found) count += of_task.size();
    order->owners_.reserve(count);
    for (const std::vector<Ref>& of_task : found)
        order->owners_.insert(order->owners_.end(), of_task.begin(), of_task.end());
    order->samples_.resize((count + kStride - 1) / kStride);
    for (size_t i = 0; i < order->samples_.size(); ++i)
        order->samples_[i] = sort_key(order->node(base, i * kStride).name());
    return order;
}

size_t DenialOrder::memory() const {
    return sizeof(*this) + owners_.size() * sizeof(Ref) + samples_.size() * sizeof(SortKey);
}

// Hashes are spread evenly: from where this one would stand, in steps that grow, until its place
// lies in [low, high].
void DenialOrder::enclose(const SortKey& key, size_t& low, size_t& high) const {
    size_t guess = static_cast<size_t>(hash_value(key.high) * uint64_t{samples_.size()} >> 32);
    if (samples_[guess] < key) {
        low = guess + 1;
        for (size_t step = 4; low + step < high; step *= 4) {
            if (samples_[low + step] < key) {
                low += step + 1;
            } else {
                high = low + step;
                return;
            }
        }
    } else {
        high = guess;
        for (size_t step = 4; low + step < high; step *= 4) {
            if (samples_[high - step] < key) {
                low = high - step + 1;
                return;
            }
            high -= step;
        }
    }
}

size_t DenialOrder::samples_below(const SortKey& key) const {
    size_t low = 0, high = samples_.size();
    if (chain_.kind() == DenialKind::nsec3 && high > 0) enclose(key, low, high);
    auto begin = samples_.begin();
    auto found = std::lower_bound(begin + static_cast<std::ptrdiff_t>(low),
                                  begin + static_cast<std::ptrdiff_t>(high), key);
    return static_cast<size_t>(found - begin);
}

size_t DenialOrder::behind(const Base& base, dns::NameView relative) const {
    auto is_before = [&](size_t position) {
        return dns::canonical_compare(node(base, position).name(), relative) <= 0;
    };
    // Samples [0, group) are not behind the name; of those with the very key the names tell.
    SortKey key = sort_key(relative);
    size_t group = samples_below(key), end = group;
    if (group < samples_.size() && samples_[group] == key) {
        end = static_cast<size_t>(std::upper_bound(samples_.begin(), samples_.end(), key) -
                                  samples_.begin());
        while (group < end) {
            size_t middle = (group + end) / 2;
            if (is_before(middle * kStride))
                group = middle + 1;
            else
                end = middle;
        }
    }
    if (group == 0) return 0;
    // The first of the group is not behind the name; how many more are not?
    size_t low = (group - 1) * kStride + 1;
    size_t high = std::min(group * kStride, owners_.size());
    for (size_t position = low; position < high; ++position)
        __builtin_prefetch(node(base, position).octets());
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (is_before(middle))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void DenialChanges::note(const Base& base, const DenialOrder& order,
                         const std::shared_ptr<const LayerNode>& node) {
    NodeView view = node->view();
    size_t behind = order.behind(base, view.name());
    if (behind > 0 && order.node(base, behind - 1).name() == view.name())
        add_gap(behind - 1, node->hash);
    if (!view.has(fact::removed) && order.chain().contains(view))
        owners_.put(node);
    else
        owners_.erase(view.name());
}

size_t DenialChanges::skip(size_t behind) const {
    if (behind == 0) return 0;
    const Gap* gap = gaps_.at_or_before(behind - 1);
    return gap != nullptr && behind - 1 <= gap->last ? gap->first : behind;
}

// Gaps that touch become one, so that a search skips over all of them at once.
void DenialChanges::add_gap(size_t position, uint64_t hash) {
    Gap made{hash, position, position};
    if (const Gap* before = gaps_.at_or_before(position)) {
        if (position <= before->last) return;
        if (before->last + 1 == position) made = {before->hash, before->first, position};
    }
    if (const Gap* after = gaps_.find(position + 1)) {
        made.last = after->last;
        gaps_.erase(position + 1);
    }
    gaps_.put(std::make_shared<const Gap>(made));
}

}  // namespace zones
