// apex serve: from a call to a server at work, in the order in which things can go wrong best:
//
//   configuration -> sockets -> privileges dropped -> state folder, logs -> RunningServer
//
// Each step says in one line what is wrong, and with which exit code the call ends.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>

#include "server/cli/explain_served.h"
#include "server/cli/progress.h"
#include "server/cli/text_checks.h"
#include "server/cli/version.h"
#include "server/cli/zone_call.h"
#include "server/control/privileges.h"
#include "server/control/running_server.h"
#include "server/control/state_folder.h"
#include "server/publish/system.h"

namespace server {

namespace {

// Where a server without a configuration listens: for trying things out, so on this machine only,
// and on a port that needs no root.
constexpr const char* kPlainListen[] = {"127.0.0.1:5300", "[::1]:5300"};
constexpr size_t kHeadOctets = 1 << 16;
constexpr uint32_t kMostThreads = 1024;
// Descriptors for what is neither a TCP connection nor a socket that listens.
constexpr size_t kOtherDescriptors = 128;

// A progress line of the start alone: later loads are told by the log.
class StartProgress : public zoneparser::Progress, public signer::SigningProgress {
  public:
    StartProgress(Output& terminal, const dns::Clock& clock) : line_(terminal, clock, "loading") {}
    void parsed(uint64_t octets, uint64_t of_octets) override {
        if (!over_) line_.parsed(octets, of_octets);
    }
    void signed_names(uint64_t names, uint64_t of_names) override {
        if (!over_) line_.counted(names, of_names, "names signed");
    }
    void end() {
        over_ = true;
        line_.erase();
    }

  private:
    ProgressLine line_;
    std::atomic<bool> over_{false};
};

// What must live as long as the process, since the publisher may still be at work when it ends.
struct Kept {
    explicit Kept(const ServiceManager& manager) : manager(manager) {}
    std::unique_ptr<StateFolder> state_folder;
    std::unique_ptr<LogFile> log, own_query_log;
    std::unique_ptr<EventSink> events;
    ServiceManager manager;
    std::unique_ptr<StartProgress> progress;
    std::unique_ptr<RunningServer> server;
};

// Steps return an exit code; kGood: go on.
class Serve {
  public:
    Serve(World& world, const Call& call)
        : world_(world), call_(call), kept_(std::make_shared<Kept>(ServiceManager())) {
        settings_.reading = {text_checks(), random_key(), world.clock.now()};
        settings_.explain = explain_served;
    }

    int run() {
        using Step = int (Serve::*)();
        for (Step step : {&Serve::read_zones, &Serve::read_options, &Serve::bind, &Serve::drop,
                          &Serve::lock, &Serve::open_logs})
            if (int exit_code = (this->*step)(); exit_code != kGood) return exit_code;
        return serve();
    }

  private:
    ServerOptions& options() { return settings_.server; }
    int call_fault(const std::string& sentence, const std::string& hint = {}) {
        return call_at_fault(world_, "serve", {sentence, hint});
    }
    int system_fault(std::string sentence) {
        if (!sentence.empty() && sentence[0] >= 'A' && sentence[0] <= 'Z') sentence[0] += 32;
        return system_at_fault(world_, "serve", sentence);
    }

    int read_zones() {
        const std::string* file = call_.last("config");
        if (file != nullptr && !call_.operands.empty())
            return call_fault("a configuration and zone files are both named",
                              "name the zones in the configuration, each under [[zone]]");
        if (file != nullptr) return read_file(*file);
        if (!call_.operands.empty()) return read_operand_zones();
        bool there = world_.files.open("apex.toml").ok();
        return call_fault(
            "there is nothing to serve",
            there ? "apex serve -c apex.toml, or apex serve example.com=example.com.zone"
                  : "apex serve example.com=example.com.zone, or -c with a configuration file");
    }

    int read_file(const std::string& file) {
        dns::Sources sources;
        dns::Severities severities;
        dns::Findings findings(severities);
        auto read = read_configuration(world_.files, file, sources, findings, settings_.reading);
        if (!read.ok()) return system_fault(unreadable_sentence(file, read.fault().sentence));
        if (!findings.rows().empty()) {
            SourceLines::Identities no_files;
            SourceLines lines(world_.files, sources, no_files);
            bool colour = world_.errors_is_terminal && world_.colour_allowed;
            ZoneReport report;
            report.file = file;
            report.outcome = findings.failed() ? Verdict::refused : Verdict::served;
            report.findings = &findings;
            report.sources = &sources;
            report.lines = &lines;
            text_report(world_.errors, {.colour = colour, .summaries = false})->zone(report);
            world_.errors.flush();
        }
        if (findings.failed()) return kInputAtFault;
        settings_.configuration_file = file;
        settings_.configuration = std::move(read.value());
        settings_.server = settings_.configuration.server;
        settings_.state_folder = options().state_folder;
        return kGood;
    }

