#include "server/control/reports.h"

#include <algorithm>

#include "dns/message.h"
#include "dns/rr_types.h"
#include "server/control/json_writer.h"
#include "server/control/log_line.h"
#include "server/control/visible_text.h"

namespace server {

namespace {

constexpr size_t kLabel = 16;  // columns
constexpr size_t kNumber = 12;
constexpr size_t kZoneName = 32;
constexpr size_t kBar = 40;

std::string left(std::string_view text, size_t columns) {
    std::string out(text);
    out.append(out.size() < columns ? columns - out.size() : 0, ' ');
    return out;
}

std::string right(uint64_t number, size_t columns) {
    std::string digits = std::to_string(number);
    return std::string(digits.size() < columns ? columns - digits.size() : 0, ' ') + digits;
}

std::string row(std::string_view label, std::string_view value) {
    return left(label, kLabel) + visible(value) + "\n";
}

// What is counted under one heading: lines with a number, those that are 0 left out.
class Counts {
  public:
    void add(std::string_view name, uint64_t count) {
        if (count > 0) rows_.emplace_back(name, count);
    }
    std::string text(std::string_view heading, std::string_view none = {}) const {
        std::string out;
        if (rows_.empty() && none.empty()) return out;
        out = "\n" + std::string(heading) + "\n";
        if (rows_.empty()) out += "  " + std::string(none) + "\n";
        for (const auto& [name, count] : rows_)
            out += right(count, kNumber) + "  " + visible(name) + "\n";
        return out;
    }
    void json(JsonWriter& writer, std::string_view key) const {
        writer.key(key).begin_object();
        for (const auto& [name, count] : rows_) writer.member(name, count);
        writer.end_object();
    }

