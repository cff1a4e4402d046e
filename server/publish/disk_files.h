// The real disk behind dns::Files. Regular files only: a FIFO or a device that an $INCLUDE names
// would block or never end, so it is refused here (what a person names on the command line may be a
// pipe, and is read by server/publish/streams).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/base/files.h"

namespace server {

class DiskFiles : public dns::Files {
  public:
    dns::Result<std::unique_ptr<dns::OpenFile>> open(const std::string& path) const override;
    dns::Result<std::string> real_path(const std::string& path) const override;
    dns::Result<dns::FileIdentity> identity(const std::string& path) const override;
    dns::Result<std::vector<std::string>> list(const std::string& folder) const override;
    // Writes a new file beside `path`, and moves it over the old one when it is on the disk.
    dns::Result<void> write_whole(const std::string& path, std::string_view octets) const override;
    dns::Result<void> write_new(const std::string& path, std::string_view octets,
                                unsigned mode) const override;
};

// An open file that closes itself.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }
    bool open() const { return number_ >= 0; }
    // Gives it to somebody else, who closes it.
    int release() { return std::exchange(number_, -1); }
    // Closes now, and says whether that went well.
    bool close();

  private:
    int number_;
};

// The folder that a path names something in; "." if it names none.
std::string folder_of(const std::string& path);
dns::Result<void> write_all(int descriptor, std::string_view octets);
// A new name is durable when the folder that holds it is.
dns::Result<void> sync_folder_of(const std::string& path);

// What the system says about an error number: "No such file or directory".
dns::Fault system_fault(int error);

}  // namespace server
