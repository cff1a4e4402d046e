#include "server/answer/redirect_watch.h"

#include <algorithm>

#include "server/answer/near_names.h"

namespace server {

namespace {

// What lies below the target differs, but not what leads there: a loop, or too long a chain. After
// so many names it does not for any.
constexpr size_t kMostTries = 256;

bool hidden(const zones::Zone& zone, dns::NameView relative) {
    zones::NodeView crossing = zone.locate(relative).crossing;
    return crossing && crossing.name().size() != relative.size();
}

}  // namespace

void RedirectWatch::add_zone(const zones::Zone& before, const zones::Zone& after) {
    for (zones::Zone::Cursor at(before); at; at.next()) {
        const zones::NodeView& node = *at;
        if (!node.has(zones::fact::redirect)) continue;
        zones::NodeView now = after.find(node.name());
        zones::RrsetView old = node.find(dns::type::DNAME);
        zones::RrsetView same = now ? now.find(dns::type::DNAME) : zones::RrsetView();
        if (!same || !std::equal(old.wire().begin(), old.wire().end(), same.wire().begin(),
                                 same.wire().end()))
            continue;
        if (hidden(before, node.name()) || hidden(after, node.name())) continue;
        dns::Octets target = old.first().rdata();
        dns::Name owner = before.absolute(node.name());
        by_owner_.emplace(key_of(owner), rows_.size());
        by_target_.emplace(key_of({target.data(), target.size()}), rows_.size());
        rows_.push_back({owner});
    }
}

void RedirectWatch::for_each_leading_to(const dns::Name& name, const Use& use) {
    dns::LabelOffsets labels(name);
    for (size_t skipped = 1; skipped <= labels.count; ++skipped) {
        dns::NameView target = name.view().without(skipped);
        auto [first, last] = by_target_.equal_range(key_of(target));
        for (auto at = first; at != last; ++at) {
            Row& row = rows_[at->second];
            if (row.told || row.tries == kMostTries) continue;
            dns::Name from;
            if (!dns::Name::join({name.data(), name.size() - target.size()}, row.owner, from))
                continue;
            ++row.tries;
            row.told = use(row.owner, from);
        }
    }
}

bool RedirectWatch::tell(const std::string& owner_key) {
    auto found = by_owner_.find(owner_key);
    if (found == by_owner_.end()) return true;
    Row& row = rows_[found->second];
    if (row.told) return false;
    row.told = true;
    return true;
}

}  // namespace server
