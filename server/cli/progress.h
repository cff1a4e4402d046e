// A line on a terminal that tells how far a long load is; it shows after a second, and is gone when
// the load is done.
#pragma once

#include <mutex>
#include <string>

#include "dns/base/clock.h"
#include "server/cli/output.h"
#include "zoneparser/parser.h"

namespace server {

class ProgressLine : public zoneparser::Progress {
  public:
    ProgressLine(Output& terminal, const dns::Clock& clock, std::string subject)
        : terminal_(terminal),
          clock_(clock),
          subject_(std::move(subject)),
          next_ns_(clock.steady_ns() + kPatience) {}
    ~ProgressLine() override { erase(); }

    void parsed(uint64_t octets, uint64_t of_octets) override;
    // "example.com.: 30000 of 100000 names verified, 30 %"; from any thread, like parsed().
    void counted(uint64_t done, uint64_t all, std::string_view of_what);
    void erase();

  private:
    template <class MakeText>
    void show(uint64_t done, uint64_t all, MakeText make_text);

    static constexpr int64_t kPatience = 1'000'000'000;
    static constexpr int64_t kBetween = 100'000'000;

    Output& terminal_;
    const dns::Clock& clock_;
    std::string subject_;
    std::mutex mutex_;  // of what stands below; the loader calls from its threads
    int64_t next_ns_;
    bool shown_ = false;
};

}  // namespace server
