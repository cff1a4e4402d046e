// Files that exist in memory only, for tests: a path and its octets.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "dns/base/files.h"

namespace apex_tests {

class MemoryFiles : public dns::Files {
  public:
    struct File {
        std::string octets;
        dns::FileIdentity identity;
        // Each reading of the file from its start counts one down and changes it.
        int changes_left = 0;
    };

    void put(const std::string& path, std::string octets) {
        uint64_t inode = files_.count(path) ? files_[path].identity.inode : ++last_inode_;
        uint64_t size = octets.size();
        files_[path] = {std::move(octets), {1, inode, size, ++time_, time_}};
    }
    void link(const std::string& path, const std::string& to) { links_[path] = to; }
    File& at(const std::string& path) { return files_.at(path); }
    size_t opened() const { return opened_; }

    dns::Result<std::unique_ptr<dns::OpenFile>> open(const std::string& path) const override {
        auto found = files_.find(resolved(path));
        if (found == files_.end()) return dns::Fault{"No such file or directory"};
        ++opened_;
        return std::unique_ptr<dns::OpenFile>(std::make_unique<Opened>(found->second));
    }

    dns::Result<std::string> real_path(const std::string& path) const override {
        std::string real = resolved(path);
        for (auto& [name, file] : files_)
            if (name == real || name.compare(0, real.size() + 1, real + "/") == 0) return real;
        return dns::Fault{"No such file or directory"};
    }

    dns::Result<void> write_whole(const std::string& path, std::string_view octets) const override {
        const_cast<MemoryFiles*>(this)->put(path, std::string(octets));
        return {};
    }

  private:
    class Opened : public dns::OpenFile {
      public:
        explicit Opened(File& file) : file_(file), identity_(file.identity) {}
        const dns::FileIdentity& opened_as() const override { return identity_; }
        dns::Result<dns::FileIdentity> identity() const override { return file_.identity; }
        dns::Result<size_t> read_at(uint64_t offset, std::span<char> out) const override {
            if (offset == 0 && file_.changes_left > 0) {
                --file_.changes_left;
                ++file_.identity.modified_ns;
            }
            if (offset >= file_.octets.size()) return size_t{0};
            size_t count = std::min<size_t>(out.size(), file_.octets.size() - offset);
            std::memcpy(out.data(), file_.octets.data() + offset, count);
            return count;
        }

      private:
        File& file_;
        dns::FileIdentity identity_;
    };

    // Links, "." and ".." taken out, part by part.
    std::string resolved(const std::string& path) const {
        std::vector<std::string> parts;
        for (size_t at = 0; at <= path.size();) {
            size_t slash = std::min(path.find('/', at), path.size());
            std::string part = path.substr(at, slash - at);
            at = slash + 1;
            if (part.empty() || part == ".") continue;
            if (part == "..") {
                if (!parts.empty()) parts.pop_back();
                continue;
            }
            parts.push_back(part);
        }
        std::string joined = path.starts_with("/") ? "" : ".";
        for (const std::string& part : parts) joined += "/" + part;
        if (joined.starts_with("./")) joined.erase(0, 2);
        auto link = links_.find(joined);
        return link == links_.end() ? joined : link->second;
    }

    mutable std::map<std::string, File> files_;
    std::map<std::string, std::string> links_;
    uint64_t last_inode_ = 0;
    int64_t time_ = 0;
    mutable size_t opened_ = 0;
};

}  // namespace apex_tests
