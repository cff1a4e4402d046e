// Hears of files that were written or moved into place, by the folders they are in (inotify). It
// only says that something may have changed: what did is found by looking.
//
//   event -> quiet for a moment, but not for ever -> due          a copy of many files is one
//   change
#pragma once

#include <memory>
#include <set>
#include <string>

#include "dns/base/result.h"
#include "server/publish/disk_files.h"

namespace server {

class Watcher {
  public:
    Watcher();

    // To be polled for reading; -1 if the system has none to give.
    int number() const { return notices_.number(); }
    // Watches the folder of a file. A fault says why it cannot, the first time only.
    dns::Result<void> watch(const std::string& file);
    // Takes what was told. True if a file was written or moved.
    bool take();

  private:
    Descriptor notices_;
    std::set<std::string> folders_;
};

}  // namespace server
