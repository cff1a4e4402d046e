#include "server/control/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "server/publish/disk_files.h"

namespace server {

ServiceManager::ServiceManager() {
    if (const char* socket = std::getenv("NOTIFY_SOCKET")) socket_ = socket;
    ::unsetenv("NOTIFY_SOCKET");
}

void ServiceManager::ready(std::string_view status) const {
    tell("READY=1\nSTATUS=" + std::string(status));
}

void ServiceManager::reloading(int64_t steady_ns) const {
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(steady_ns / 1000));
}

void ServiceManager::stopping() const {
    tell("STOPPING=1");
}

void ServiceManager::tell(std::string_view lines) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (address.sun_path[0] == '@') address.sun_path[0] = 0;
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    Descriptor sender(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!sender.open()) return;
    // A manager that does not listen is no reason not to serve.
    static_cast<void>(!::sendto(sender.number(), lines.data(), lines.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), size));
}

}  // namespace server
