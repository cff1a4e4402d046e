// What the workers have to tell, taken out of their rings by one thread: queries for the query log,
// networks that the rate limit began to hold back for the server's log. A worker never waits for
// it: what finds no room in a ring is lost and counted.
//
//   worker 0: QueryRing, LimitRing --+
//   worker 1: QueryRing, LimitRing --+-- drained, a bounded share a turn --> LogFile, EventLog
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/control/log_file.h"
#include "server/net/query_ring.h"
#include "server/net/rate_limit.h"
#include "server/publish/event_log.h"

namespace server {

// A query as a line: client, question, what was answered. `view` is its name, empty where none was
// chosen, and `key` that of the key that signed it.
std::string query_line(const QueryRecord& record, std::string_view view, LogFormat format,
                       std::string_view key = {});

class WorkerLog {
  public:
    struct Parts {
        std::vector<QueryRing*> queries;  // null ones are left out
        std::vector<LimitRing*> limits;
        LogFile* query_file = nullptr;  // null: no query log
        EventLog* events = nullptr;
        const RateLimiter* limiter = nullptr;
        const dns::Clock* clock = nullptr;
        std::function<std::string(uint32_t)> view_name;  // by its number; from the log's thread
        std::function<std::string(KeyNumber)> key_name;  // the same
    };
    explicit WorkerLog(Parts parts);
    // Takes out what is there, and ends.
    ~WorkerLog();

    // One turn; how many records it took. The thread's own work, and what tests call.
    size_t drain();

  private:
    void run();
    void drain_queries(size_t& taken);
    void drain_limits(size_t& taken);
    void tell_lost();
    void tell_ended();

    Parts parts_;
    uint64_t told_lost_ = 0;
    int64_t next_tell_ns_ = 0;
    std::map<uint64_t, std::string> limited_;  // by key: the network, bounded
    std::string lines_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace server