    int read_operand_zones() {
        auto requests = read_operands(call_.operands);
        if (!requests.ok())
            return call_fault(requests.fault().sentence, "zones are written ORIGIN=FILE ...");
        Configuration& configuration = settings_.configuration;
        configuration.zones = ZoneRows(settings_.reading.key);
        for (ZoneRequest& request : requests.value()) {
            if (request.file == "-")
                return call_fault("standard input cannot be read again", "name a file");
            if (!request.origin && !guess_origin(request))
                return call_fault("'" + request.file + "' does not tell which zone it is",
                                  "name it: ORIGIN=" + request.file);
            size_t before = configuration.zones.size();
            if (configuration.zones.add({0,
                                         *request.origin,
                                         ZoneSource::file,
                                         0,
                                         request.file,
                                         configuration.choices,
                                         {}}) != before)
                return call_fault("zone '" + dns::to_text(*request.origin) + "' is named twice",
                                  "remove one of the two");
        }
        configuration.server.listen.assign(std::begin(kPlainListen), std::end(kPlainListen));
        settings_.server = configuration.server;
        return kGood;
    }

    // A file that cannot be read is none whose zone is known.
    bool guess_origin(ZoneRequest& request) {
        auto file = world_.files.open(request.file);
        if (!file.ok()) return false;
        std::string head(kHeadOctets, '\0');
        auto got = file.value()->read_at(0, {head.data(), head.size()});
        if (!got.ok()) return false;
        std::string_view path = request.file;
        request.origin = zoneparser::guess_origin(std::string_view(head).substr(0, got.value()),
                                                  path.substr(path.rfind('/') + 1));
        return request.origin.has_value();
    }

    // What the call says comes after what the configuration says.
    int read_options() {
        if (call_.has("listen")) options().listen.clear();
        for (const Call::Given& given : call_.given)
            if (std::string_view(given.option->name) == "listen")
                options().listen.push_back(given.value);
        if (const std::string* text = call_.last("threads")) {
            uint32_t threads = 0;
            auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), threads);
            if (error != std::errc() || end != text->data() + text->size() ||
                threads > kMostThreads)
                return call_fault("'" + *text + "' is no number of threads",
                                  "--threads takes 0 to " + std::to_string(kMostThreads));
            options().threads = threads;
        }
        for (const std::string& text : options().listen) {
            size_t before = endpoints_.size();
            if (auto read = read_endpoint(text, endpoints_); !read.ok())
                return call_fault(read.fault().sentence);
            // A machine without IPv6 has nobody who could ask at its own address.
            for (size_t i = before; i < endpoints_.size(); ++i)
                if (endpoints_[i].address.is_loopback() && !endpoints_[i].address.is_v4())
                    endpoints_[i].optional = true;
        }
        settings_.threads = usable_cores();
        return kGood;
    }

    int bind() {
        SocketSettings sockets;
        sockets.workers = options().threads > 0 ? options().threads : usable_cores();
        size_t others =
            kOtherDescriptors + sockets.workers * 8 + 2 * endpoints_.size() * sockets.workers;
        size_t granted = raise_descriptor_limit(options().tcp_connections + others);
        size_t room = granted > others ? granted - others : 1;
        settings_.connections = std::min<size_t>(options().tcp_connections, room);
        std::vector<int> passed = passed_descriptors();
        auto opened =
            passed.empty() ? open_sockets(endpoints_, sockets) : adopt_sockets(passed, sockets);
        if (!opened.ok()) return system_fault(opened.fault().sentence);
        settings_.sockets = std::move(opened.value());
        if (!settings_.sockets.empty()) {
            for (const BoundSocket& socket : settings_.sockets[0].udp) show(socket);
            for (const BoundSocket& socket : settings_.sockets[0].tcp) show(socket);
        }
        return kGood;
    }

    void show(const BoundSocket& socket) {
        std::string text = to_text(socket.bound);
        if (std::find(settings_.listen.begin(), settings_.listen.end(), text) ==
            settings_.listen.end())
            settings_.listen.push_back(text);
    }

