// A thread that answers: its own io_context, sockets, pointer to the published set, scratch memory
// and counters. Workers share nothing but the set and two tables of atomics.
//
//   publisher                          worker
//     publish(new) ---- posted ---->   answers from the new one from the next batch on
//     frees the old one  <-- retire -  hands the old one back
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "server/net/answering.h"
#include "server/net/asio.h"
#include "server/net/connection_limits.h"
#include "server/net/counters.h"
#include "server/net/rate_limit.h"
#include "server/net/sockets.h"
#include "server/net/tcp_server.h"
#include "server/net/udp_server.h"

namespace server {

struct WorkerSettings {
    TcpSettings tcp;
    std::chrono::nanoseconds stop = std::chrono::milliseconds(350);  // for replies to be taken
    size_t query_log = 0;  // records of the query log's ring; 0: no query log
    size_t limit_events = 256;
    RespondFunction respond = nullptr;  // server::respond
    SlipFunction slip = nullptr;        // server::slip_reply
};

// What all workers share; it outlives them.
struct WorkerShare {
    const dns::Clock* clock = nullptr;
    ConnectionLimits* connections = nullptr;
    RateLimiter* limiter = nullptr;  // null: off
    // Takes a set that a worker no longer uses. Called on the worker's thread, so it must not free
    // the set there: that can take long.
    std::function<void(std::shared_ptr<const Set>)> retire;
};

class Worker {
  public:
    Worker(WorkerSockets sockets, std::shared_ptr<const Set> set, WorkerShare share,
           const WorkerSettings& settings);
    ~Worker();

    // Answers until stop(); on the thread of the caller.
    void run();

    // From any thread.
    void publish(std::shared_ptr<const Set> set);
    // Answers what was accepted, and lets run() return within WorkerSettings::stop.
    void stop();
    const Counters& counters() const { return counters_; }
    // For one reader each.
    QueryRing* query_log() { return query_log_.get(); }
    LimitRing* limit_events() { return limit_events_.get(); }

  private:
    void take(std::shared_ptr<const Set> set);
    void begin_stop();

    WorkerShare share_;
    WorkerSettings settings_;
    Counters counters_;
    std::unique_ptr<QueryRing> query_log_;
    std::unique_ptr<LimitRing> limit_events_;
    Answering answering_;
    net::asio::io_context io_;
    net::Timer stop_timer_;
    UdpBuffers udp_buffers_;
    std::vector<std::unique_ptr<UdpServer>> udp_;
    std::unique_ptr<TcpServer> tcp_;
    bool stopping_ = false;
};

}  // namespace server
