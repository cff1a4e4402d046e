#include "server/publish/publisher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>

#include "server/publish/watcher.h"
#include "server/publish/zone_keeper.h"

namespace server {

namespace {

// Answers come first, but a reload beside a core full of answers gets a tenth of it: with 19 it got
// so little that a zone of a million records took more than ten seconds.
constexpr int kNiceness = 10;
// After a change of a file it is quiet for so long, or a reload is due all the same.
constexpr int64_t kQuietNs = 200'000'000;
constexpr int64_t kLongestNs = 2'000'000'000;
// Seconds until the clock is looked at again for what is due: somebody may have set it.
constexpr int64_t kLongestSleep = 3600;

}  // namespace

// The thread, its jobs, and the files that it listens to.
struct Publisher::Impl {
    struct Job {
        std::function<JobReport(ZoneKeeper&)> run;
        Done done;
    };

    Impl(const dns::Files& files, const dns::Clock& steady, EventLog& events, PublisherSettings all,
         Configuration configuration)
        : clock(steady),
          log(events),
          settings(std::move(all)),
          keeper(files, steady, events, settings, std::move(configuration)),
          wakes(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

    void wake() {
        uint64_t one = 1;
        static_cast<void>(!::write(wakes.number(), &one, sizeof one));
    }

    void ask(std::function<JobReport(ZoneKeeper&)> run, Done done) {
        {
            std::lock_guard lock(mutex);
            jobs.push_back({std::move(run), std::move(done)});
        }
        wake();
    }

    void work() {
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
        watch(true);
        keeper.after_start();
        for (;;) {
            free_retired();
            std::optional<Job> job = next_job();
            if (stopping) return;
            if (job)
                run(*job);
            else
                wait();
        }
    }

    // Sets that no worker uses any more; behind the lock, since it can take long.
    void free_retired() {
        std::vector<std::shared_ptr<const Set>> old;
        {
            std::lock_guard lock(mutex);
            old.swap(retired);
        }
    }

    std::optional<Job> next_job() {
        std::lock_guard lock(mutex);
        if (jobs.empty() || stopping) return std::nullopt;
        Job job = std::move(jobs.front());
        jobs.pop_front();
        busy = true;
        return job;
    }

    void run(Job& job) {
        JobReport report = job.run(keeper);
        busy = false;
        watch(false);
        if (job.done) job.done(report);
    }

    // Until there is something to do.
    void wait() {
        pollfd waits[2] = {{wakes.number(), POLLIN, 0}, {-1, POLLIN, 0}};
        if (watcher) waits[1].fd = watcher->number();
        int timeout = -1;
        if (due_ns != 0)
            timeout =
                static_cast<int>(std::max<int64_t>(due_ns - clock.steady_ns(), 0) / 1'000'000) + 1;
        if (auto due = keeper.due()) {
            int64_t seconds = std::clamp<int64_t>(*due - clock.now(), 0, kLongestSleep);
            int milliseconds = static_cast<int>(seconds) * 1000;
            timeout = timeout < 0 ? milliseconds : std::min(timeout, milliseconds);
        }
        ::poll(waits, 2, timeout);
        uint64_t count;
        static_cast<void>(!::read(wakes.number(), &count, sizeof count));
        hear();
    }

    // Files were written: a reload is due when nothing more comes, or when it came for too long.
    void hear() {
        int64_t now = clock.steady_ns();
        if (watcher && watcher->take()) {
            if (due_ns == 0) latest_ns = now + kLongestNs;
            due_ns = std::min(now + kQuietNs, latest_ns);
        }
        if (auto due = keeper.due(); due && *due <= clock.now()) {
            std::lock_guard lock(mutex);
            jobs.push_back({[](ZoneKeeper& zones) { return zones.renew(); }, nullptr});
        }
        if (due_ns == 0 || now < due_ns) return;
        due_ns = 0;
        std::lock_guard lock(mutex);
        jobs.push_back({[](ZoneKeeper& zones) { return zones.reload(); }, nullptr});
    }

    void watch(bool all) {
        if (!keeper.watches()) {
            watcher.reset();
            return;
        }
        if (!watcher) {
            watcher = std::make_unique<Watcher>();
            all = true;
        }
        keeper.for_each_new_file(all, [this](const std::string& file) {
            auto watched = watcher->watch(file);
            if (watched.ok()) return;
            log.event(LogLevel::warning, "not-watched",
                      watched.fault().sentence + "; changes there need a reload", {});
        });
    }

    void stop() {
        keeper.stop();
        stopping = true;
        wake();
        if (thread.joinable()) thread.join();
        std::deque<Job> dropped;
        {
            std::lock_guard lock(mutex);
            dropped.swap(jobs);
        }
        JobReport report;
        report.ok = false;
        report.sentence = "the server stops";
        for (Job& job : dropped)
            if (job.done) job.done(report);
    }

    const dns::Clock& clock;
    EventLog& log;
    PublisherSettings settings;
    ZoneKeeper keeper;
    Descriptor wakes;
    std::unique_ptr<Watcher> watcher;
    int64_t due_ns = 0, latest_ns = 0;  // of the reload that files ask for; 0: none
    std::atomic<bool> stopping{false}, busy{true};
    std::mutex mutex;  // over jobs and retired
    std::deque<Job> jobs;
    std::vector<std::shared_ptr<const Set>> retired;
    std::thread thread;
};

Publisher::Publisher(const dns::Files& files, const dns::Clock& clock, EventLog& log,
                     PublisherSettings settings, Configuration configuration)
    : impl_(std::make_unique<Impl>(files, clock, log, std::move(settings),
                                   std::move(configuration))) {}

Publisher::~Publisher() {
    stop();
}

dns::Result<std::shared_ptr<const Set>> Publisher::start() {
    auto started = impl_->keeper.start();
    if (!started.ok()) return started.fault();
    impl_->busy = false;
    impl_->thread = std::thread([impl = impl_.get()] { impl->work(); });
    return impl_->keeper.current();
}

void Publisher::stop() {
    impl_->stop();
}

void Publisher::reload(Done done) {
    impl_->ask([](ZoneKeeper& zones) { return zones.reload(); }, std::move(done));
}

void Publisher::reload_zone(const dns::Name& name, bool always, Done done) {
    impl_->ask([=](ZoneKeeper& zones) { return zones.reload_zone(name, always); }, std::move(done));
}

void Publisher::add_zone(const dns::Name& name, std::string file, std::string template_name,
                         Done done) {
    impl_->ask([=](ZoneKeeper& zones) { return zones.add_zone(name, file, template_name); },
               std::move(done));
}

void Publisher::remove_zone(const dns::Name& name, Done done) {
    impl_->ask([name](ZoneKeeper& zones) { return zones.remove_zone(name); }, std::move(done));
}

void Publisher::retire(std::shared_ptr<const Set> set) {
    {
        std::lock_guard lock(impl_->mutex);
        impl_->retired.push_back(std::move(set));
    }
    impl_->wake();
}

std::shared_ptr<const Set> Publisher::current() const {
    return impl_->keeper.current();
}

PublisherStatus Publisher::status() const {
    PublisherStatus status = impl_->keeper.status();
    status.busy = impl_->busy;
    return status;
}

std::optional<ZoneStatus> Publisher::zone(uint32_t number) const {
    return impl_->keeper.zone(number);
}

void Publisher::for_each_zone(const std::function<void(const ZoneStatus&)>& use) const {
    impl_->keeper.for_each_zone(use);
}

std::shared_ptr<const dns::Sources> Publisher::sources_of(const ServedZone& zone) const {
    return impl_->keeper.sources_of(zone);
}

}  // namespace server
