#include "server/publish/view_tables.h"

#include "server/answer/set.h"

namespace server {

ViewTables::ViewTables(dns::SipKey key, std::span<const ConfiguredView> views)
    : views_(views.size()) {
    for (size_t i = 0; i < views.size(); ++i) {
        views_[i].own = views_[i].all = ZoneTable(key);
        views_[i].from = views[i].zones_from;
        for (ViewNumber from : views[i].zones_from)
            views_[from].into.push_back(static_cast<ViewNumber>(i));
    }
}

void ViewTables::put(ViewNumber view, const ZonePointer& zone) {
    View& own = views_[view];
    if (own.from.empty()) {
        own.all.put(zone);
        own.changed = true;
        for (ViewNumber into : own.into) follow(into, zone->name());
    } else {
        own.own.put(zone);
        follow(view, zone->name());
    }
}

void ViewTables::remove(ViewNumber view, dns::NameView name) {
    View& own = views_[view];
    const dns::Name kept(name);  // it may be the zone's own
    if (own.from.empty()) {
        own.changed = own.all.remove(kept) || own.changed;
        for (ViewNumber into : own.into) follow(into, kept);
    } else {
        own.own.remove(kept);
        follow(view, kept);
    }
}

// A view's zones come from views that were gathered before it, in whatever order they are written.
void ViewTables::settle() {
    std::vector<ViewNumber> path;  // on the way to what is needed first
    for (size_t i = 0; i < views_.size(); ++i) {
        path.push_back(static_cast<ViewNumber>(i));
        while (!path.empty()) {
            const ViewNumber view = path.back();
            const size_t before = path.size();
            for (ViewNumber from : views_[view].from)
                if (!views_[from].settled && path.size() <= views_.size()) path.push_back(from);
            if (path.size() > before) continue;
            path.pop_back();
            if (!views_[view].settled) gather(view);
        }
    }
}

// The table of the last source is shared as it is: it is "default" as a rule, and the greatest.
void ViewTables::gather(ViewNumber number) {
    View& view = views_[number];
    view.settled = true;
    if (view.from.empty()) return;
    view.all = views_[view.from.back()].all;
    auto put = [&](const ZonePointer& zone) { view.all.put(zone); };
    for (size_t i = view.from.size() - 1; i-- > 0;) views_[view.from[i]].all.for_each(put);
    view.own.for_each(put);
}

// What the name is to be in a view that takes zones from others, and in those that take from it.
void ViewTables::follow(ViewNumber number, dns::NameView name) {
    View& view = views_[number];
    if (!view.settled) return;
    ZonePointer zone = view.own.find_shared(name);
    for (size_t i = 0; zone == nullptr && i < view.from.size(); ++i)
        zone = views_[view.from[i]].all.find_shared(name);
    if (zone.get() == view.all.find(name)) return;
    if (zone != nullptr)
        view.all.put(std::move(zone));
    else
        view.all.remove(name);
    view.changed = true;
    for (ViewNumber into : view.into) follow(into, name);
}

bool ViewTables::take_changed(ViewNumber view) {
    return std::exchange(views_[view].changed, false);
}

}  // namespace server
