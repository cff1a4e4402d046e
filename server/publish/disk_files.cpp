#include "server/publish/disk_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace server {

Descriptor::~Descriptor() {
    close();
}

bool Descriptor::close() {
    int number = number_;
    number_ = -1;
    return number < 0 || ::close(number) == 0;
}

dns::Fault system_fault(int error) {
    return {std::generic_category().message(error)};
}

namespace {

int64_t nanoseconds(const timespec& time) {
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Calls again what a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
    decltype(call()) result;
    do {
        result = call();
    } while (result == -1 && errno == EINTR);
    return result;
}

dns::FileIdentity identity_of(const struct stat& status) {
    dns::FileIdentity identity;
    identity.device = status.st_dev;
    identity.inode = status.st_ino;
    identity.size = static_cast<uint64_t>(status.st_size);
    identity.modified_ns = nanoseconds(status.st_mtim);
    identity.changed_ns = nanoseconds(status.st_ctim);
    return identity;
}

class DiskFile : public dns::OpenFile {
  public:
    DiskFile(Descriptor file, const struct stat& opened)
        : file_(std::move(file)), opened_(identity_of(opened)),
          readable_by_others_((opened.st_mode & (S_IRGRP | S_IROTH)) != 0) {}

    const dns::FileIdentity& opened_as() const override { return opened_; }
    bool readable_by_others() const override { return readable_by_others_; }

    dns::Result<dns::FileIdentity> identity() const override {
        struct stat status;
        if (::fstat(file_.number(), &status) != 0) return system_fault(errno);
        return identity_of(status);
    }

    dns::Result<size_t> read_at(uint64_t offset, std::span<char> out) const override {
        size_t filled = 0;
        while (filled < out.size()) {
            ssize_t got = uninterrupted([&] {
                return ::pread(file_.number(), out.data() + filled, out.size() - filled,
                               static_cast<off_t>(offset + filled));
            });
            if (got < 0) return system_fault(errno);
            filled += static_cast<size_t>(got);
            // At the end that it had when it was opened no call is spent on asking for more: one
            // that has grown has another identity.
            if (got == 0 || offset + filled == opened_.size) break;
        }
        return filled;
    }

  private:
    Descriptor file_;
    dns::FileIdentity opened_;
    bool readable_by_others_;
};

}  // namespace

dns::Result<void> write_all(int descriptor, std::string_view octets) {
    while (!octets.empty()) {
        ssize_t written =
            uninterrupted([&] { return ::write(descriptor, octets.data(), octets.size()); });
        if (written < 0) return system_fault(errno);
        octets.remove_prefix(static_cast<size_t>(written));
    }
    return {};
}

std::string folder_of(const std::string& path) {
    size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

dns::Result<void> sync_folder_of(const std::string& path) {
    std::string folder = folder_of(path);
    Descriptor open(
        uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!open.open() || ::fsync(open.number()) != 0) return system_fault(errno);
    return {};
}

namespace {

dns::Result<void> fill_new_file(Descriptor& file, std::string_view octets) {
    if (auto written = write_all(file.number(), octets); !written) return written;
    if (::fsync(file.number()) != 0 || !file.close()) return system_fault(errno);
    return {};
}

}  // namespace

dns::Result<std::unique_ptr<dns::OpenFile>> DiskFiles::open(const std::string& path) const {
    if (path.find('\0') != std::string::npos) return system_fault(ENOENT);
    // O_NONBLOCK: opening a FIFO that nobody writes to would wait.
    Descriptor file(uninterrupted(
        [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
    if (!file.open()) return system_fault(errno);
    struct stat status;
    if (::fstat(file.number(), &status) != 0) return system_fault(errno);
    if (S_ISDIR(status.st_mode)) return system_fault(EISDIR);
    if (!S_ISREG(status.st_mode)) return dns::Fault{"Not a regular file"};
    return dns::Result<std::unique_ptr<dns::OpenFile>>(
        std::make_unique<DiskFile>(std::move(file), status));
}

dns::Result<std::string> DiskFiles::real_path(const std::string& path) const {
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (resolved == nullptr) return system_fault(errno);
    std::string result = resolved;
    std::free(resolved);
    return result;
}

dns::Result<dns::FileIdentity> DiskFiles::identity(const std::string& path) const {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) return system_fault(errno);
    return identity_of(status);
}

dns::Result<std::vector<std::string>> DiskFiles::list(const std::string& folder) const {
    std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
    if (open == nullptr) return system_fault(errno);
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(open.get());
        if (entry == nullptr) break;
        std::string_view name = entry->d_name;
        if (name == "." || name == ".." || entry->d_type == DT_DIR) continue;
        names.emplace_back(name);
    }
    if (errno != 0) return system_fault(errno);
    return names;
}

namespace {

// A file beside `path` that will be moved to it; its name is put into `next`.
Descriptor make_beside(const std::string& path, std::string& next) {
    next = path + ".new-" + std::string(6, 'X');
    return Descriptor(::mkostemp(next.data(), O_CLOEXEC));
}

// Moves `next` to a path that names nothing yet; EEXIST if it names something, a link to nothing
// included.
bool move_to_new(const std::string& next, const std::string& path) {
    if (::renameat2(AT_FDCWD, next.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0)
        return true;
    // Some file systems know no such rename.
    if (errno != EINVAL && errno != ENOSYS) return false;
    return ::link(next.c_str(), path.c_str()) == 0 && ::unlink(next.c_str()) == 0;
}

}  // namespace

dns::Result<void> DiskFiles::write_new(const std::string& path, std::string_view octets,
                                       unsigned mode) const {
    std::string next;
    Descriptor file = make_beside(path, next);
    if (!file.open()) return system_fault(errno);
    dns::Result<void> filled;
    if (::fchmod(file.number(), mode) != 0)
        filled = system_fault(errno);
    else
        filled = fill_new_file(file, octets);
    if (filled.ok() && !move_to_new(next, path)) filled = system_fault(errno);
    if (!filled.ok()) {
        ::unlink(next.c_str());
        return filled;
    }
    return sync_folder_of(path);
}

dns::Result<void> DiskFiles::write_whole(const std::string& path, std::string_view octets) const {
    std::string next;
    Descriptor file = make_beside(path, next);
    if (!file.open()) return system_fault(errno);
    // Who may read the file now, may read its next version; a new one is for its owner alone.
    struct stat before;
    if (::stat(path.c_str(), &before) == 0 &&
        ::fchmod(file.number(), before.st_mode & 07777) != 0) {
        dns::Fault fault = system_fault(errno);
        ::unlink(next.c_str());
        return fault;
    }
    dns::Result<void> filled = fill_new_file(file, octets);
    if (filled.ok() && ::rename(next.c_str(), path.c_str()) != 0) filled = system_fault(errno);
    if (!filled.ok()) {
        ::unlink(next.c_str());
        return filled;
    }
    return sync_folder_of(path);
}

}  // namespace server
