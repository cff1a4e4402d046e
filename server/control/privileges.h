// Giving up what only binding the sockets needed: root becomes the configured user, for good.
//
//   root, sockets bound -> no new privileges -> groups, group, user -> root is out of reach:
//   checked
#pragma once

#include <sys/types.h>

#include <string>

#include "dns/base/result.h"

namespace server {

// Whom a user's name (or number) stands for.
struct Identity {
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
};

// A name of the system's table of users, or a number that stands in it.
dns::Result<Identity> find_user(const std::string& name);
// The same for a group.
dns::Result<gid_t> find_group(const std::string& name);

// The process, which has one thread yet, becomes that user. Root only; any other user that is asked
// to become itself has nothing to do.
dns::Result<void> become(const Identity& identity);

// Nothing that this process starts can ever gain privileges (PR_SET_NO_NEW_PRIVS).
void forbid_new_privileges();

}  // namespace server
