// A server at work: the publisher, the workers with their threads, the control socket and the
// signals, put together. Its sockets are bound and its privileges are gone when it is made.
//
//             load                      first set                stop, SIGTERM
//   (made) ---------> loading: SIGTERM ----------> serving: reload, ------------> stopping: what
//   was
//                     ends it at once              zone add ...                   accepted is
//                     answered
//
//   main thread   signals, control socket, new sets to the workers       io_
//   publisher's   loading, reloading                                     server/publish
//   workers'      answering                                              server/net
//   logs'         writing                                                log_file, worker_log
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/control/control_commands.h"
#include "server/control/event_sink.h"
#include "server/control/service_manager.h"
#include "server/control/worker_log.h"
#include "server/net/worker.h"

namespace server {

struct RunningSettings {
    Configuration configuration;
    ServerOptions server;            // the configuration's, with what the call says on top
    std::string configuration_file;  // "": there is none
    std::string state_folder;        // "": there is none, and no control socket; else locked
    std::vector<WorkerSockets> sockets;
    std::vector<std::string> listen;  // as they were bound, to be shown
    unsigned threads = 1;             // for loading
    size_t connections = 0;           // TCP, as the descriptors allow
    ReadingOptions reading;
    ExplainFunction explain = nullptr;
    zoneparser::Progress* progress = nullptr;             // of loading; may be null
    signer::SigningProgress* signing_progress = nullptr;  // likewise
    std::function<void()> loaded;  // called when all zones are loaded; may be empty
    std::string version;
};

class RunningServer {
  public:
    // What is named here outlives the server; it is to live as long as the process, since a job of
    // the publisher may not end in time.
    struct World {
        const dns::Files& files;
        const dns::Clock& clock;
        LogFile& log;
        EventSink& events;
        LogFile* query_log;  // null: off
        const ServiceManager& manager;
    };
    RunningServer(World world, RunningSettings settings);
    ~RunningServer();

    // Serves until it is stopped. A fault of the control socket, of the state folder, of a secret.
    dns::Result<void> run();

  private:
    enum class State : uint8_t { loading, serving, stopping };

    void watch_signals();
    void on_signal(int number);
    dns::Result<void> open_control();
    void load();
    void loaded(dns::Result<std::shared_ptr<const Set>> set);
    void start_workers(const std::shared_ptr<const Set>& set);
    void start_worker_log();
    void deliver(std::shared_ptr<const Set> set);
    void reload(Done done);
    void reopen_logs();
    void stop(const char* why);
    void end(int waits);
    void configured(const Configuration& configuration);
    ServerStatus status() const;
    Totals totals() const;
    std::string view_name(uint32_t number) const;
    std::string key_name(KeyNumber key) const;

    World world_;
    RunningSettings settings_;
    net::asio::io_context io_{1};
    net::Timer end_timer_{io_};
    struct Signals;
    std::unique_ptr<Signals> signals_;
    Publisher publisher_;
    std::unique_ptr<ControlCommands> commands_;
    std::unique_ptr<ControlServer> control_;
    ConnectionLimits connections_;
    std::unique_ptr<RateLimiter> limiter_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::atomic<bool> workers_there_{false};  // workers_ is not changed any more
    std::vector<std::thread> threads_;
    std::thread loader_, ender_;
    std::unique_ptr<WorkerLog> worker_log_;
    State state_ = State::loading;
    dns::UnixTime started_;
    size_t reloads_ = 0;  // under way
    std::string fault_;
};

// The rate limit that a configuration asks for.
dns::Result<RateLimitSettings> rate_limit_settings(const ServerOptions& options);
// The keys whose change waits for the next start, as one list; "" if there is none.
std::string keys_for_restart(const ServerOptions& before, const ServerOptions& after);

}  // namespace server
