// The step between sockets and respond(), the same for every transport: answer a batch, limit its
// rate, count it, log it.
//
//   requests -> respond -> rate limit (UDP) -> counters -> query log -> what the socket sends
#pragma once

#include <memory>
#include <span>

#include "dns/base/clock.h"
#include "server/answer/respond.h"
#include "server/net/counters.h"
#include "server/net/query_ring.h"
#include "server/net/rate_limit.h"

namespace server {

// respond() and slip_reply() are called through these, so that sockets can be tested by themselves.
using RespondFunction = void (*)(const Set&, std::span<const Request>, std::span<Outcome>, Scratch&,
                                 dns::UnixTime);
using SlipFunction = Outcome (*)(const Set&, const Request&, const Outcome&, dns::UnixTime);

class Answering {
  public:
    struct Parts {
        RespondFunction respond;
        SlipFunction slip;
        const dns::Clock* clock;
        Counters* counters;
        RateLimiter* limiter;     // null: off
        LimitRing* limit_events;  // null: none are told
        QueryRing* query_log;     // null: off
    };
    Answering(Parts parts, std::shared_ptr<const Set> set);

    // At most kBatch requests, all of one transport. On return an outcome says what to send;
    // `received_ns` is when they came.
    void answer(std::span<const Request> requests, std::span<Outcome> outcomes,
                int64_t received_ns);
    // When the replies are on their way.
    void sent(int64_t received_ns, size_t answers);

    int64_t steady_ns() const { return parts_.clock->steady_ns(); }
    Counters& counters() { return *parts_.counters; }
    const Settings& settings() const { return set_->settings; }
    // Puts another set in its place, for the batches to come; returns the one before.
    std::shared_ptr<const Set> swap(std::shared_ptr<const Set> set);

  private:
    void limit(std::span<const Request> requests, std::span<Outcome> outcomes, int64_t received_ns,
               dns::UnixTime now);
    void log(std::span<const Request> requests, std::span<const Outcome> outcomes,
             dns::UnixTime now);

    Parts parts_;
    std::shared_ptr<const Set> set_;
    Scratch scratch_;
    std::array<Limit, kBatch> limits_{};
};

}  // namespace server
