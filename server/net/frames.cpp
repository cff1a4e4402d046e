#include "server/net/frames.h"

namespace server {

size_t frame_size(dns::Octets stream) {
    return stream.size() < kFrameHeader ? 0 : kFrameHeader + dns::load16(stream.data());
}

Frames split_frames(dns::Octets stream, std::span<dns::Octets> messages) {
    Frames frames;
    while (frames.count < messages.size()) {
        const dns::Octets rest = stream.subspan(frames.used);
        const size_t size = frame_size(rest);
        if (size == 0) break;
        if (size < kFrameHeader + dns::kHeaderSize) {
            frames.broken = true;
            break;
        }
        if (size > rest.size()) break;
        messages[frames.count++] = rest.subspan(kFrameHeader, size - kFrameHeader);
        frames.used += size;
    }
    return frames;
}

}  // namespace server
