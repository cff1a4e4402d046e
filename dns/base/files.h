// Files as everything below the server sees them: one small interface, so that tests, fuzzers and
// kill-at-every-write experiments can stand in for the disk. server/publish has the real one.
//
// Reading: a file is opened, its identity taken, read, and its identity compared again: a file that
// changed meanwhile is read again. Writing: write new, fsync, rename, fsync the folder.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"

namespace dns {

struct FileIdentity {
    uint64_t device = 0, inode = 0, size = 0;
    int64_t modified_ns = 0, changed_ns = 0;
    bool operator==(const FileIdentity&) const = default;
};

class OpenFile {
public:
    virtual ~OpenFile() = default;
    // What it was when it was opened.
    virtual const FileIdentity& opened_as() const = 0;
    // As the system tells it now.
    virtual Result<FileIdentity> identity() const = 0;
    // Whether its mode lets others than its owner read it: nothing to keep secrets in.
    virtual bool readable_by_others() const { return false; }
    // Reads up to out.size() octets from `offset`; fewer only at the end of the file. Safe to call
    // from several threads.
    virtual Result<size_t> read_at(uint64_t offset, std::span<char> out) const = 0;
};

class Files {
public:
    virtual ~Files() = default;
    // The fault says what the system said, without the path: "No such file or directory".
    virtual Result<std::unique_ptr<OpenFile>> open(const std::string& path) const = 0;
    // The path without symbolic links, "." and "..": what confinement to a folder compares.
    virtual Result<std::string> real_path(const std::string& path) const = 0;
    // What is known of a file, or a folder, by its path alone; cheaper than opening it.
    virtual Result<FileIdentity> identity(const std::string& path) const {
        auto file = open(path);
        if (!file.ok()) return file.fault();
        return file.value()->identity();
    }
    // The names of what a folder holds apart from folders, in no order.
    virtual Result<std::vector<std::string>> list(const std::string& folder) const {
        static_cast<void>(folder);
        return Fault{"Folders cannot be read here"};
    }
    // All or nothing, and durable when it returns.
    virtual Result<void> write_whole(const std::string& path, std::string_view octets) const = 0;
    // The same for a file that must not exist yet, not as a link either; `mode` as of chmod.
    virtual Result<void> write_new(const std::string& path, std::string_view octets,
                                   unsigned mode) const {
        static_cast<void>(path), static_cast<void>(octets), static_cast<void>(mode);
        return Fault{"New files cannot be made here"};
    }
};

}  // namespace dns
