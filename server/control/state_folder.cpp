#include "server/control/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace server {

namespace {

std::string holder(int lock) {
    char text[32];
    ssize_t size = ::pread(lock, text, sizeof text, 0);
    std::string number;
    for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) number += text[i];
    return number.empty() ? "another server" : "the server with process number " + number;
}

}  // namespace

dns::Result<void> make_state_folder(const std::string& path, uid_t owner, gid_t group) {
    if (::mkdir(path.c_str(), 0700) != 0) {
        if (errno == EEXIST) return {};
        return dns::Fault{"cannot make the state folder '" + path +
                          "': " + system_fault(errno).sentence +
                          "; make it yourself, or name another one as state-dir"};
    }
    if (owner != ::geteuid() && ::chown(path.c_str(), owner, group) != 0)
        return dns::Fault{"cannot give the state folder '" + path +
                          "' to its user: " + system_fault(errno).sentence};
    return {};
}

dns::Result<std::unique_ptr<StateFolder>> StateFolder::lock(const std::string& path) {
    std::string file = path + "/lock";
    int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0)
        return dns::Fault{"cannot write in the state folder '" + path +
                          "': " + system_fault(errno).sentence +
                          "; it must belong to the user that the server runs as"};
    std::unique_ptr<StateFolder> folder(new StateFolder(path, lock));
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
        return dns::Fault{"the state folder '" + path + "' is in use by " + holder(lock) +
                          "; stop it first (apex ctl stop), or name another folder as state-dir"};
    // For people only: what counts is the lock, so a full disk is no reason not to serve.
    std::string number = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock, 0) == 0)
        static_cast<void>(!::pwrite(lock, number.data(), number.size(), 0));
    return folder;
}

}  // namespace server
