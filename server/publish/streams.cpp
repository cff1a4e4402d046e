#include "server/publish/streams.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "server/publish/disk_files.h"

namespace server {

namespace {

constexpr size_t kBlock = 1 << 18;

dns::Result<std::shared_ptr<const std::string>> read_descriptor(int descriptor, size_t most) {
    auto text = std::make_shared<std::string>();
    size_t filled = 0;
    for (;;) {
        if (filled == text->size()) text->resize(filled < kBlock ? kBlock : filled * 2);
        ssize_t got = ::read(descriptor, text->data() + filled, text->size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_fault(errno);
        if (got == 0) break;
        filled += static_cast<size_t>(got);
        if (filled > most)
            return dns::Fault{"It does not end within " + std::to_string(most) + " octets"};
    }
    text->resize(filled);
    return std::shared_ptr<const std::string>(std::move(text));
}

}  // namespace

bool is_stream(const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) return false;
    return S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode) || S_ISSOCK(status.st_mode);
}

dns::Result<std::shared_ptr<const std::string>> read_stream(const std::string& path, size_t most) {
    if (path == "-") return read_descriptor(STDIN_FILENO, most);
    Descriptor stream(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!stream.open()) return system_fault(errno);
    return read_descriptor(stream.number(), most);
}

}  // namespace server
