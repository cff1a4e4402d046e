#include "server/control/worker_log.h"

#include <algorithm>

#include "dns/message.h"
#include "dns/rr_types.h"
#include "server/control/reports.h"

namespace server {

namespace {

constexpr std::chrono::milliseconds kTurn{50};
constexpr size_t kMostATurn = 16384;         // records of one ring
constexpr size_t kMostLimited = 1024;        // networks whose end is told
constexpr int64_t kBetween = 1'000'000'000;  // ns between two words about what was lost

std::string network_text(const LimitEvent& event) {
    return to_text(event.network) + "/" + std::to_string(event.prefix);
}

}  // namespace

std::string query_line(const QueryRecord& record, std::string_view view, LogFormat format,
                       std::string_view key) {
    LogLine line(format, record.time);
    line.add("event", "query").add("client", to_text(record.client.address));
    line.add("port", uint64_t{record.client.port});
    line.add("transport", to_string(record.client.transport));
    if (record.has_question) {
        line.add("name", dns::to_text(record.name())).add("type", dns::type_text(record.type));
        if (record.rr_class != dns::rr_class::internet)
            line.add("class", dns::class_text(record.rr_class));
    }
    if (!view.empty()) line.add("view", view);
    if (record.action == Action::silence) {
        line.add("reply", "none");
    } else {
        line.add("rcode", dns::rcode_text(record.rcode)).add("kind", to_string(record.kind));
        line.add("size", uint64_t{record.reply_size});
        if (record.extended_error != dns::extended_error::none)
            line.add("extended-error", uint64_t{record.extended_error});
        if (record.truncated) line.add("truncated", "yes");
    }
    if (record.cookie != dns::CookieState::none) line.add("cookie", to_string(record.cookie));
    if (record.signature != dns::TsigState::none)
        line.add("signature", dns::to_string(record.signature));
    if (!key.empty()) line.add("key", key);
    if (record.limited) line.add("limited", "yes");
    return line.finish();
}

WorkerLog::WorkerLog(Parts parts) : parts_(std::move(parts)) {
    thread_ = std::thread([this] { run(); });
}

WorkerLog::~WorkerLog() {
    {
        std::lock_guard guard(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    thread_.join();
    drain();
}

void WorkerLog::run() {
    for (;;) {
        size_t taken = drain();
        std::unique_lock guard(mutex_);
        // Where much is waiting there is no pause; else the rings are looked at now and then, so
        // that workers need not wake anybody.
        auto pause = taken >= kMostATurn ? std::chrono::milliseconds(0) : kTurn;
        if (changed_.wait_for(guard, pause, [&] { return stopping_; })) return;
    }
}

size_t WorkerLog::drain() {
    size_t taken = 0;
    drain_queries(taken);
    drain_limits(taken);
    int64_t now = parts_.clock->steady_ns();
    if (now >= next_tell_ns_) {
        next_tell_ns_ = now + kBetween;
        tell_lost();
        tell_ended();
    }
    return taken;
}

void WorkerLog::drain_queries(size_t& taken) {
    if (parts_.query_file == nullptr) return;
    // The names of views are few, and the same for most of a turn.
    std::map<uint32_t, std::string> views;
    for (QueryRing* ring : parts_.queries) {
        if (ring == nullptr) continue;
        size_t got = ring->drain(kMostATurn, [&](const QueryRecord& record) {
            auto [view, is_new] = views.try_emplace(record.view);
            if (is_new && record.view != kNoView) view->second = parts_.view_name(record.view);
            const std::string key = record.key == 0 ? "" : parts_.key_name(record.key);
            lines_ += query_line(record, view->second, parts_.query_file->format(), key);
            if (lines_.size() >= size_t{1} << 16) {
                parts_.query_file->write(lines_);
                lines_.clear();
            }
        });
        taken = std::max(taken, got);
    }
    if (!lines_.empty()) parts_.query_file->write(lines_);
    lines_.clear();
}

void WorkerLog::drain_limits(size_t& taken) {
    for (LimitRing* ring : parts_.limits) {
        if (ring == nullptr) continue;
        size_t got = ring->drain(kMostATurn, [&](const LimitEvent& event) {
            std::string network = network_text(event);
            bool is_new = limited_.count(event.key) == 0;
            if (is_new && limited_.size() < kMostLimited) limited_.emplace(event.key, network);
            if (!is_new) return;
            dns::NameView name(event.name_octets.data(), event.name_size);
            parts_.events->event(
                LogLevel::warning, "rate-limit-began", "",
                {{"network", network},
                 {"kind", to_string(event.kind)},
                 {"name", event.name_size > 0 ? dns::to_text(name) : std::string("-")}});
        });
        taken = std::max(taken, got);
    }
}

void WorkerLog::tell_lost() {
    uint64_t lost = 0;
    for (const QueryRing* ring : parts_.queries) lost += ring != nullptr ? ring->lost() : 0;
    if (lost == told_lost_) return;
    parts_.events->event(LogLevel::warning, "query-log-lost",
                         "queries came faster than they could be logged",
                         {{"queries", lost - told_lost_}});
    told_lost_ = lost;
}

void WorkerLog::tell_ended() {
    if (parts_.limiter == nullptr) return;
    int64_t now = parts_.clock->steady_ns();
    for (auto row = limited_.begin(); row != limited_.end();) {
        if (parts_.limiter->still_limited(row->first, now)) {
            ++row;
            continue;
        }
        parts_.events->event(LogLevel::info, "rate-limit-ended", "", {{"network", row->second}});
        row = limited_.erase(row);
    }
}

}  // namespace server
