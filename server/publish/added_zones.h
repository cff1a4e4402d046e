// The zones that `apex ctl zone add` made: a list in the state folder that lines are added to, each
// on the disk before anybody is told. A line takes the same time however many there are; now and
// then, when most lines say nothing any more, the list is written anew.
//
//   add <tab> example.com. <tab> template or nothing <tab> file
//   remove <tab> example.com.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dns/base/files.h"
#include "dns/name.h"
#include "server/publish/disk_files.h"

namespace server {

struct AddedZone {
    dns::Name name;
    std::string template_name;  // "": none
    std::string file;           // its path, as it is opened
};

class AddedZones {
  public:
    // Reads the list, which may not be there. A last line without an end was never promised to
    // anybody: it is taken away. A fault says which line cannot be read.
    static dns::Result<std::unique_ptr<AddedZones>> open(const std::string& folder,
                                                         std::vector<AddedZone>& zones);

    // Durable when they return; on a fault the list is as before.
    dns::Result<void> add(const AddedZone& zone);
    dns::Result<void> remove(const dns::Name& name);

    // Whether rewriting pays: most lines are about zones that are gone.
    bool wants_rewriting() const { return lines_ > 2 * live_ + kSpareLines; }
    dns::Result<void> rewrite(
        const dns::Files& files,
        const std::function<void(const std::function<void(const AddedZone&)>&)>& for_each_zone);

    static constexpr const char* kName = "added-zones";

  private:
    static constexpr size_t kSpareLines = 1000;

    explicit AddedZones(std::string path) : path_(std::move(path)) {}
    dns::Result<void> open_for_lines();
    dns::Result<void> append(const std::string& line);

    std::string path_;
    std::unique_ptr<Descriptor> file_;  // open once there is a line to add
    uint64_t size_ = 0;
    size_t lines_ = 0, live_ = 0;
};

}  // namespace server
