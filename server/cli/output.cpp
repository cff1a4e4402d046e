#include "server/cli/output.h"

#include <unistd.h>

#include <cerrno>

#include "server/publish/disk_files.h"

namespace server {

void Output::flush() {
    if (descriptor_ < 0) return;
    std::string_view rest = text_;
    while (!rest.empty() && !closed_) {
        ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<size_t>(written));
        } else if (errno != EINTR) {
            closed_ = true;
            if (errno != EPIPE) fault_ = system_fault(errno).sentence;
        }
    }
    text_.clear();
}

}  // namespace server
