#include "server/cli/progress.h"

#include "server/control/visible_text.h"

namespace server {

void ProgressLine::parsed(uint64_t octets, uint64_t of_octets) {
    // Who comes while another thread writes has nothing newer to tell.
    std::unique_lock guard(mutex_, std::try_to_lock);
    if (!guard || of_octets == 0) return;
    int64_t now = clock_.steady_ns();
    if (now < next_ns_) return;
    next_ns_ = now + kBetween;
    shown_ = true;
    std::string done = std::to_string(octets / 1'000'000),
                all = std::to_string(of_octets / 1'000'000);
    std::string share = std::to_string(octets >= of_octets ? 100 : octets * 100 / of_octets);
    terminal_.write("\r\033[K" + visible(subject_) + ": " + done + " of " + all + " MB, " + share +
                    " %");
    terminal_.flush();
}

void ProgressLine::erase() {
    std::lock_guard guard(mutex_);
    if (shown_) terminal_.write("\r\033[K");
    if (shown_) terminal_.flush();
    shown_ = false;
}

}  // namespace server
