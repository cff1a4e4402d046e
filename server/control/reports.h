// What `apex ctl` shows, as lines for people and as JSON, made from plain values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/net/counters.h"
#include "server/publish/publisher.h"

namespace server {

struct ServerStatus {
    std::string version;
    uint64_t process = 0;
    std::string state;          // loading, serving, stopping
    std::string configuration;  // its path
    std::vector<std::string> listen;
    size_t workers = 0;
    dns::UnixTime started = 0, now = 0;
    PublisherStatus publisher;
    uint64_t queries = 0;
    uint64_t tcp_connections = 0;
    uint64_t lines_lost = 0;  // of the logs
};
std::string status_text(const ServerStatus& status);
std::string status_json(const ServerStatus& status);

struct ZoneLine {
    ZoneStatus zone;
    std::string view;
    uint64_t queries = 0;
};
std::string zones_heading();
std::string zone_text(const ZoneLine& line);
std::string zone_json(const ZoneLine& line);
// served, refused (an older version is served), or not-loaded.
std::string_view zone_state(const ZoneStatus& zone);

// The counters with the names that belong to them. Zones that were asked most come first.
struct NamedTotals {
    Totals totals;
    std::vector<std::pair<std::string, uint64_t>> views;
    std::vector<std::pair<std::string, uint64_t>> zones;
    size_t zones_left_out = 0;
    dns::UnixTime started = 0, now = 0;
};
std::string stats_text(const NamedTotals& stats);
std::string stats_json(const NamedTotals& stats);

// "3 days 4 h", "5 min 7 s": the two largest units.
std::string duration_text(int64_t seconds);
std::string_view to_string(AnswerKind kind);
std::string_view to_string(dns::CookieState state);

}  // namespace server