    int drop() {
        Identity identity{"", ::geteuid(), ::getegid()};
        if (!options().user.empty()) {
            auto found = find_user(options().user);
            if (!found.ok()) return system_fault(found.fault().sentence);
            identity = found.value();
        }
        if (!options().group.empty()) {
            auto found = find_group(options().group);
            if (!found.ok()) return system_fault(found.fault().sentence);
            identity.group = found.value();
        }
        // Whoever cannot become another user is told so before anything is made.
        bool is_root = ::geteuid() == 0;
        if (auto became = is_root ? dns::Result<void>() : become(identity); !became.ok())
            return system_fault(became.fault().sentence);
        if (!settings_.state_folder.empty()) {
            auto made = make_state_folder(settings_.state_folder, identity.user, identity.group);
            if (!made.ok()) return system_fault(made.fault().sentence);
        }
        forbid_new_privileges();
        if (options().user.empty()) return kGood;
        auto became = become(identity);
        return became.ok() ? kGood : system_fault(became.fault().sentence);
    }

    int lock() {
        if (settings_.state_folder.empty()) return kGood;
        auto locked = StateFolder::lock(settings_.state_folder);
        if (!locked.ok()) return system_fault(locked.fault().sentence);
        kept_->state_folder = std::move(locked.value());
        return kGood;
    }

    std::unique_ptr<LogFile> make_log(const std::string& path) {
        LogFormat form = options().log_form == LogForm::json ? LogFormat::json : LogFormat::logfmt;
        if (path.empty())
            return std::make_unique<LogFile>(STDERR_FILENO, form, world_.clock,
                                             world_.errors_is_terminal ? "\r\033[K" : "");
        return std::make_unique<LogFile>(path, form, world_.clock);
    }

    int open_logs() {
        kept_->log = make_log(options().log_file);
        bool own = options().log_queries && !options().log_queries_file.empty();
        if (own) kept_->own_query_log = make_log(options().log_queries_file);
        for (auto [log, path] : {std::pair{kept_->log.get(), &options().log_file},
                                 {kept_->own_query_log.get(), &options().log_queries_file}}) {
            if (log == nullptr) continue;
            if (auto opened = log->open(); !opened.ok())
                return system_fault("cannot write the log '" + *path +
                                    "': " + opened.fault().sentence);
        }
        kept_->events = std::make_unique<EventSink>(
            *kept_->log, static_cast<LogLevel>(options().log_level), world_.clock);
        return kGood;
    }

    void warn() {
        EventSink& events = *kept_->events;
        events.event(LogLevel::info, "starting", "",
                     {{"version", kVersion},
                      {"process", ::getpid()},
                      {"configuration", settings_.configuration_file}});
        if (::geteuid() == 0)
            events.event(LogLevel::warning, "runs-as-root",
                         "name a user in the configuration, and root is given up once the sockets "
                         "are bound",
                         {});
        if (settings_.connections < options().tcp_connections)
            events.event(LogLevel::warning, "few-descriptors",
                         "the system permits fewer open files than tcp.connections needs",
                         {{"connections", settings_.connections}});
    }

    // On a terminal, a line tells how far it is, until all zones are loaded.
    void show_progress() {
        if (!world_.errors_is_terminal) return;
        kept_->progress = std::make_unique<StartProgress>(world_.errors, world_.clock);
        settings_.progress = kept_->progress.get();
        settings_.signing_progress = kept_->progress.get();
        settings_.loaded = [kept = kept_.get()] { kept->progress->end(); };
    }

    int serve() {
        warn();
        world_.kept.push_back(kept_);
        LogFile* queries = nullptr;
        if (options().log_queries)
            queries = kept_->own_query_log ? kept_->own_query_log.get() : kept_->log.get();
        settings_.version = kVersion;
        show_progress();
        kept_->server = std::make_unique<RunningServer>(
            RunningServer::World{world_.files, world_.clock, *kept_->log, *kept_->events, queries,
                                 kept_->manager},
            std::move(settings_));
        auto ended = kept_->server->run();
        // The fault goes to standard error below, which may not be where the log is read.
        kept_->events->event(ended.ok() ? LogLevel::info : LogLevel::error, "ended",
                             ended.ok() ? "" : ended.fault().sentence, {});
        for (LogFile* log : {kept_->log.get(), kept_->own_query_log.get()})
            if (log != nullptr) log->flush(std::chrono::milliseconds(100));
        return ended.ok() ? kGood : system_fault(ended.fault().sentence);
    }

    World& world_;
    const Call& call_;
    std::shared_ptr<Kept> kept_;
    RunningSettings settings_;
    std::vector<Endpoint> endpoints_;
};

}  // namespace

int run_serve(World& world, const Call& call) {
    return Serve(world, call).run();
}

}  // namespace server
