#include "server/cli/configured_views.h"

#include <algorithm>

#include "server/answer/view_reach.h"
#include "server/config/view_rules.h"

namespace server {

namespace {

std::optional<NetworkList> optional_list(const std::optional<std::vector<std::string>>& texts) {
    if (!texts) return std::nullopt;
    return network_list(*texts);
}

bool serves_zones(const Configuration& configuration, ViewNumber view) {
    if (!configuration.views[view].zones_from.empty()) return true;
    for (size_t i = 0; i < configuration.zones.size(); ++i)
        if (configuration.zones[i].view == view) return true;
    return false;
}

}  // namespace

NetworkList network_list(const std::vector<std::string>& texts) {
    std::vector<Network> networks;
    for (const std::string& text : texts)
        if (auto network = read_network(text); network.ok()) networks.push_back(*network);
    return NetworkList(std::move(networks));
}

std::vector<View> make_views(const Configuration& configuration) {
    std::vector<View> views;
    for (const ConfiguredView& configured : configuration.views) {
        View& view = views.emplace_back();
        view.name = configured.name;
        view.clients = optional_list(configured.clients);
        view.destinations = optional_list(configured.destinations);
        view.allow_all = configured.allow_query.empty();
        view.allow_query = network_list(configured.allow_query);
        view.follow_view = configured.follow == Follow::view;
        if (!configured.keys) continue;
        view.keys.emplace();
        for (size_t i = 0; i < configuration.keys.size(); ++i) {
            const std::string name = dns::to_text(configuration.keys[i].name);
            if (std::count(configured.keys->begin(), configured.keys->end(), name) > 0)
                view.keys->push_back(static_cast<KeyNumber>(i + 1));
        }
    }
    return views;
}

void check_views(const Configuration& configuration, dns::Findings& findings) {
    const std::vector<ConfiguredView>& configured = configuration.views;
    if (configured.size() == 1) return;
    std::vector<std::shared_ptr<const View>> views;
    for (View& view : make_views(configuration))
        views.push_back(std::make_shared<const View>(std::move(view)));
    const std::vector<ViewReach> all = reach_of(views);
    const auto last = static_cast<ViewNumber>(configured.size() - 1);
    const bool default_serves = serves_zones(configuration, last);
    for (size_t i = 0; i < all.size(); ++i) {
        const ConfiguredView& view = configured[i];
        if (!all[i].answers) {
            if (i != last || default_serves)
                findings.report(view_rule::view_never_chosen, view.place, {view.name});
            continue;
        }
        for (const ViewReach::Shadowed& shadowed : all[i].shadowed)
            findings.report(
                view_rule::client_network_shadowed, view.client_places[shadowed.network],
                {(*view.clients)[shadowed.network], view.name, configured[shadowed.by].name});
    }
    if (all[last].answers && !default_serves)
        findings.report(view_rule::clients_in_no_view, configured[last].place);
}

}  // namespace server
