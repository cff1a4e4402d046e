// Where the lines of a log go: standard error, or a file that can be opened anew when it was moved
// away. Whoever writes never waits: a thread of its own has the slow part. What finds no room or
// cannot be written is dropped and counted, and when lines can be written again, one says how many
// were lost and why.
//
//   write(line) -> [ waiting lines, bounded ] -> thread -> write(2)
//                        no room: lost + 1                  fault: lost + lines of the block
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "dns/base/clock.h"
#include "dns/base/result.h"
#include "server/control/log_line.h"

namespace server {

class LogFile {
  public:
    // Lines go to `descriptor`, which stays open, until the process ends. `lead` comes before what
    // is written at once: on a terminal, what erases an unfinished line of others.
    LogFile(int descriptor, LogFormat format, const dns::Clock& clock, std::string lead = {});
    // To a file, made with mode 0640 if it is missing; call open() before anything is written.
    LogFile(std::string path, LogFormat format, const dns::Clock& clock);
    // Waits for what is still to be written, but not long: see flush().
    ~LogFile();
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    // Opens the file now: a fault at the start shall be one of the call.
    dns::Result<void> open();

    LogFormat format() const { return format_; }
    // From any thread; one line with its end.
    void write(std::string_view line);
    // The file of that name is opened before the next line: it may be another one by now.
    void reopen();
    // Lines that were lost so far.
    uint64_t lost() const;
    // Waits until all is written, at most so long; false if it is not.
    bool flush(std::chrono::milliseconds at_most);

  private:
    struct State;

    LogFormat format_;
    std::shared_ptr<State> state_;  // the thread's too, which may be stuck in a write for ever
};

}  // namespace server
