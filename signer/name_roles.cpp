#include "signer/name_roles.h"

#include <algorithm>

#include "zones/parallel.h"

namespace signer {

namespace {

bool has_own_data(const zones::NodeView& node) {
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        uint16_t type = node.entries()[i].type;
        if (type != dns::type::RRSIG && type != dns::type::NSEC && type != dns::type::NSEC3)
            return true;
    }
    return false;
}

}  // namespace

NameRole role_of(const zones::NodeView& node) {
    if (node.has(zones::fact::cut))
        return node.owns(dns::type::DS) ? NameRole::signed_cut : NameRole::unsigned_cut;
    if (node.is_apex() || has_own_data(node)) return NameRole::authoritative;
    return node.has(zones::fact::hashed_owner) ? NameRole::hashed : NameRole::nothing;
}

std::vector<NameRole> name_roles(const zones::Base& base) {
    std::vector<NameRole> roles(base.name_count(), NameRole::hidden);
    std::vector<size_t> ancestors;  // ranks, the apex first
    zones::NodeView hiding;
    for (size_t rank = 0; rank < roles.size(); ++rank) {
        zones::NodeView node = base.by_rank(rank);
        if (hiding && dns::is_below(node.name(), hiding.name())) {
            // The chain of a zone that is redirected as a whole (RFC 6672 2.4).
            if (hiding.is_apex() && node.has(zones::fact::hashed_owner))
                roles[rank] = NameRole::hashed;
            continue;
        }
        hiding = {};
        while (!ancestors.empty() && !node.is_apex() &&
               !dns::is_below(node.name(), base.by_rank(ancestors.back()).name()))
            ancestors.pop_back();
        roles[rank] = role_of(node);
        // What is below makes the ancestors without records exist. Those above the first that has
        // heard of its like have heard of it, too.
        NameRole path =
            roles[rank] == NameRole::unsigned_cut ? NameRole::unsigned_path : NameRole::path;
        for (size_t i = ancestors.size(); owns_data(roles[rank]) && i-- > 0;) {
            if (roles[ancestors[i]] >= path) break;
            roles[ancestors[i]] = path;
        }
        ancestors.push_back(rank);
        if (node.has(zones::fact::cut | zones::fact::redirect)) hiding = node;
    }
    return roles;
}

namespace {

constexpr size_t kNamesPerTask = 4096;

// The topmost name above this one that hides what is below it.
zones::NodeView hiding_above(const zones::Base& base, dns::NameView name) {
    for (size_t labels = name.label_count(); labels > 0; --labels) {
        const dns::NameView above = name.without(labels);
        dns::NameHash hash(base.key());
        hash.absorb(above);
        zones::NodeView node = base.find(hash.digest(), above);
        if (node && node.has(zones::fact::cut | zones::fact::redirect)) return node;
    }
    return {};
}

}  // namespace

std::vector<NameRole> data_roles(const zones::Base& base, unsigned threads) {
    std::vector<NameRole> roles(base.name_count(), NameRole::hidden);
    zones::share_out(threads, (roles.size() + kNamesPerTask - 1) / kNamesPerTask, [&](size_t task) {
        size_t rank = task * kNamesPerTask;
        const size_t end = std::min(rank + kNamesPerTask, roles.size());
        zones::NodeView hiding = hiding_above(base, base.by_rank(rank).name());
        for (; rank < end; ++rank) {
            const zones::NodeView node = base.by_rank(rank);
            if (hiding && dns::is_below(node.name(), hiding.name())) {
                if (hiding.is_apex() && node.has(zones::fact::hashed_owner))
                    roles[rank] = NameRole::hashed;
                continue;
            }
            hiding = node.has(zones::fact::cut | zones::fact::redirect) ? node : zones::NodeView();
            roles[rank] = role_of(node);
        }
    });
    return roles;
}

bool is_signed_at(NameRole role, uint16_t type) {
    if (type == dns::type::RRSIG || role == NameRole::hidden) return false;
    if (role == NameRole::unsigned_cut || role == NameRole::signed_cut)
        return type == dns::type::DS || type == dns::type::NSEC;
    return true;
}

}  // namespace signer
