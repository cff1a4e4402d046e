// What each request of the control socket does: asks the publisher, adds up the counters, tells the
// server to stop. Quick ones are answered at once; lists are made by a thread of their own, so that
// a million zones do not keep anybody waiting.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/control/control_server.h"
#include "server/control/reports.h"

namespace server {

// `apex ctl explain`: the operands behind the word, on the set that is served now.
using ExplainFunction = ControlReply (*)(const std::shared_ptr<const Set>& set,
                                         const Publisher& publisher,
                                         const std::vector<std::string>& operands, bool json);

class ControlCommands {
  public:
    // What the running server does for the commands. All but `totals` are called on the thread of
    // the control server.
    struct Parts {
        Publisher* publisher = nullptr;
        const dns::Clock* clock = nullptr;
        std::function<ServerStatus()> status;
        std::function<Totals()> totals;  // from any thread
        std::function<void(Done)> reload;
        std::function<void()> reopen_logs;
        std::function<void()> stop;
        ExplainFunction explain = nullptr;  // null: this version cannot
        dns::UnixTime started = 0;
    };
    explicit ControlCommands(Parts parts);
    ~ControlCommands();

    void handle(const ControlRequest& request, std::function<void(ControlReply)> reply);

  private:
    using Reply = std::function<void(ControlReply)>;
    void zone_job(const ControlRequest& request, Reply reply);
    ControlReply list_zones(const ControlRequest& request) const;
    ControlReply count(const ControlRequest& request) const;
    ControlReply which(const ControlRequest& request) const;
    ControlReply explain(const ControlRequest& request) const;

    Parts parts_;
    net::asio::io_context desk_{1};
    std::thread clerk_;
};

// The reply to a job of the publisher.
ControlReply reply_to(const JobReport& report, bool json);

}  // namespace server
