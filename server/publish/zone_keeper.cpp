#include "server/publish/zone_keeper.h"

#include <algorithm>

#include "server/publish/cookie_store.h"
#include "server/publish/tsig_keys.h"
#include "zoneparser/fields.h"
#include "zones/parallel.h"

namespace server {

namespace {

// More zones than these are told of together.
constexpr size_t kFewZones = 50;

NetworkList network_list(const std::vector<std::string>& texts, EventLog& log) {
    std::vector<Network> networks;
    for (const std::string& text : texts) {
        auto network = read_network(text);
        if (network.ok()) {
            networks.push_back(network.value());
            continue;
        }
        // Who is not understood shall not let everyone in.
        log.event(LogLevel::error, "bad-network", network.fault().sentence, {});
        networks.push_back(read_network("none").value());
    }
    return NetworkList(std::move(networks));
}

// A key that is not there is nobody's.
std::vector<KeyNumber> key_numbers(const std::vector<std::string>& names,
                                   const dns::TsigKeys* keys) {
    std::vector<KeyNumber> numbers;
    for (const std::string& text : names) {
        dns::Name name;
        std::string reason;
        if (keys == nullptr || !zoneparser::parse_name(text, name, reason)) continue;
        const size_t place = keys->find(name);
        if (place < keys->size()) numbers.push_back(static_cast<KeyNumber>(place + 1));
    }
    return numbers;
}

}  // namespace

ZoneKeeper::ZoneKeeper(const dns::Files& files, const dns::Clock& clock, EventLog& log,
                       const PublisherSettings& settings, Configuration configuration)
    : files_(files),
      clock_(clock),
      log_(log),
      settings_(settings),
      configuration_(std::move(configuration)),
      keepalive_(static_cast<uint16_t>(
          std::min<uint32_t>(configuration_.server.tcp_idle_seconds * 10, UINT16_MAX))),
      signing_({files, clock, log, settings.state_folder, settings.signing_progress}),
      checks_(clock, log) {}

ZoneLoading ZoneKeeper::loading() const {
    return {files_, configuration_.limits, settings_.reading.key, clock_.now(), settings_.progress};
}

// ---- start -------------------------------------------------------------------------------------

dns::Result<void> ZoneKeeper::start() {
    int64_t began = clock_.steady_ns();
    auto set = make_set(configuration_);
    if (!set.ok()) return set.fault();
    make_states();
    if (auto opened = signing_.open(); !opened.ok()) return opened;
    if (!settings_.state_folder.empty())
        if (auto opened = overlay_serials_.open(files_, settings_.state_folder); !opened.ok())
            return opened;
    if (auto added = read_added(); !added.ok()) return added;
    configuration_.zones = ZoneRows(settings_.reading.key);
    load_all();
    fill_tables();
    {
        std::lock_guard lock(mutex_);
        for (uint32_t i = 0; i < states_.numbers(); ++i) {
            const ZoneState& state = *states_.find(i);
            count(*state.served, state.is_refused(), 1);
        }
        publish(std::move(set.value()), true);
    }
    tell_start(began);
    return {};
}

// What the configuration lists, each by its name alone until it is loaded.
void ZoneKeeper::make_states() {
    const ZoneRows& rows = configuration_.zones;
    std::vector<uint32_t> numbers;
    for (ZoneGroup& group : group_zones(rows, configuration_.views)) {
        const ConfiguredZone row = rows[group.row];
        ZoneState& state = states_.make();
        numbers.push_back(state.number);
        states_.set_path(state, row.file);
        state.choices = row.choices;
        state.set_listings(std::move(group.listings));
        state.served = std::make_shared<const ServedZone>(row.name, state.number, nullptr,
                                                          options_of(row.choices), nullptr);
        if (row.source != ZoneSource::overlay) continue;
        OverlayState& overlay = state.rare_facts().overlay.emplace();
        if (group.base != ZoneGroup::kNone) overlay.base = numbers[group.base];
        overlays_.push_back({state.number, group.height});
    }
    std::stable_sort(overlays_.begin(), overlays_.end(),
                     [](const Overlay& a, const Overlay& b) { return a.height < b.height; });
}

// The tables of all views, from nothing.
void ZoneKeeper::fill_tables() {
    tables_ = ViewTables(settings_.reading.key, configuration_.views);
    for (uint32_t i = 0; i < states_.numbers(); ++i)
        if (const ZoneState* state = states_.find(i)) put_into_tables(*state);
    tables_.settle();
}

// The same zone in memory for each view that lists it, whoever may ask for it there.
void ZoneKeeper::put_into_tables(const ZoneState& state) {
    tables_.put(state.view, state.served);
    if (state.rare == nullptr) return;
    for (const ZoneListing& more : state.rare->more_views) {
        ZonePointer served = state.served;
        if (more.choices != nullptr)
            served = std::make_shared<const ServedZone>(
                served->name(), state.number, served->shared_zone(), options_of(more.choices),
                served->sources(), std::string(served->reason()));
        tables_.put(more.view, served);
    }
}

// Zones of `apex ctl zone add`. What the configuration names as well is the configuration's.
dns::Result<void> ZoneKeeper::read_added() {
    if (settings_.state_folder.empty()) return {};
    std::vector<AddedZone> zones;
    auto opened = AddedZones::open(settings_.state_folder, zones);
    if (!opened.ok()) return opened.fault();
    added_ = std::move(opened.value());
    const auto view = static_cast<ViewNumber>(configuration_.views.size() - 1);  // "default"
    bool adopted = false;
    for (const AddedZone& zone : zones) {
        if (configuration_.zones.find(view, zone.name) != configuration_.zones.size()) {
            tell_adopted(zone.name);
            adopted = true;
            continue;
        }
        ZoneState& state = states_.make();
        states_.set_path(state, zone.file);
        state.added = true;
        state.view = view;
        state.choices = configuration_.choices;
        if (!zone.template_name.empty()) {
            state.rare_facts().template_name = zone.template_name;
            auto found = configuration_.templates.find(zone.template_name);
            if (found != configuration_.templates.end())
                state.choices = found->second;
            else
                tell_no_template(zone.name, zone.template_name);
        }
        state.served = std::make_shared<const ServedZone>(zone.name, state.number, nullptr,
                                                          options_of(state.choices), nullptr);
    }
    if (adopted) rewrite_added();
    return {};
}

void ZoneKeeper::tell_no_template(dns::NameView zone, const std::string& name) const {
    log_.event(LogLevel::warning, "no-template",
               "the zone was added with a template that is no more",
               {{"zone", dns::to_text(zone)}, {"template", name}});
}

void ZoneKeeper::load_all() {
    std::mutex mutex;
    std::vector<ZoneState*> shared;
    unsigned threads = settings_.threads;
    zones::share_out(threads, states_.numbers(), [&](size_t number) {
        if (stopping_) return;
        ZoneState& state = *states_.find(static_cast<uint32_t>(number));
        if (state.overlay() != nullptr) return;
        if (threads > 1) {
            auto identity = files_.identity(state.path());
            if (identity.ok() && identity->size >= kSharedFile) {
                std::lock_guard lock(mutex);
                shared.push_back(&state);
                return;
            }
        }
        load_first(state, 1);
    });
    for (ZoneState* state : shared)
        if (!stopping_) load_first(*state, threads);
    merge_first();
}

void ZoneKeeper::load_first(ZoneState& state, unsigned threads) {
    ZoneVersion version =
        loading().load(state.served->name(), state.path(), *state.choices, threads);
    sign(live_name(state), *state.choices, nullptr, threads, version);
    state.mark = version.mark;
    state.since = clock_.now();
    if (!version.included.empty()) state.rare_facts().included = std::move(version.included);
    if (version.zone == nullptr) state.rare_facts().refused = version.reason;
    state.served = std::make_shared<const ServedZone>(
        state.served->name(), state.number, std::move(version.zone), state.served->shared_options(),
        std::move(version.sources), version.reason);
}

// A number of before the configuration was read again may be none of a view now.
std::string ZoneKeeper::live_view(ViewNumber view) const {
    const std::vector<ConfiguredView>& views = configuration_.views;
    return view + size_t{1} < views.size() ? views[view].name : "";
}

LiveName ZoneKeeper::live_name(const ZoneState& state) const {
    return {dns::Name(state.served->name()), live_view(state.view)};
}

// The same for a zone that a plan may list elsewhere than before.
LiveName ZoneKeeper::live_name(const Plan& plan, const ZoneState& state) const {
    auto home = plan.homes.find(&state);
    return {dns::Name(state.served->name()),
            live_view(home != plan.homes.end() ? home->second : state.view)};
}

// Makes of what was loaded what is served, where the zone is signed live.
void ZoneKeeper::sign(const LiveName& name, const ZoneChoices& choices, const zones::Zone* served,
                      unsigned threads, ZoneVersion& version) {
    if (version.zone == nullptr || !signing_.concerns(name, choices)) return;
    auto made = signing_.sign(name, version.zone, served, choices, threads);
    if (made.ok()) {
        version.zone = std::move(made.value());
        return;
    }
    version.zone = nullptr;
    version.reason = "not signed: " + made.fault().sentence;
    version.errors = std::max<size_t>(version.errors, 1);
}

void ZoneKeeper::tell_start(int64_t began_ns) const {
    bool few = states_.size() <= kFewZones;
    for (uint32_t i = 0; i < states_.numbers(); ++i) {
        const ZoneState& state = *states_.find(i);
        const ServedZone& zone = *state.served;
        LogLevel level = few ? LogLevel::info : LogLevel::debug;
        if (!zone.loaded())
            log_.event(LogLevel::error, "zone-not-loaded",
                       std::string(zone.reason()) + "; the zone is answered with SERVFAIL",
                       {{"zone", dns::to_text(zone.name())}, {"view", view_text(state)}});
        else if (log_.wants(level))
            log_.event(level, "zone-loaded", "",
                       {{"zone", dns::to_text(zone.name())},
                        {"view", view_text(state)},
                        {"serial", zone.serial()},
                        {"records", zone.zone().record_count()}});
    }
    log_.event(LogLevel::info, "zones-loaded", "",
               {{"zones", status_.zones},
                {"not-loaded", status_.not_loaded},
                {"records", status_.records},
                {"milliseconds", (clock_.steady_ns() - began_ns) / 1'000'000}});
}

// ---- the set -----------------------------------------------------------------------------------

std::shared_ptr<const ZoneOptions> ZoneKeeper::options_of(
    const std::shared_ptr<const ZoneChoices>& choices) {
    auto [found, added] = options_.try_emplace(choices);
    if (added) {
        auto options = std::make_shared<ZoneOptions>();
        if (choices->allow_query) options->allow_query = network_list(*choices->allow_query, log_);
        found->second = std::move(options);
    }
    return found->second;
}

dns::Result<Settings> ZoneKeeper::make_settings(const ServerOptions& options) const {
    Settings settings;
    settings.hash_key = settings_.reading.key;
    settings.udp_size = static_cast<uint16_t>(options.udp_size);
    settings.rotate = options.rotate;
    settings.send_together = options.send_together;
    settings.cookies = options.cookies;
    if (options.cookies) {
        auto secrets = cookie_secrets(options, settings_.state_folder, files_);
        if (!secrets.ok()) return secrets.fault();
        settings.cookie_secrets = secrets.value();
    }
    settings.nsid = options.nsid;
    settings.version = options.version;
    settings.server_id = options.server_id;
    settings.keepalive = keepalive_;
    return settings;
}

std::shared_ptr<const View> ZoneKeeper::make_view(ViewNumber number, const dns::TsigKeys* keys) {
    const ConfiguredView& configured = configuration_.views[number];
    auto view = std::make_shared<View>();
    view->name = configured.name;
    const auto next = static_cast<uint32_t>(view_numbers_.size());
    view->number = view_numbers_.try_emplace(configured.name, next).first->second;
    if (configured.clients) view->clients = network_list(*configured.clients, log_);
    if (configured.destinations) view->destinations = network_list(*configured.destinations, log_);
    if (configured.keys) view->keys = key_numbers(*configured.keys, keys);
    view->allow_all = configured.allow_query.empty();
    view->allow_query = network_list(configured.allow_query, log_);
    view->follow_view = configured.follow == Follow::view;
    view->zones = tables_[number];
    return view;
}

// Views that differ in nothing are those of before; what differs in zones alone is a copy.
std::vector<std::shared_ptr<const View>> ZoneKeeper::make_views(bool anew,
                                                                const dns::TsigKeys* keys) {
    std::vector<std::shared_ptr<const View>> views(tables_.size());
    for (size_t i = 0; i < views.size(); ++i) {
        const auto number = static_cast<ViewNumber>(i);
        const bool other_zones = tables_.take_changed(number);
        if (anew) {
            views[i] = make_view(number, keys);
        } else if (other_zones) {
            auto view = std::make_shared<View>(*current_->views[i]);
            view->zones = tables_[number];
            views[i] = std::move(view);
        } else {
            views[i] = current_->views[i];
        }
    }
    return views;
}

// All of a set but its views.
dns::Result<std::shared_ptr<Set>> ZoneKeeper::make_set(const Configuration& configuration) const {
    auto set = std::make_shared<Set>();
    auto settings = make_settings(configuration.server);
    if (!settings.ok()) return settings.fault();
    set->settings = std::move(settings.value());
    auto keys = make_tsig_keys(configuration.keys, settings_.reading.key);
    if (!keys.ok()) return keys.fault();
    set->keys = std::move(keys.value());
    return set;
}

// Under the lock. With `anew` the configuration of the views may be another.
void ZoneKeeper::publish(std::shared_ptr<Set> set, bool anew) {
    set->views = make_views(anew, set->keys.get());
    if (anew) set->choice = make_view_choice(set->views);
    set->view_numbers = static_cast<uint32_t>(view_numbers_.size());
    set->zone_numbers = states_.numbers();
    set->generation = ++status_.generation;
    current_ = std::move(set);
}

// ---- what others ask ---------------------------------------------------------------------------

std::shared_ptr<const Set> ZoneKeeper::current() const {
    std::lock_guard lock(mutex_);
    return current_;
}

PublisherStatus ZoneKeeper::status() const {
    std::lock_guard lock(mutex_);
    return status_;
}

ZoneState* ZoneKeeper::find(ViewNumber view, dns::NameView name) {
    const ServedZone* zone = tables_.own(view, name);
    return zone != nullptr ? states_.find(zone->number()) : nullptr;
}

// Of all views, each once.
std::vector<ZoneState*> ZoneKeeper::find_all(dns::NameView name) {
    std::vector<ZoneState*> found;
    for (size_t i = 0; i < tables_.size(); ++i) {
        ZoneState* state = find(static_cast<ViewNumber>(i), name);
        if (state != nullptr && std::find(found.begin(), found.end(), state) == found.end())
            found.push_back(state);
    }
    return found;
}

// The views that list it, as the log names them; "" where there is only one view.
std::string ZoneKeeper::view_text(const ZoneState& state) const {
    if (configuration_.views.size() < 2) return {};
    std::string text;
    state.for_each_view([&](ViewNumber view) {
        if (!text.empty()) text += ",";
        text += configuration_.views[view].name;
    });
    return text;
}

ZoneStatus ZoneKeeper::status_of(const ZoneState& state) const {
    ZoneStatus status;
    const ServedZone& zone = *state.served;
    status.name = dns::Name(zone.name());
    status.number = state.number;
    state.for_each_view(
        [&](ViewNumber view) { status.views.push_back(current_->views[view]->name); });
    status.overlay = state.overlay() != nullptr;
    status.file = state.path();
    status.loaded = zone.loaded();
    status.added = state.added;
    status.serial = zone.serial();
    if (zone.loaded()) {
        status.names = zone.zone().name_count();
        status.records = zone.zone().record_count();
    }
    status.since = state.since;
    if (state.is_refused()) status.refused = state.rare->refused;
    return status;
}

std::optional<ZoneStatus> ZoneKeeper::zone(uint32_t number) const {
    std::lock_guard lock(mutex_);
    const ZoneState* state = states_.find(number);
    if (state == nullptr || state->served == nullptr) return std::nullopt;
    return status_of(*state);
}

void ZoneKeeper::for_each_zone(const std::function<void(const ZoneStatus&)>& use) const {
    std::lock_guard lock(mutex_);
    if (current_ == nullptr) return;
    for (uint32_t i = 0; i < states_.numbers(); ++i)
        if (const ZoneState* state = states_.find(i); state != nullptr && state->served != nullptr)
            use(status_of(*state));
}

std::shared_ptr<const dns::Sources> ZoneKeeper::sources_of(const ServedZone& zone) const {
    if (zone.sources() != nullptr) return zone.sources();
    std::lock_guard lock(mutex_);
    const ZoneState* state = current_ != nullptr ? states_.find(zone.number()) : nullptr;
    return sources_of_file(state != nullptr ? state->path() : std::string());
}

void ZoneKeeper::use_files(const ZoneState& state,
                           const std::function<void(const std::string&)>& use) const {
    use(state.path());
    if (state.rare == nullptr) return;
    for (const IncludedFile& included : state.rare->included) use(included.path);
}

void ZoneKeeper::for_each_new_file(bool all, const std::function<void(const std::string&)>& use) {
    std::vector<std::string> files = std::exchange(new_files_, {});
    for (const std::string& file : files) use(file);
    if (!all) return;
    for (const ReadFile& file : configuration_.files) use(file.path);
    for (uint32_t i = 0; i < states_.numbers(); ++i)
        if (const ZoneState* state = states_.find(i); state != nullptr && state->folder != nullptr)
            use_files(*state, use);
}

}  // namespace server
