// A folder of key files in memory that can be listed, may refuse, and may die at any write: what a
// process that is killed leaves is what the next one finds.
#pragma once

#include <string>
#include <vector>

#include "tests/support/memory_files.h"

namespace apex_tests {

struct Killed {};

class KeyFolder : public MemoryFiles {
  public:
    struct Written {
        std::string path;
        unsigned mode;
    };

    // Dies at this write, counted from 1: before the new file is there, or just after.
    void kill_at(int write, bool after) { kill_at_ = write, kill_after_ = after, writes_ = 0; }
    void live() { kill_at_ = 0; }
    const std::vector<Written>& written() const { return written_; }

    void add(const std::string& path, const std::string& octets) {
        put(path, octets);
        names_.push_back(path);
    }

    dns::Result<std::vector<std::string>> list(const std::string& folder) const override {
        std::vector<std::string> names;
        std::string start = folder == "." ? "" : folder + "/";
        for (const std::string& name : names_)
            if (name.starts_with(start)) names.push_back(name.substr(start.size()));
        return names;
    }

    dns::Result<void> write_new(const std::string& path, std::string_view octets,
                                unsigned mode) const override {
        bool dies = ++writes_ == kill_at_;
        if (dies && !kill_after_) throw Killed();
        if (open(path).ok()) return dns::Fault{"File exists"};
        auto* self = const_cast<KeyFolder*>(this);
        self->add(path, std::string(octets));
        self->written_.push_back({path, mode});
        if (dies) throw Killed();
        return {};
    }

  private:
    mutable int writes_ = 0;
    int kill_at_ = 0;
    bool kill_after_ = false;
    std::vector<std::string> names_;
    std::vector<Written> written_;
};

}  // namespace apex_tests
