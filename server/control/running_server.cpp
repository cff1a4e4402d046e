#include "server/control/running_server.h"

#include <pthread.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "server/config/options.h"
#include "server/publish/system.h"

namespace server {

namespace asio = net::asio;

namespace {

constexpr size_t kQueryRing = 8192;  // records a worker, of about 340 octets

// What is left of half a second when the workers are done.
constexpr std::chrono::milliseconds kWaitForReplies{5};
constexpr int kWaitsForReplies = 20;

WorkerSettings worker_settings(const ServerOptions& options) {
    WorkerSettings settings;
    settings.tcp.idle = std::chrono::seconds(options.tcp_idle_seconds);
    settings.tcp.message = std::chrono::seconds(options.tcp_message_seconds);
    settings.query_log = options.log_queries ? kQueryRing : 0;
    return settings;
}

void name_thread(std::thread& thread, const std::string& name) {
    ::pthread_setname_np(thread.native_handle(), name.c_str());
}

}  // namespace

struct RunningServer::Signals {
    explicit Signals(asio::io_context& io) : set(io, SIGTERM, SIGINT, SIGHUP) {}
    asio::basic_signal_set<net::Executor> set;
};

dns::Result<RateLimitSettings> rate_limit_settings(const ServerOptions& options) {
    RateLimitSettings settings;
    auto rate = [&](uint32_t special) {
        return special == UINT32_MAX ? options.responses_per_second : special;
    };
    settings.per_second = {options.responses_per_second, rate(options.nodata_per_second),
                           rate(options.nxdomains_per_second), rate(options.referrals_per_second),
                           rate(options.errors_per_second)};
    for (uint32_t one : settings.per_second)
        if (one > 0) settings.mode = RateLimitSettings::Mode::on;
    if (options.limit_log_only && settings.mode == RateLimitSettings::Mode::on)
        settings.mode = RateLimitSettings::Mode::log;
    settings.window = options.limit_window;
    settings.slip = options.limit_slip;
    settings.ipv4_prefix = static_cast<uint8_t>(options.limit_ipv4_prefix);
    settings.ipv6_prefix = static_cast<uint8_t>(options.limit_ipv6_prefix);
    std::vector<Network> networks;
    for (const std::string& text : options.limit_exempt) {
        auto network = read_network(text);
        if (!network.ok()) return network.fault();
        networks.push_back(network.value());
    }
    settings.exempt = NetworkList(std::move(networks));
    return settings;
}

std::string keys_for_restart(const ServerOptions& before, const ServerOptions& after) {
    std::string keys;
    for (const ConfigurationRow* row : changed_rows(before, after))
        if (row->at_start) keys += (keys.empty() ? "" : ", ") + std::string(row->key);
    return keys;
}

RunningServer::RunningServer(World world, RunningSettings settings)
    : world_(world),
      settings_(std::move(settings)),
      signals_(std::make_unique<Signals>(io_)),
      publisher_(world.files, world.clock, world.events,
                 {settings_.configuration_file, settings_.state_folder, settings_.threads,
                  settings_.reading, settings_.progress, settings_.signing_progress,
                  [this](std::shared_ptr<const Set> set) {
                      asio::post(
                          io_, [this, set = std::move(set)]() mutable { deliver(std::move(set)); });
                  },
                  [this](const Configuration& configuration) { configured(configuration); }},
                 std::move(settings_.configuration)),
      connections_(settings_.connections, settings_.server.tcp_connections_per_client,
                   random_key()),
      started_(world.clock.now()) {}

RunningServer::~RunningServer() = default;

dns::Result<void> RunningServer::run() {
    watch_signals();
    if (auto limits = rate_limit_settings(settings_.server); !limits.ok())
        return limits.fault();
    else if (limits->mode != RateLimitSettings::Mode::off)
        limiter_ = std::make_unique<RateLimiter>(limits.value(), random_key());
    if (!settings_.state_folder.empty())
        if (auto opened = open_control(); !opened.ok()) return opened.fault();
    load();
    auto kept = asio::make_work_guard(io_);
    io_.run();
    if (ender_.joinable()) ender_.join();
    worker_log_.reset();
    if (!fault_.empty()) return dns::Fault{fault_};
    return {};
}

void RunningServer::watch_signals() {
    signals_->set.async_wait([this](const net::error_code& error, int number) {
        if (error) return;
        on_signal(number);
        watch_signals();
    });
}

void RunningServer::on_signal(int number) {
    if (number == SIGHUP) {
        reopen_logs();
        reload({});
    } else {
        stop(number == SIGTERM ? "SIGTERM" : "SIGINT");
    }
}

dns::Result<void> RunningServer::open_control() {
    ControlCommands::Parts parts;
    parts.publisher = &publisher_;
    parts.clock = &world_.clock;
    parts.status = [this] { return status(); };
    parts.totals = [this] { return totals(); };
    parts.reload = [this](Done done) { reload(std::move(done)); };
    parts.reopen_logs = [this] { reopen_logs(); };
    parts.stop = [this] { stop("apex ctl stop"); };
    parts.explain = settings_.explain;
    parts.started = started_;
    commands_ = std::make_unique<ControlCommands>(std::move(parts));
    control_ = std::make_unique<ControlServer>(
        io_,
        [this](const ControlRequest& request, std::function<void(ControlReply)> reply) {
            commands_->handle(request, std::move(reply));
        },
        ControlSettings());
    return control_->open(settings_.state_folder + "/control.sock");
}

// On a thread of its own, so that signals and `apex ctl` are heard meanwhile.
void RunningServer::load() {
    loader_ = std::thread([this] {
        auto set = publisher_.start();
        asio::post(io_, [this, set = std::move(set)]() mutable { loaded(std::move(set)); });
    });
}

void RunningServer::loaded(dns::Result<std::shared_ptr<const Set>> set) {
    loader_.join();
    if (settings_.loaded) settings_.loaded();
    if (state_ == State::stopping) return;
    if (!set.ok()) {
        fault_ = set.fault().sentence;
        io_.stop();
        return;
    }
    start_workers(set.value());
    start_worker_log();
    state_ = State::serving;
    PublisherStatus zones = publisher_.status();
    std::string listen;
    for (const std::string& one : settings_.listen) listen += (listen.empty() ? "" : " ") + one;
    world_.events.event(LogLevel::info, "serving", "",
                        {{"listen", listen},
                         {"workers", workers_.size()},
                         {"zones", zones.zones},
                         {"not-loaded", zones.not_loaded},
                         {"records", zones.records}});
    world_.manager.ready(std::to_string(zones.zones) + " zones");
    if (auto current = publisher_.current(); current != set.value()) deliver(current);
}

void RunningServer::start_workers(const std::shared_ptr<const Set>& set) {
    WorkerShare share{
        &world_.clock, &connections_, limiter_.get(),
        [this](std::shared_ptr<const Set> old) { publisher_.retire(std::move(old)); }};
    WorkerSettings settings = worker_settings(settings_.server);
    for (WorkerSockets& sockets : settings_.sockets)
        workers_.push_back(std::make_unique<Worker>(std::move(sockets), set, share, settings));
    settings_.sockets.clear();
    workers_there_.store(true, std::memory_order_release);
    for (size_t i = 0; i < workers_.size(); ++i) {
        threads_.emplace_back([worker = workers_[i].get()] { worker->run(); });
        name_thread(threads_.back(), "apex-worker-" + std::to_string(i));
    }
}

void RunningServer::start_worker_log() {
    if (world_.query_log == nullptr && limiter_ == nullptr) return;
    WorkerLog::Parts parts;
    for (const auto& worker : workers_) {
        parts.queries.push_back(worker->query_log());
        parts.limits.push_back(worker->limit_events());
    }
    parts.query_file = world_.query_log;
    parts.events = &world_.events;
    parts.limiter = limiter_.get();
    parts.clock = &world_.clock;
    parts.view_name = [this](uint32_t number) { return view_name(number); };
    parts.key_name = [this](KeyNumber key) { return key_name(key); };
    worker_log_ = std::make_unique<WorkerLog>(std::move(parts));
}

void RunningServer::deliver(std::shared_ptr<const Set> set) {
    if (state_ != State::serving) return;
    for (const auto& worker : workers_) worker->publish(set);
    publisher_.retire(std::move(set));
}

void RunningServer::reload(Done done) {
    if (reloads_++ == 0) world_.manager.reloading(world_.clock.steady_ns());
    publisher_.reload([this, done = std::move(done)](const JobReport& report) {
        if (done) done(report);
        asio::post(io_, [this, sentence = report.sentence] {
            if (--reloads_ == 0 && state_ == State::serving) world_.manager.ready(sentence);
        });
    });
}

void RunningServer::reopen_logs() {
    world_.log.reopen();
    if (world_.query_log != nullptr && world_.query_log != &world_.log) world_.query_log->reopen();
    world_.events.event(LogLevel::info, "log-reopened", "", {});
}

void RunningServer::stop(const char* why) {
    if (state_ == State::stopping) return;
    world_.manager.stopping();
    world_.events.event(LogLevel::info, "stopping", "", {{"because", why}});
    if (control_) control_->close();
    state_ = State::stopping;
    for (const auto& worker : workers_) worker->stop();
    // Replies of the control socket are still sent meanwhile.
    ender_ = std::thread([this] {
        for (std::thread& thread : threads_) thread.join();
        asio::post(io_, [this] { end(kWaitsForReplies); });
    });
}

// Whoever asked something gets the reply that is on its way; one that takes longer is given up.
void RunningServer::end(int waits) {
    if (waits == 0 || !control_ || !control_->busy()) return io_.stop();
    end_timer_.expires_after(kWaitForReplies);
    end_timer_.async_wait([this, waits](net::error_code) { end(waits - 1); });
}

// On the publisher's thread.
void RunningServer::configured(const Configuration& configuration) {
    world_.events.set_level(static_cast<LogLevel>(configuration.server.log_level));
    std::string keys = keys_for_restart(settings_.server, configuration.server);
    if (!keys.empty())
        world_.events.event(LogLevel::warning, "restart-needed",
                            "what changed here counts from the next start on", {{"keys", keys}});
}

ServerStatus RunningServer::status() const {
    static constexpr const char* kStates[] = {"loading", "serving", "stopping"};
    ServerStatus status;
    status.version = settings_.version;
    status.process = static_cast<uint64_t>(::getpid());
    status.state = kStates[static_cast<size_t>(state_)];
    status.configuration = settings_.configuration_file;
    status.listen = settings_.listen;
    status.workers = workers_.size();
    status.started = started_;
    status.now = world_.clock.now();
    status.publisher = publisher_.status();
    Totals all = totals();
    status.queries = all.all_queries();
    status.tcp_connections = all.tcp_current();
    status.lines_lost = world_.log.lost();
    if (world_.query_log != nullptr && world_.query_log != &world_.log)
        status.lines_lost += world_.query_log->lost();
    return status;
}

Totals RunningServer::totals() const {
    Totals totals;
    if (workers_there_.load(std::memory_order_acquire))
        for (const auto& worker : workers_) totals.add(worker->counters());
    return totals;
}

std::string RunningServer::view_name(uint32_t number) const {
    if (std::shared_ptr<const Set> set = publisher_.current())
        for (const auto& view : set->views)
            if (view->number == number) return view->name;
    return std::to_string(number);  // it is gone since
}

std::string RunningServer::key_name(KeyNumber key) const {
    std::shared_ptr<const Set> set = publisher_.current();
    return set != nullptr && set->keys != nullptr && key <= set->keys->size()
               ? dns::to_text((*set->keys)[key - size_t{1}].name)
               : std::to_string(key);
}

}  // namespace server
