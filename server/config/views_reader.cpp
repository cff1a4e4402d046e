#include "server/config/views_reader.h"

#include <algorithm>

#include "server/config/keys_reader.h"
#include "server/config/nearest_word.h"
#include "zoneparser/fields.h"

namespace server {

namespace rule = configuration_rule;

namespace {

constexpr Section kSection = Section::view;
constexpr const char* kDefault = "default";
constexpr size_t kMostViews = UINT16_MAX;  // ViewNumber
constexpr size_t kLongestName = 63;

// It goes into logs, counters and command lines as it is.
bool is_view_name(std::string_view name) {
    auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= kLongestName &&
           std::all_of(name.begin(), name.end(), is_plain);
}

}  // namespace

void ViewsReader::read_names(TableReader& reader, const toml::table& top) {
    const toml::array* tables = reader.tables(top, *find_row(Section::top, "view"));
    for (size_t i = 0; tables != nullptr && i < tables->size(); ++i)
        if (!add(reader, *tables->get(i)->as_table())) return;
}

// False if there is no room for more.
bool ViewsReader::add(TableReader& reader, const toml::table& table) {
    reader.check_keys(table, kSection);
    const std::string* name = reader.text(table, *find_row(kSection, "name"));
    if (name == nullptr) return true;
    const toml::node& node = *table.get("name");
    if (!is_view_name(*name)) {
        reader.bad_value(node, "'" + *name + "' is no name for a view",
                         "it has 1 to 63 letters, digits, '-', '_' and '.'");
        return true;
    }
    // The default view needs room whether it is written or not.
    const size_t most = std::min(configuration_.limits.views, kMostViews);
    const size_t others = written_.size() - numbers_.count(kDefault);
    if (*name != kDefault && others + 2 > most) {
        reader.bad_value(
            node, "there are more views than the limit of " + std::to_string(most),
            "limits = { views = NUMBER } raises it, up to " + std::to_string(kMostViews));
        return false;
    }
    auto [found, first] = numbers_.try_emplace(*name, written_.size());
    if (first) {
        written_.push_back({&reader, &table});
        return true;
    }
    const Written& before = written_[found->second];
    dns::Place place = before.reader->place(before.table->get("name")->source());
    reader.report(rule::view_twice, node.source(), {*name, place_text(sources_, place)});
    return true;
}

void ViewsReader::read_views() {
    std::vector<ConfiguredView>& views = configuration_.views;
    views.clear();
    auto is_default = [](const Written& written) {
        return written.table->get("name")->as_string()->get() == kDefault;
    };
    std::stable_partition(written_.begin(), written_.end(),
                          [&](const Written& each) { return !is_default(each); });
    for (const Written& each : written_) {
        views.emplace_back();
        views.back().name = each.table->get("name")->as_string()->get();
    }
    if (views.empty() || views.back().name != kDefault) views.emplace_back();
    for (ConfiguredView& view : views) {
        view.allow_query = configuration_.server.allow_query;
        view.follow = configuration_.server.follow;
    }
    named_.resize(views.size());
    for (size_t i = 0; i < written_.size(); ++i) read_view(i);
    spread_zones_from();
}

void ViewsReader::read_zones(ZonesReader& zones) {
    for (size_t i = 0; i < written_.size(); ++i)
        zones.read_view(*written_[i].reader, *written_[i].table, static_cast<ViewNumber>(i));
}

void ViewsReader::read_view(size_t number) {
    TableReader& reader = *written_[number].reader;
    const toml::table& table = *written_[number].table;
    ConfiguredView& view = configuration_.views[number];
    view.place = reader.place(table.get("name")->source());
    view.clients = reader.networks(table, *find_row(kSection, "clients"));
    if (view.clients)
        for (const toml::node& network : *table.get("clients")->as_array())
            view.client_places.push_back(reader.place(network.source()));
    view.destinations = reader.networks(table, *find_row(kSection, "destinations"));
    read_keys(reader, table, view);
    if (auto list = reader.networks(table, *find_row(kSection, "allow-query")))
        view.allow_query = std::move(*list);
    const ConfigurationRow& follow = *find_row(kSection, "follow");
    if (const toml::node* node = reader.find(table, follow))
        if (auto chosen = reader.choice(*node, follow)) view.follow = static_cast<Follow>(*chosen);
    read_zones_from(number);
    if (view.name == kDefault)
        for (const char* key : {"clients", "destinations", "keys"})
            if (const toml::node* node = table.get(key))
                reader.bad_value(
                    *node,
                    "the view 'default' answers who is in no other view, and has no '" +
                        std::string(key) + "'",
                    "give the view another name");
    count_networks(reader, table, view);
}

void ViewsReader::count_networks(TableReader& reader, const toml::table& table,
                                 const ConfiguredView& view) {
    const size_t most = configuration_.limits.view_networks;
    const bool was_over = networks_ > most;
    networks_ += (view.clients ? view.clients->size() : 0) +
                 (view.destinations ? view.destinations->size() : 0);
    if (networks_ > most && !was_over)
        reader.bad_value(
            *table.get("name"),
            "the networks of all views are more than the limit of " + std::to_string(most),
            "limits = { view-networks = NUMBER } raises it");
}

void ViewsReader::read_keys(TableReader& reader, const toml::table& table, ConfiguredView& view) {
    const ConfigurationRow& row = *find_row(kSection, "keys");
    const toml::node* node = reader.find(table, row);
    auto texts = node != nullptr ? reader.texts(*node, row) : std::nullopt;
    if (!texts) return;
    if (texts->empty())
        reader.bad_value(*node, "'keys' is empty", "without it the view asks for no key");
    view.keys.emplace();
    for (size_t i = 0; i < texts->size(); ++i) {
        const toml::node& each = *node->as_array()->get(i);
        dns::Name name;
        std::string reason;
        if (!zoneparser::parse_name((*texts)[i], name, reason)) {
            reader.bad_value(each, "'" + (*texts)[i] + "' is no key's name: " + reason);
            continue;
        }
        auto found = std::find_if(configuration_.keys.begin(), configuration_.keys.end(),
                                  [&](const ConfiguredKey& key) { return key.name == name; });
        if (found == configuration_.keys.end())
            report_unknown_key(reader, each, dns::to_text(name));
        else
            view.keys->push_back(dns::to_text(found->name));
    }
}

void ViewsReader::report_unknown_key(TableReader& reader, const toml::node& node,
                                     const std::string& key) {
    std::vector<std::string> names;
    for (const ConfiguredKey& known : configuration_.keys)
        names.push_back(dns::to_text(known.name));
    const std::vector<std::string_view> known(names.begin(), names.end());
    std::string hint = nearest_hint(key, known);
    if (hint.empty()) hint = "keys stand under [[key]]";
    reader.bad_value(node, "there is no key '" + key + "'", hint);
}

void ViewsReader::read_zones_from(size_t number) {
    TableReader& reader = *written_[number].reader;
    const ConfigurationRow& row = *find_row(kSection, "zones-from");
    const toml::node* node = reader.find(*written_[number].table, row);
    auto texts = node != nullptr ? reader.texts(*node, row) : std::nullopt;
    if (!texts) return;
    std::vector<ViewNumber>& from = named_[number];
    for (size_t i = 0; i < texts->size(); ++i) {
        const toml::node& each = *node->as_array()->get(i);
        auto view = find_view(reader, configuration_, each, (*texts)[i]);
        if (!view) continue;
        if (std::find(from.begin(), from.end(), *view) != from.end())
            reader.bad_value(each, "'" + (*texts)[i] + "' is named twice", "remove one of the two");
        else
            from.push_back(*view);
    }
}

// What a view serves includes what it has from others, so their zones-from are followed: depth
// first, each view where it comes first. The result needs no following.
void ViewsReader::spread_zones_from() {
    std::vector<size_t> seen(named_.size(), named_.size());  // by which view
    struct Step {
        ViewNumber view;
        size_t next;  // of its zones-from
    };
    for (size_t i = 0; i < named_.size(); ++i) {
        std::vector<ViewNumber>& all = configuration_.views[i].zones_from;
        std::vector<Step> way{{static_cast<ViewNumber>(i), 0}};
        bool is_cycle = false;
        while (!way.empty()) {
            Step& step = way.back();
            if (step.next == named_[step.view].size()) {
                way.pop_back();
                continue;
            }
            ViewNumber view = named_[step.view][step.next++];
            is_cycle = is_cycle || view == i;
            if (view == i || seen[view] == i) continue;
            seen[view] = i;
            all.push_back(view);
            way.push_back({view, 0});
        }
        if (!is_cycle) continue;
        const Written& written = written_[i];
        written.reader->bad_value(
            *written.table->get("zones-from"),
            "view '" + configuration_.views[i].name + "' has zones from itself, by 'zones-from'",
            "one of the views on the way needs another list");
    }
}

}  // namespace server
