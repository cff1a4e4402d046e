// Which zones each view serves, by name: its own, then those of the views that it takes zones from.
//
//   [[view]] "inside", zones-from = ["shop", "default"]
//
//   own     what the view lists itself                              wins
//   from    all that "shop" serves, then all that "default" serves  where nothing above has the
//   name all     what comes of it: the table that answers are looked up in
//
// Tables share what they have in common (zone_table.h), so a view that takes a hundred thousand
// zones from another costs little more than its own. A zone that comes, changes or goes is put into
// the tables of all views that it shows in, and of no others.
#pragma once

#include <span>
#include <vector>

#include "server/answer/zone_table.h"
#include "server/config/configured_view.h"

namespace server {

class ViewTables {
  public:
    ViewTables() = default;
    ViewTables(dns::SipKey key, std::span<const ConfiguredView> views);

    size_t size() const { return views_.size(); }
    // All that the view serves.
    const ZoneTable& operator[](ViewNumber view) const { return views_[view].all; }
    // The zone of that name that the view lists itself, or null.
    const ServedZone* own(ViewNumber view, dns::NameView name) const {
        return own_table(view).find(name);
    }

    // In place of the view's own zone of that name. Before settle() nothing shows in other views.
    void put(ViewNumber view, const ZonePointer& zone);
    void remove(ViewNumber view, dns::NameView name);
    // After the first zones were put in: makes the tables of views that take zones from others.
    void settle();

    // Whether the view serves others than when this was asked last.
    bool take_changed(ViewNumber view);

  private:
    struct View {
        ZoneTable own;  // not used where nothing is taken from others: `all` is it
        ZoneTable all;
        std::vector<ViewNumber> from, into;
        bool settled = false;
        bool changed = true;
    };
    const ZoneTable& own_table(ViewNumber view) const {
        return views_[view].from.empty() ? views_[view].all : views_[view].own;
    }
    void gather(ViewNumber view);
    void follow(ViewNumber view, dns::NameView name);

    std::vector<View> views_;
};

}  // namespace server
