#include "server/publish/watcher.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace server {

namespace {

// What ends a change of a file: its writer closes it, or it is moved into place. A file that is
// only removed changes nothing: the zone is kept as it is served.
constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO;

}  // namespace

Watcher::Watcher() : notices_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

dns::Result<void> Watcher::watch(const std::string& file) {
    auto [folder, added] = folders_.insert(folder_of(file));
    if (!added) return {};
    if (::inotify_add_watch(notices_.number(), folder->c_str(), kEvents | IN_ONLYDIR) < 0)
        return dns::Fault{"'" + *folder + "': " + system_fault(errno).sentence};
    return {};
}

bool Watcher::take() {
    alignas(inotify_event) char events[16384];
    bool something = false;
    while (::read(notices_.number(), events, sizeof events) > 0) something = true;
    return something;
}

}  // namespace server
