#include "signer/prepared_zone.h"

#include <algorithm>

#include "signer/apex_records.h"
#include "zones/parallel.h"

namespace signer {

namespace {

constexpr size_t kNamesPerTask = 4096;

}  // namespace

dns::Result<PreparedZone> PreparedZone::make(const zones::Zone& input,
                                             std::span<const ZoneKey> keys,
                                             const SigningOptions& options) {
    for (const auto& good : {check_policy(options.policy), check_keys(keys),
                             check_room_for_hashes(options.policy, input.origin())})
        if (!good.ok()) return good.fault();
    PreparedZone made;
    // The apex is taken as it is to be, so changes of it alone do not matter, unless what is below
    // it is hidden in one version only.
    auto only_apex = [](const zones::Zone& zone) {
        auto changed = zone.changes().in_order();
        if (!changed) return true;
        const zones::NodeView node = (*changed).view();
        return zone.changes().size() == 1 && node.is_apex() &&
               node.has(zones::fact::redirect) == zone.base().apex().has(zones::fact::redirect);
    };
    made.zone_ = only_apex(input) ? std::make_shared<const zones::Zone>(input) : input.fold();
    if (!only_apex(*made.zone_))
        return dns::Fault{"the zone is more than can be numbered with its changes"};
    auto with_apex =
        made.zone_->apply(apex_changes(*made.zone_, keys, options.policy, options.now));
    if (!with_apex.ok()) return with_apex.fault();
    made.with_apex_ = *with_apex;
    made.apex_ = made.with_apex_->apex();
    made.negative_ttl_ = zone_negative_ttl(made.apex_);
    const zones::Base& base = made.zone_->base();
    if (options.policy.denial == Denial::nsec) {
        made.roles_ = data_roles(base, options.threads);
        return made;
    }
    made.roles_ = name_roles(base);
    keep_paths(options.policy, base, made.roles_);
    if (auto fault = made.make_hashes(options)) return *fault;
    return made;
}

std::optional<dns::Fault> PreparedZone::make_hashes(const SigningOptions& options) {
    const size_t tasks = (roles_.size() + kNamesPerTask - 1) / kNamesPerTask;
    std::vector<std::vector<HashItem>> made(tasks);
    zones::share_out(options.threads, tasks, [&](size_t task) {
        const size_t end = std::min((task + 1) * kNamesPerTask, roles_.size());
        for (size_t rank = task * kNamesPerTask; rank < end; ++rank) {
            const zones::NodeView name = node(rank);
            if (in_chain(options.policy, name, roles_[rank]))
                made[task].push_back(
                    {hash_of(options.policy, *zone_, name.name()), static_cast<uint32_t>(rank)});
        }
    });
    for (const auto& of_task : made) hashes_.insert(hashes_.end(), of_task.begin(), of_task.end());
    std::sort(hashes_.begin(), hashes_.end());
    for (size_t i = 1; i < hashes_.size(); ++i)
        if (hashes_[i].hash == hashes_[i - 1].hash)
            return hash_collision(*zone_, node(hashes_[i - 1].rank).name(),
                                  node(hashes_[i].rank).name());
    return std::nullopt;
}

Position PreparedZone::in_front_of(dns::NameView name) const {
    const zones::Base& base = zone_->base();
    dns::NameHash hash(base.key());
    hash.absorb(name);
    Position position;
    if (zones::NodeView node = base.find(hash.digest(), name))
        position.rank = node.head().rank;
    else
        position.rank = base.rank_at_or_before(name) + 1;
    auto first = std::partition_point(hashes_.begin(), hashes_.end(), [&](const HashItem& item) {
        return dns::canonical_compare(HashedOwner(item.hash).relative(), name) < 0;
    });
    position.hash = static_cast<size_t>(first - hashes_.begin());
    return position;
}

Position PreparedZone::behind(dns::NameView name) const {
    Position position = in_front_of(name);
    if (position.rank < roles_.size() && zone_->base().by_rank(position.rank).name() == name)
        ++position.rank;
    if (position.hash < hashes_.size() &&
        HashedOwner(hashes_[position.hash].hash).relative() == name)
        ++position.hash;
    return position;
}

size_t PreparedZone::next_owner(size_t rank, size_t end) const {
    while (rank < end && !owns_data(roles_[rank])) ++rank;
    return rank;
}

bool PreparedZone::stays(size_t rank) const {
    if (rank == 0 || owns_data(roles_[rank])) return true;
    if (roles_[rank] != NameRole::hidden) return false;
    const zones::NodeView node = this->node(rank);
    for (size_t i = 0; i < node.rrset_count(); ++i)
        if (!is_made_by_signing(node.entries()[i].type)) return true;
    return false;
}

bool NameWalk::next(Item& item) {
    const bool in_ranks = at_.rank < end_.rank, in_hashes = at_.hash < end_.hash;
    if (!in_ranks && !in_hashes) return false;
    if (in_hashes && !has_label_) {
        labels_.emplace_back(zone_.hashes()[at_.hash].hash);
        has_label_ = true;
    }
    const dns::NameView label = in_hashes ? labels_.back().relative() : dns::NameView();
    const dns::NameView name = in_ranks ? zone_.node(at_.rank).name() : dns::NameView();
    int side = !in_hashes ? -1 : !in_ranks ? 1 : dns::canonical_compare(name, label);
    item = {side <= 0 ? name : label, {}, {}};
    if (side <= 0) item.rank = at_.rank++;
    if (side >= 0) {
        item.hash = at_.hash++;
        has_label_ = false;
    }
    return true;
}

}  // namespace signer
