#include "server/control/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <vector>

#include "server/publish/disk_files.h"

namespace server {

namespace {

dns::Fault cannot_become(const Identity& identity, const std::string& step, int error) {
    return {"cannot become user '" + identity.name + "': " + step + ": " +
            system_fault(error).sentence};
}

// Users and groups are counted alike.
bool is_number(const std::string& text, uid_t& number) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

dns::Result<Identity> find_user(const std::string& name) {
    std::vector<char> room(size_t{1} << 16);
    passwd entry{};
    passwd* found = nullptr;
    uid_t number = 0;
    int error = is_number(name, number)
                    ? ::getpwuid_r(number, &entry, room.data(), room.size(), &found)
                    : ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
    if (found == nullptr)
        return dns::Fault{"there is no user '" + name + "' on this machine" +
                          (error != 0 ? ": " + system_fault(error).sentence : "") +
                          "; make one (adduser --system), or name another one as user"};
    return Identity{name, entry.pw_uid, entry.pw_gid};
}

dns::Result<gid_t> find_group(const std::string& name) {
    std::vector<char> room(size_t{1} << 16);
    group entry{};
    group* found = nullptr;
    gid_t number = 0;
    if (is_number(name, number)) return number;
    int error = ::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
    if (found != nullptr) return entry.gr_gid;
    return dns::Fault{"there is no group '" + name + "' on this machine" +
                      (error != 0 ? ": " + system_fault(error).sentence : "") +
                      "; leave group out, and it is the user's own"};
}

void forbid_new_privileges() {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

dns::Result<void> become(const Identity& identity) {
    if (::getuid() == identity.user && ::geteuid() == identity.user) return {};
    if (::geteuid() != 0)
        return dns::Fault{"only root can become user '" + identity.name +
                          "'; start as root, or leave user out of the configuration"};
    if (::setgroups(1, &identity.group) != 0) return cannot_become(identity, "its groups", errno);
    if (::setresgid(identity.group, identity.group, identity.group) != 0)
        return cannot_become(identity, "its group", errno);
    if (::setresuid(identity.user, identity.user, identity.user) != 0)
        return cannot_become(identity, "its number", errno);
    // There must be no way back: not for us, so not for who takes us over.
    if (identity.user != 0 && (::setuid(0) == 0 || ::seteuid(0) == 0 || ::geteuid() == 0))
        return dns::Fault{"root could be had again after becoming user '" + identity.name + "'"};
    if (identity.group != 0 && (::setgid(0) == 0 || ::getegid() == 0))
        return dns::Fault{"root's group could be had again after becoming user '" + identity.name +
                          "'"};
    return {};
}

}  // namespace server
