#include "dns/compressed_name.h"

#include <algorithm>

#include "dns/message.h"

namespace dns {

namespace {

// A name has no more labels, and a pointer that follows no label is one too many.
constexpr size_t kMostPointers = kMaxLabels;

}  // namespace

const char* ExpandedName::read(Octets message, size_t& at) {
    size_t size = 0, from = at, begin = at, pointers = 0;
    for (;;) {
        if (from >= message.size()) return "is cut short";
        const uint8_t label = message[from];
        if (label >= 0xc0) {
            if (message.size() - from < 2) return "is cut short";
            if (pointers++ == 0) at = from + 2;
            const size_t target = load16(message.data() + from) & 0x3fff;
            if (target >= begin || target < kHeaderSize)
                return "has a pointer that does not lead back to a name";
            if (pointers > kMostPointers) return "has too many pointers";
            from = begin = target;
            continue;
        }
        if (label > kMaxLabel) return "has a label of unknown form";
        if (message.size() - from < label + size_t{1}) return "is cut short";
        if (size + label + 1 > kMaxName - (label > 0 ? 1 : 0)) return "is longer than 255 octets";
        std::copy_n(message.begin() + static_cast<ptrdiff_t>(from), label + 1, octets_ + size);
        size += label + size_t{1};
        from += label + size_t{1};
        if (label == 0) break;
    }
    if (pointers == 0) at = from;
    size_ = size;
    return nullptr;
}

}  // namespace dns
