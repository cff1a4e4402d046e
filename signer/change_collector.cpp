#include "signer/change_collector.h"

namespace signer {

std::string order_key(dns::NameView relative) {
    std::string key(dns::kMaxSortKey, '\0');
    key.resize(dns::write_sort_key(relative, reinterpret_cast<uint8_t*>(key.data())));
    return key;
}

void ChangeCollector::set(dns::NameView relative, uint16_t type, uint16_t covered,
                          zones::OwnedRrset after) {
    wanted_[{order_key(relative), type, covered}] = {dns::Name(relative), std::move(after)};
}

void ChangeCollector::add(const zones::ChangeSet& changes) {
    for (const zones::RrsetChange& change : changes.changes) {
        const zones::OwnedRrset& named = change.after.count > 0 ? change.after : change.before;
        dns::NameView relative;
        if (before_.relative(change.owner, relative))
            set(relative, named.type, named.covered, change.after);
    }
}

zones::ChangeSet ChangeCollector::changes() const {
    zones::ChangeSet set;
    for (const auto& [key, wanted] : wanted_) {
        zones::NodeView node = before_.find(wanted.relative);
        zones::OwnedRrset before =
            node ? zones::own(node.find(key.type, key.covered)) : zones::OwnedRrset();
        if (before.wire == wanted.after.wire) continue;
        set.changes.push_back({before_.absolute(wanted.relative), std::move(before), wanted.after});
    }
    return set;
}

}  // namespace signer
