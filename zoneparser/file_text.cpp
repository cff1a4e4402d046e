#include "zoneparser/file_text.h"

#include <algorithm>
#include <new>
#include <utility>

namespace zoneparser {

namespace {

// Reads to the end, wherever that is by now: the size is only what to expect.
dns::Result<void> read_whole(const dns::OpenFile& file, FileText& into) {
    size_t capacity = static_cast<size_t>(into.identity.size) + 1;
    into.octets.clear();
    into.size = 0;
    for (;;) {
        into.octets.reserve(capacity);
        char* to = reinterpret_cast<char*>(into.octets.data());
        dns::Result<size_t> read = file.read_at(into.size, {to + into.size, capacity - into.size});
        if (!read) return read.fault();
        into.size += *read;
        if (into.size < capacity) return {};
        capacity = std::max<size_t>(capacity * 2, 4096);
    }
}

}  // namespace

dns::Result<FileText> read_file_text(const dns::Files& files, const std::string& path) {
    constexpr int kAttempts = 4;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        // Opened anew each time: a file that is replaced has another inode.
        auto file = files.open(path);
        if (!file) return file.fault();
        FileText text;
        text.identity = (*file)->opened_as();
        try {
            if (auto read = read_whole(**file, text); !read) return read.fault();
        } catch (const std::bad_alloc&) {
            return dns::Fault{"it is larger than memory allows"};
        }
        auto after = (*file)->identity();
        if (!after) return after.fault();
        if (*after == text.identity) return dns::Result<FileText>(std::move(text));
    }
    return dns::Fault{"it changes while it is read, again and again"};
}

}  // namespace zoneparser