  private:
    std::vector<std::pair<std::string, uint64_t>> rows_;
};

struct AllCounts {
    explicit AllCounts(const NamedTotals& stats) {
        const Totals& totals = stats.totals;
        for (size_t i = 0; i < kTransports; ++i)
            transports.add(to_string(static_cast<Transport>(i)), totals.queries[i]);
        for (size_t i = 0; i < kCountedTypes; ++i)
            types.add(i + 1 == kCountedTypes ? "others" : dns::type_text(static_cast<uint16_t>(i)),
                      totals.types[i]);
        for (size_t i = 0; i < kCountedRcodes; ++i)
            rcodes.add(
                i + 1 == kCountedRcodes ? "others" : dns::rcode_text(static_cast<uint16_t>(i)),
                totals.rcodes[i]);
        for (size_t i = 0; i < kKinds; ++i)
            kinds.add(to_string(static_cast<AnswerKind>(i)), totals.kinds[i]);
        for (size_t i = 0; i < kCookieStates; ++i)
            cookies.add(to_string(static_cast<dns::CookieState>(i)), totals.cookies[i]);
        for (size_t i = 0; i < kSignatureStates; ++i)
            signatures.add(dns::to_string(static_cast<dns::TsigState>(i)), totals.signatures[i]);
        for (size_t i = 0; i < kTallies; ++i)
            events.add(tally_name(static_cast<Tally>(i)), totals.tallies[i]);
        for (const auto& [name, count] : stats.views) views.add(name, count);
        for (const auto& [name, count] : stats.zones) zones.add(name, count);
    }
    Counts transports, types, rcodes, kinds, cookies, signatures, events, views, zones;
};

// "128 ns", "16 us", "2 ms": the upper end of a bucket, to the unit below it.
std::string nanoseconds_text(uint64_t ns) {
    if (ns < 1'000) return std::to_string(ns) + " ns";
    if (ns < 1'000'000) return std::to_string(ns / 1'000) + " us";
    if (ns < 1'000'000'000) return std::to_string(ns / 1'000'000) + " ms";
    return std::to_string(ns / 1'000'000'000) + " s";
}

std::string latency_text(const Totals& totals) {
    uint64_t most = 0;
    for (uint64_t count : totals.latency) most = std::max(most, count);
    if (most == 0) return {};
    std::string out = "\ntime from request to answer (a bar is a share of the longest)\n";
    for (size_t i = 0; i < kLatencyBuckets; ++i) {
        if (totals.latency[i] == 0) continue;
        size_t bar = std::max<size_t>(1, static_cast<size_t>(totals.latency[i] * kBar / most));
        out += right(totals.latency[i], kNumber) + "  below " +
               left(nanoseconds_text(uint64_t{2} << i), 8) + std::string(bar, '*') + "\n";
    }
    for (auto [share, name] : {std::pair{0.5, "half"}, {0.99, "99 %"}, {0.999, "99.9 %"}})
        out += "  " + left(name, 8) + "below " + nanoseconds_text(totals.latency_quantile(share)) +
               "\n";
    return out;
}

void latency_json(JsonWriter& writer, const Totals& totals) {
    writer.key("latency").begin_array();
    for (size_t i = 0; i < kLatencyBuckets; ++i)
        if (totals.latency[i] > 0)
            writer.begin_object()
                .member("below_ns", uint64_t{2} << i)
                .member("answers", totals.latency[i])
                .end_object();
    writer.end_array();
    writer.member("latency_p50_ns", totals.latency_quantile(0.5));
    writer.member("latency_p99_ns", totals.latency_quantile(0.99));
    writer.member("latency_p999_ns", totals.latency_quantile(0.999));
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

}  // namespace

std::string_view to_string(AnswerKind kind) {
    static constexpr std::string_view kWords[] = {"positive", "no-data", "no-name", "referral",
                                                  "error"};
    return kWords[static_cast<size_t>(kind)];
}

std::string_view to_string(dns::CookieState state) {
    static constexpr std::string_view kWords[] = {"none", "client-only", "valid", "renewable",
                                                  "bad"};
    return kWords[static_cast<size_t>(state)];
}

std::string duration_text(int64_t seconds) {
    struct Unit {
        int64_t seconds;
        const char* name;
    };
    static constexpr Unit kUnits[] = {{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}};
    const Unit* unit = kUnits;
    while (unit->seconds > 1 && seconds < unit->seconds) ++unit;
    std::string out = std::to_string(seconds / unit->seconds) + unit->name;
    if (unit->seconds == 1) return out;
    int64_t rest = seconds % unit->seconds / unit[1].seconds;
    return rest == 0 ? out : out + " " + std::to_string(rest) + unit[1].name;
}

std::string status_text(const ServerStatus& status) {
    const PublisherStatus& publisher = status.publisher;
    std::string out = row("state", status.state + (publisher.busy ? ", loading" : ""));
    out += row("version", "apex " + status.version);
    out += row("process", std::to_string(status.process));
    out += row("started", time_text(status.started) + ", " +
                              duration_text(status.now - status.started) + " ago");
    out += row("configuration", status.configuration);
    out += row("listen", joined(status.listen));
    out += row("workers", std::to_string(status.workers));
    std::string zones = std::to_string(publisher.zones);
    if (publisher.not_loaded > 0)
        zones += ", " + std::to_string(publisher.not_loaded) + " not loaded";
    if (publisher.refused > 0)
        zones += ", " + std::to_string(publisher.refused) + " with an older version than the file";
    out += row("zones", zones);
    out += row("records", std::to_string(publisher.records));
    out += row("set", std::to_string(publisher.generation));
    out += row("last reload",
               publisher.last_reload == 0 ? "none yet" : time_text(publisher.last_reload));
    out += row("queries", std::to_string(status.queries));
    out += row("tcp now", std::to_string(status.tcp_connections));
    if (status.lines_lost > 0) out += row("log lines lost", std::to_string(status.lines_lost));
    return out;
}

std::string status_json(const ServerStatus& status) {
    const PublisherStatus& publisher = status.publisher;
    std::string out;
    JsonWriter writer(out);
    writer.begin_object().member("state", status.state).member("apex", status.version);
    writer.member("process", status.process).member("started", time_text(status.started));
    writer.member("seconds", static_cast<uint64_t>(status.now - status.started));
    writer.member("configuration", status.configuration).key("listen").begin_array();
    for (const std::string& listen : status.listen) writer.text(listen);
    writer.end_array().member("workers", uint64_t{status.workers});
    writer.member("zones", uint64_t{publisher.zones});
    writer.member("zones_not_loaded", uint64_t{publisher.not_loaded});
    writer.member("zones_refused", uint64_t{publisher.refused});
    writer.member("records", uint64_t{publisher.records}).member("set", publisher.generation);
    writer.key("loading").boolean(publisher.busy);
    if (publisher.last_reload != 0) writer.member("last_reload", time_text(publisher.last_reload));
    writer.member("queries", status.queries).member("tcp_connections", status.tcp_connections);
    writer.member("log_lines_lost", status.lines_lost).end_object();
    return out + "\n";
}

std::string_view zone_state(const ZoneStatus& zone) {
    if (!zone.loaded) return "not-loaded";
    return zone.refused.empty() ? "served" : "refused";
}

std::string zones_heading() {
    return left("ZONE", kZoneName) + " " + left("STATE", 11) + left("SERIAL", 11) +
           left("RECORDS", 11) + left("QUERIES", 11) + left("SINCE", 21) + "VIEW FILE\n";
}

std::string zone_text(const ZoneLine& line) {
    const ZoneStatus& zone = line.zone;
    std::string out = left(visible(dns::to_text(zone.name)), kZoneName) + " ";
    out += left(zone_state(zone), 11);
    out += left(zone.loaded ? std::to_string(zone.serial) : "-", 11);
    out += left(zone.loaded ? std::to_string(zone.records) : "-", 11);
    out += left(std::to_string(line.queries), 11);
    out += left(zone.since != 0 ? time_text(zone.since) : "-", 21);
    out += visible(line.view) + " " + visible(zone.file) + (zone.added ? " (added)" : "") + "\n";
    if (!zone.refused.empty()) out += "  " + visible(zone.refused) + "\n";
    return out;
}

std::string zone_json(const ZoneLine& line) {
    const ZoneStatus& zone = line.zone;
    std::string out;
    JsonWriter writer(out);
    writer.begin_object().member("zone", dns::to_text(zone.name)).member("view", line.view);
    writer.member("state", zone_state(zone)).member("file", zone.file);
    writer.key("added").boolean(zone.added);
    if (zone.loaded) {
        writer.member("serial", uint64_t{zone.serial}).member("names", uint64_t{zone.names});
        writer.member("records", uint64_t{zone.records});
    }
    if (zone.since != 0) writer.member("since", time_text(zone.since));
    if (!zone.refused.empty()) writer.member("refused", zone.refused);
    writer.member("queries", line.queries).end_object();
    return out + "\n";
}

std::string stats_text(const NamedTotals& stats) {
    AllCounts counts(stats);
    std::string out = row("queries", std::to_string(stats.totals.all_queries()));
    out += row("since",
               time_text(stats.started) + ", " + duration_text(stats.now - stats.started) + " ago");
    out += row("tcp now", std::to_string(stats.totals.tcp_current()));
    out += counts.transports.text("queries by transport", "none");
    out += counts.types.text("queries by type");
    out += counts.rcodes.text("answers by rcode");
    out += counts.kinds.text("answers by kind");
    out += counts.cookies.text("queries by cookie");
    out += counts.signatures.text("signed queries by signature");
    out += counts.views.text("queries by view");
    out += counts.zones.text("queries by zone, the most asked");
    if (stats.zones_left_out > 0)
        out += "  and " + std::to_string(stats.zones_left_out) + " zones more: apex ctl zones\n";
    out += counts.events.text("events");
    return out + latency_text(stats.totals);
}

std::string stats_json(const NamedTotals& stats) {
    AllCounts counts(stats);
    std::string out;
    JsonWriter writer(out);
    writer.begin_object().member("queries", stats.totals.all_queries());
    writer.member("since", time_text(stats.started));
    writer.member("seconds", static_cast<uint64_t>(stats.now - stats.started));
    writer.member("tcp_connections", stats.totals.tcp_current());
    counts.transports.json(writer, "transports");
    counts.types.json(writer, "types");
    counts.rcodes.json(writer, "rcodes");
    counts.kinds.json(writer, "kinds");
    counts.cookies.json(writer, "cookies");
    counts.signatures.json(writer, "signatures");
    counts.views.json(writer, "views");
    counts.zones.json(writer, "zones");
    writer.member("zones_left_out", uint64_t{stats.zones_left_out});
    counts.events.json(writer, "events");
    latency_json(writer, stats.totals);
    writer.end_object();
    return out + "\n";
}

}  // namespace server
