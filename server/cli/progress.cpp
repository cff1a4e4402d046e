#include "server/cli/progress.h"

#include "server/control/visible_text.h"

namespace server {

template <class MakeText>
void ProgressLine::show(uint64_t done, uint64_t all, MakeText make_text) {
    // Who comes while another thread writes has nothing newer to tell.
    std::unique_lock guard(mutex_, std::try_to_lock);
    if (!guard || all == 0) return;
    int64_t now = clock_.steady_ns();
    if (now < next_ns_) return;
    next_ns_ = now + kBetween;
    shown_ = true;
    uint64_t percent = done >= all ? 100 : done * 100 / all;
    terminal_.write("\r\033[K" + visible(subject_) + ": " + make_text() + ", " +
                    std::to_string(percent) + " %");
    terminal_.flush();
}

void ProgressLine::parsed(uint64_t octets, uint64_t of_octets) {
    show(octets, of_octets, [=] {
        return std::to_string(octets / 1'000'000) + " of " + std::to_string(of_octets / 1'000'000) +
               " MB";
    });
}

void ProgressLine::counted(uint64_t done, uint64_t all, std::string_view of_what) {
    show(done, all, [=] {
        return std::to_string(done) + " of " + std::to_string(all) + " " + std::string(of_what);
    });
}

void ProgressLine::erase() {
    std::lock_guard guard(mutex_);
    if (shown_) terminal_.write("\r\033[K");
    if (shown_) terminal_.flush();
    shown_ = false;
}

}  // namespace server
