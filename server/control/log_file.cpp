#include "server/control/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include "server/publish/disk_files.h"

namespace server {

namespace {

constexpr size_t kMostWaiting = size_t{4} << 20;  // octets
constexpr int kPatience = 1000;                   // ms, for a descriptor that would block
constexpr std::chrono::milliseconds kFarewell{200};

uint64_t lines_of(std::string_view text) {
    return static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

int open_log(const std::string& path) {
    return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

}  // namespace

struct LogFile::State {
    State(std::string path, int descriptor, LogFormat format, const dns::Clock& clock,
          std::string lead)
        : path(std::move(path)),
          lead(std::move(lead)),
          descriptor(descriptor),
          format(format),
          clock(clock) {}
    ~State() {
        if (!path.empty() && descriptor >= 0) ::close(descriptor);
    }

    void run();
    bool take(std::string& block, bool& again);
    void open_again();
    void put(std::string_view block);
    int write_some(std::string_view& rest);
    void lose(std::string_view rest, int error);
    std::string lost_line(uint64_t all);

    const std::string path;  // "": a descriptor of somebody else
    const std::string lead;
    int descriptor;  // the thread's, once it runs
    const LogFormat format;
    const dns::Clock& clock;

    std::mutex mutex;
    std::condition_variable changed;
    std::string waiting;
    bool busy = false;
    bool reopen = false;
    bool stopping = false;
    bool ended = false;
    bool started = false;
    std::atomic<uint64_t> lost{0};

    // The thread's own.
    uint64_t told_lost = 0;
    std::string reason;
    bool torn = false;  // the last line that was written has no end
};

bool LogFile::State::take(std::string& block, bool& again) {
    std::unique_lock guard(mutex);
    busy = false;
    changed.notify_all();
    changed.wait(guard, [&] { return stopping || reopen || !waiting.empty(); });
    if (stopping && waiting.empty()) return false;
    block.clear();
    block.swap(waiting);
    again = std::exchange(reopen, false);
    busy = true;
    return true;
}

void LogFile::State::run() {
    // Signals are for other threads; a reader that went away is an error of write.
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::string block;
    for (bool again = false; take(block, again);) {
        if (again || (descriptor < 0 && !path.empty())) open_again();
        put(block);
    }
    std::lock_guard guard(mutex);
    ended = true;
    changed.notify_all();
}

void LogFile::State::open_again() {
    if (path.empty()) return;
    int opened = open_log(path);
    if (opened < 0 && descriptor >= 0) return;  // better the old file than none
    if (opened < 0) reason = system_fault(errno).sentence;
    if (descriptor >= 0) ::close(descriptor);
    descriptor = opened;
    torn = false;
}

// What was lost is told before the first line that can be written again.
std::string LogFile::State::lost_line(uint64_t all) {
    if (all == told_lost) return {};
    LogLine line(format, clock.now());
    line.add("level", "warning").add("event", "log-lines-lost").add("lines", all - told_lost);
    line.add("reason", reason.empty() ? "they came faster than they could be written" : reason);
    return line.finish();
}

void LogFile::State::put(std::string_view block) {
    const uint64_t all_lost = lost.load();
    std::string before = torn ? "\n" : lead;
    before += lost_line(all_lost);
    std::string_view rest = before;
    int error = write_some(rest);
    if (error != 0) {
        torn = torn || rest.size() < before.size();
        lose(block, error);
        return;
    }
    if (!before.empty()) {
        torn = false;
        told_lost = all_lost;
        reason.clear();
    }
    rest = block;
    error = write_some(rest);
    if (error == 0) return;
    torn = rest.size() < block.size() && block[block.size() - rest.size() - 1] != '\n';
    lose(rest, error);
}

// 0, or the error that ended it; `rest` is what is left.
int LogFile::State::write_some(std::string_view& rest) {
    while (!rest.empty()) {
        ssize_t written = ::write(descriptor, rest.data(), rest.size());
        if (written > 0) {
            rest.remove_prefix(static_cast<size_t>(written));
            continue;
        }
        int error = written == 0 ? ENOSPC : errno;
        if (error == EINTR) continue;
        pollfd ready{descriptor, POLLOUT, 0};
        bool would_block = error == EAGAIN || error == EWOULDBLOCK;
        if (!would_block || ::poll(&ready, 1, kPatience) != 1) return error;
    }
    return 0;
}

void LogFile::State::lose(std::string_view rest, int error) {
    lost += lines_of(rest);
    if (descriptor >= 0) reason = system_fault(error).sentence;
}

LogFile::LogFile(int descriptor, LogFormat format, const dns::Clock& clock, std::string lead)
    : format_(format),
      state_(std::make_shared<State>("", descriptor, format, clock, std::move(lead))) {}

LogFile::LogFile(std::string path, LogFormat format, const dns::Clock& clock)
    : format_(format), state_(std::make_shared<State>(std::move(path), -1, format, clock, "")) {}

LogFile::~LogFile() {
    std::unique_lock guard(state_->mutex);
    if (!state_->started) return;
    state_->stopping = true;
    state_->changed.notify_all();
    state_->changed.wait_for(guard, kFarewell, [&] { return state_->ended; });
}

dns::Result<void> LogFile::open() {
    if (state_->path.empty()) return {};
    int opened = open_log(state_->path);
    if (opened < 0) return system_fault(errno);
    state_->descriptor = opened;
    return {};
}

void LogFile::write(std::string_view line) {
    std::lock_guard guard(state_->mutex);
    // The thread comes with the first line: whatever needs the process to have one thread (leaving
    // root, above all) is done by then.
    if (!state_->started) {
        state_->started = true;
        std::thread([state = state_] { state->run(); }).detach();
    }
    if (state_->waiting.size() + line.size() > kMostWaiting) {
        state_->lost += lines_of(line);
        return;
    }
    state_->waiting += line;
    state_->changed.notify_all();
}

void LogFile::reopen() {
    std::lock_guard guard(state_->mutex);
    state_->reopen = true;
    state_->changed.notify_all();
}

uint64_t LogFile::lost() const {
    return state_->lost.load();
}

bool LogFile::flush(std::chrono::milliseconds at_most) {
    std::unique_lock guard(state_->mutex);
    if (!state_->started) return true;
    return state_->changed.wait_for(guard, at_most,
                                    [&] { return state_->waiting.empty() && !state_->busy; });
}

}  // namespace server
