#include "server/publish/zone_keeper.h"

#include <algorithm>

#include "server/publish/cookie_store.h"
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

}  // namespace

ZoneKeeper::ZoneKeeper(const dns::Files& files, const dns::Clock& clock, EventLog& log,
                       const PublisherSettings& settings, Configuration configuration)
    : files_(files),
      clock_(clock),
      log_(log),
      settings_(settings),
      configuration_(std::move(configuration)),
      signing_({files, clock, log, settings.state_folder, nullptr}),
      checks_(clock, log) {}

ZoneLoading ZoneKeeper::loading() const {
    return {files_, configuration_.limits, settings_.reading.key, clock_.now(), settings_.progress};
}

// ---- start -------------------------------------------------------------------------------------

dns::Result<void> ZoneKeeper::start() {
    int64_t began = clock_.steady_ns();
    auto settings = make_settings();
    if (!settings.ok()) return settings.fault();
    for (size_t i = 0; i < configuration_.zones.size(); ++i) {
        ConfiguredZone row = configuration_.zones[i];
        ZoneState& state = states_.make();
        states_.set_path(state, row.file);
        state.choices = row.choices;
        // Until it is loaded, its name alone.
        state.served = std::make_shared<const ServedZone>(row.name, state.number, nullptr,
                                                          options_of(row.choices), nullptr);
    }
    if (auto opened = signing_.open(); !opened.ok()) return opened;
    if (auto added = read_added(); !added.ok()) return added;
    configuration_.zones = ZoneRows(settings_.reading.key);
    load_all();
    ZoneTable table(settings_.reading.key);
    for (uint32_t i = 0; i < states_.numbers(); ++i) table.put(states_.find(i)->served);
    auto view = make_view(std::move(table));
    {
        std::lock_guard lock(mutex_);
        for (uint32_t i = 0; i < states_.numbers(); ++i) {
            const ZoneState& state = *states_.find(i);
            count(*state.served, state.is_refused(), 1);
        }
        publish(std::move(view), settings.value());
    }
    tell_start(began);
    return {};
}

// Zones of `apex ctl zone add`. What the configuration names as well is the configuration's.
dns::Result<void> ZoneKeeper::read_added() {
    if (settings_.state_folder.empty()) return {};
    std::vector<AddedZone> zones;
    auto opened = AddedZones::open(settings_.state_folder, zones);
    if (!opened.ok()) return opened.fault();
    added_ = std::move(opened.value());
    for (const AddedZone& zone : zones) {
        if (configuration_.zones.find(zone.name) != configuration_.zones.size()) {
            log_.event(
                LogLevel::warning, "zone-twice",
                "the zone was added, and stands in the configuration now: that one is served",
                {{"zone", dns::to_text(zone.name)}});
            continue;
        }
        ZoneState& state = states_.make();
        states_.set_path(state, zone.file);
        state.added = true;
        state.choices = configuration_.choices;
        if (!zone.template_name.empty()) {
            state.rare_facts().template_name = zone.template_name;
            auto found = configuration_.templates.find(zone.template_name);
            if (found != configuration_.templates.end())
                state.choices = found->second;
            else
                log_.event(LogLevel::warning, "no-template",
                           "the zone was added with a template that is no more",
                           {{"zone", dns::to_text(zone.name)}, {"template", zone.template_name}});
        }
        state.served = std::make_shared<const ServedZone>(zone.name, state.number, nullptr,
                                                          options_of(state.choices), nullptr);
    }
    return {};
}

void ZoneKeeper::load_all() {
    std::mutex mutex;
    std::vector<ZoneState*> shared;
    unsigned threads = settings_.threads;
    zones::share_out(threads, states_.numbers(), [&](size_t number) {
        if (stopping_) return;
        ZoneState& state = *states_.find(static_cast<uint32_t>(number));
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
}

void ZoneKeeper::load_first(ZoneState& state, unsigned threads) {
    ZoneVersion version =
        loading().load(state.served->name(), state.path(), *state.choices, threads);
    sign(state.served->name(), *state.choices, nullptr, threads, version);
    state.mark = version.mark;
    state.since = clock_.now();
    if (!version.included.empty()) state.rare_facts().included = std::move(version.included);
    if (version.zone == nullptr) state.rare_facts().refused = version.reason;
    state.served = std::make_shared<const ServedZone>(
        state.served->name(), state.number, std::move(version.zone), state.served->shared_options(),
        std::move(version.sources), version.reason);
}

// Makes of what was loaded what is served, where the zone is signed live.
void ZoneKeeper::sign(dns::NameView name, const ZoneChoices& choices, const zones::Zone* served,
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
        const ServedZone& zone = *states_.find(i)->served;
        LogLevel level = few ? LogLevel::info : LogLevel::debug;
        if (!zone.loaded())
            log_.event(LogLevel::error, "zone-not-loaded",
                       std::string(zone.reason()) + "; the zone is answered with SERVFAIL",
                       {{"zone", dns::to_text(zone.name())}});
        else if (log_.wants(level))
            log_.event(level, "zone-loaded", "",
                       {{"zone", dns::to_text(zone.name())},
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

dns::Result<Settings> ZoneKeeper::make_settings() const {
    const ServerOptions& options = configuration_.server;
    Settings settings;
    settings.hash_key = settings_.reading.key;
    settings.udp_size = static_cast<uint16_t>(options.udp_size);
    settings.rotate = options.rotate;
    settings.cookies = options.cookies;
    if (options.cookies) {
        auto secrets = cookie_secrets(options, settings_.state_folder, files_);
        if (!secrets.ok()) return secrets.fault();
        settings.cookie_secrets = secrets.value();
    }
    settings.nsid = options.nsid;
    settings.version = options.version;
    settings.server_id = options.server_id;
    settings.keepalive =
        static_cast<uint16_t>(std::min<uint32_t>(options.tcp_idle_seconds * 10, UINT16_MAX));
    return settings;
}

std::shared_ptr<const View> ZoneKeeper::make_view(ZoneTable zones) const {
    auto view = std::make_shared<View>();
    view->name = "default";
    view->allow_all = configuration_.server.allow_query.empty();
    view->allow_query = network_list(configuration_.server.allow_query, log_);
    view->follow_view = configuration_.server.follow == Follow::view;
    view->zones = std::move(zones);
    return view;
}

// Under the lock.
void ZoneKeeper::publish(std::shared_ptr<const View> view, const Settings& settings) {
    auto set = std::make_shared<Set>();
    set->settings = settings;
    set->views.push_back(std::move(view));
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

ZoneState* ZoneKeeper::find(dns::NameView name) {
    if (current_ == nullptr) return nullptr;
    const ServedZone* zone = current_->views.back()->zones.find(name);
    return zone != nullptr ? states_.find(zone->number()) : nullptr;
}

ZoneStatus ZoneKeeper::status_of(const ZoneState& state) const {
    ZoneStatus status;
    const ServedZone& zone = *state.served;
    status.name = dns::Name(zone.name());
    status.number = state.number;
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

std::optional<ZoneStatus> ZoneKeeper::zone(dns::NameView name) const {
    std::lock_guard lock(mutex_);
    const ZoneState* state = const_cast<ZoneKeeper*>(this)->find(name);
    if (state == nullptr) return std::nullopt;
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
