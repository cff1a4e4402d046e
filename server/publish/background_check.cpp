#include "server/publish/background_check.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "server/publish/zone_loading.h"
#include "signer/verify_zone.h"

namespace server {

namespace {

constexpr int kNiceness = 19;
// A zone with more faults has the same one everywhere.
constexpr size_t kMostFaults = 10;

}  // namespace

BackgroundCheck::~BackgroundCheck() {
    stop();
}

void BackgroundCheck::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        jobs_.clear();
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void BackgroundCheck::ask(Job job) {
    if (!job.zone->apex().owns(dns::type::DNSKEY)) return;
    {
        std::lock_guard lock(mutex_);
        if (stopping_) return;
        auto waiting = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& other) {
            return other.zone->origin() == job.zone->origin();
        });
        if (waiting != jobs_.end())
            *waiting = std::move(job);
        else
            jobs_.push_back(std::move(job));
        if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
    }
    changed_.notify_all();
}

void BackgroundCheck::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || (jobs_.empty() && !busy_); });
}

void BackgroundCheck::work() {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        busy_ = true;
        lock.unlock();
        check(job);
        job = {};
        lock.lock();
        busy_ = false;
        changed_.notify_all();
    }
}

void BackgroundCheck::check(const Job& job) const {
    dns::Severities severities;
    dns::Findings findings(severities, {kMostFaults, kMostFaults});
    signer::VerifyOptions options;
    options.now = clock_.now();
    options.limits = job.limits;
    options.stop = [this] { return stopping_.load(); };
    signer::verify_zone(*job.zone, findings, options);
    if (stopping_) return;
    const std::string name = dns::to_text(job.zone->origin());
    for (const dns::Finding& finding : findings.rows()) {
        if (finding.severity < dns::Severity::warning) continue;
        bool fault = finding.severity == dns::Severity::error;
        log_.event(
            fault && job.signed_here ? LogLevel::error : LogLevel::warning, "dnssec-fault",
            job.sources != nullptr ? finding_text(finding, *job.sources) : finding.sentence(),
            {{"zone", name}});
    }
    log_.event(LogLevel::debug, "dnssec-checked", "",
               {{"zone", name},
                {"errors", findings.count(dns::Severity::error)},
                {"warnings", findings.count(dns::Severity::warning)}});
}

}  // namespace server
