// Signatures that nobody waited for: what is served already is verified whole, at low priority, and
// what is wrong with it is said in the log. It never takes a zone away: an outage for those who
// validate must not become one for all.
//
//   served --ask--> waiting, one version a zone --> one thread --> log
//
// What a file brought is a warning; what was signed here is an error.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "dns/base/clock.h"
#include "dns/base/limits.h"
#include "dns/base/place.h"
#include "server/publish/event_log.h"
#include "zones/zone.h"

namespace server {

class BackgroundCheck {
  public:
    BackgroundCheck(const dns::Clock& clock, EventLog& log) : clock_(clock), log_(log) {}
    ~BackgroundCheck();
    BackgroundCheck(const BackgroundCheck&) = delete;
    BackgroundCheck& operator=(const BackgroundCheck&) = delete;

    struct Job {
        std::shared_ptr<const zones::Zone> zone;
        std::shared_ptr<const dns::Sources> sources;
        dns::Limits limits;
        bool signed_here = false;
    };
    // A version that waits is replaced by a newer one. Zones without keys are passed over.
    void ask(Job job);
    // Until nothing waits; for tests.
    void wait();
    // What is under way ends as soon as it can.
    void stop();

  private:
    void work();
    void check(const Job& job) const;

    const dns::Clock& clock_;
    EventLog& log_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    bool busy_ = false;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace server
