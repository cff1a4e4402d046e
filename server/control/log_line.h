// One line of a log, an event: logfmt or JSON. Values are made fit to be shown (visible_text.h) and
// cut where they are long, so that no text of strangers can end a line, forge one or fill the disk.
//
//   time=2026-11-21T12:44:14Z level=info event=zone-loaded zone=example.com. records=12
//   {"time":"2026-11-21T12:44:14Z","level":"info","event":"zone-loaded","zone":"example.com.",...}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dns/base/clock.h"

namespace server {

enum class LogFormat : uint8_t { logfmt, json };

// "2026-11-21T12:44:14Z" (RFC 3339).
std::string time_text(dns::UnixTime time);

class LogLine {
  public:
    LogLine(LogFormat format, dns::UnixTime time);

    // `key` is a word of ours.
    LogLine& add(std::string_view key, std::string_view value);
    LogLine& add(std::string_view key, uint64_t value);
    // The whole line, with its end. The LogLine is used up.
    std::string finish();

  private:
    void add_key(std::string_view key);

    LogFormat format_;
    std::string text_;
};

// A value of logfmt: bare where that is safe, else in quotes.
void append_logfmt_value(std::string& out, std::string_view value);

}  // namespace server
