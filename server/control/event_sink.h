// The server's log: what EventLog is told becomes a line of a LogFile.
#pragma once

#include <atomic>

#include "server/control/log_file.h"
#include "server/publish/event_log.h"

namespace server {

class EventSink : public EventLog {
  public:
    EventSink(LogFile& file, LogLevel least, const dns::Clock& clock)
        : file_(file), least_(least), clock_(clock) {}

    bool wants(LogLevel level) const override { return level >= least_.load(); }
    void set_level(LogLevel least) { least_.store(least); }
    void event(LogLevel level, std::string_view event, std::string_view sentence,
               std::initializer_list<LogField> fields) override;

  private:
    LogFile& file_;
    std::atomic<LogLevel> least_;
    const dns::Clock& clock_;
};

std::string_view to_string(LogLevel level);

}  // namespace server
