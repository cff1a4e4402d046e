// Which names a change concerns: those where a rule may say something of the new version that it
// did not say of the one before. Everything else need not be looked at again.
//
//   changed name               itself
//     exists no more, or now   and who points at names at or below it that do not exist
//     cut or DNAME come, gone  and all below it, and who points there
//     otherwise another target and who points at it: whether it has an address, is an alias ...
//     a wildcard               and who points at names that it stands for
//     other name servers       and those servers: addresses of theirs may be glue
//   alias or SPF record that   and who points at that, and so on
//     points at one of these
#pragma once

#include <unordered_set>
#include <vector>

#include "zones/change_set.h"
#include "zones/pointers.h"

namespace zones {

class Concern {
  public:
    // `pointers` are those of `before`.
    Concern(const Zone& before, const Zone& after, const ChangeSet& changes,
            const Pointers& pointers);

    // Nodes of the new version, in canonical order.
    const std::vector<NodeView>& names() const { return names_; }
    // Of the new version, those whose records changed.
    const std::vector<NodeView>& changed() const { return changed_; }
    bool apex_changed() const { return apex_changed_; }
    // Records that deny names were changed.
    bool denial_changed() const { return denial_changed_; }

  private:
    void add(const RrsetChange& change);
    void add_node(dns::NameView relative);
    void add_crossing(dns::NameView relative);
    void add_servers(const NodeView& cut);
    bool visit(const NodeView& node);
    bool follow(const NodeView& owner);
    void follow_all();

    const Zone& before_;
    const Zone& after_;
    const Pointers& pointers_;
    std::vector<NodeView> names_, changed_;
    std::unordered_set<const uint8_t*> visited_, followed_;
    std::vector<NodeView> to_follow_;
    bool apex_changed_ = false, denial_changed_ = false;
};

}  // namespace zones
