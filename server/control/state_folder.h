// The folder in which a server keeps what must outlive it: one server a folder at a time. Holding
// the lock is what makes it safe to remove a control socket that a killed server left.
//
//   apex-state/            mode 0700, the server's user's
//     lock                 locked as long as the process lives; its text is the process's number
//     control.sock         mode 0600
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "dns/base/result.h"
#include "server/publish/disk_files.h"

namespace server {

inline constexpr const char* kControlSocket = "control.sock";

// Makes the folder if it is missing; a new one is given to `owner` where the process may do that
// (it is called before privileges are dropped). The folder above must be there.
dns::Result<void> make_state_folder(const std::string& path, uid_t owner, gid_t group);

class StateFolder {
  public:
    // Takes the lock. The fault says which process has it.
    static dns::Result<std::unique_ptr<StateFolder>> lock(const std::string& path);

    const std::string& path() const { return path_; }
    std::string socket_path() const { return path_ + "/" + kControlSocket; }

  private:
    StateFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::string path_;
    Descriptor lock_;
};

}  // namespace server
