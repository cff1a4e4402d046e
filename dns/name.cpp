#include "dns/name.h"

#include <algorithm>

namespace dns {

void lower_copy(uint8_t* to, const uint8_t* from, size_t size) {
    size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        uint64_t word = lower8(load8(from + at));
        std::memcpy(to + at, &word, 8);
    }
    for (; at < size; ++at) to[at] = lower(from[at]);
}

size_t NameView::label_count() const {
    size_t count = 0;
    for (size_t at = 0; at < size_ && octets_[at] != 0; at += octets_[at] + size_t{1}) ++count;
    return count;
}

NameView NameView::without(size_t labels) const {
    size_t at = 0;
    for (; labels > 0 && at < size_; --labels) at += octets_[at] + size_t{1};
    return suffix(std::min(at, size_));
}

LabelOffsets::LabelOffsets(NameView name) {
    for (size_t offset = 0; offset < name.size() && name.data()[offset] != 0;
         offset += name.data()[offset] + size_t{1})
        at[count++] = static_cast<uint8_t>(offset);
}

int canonical_compare(NameView a, NameView b) {
    LabelOffsets labels_a(a), labels_b(b);
    size_t shared = std::min(labels_a.count, labels_b.count);
    for (size_t i = 1; i <= shared; ++i) {
        const uint8_t* label_a = a.data() + labels_a.at[labels_a.count - i];
        const uint8_t* label_b = b.data() + labels_b.at[labels_b.count - i];
        size_t size = std::min(label_a[0], label_b[0]);
        size_t k = 1;
        while (k + 8 <= size + 1 && load8(label_a + k) == load8(label_b + k)) k += 8;
        for (; k <= size; ++k) {
            int difference = lower(label_a[k]) - lower(label_b[k]);
            if (difference != 0) return difference;
        }
        if (label_a[0] != label_b[0]) return label_a[0] - label_b[0];
    }
    return static_cast<int>(labels_a.count) - static_cast<int>(labels_b.count);
}

size_t write_sort_key(NameView name, uint8_t* key) {
    LabelOffsets labels(name);
    size_t size = 0;
    for (size_t i = labels.count; i-- > 0;) {
        const uint8_t* label = name.data() + labels.at[i];
        for (size_t k = 1; k <= label[0]; ++k) {
            uint8_t octet = lower(label[k]);
            if (octet <= 1) {
                key[size++] = 1;
                octet = static_cast<uint8_t>(octet + 1);
            }
            key[size++] = octet;
        }
        key[size++] = 0;
    }
    return size;
}

Name::Name(NameView view) : size_(static_cast<uint8_t>(std::min(view.size(), kMaxName))) {
    // The apex relative to itself has no octets, and maybe no place either.
    if (size_ > 0) std::memcpy(octets_.data(), view.data(), size_);
}

bool Name::join(NameView relative, NameView absolute, Name& out) {
    if (relative.size() + absolute.size() > kMaxName) return false;
    uint8_t joined[kMaxName];
    if (!relative.empty()) std::memcpy(joined, relative.data(), relative.size());
    std::memcpy(joined + relative.size(), absolute.data(), absolute.size());
    out.size_ = static_cast<uint8_t>(relative.size() + absolute.size());
    std::memcpy(out.octets_.data(), joined, out.size_);
    return true;
}

bool Name::wildcard_of(NameView parent, Name& out) {
    static constexpr uint8_t kAsterisk[] = {1, '*'};
    return join(NameView(kAsterisk, 2), parent, out);
}

size_t measure_name(const uint8_t* data, size_t size) {
    size_t at = 0;
    while (at < size && at < kMaxName) {
        if (data[at] == 0) return at + 1;
        if (data[at] > kMaxLabel) return 0;
        at += data[at] + size_t{1};
    }
    return 0;
}

namespace {

void append_octet(std::string& out, uint8_t octet) {
    if (octet <= 0x20 || octet >= 0x7f) {
        out += '\\';
        out += static_cast<char>('0' + octet / 100);
        out += static_cast<char>('0' + octet / 10 % 10);
        out += static_cast<char>('0' + octet % 10);
        return;
    }
    // What has a meaning in a zone file: label ends, quotes, comments, groups, origin, directives.
    if (std::strchr(".\\\"();@$", octet) != nullptr) out += '\\';
    out += static_cast<char>(octet);
}

}  // namespace

void append_text(std::string& out, NameView name) {
    if (name.is_root()) {
        out += '.';
        return;
    }
    for (size_t at = 0; at < name.size() && name.data()[at] != 0;) {
        size_t size = name.data()[at];
        for (size_t k = 1; k <= size; ++k) append_octet(out, name.data()[at + k]);
        out += '.';
        at += size + 1;
    }
}

std::string to_text(NameView name) {
    std::string out;
    append_text(out, name);
    return out;
}

}  // namespace dns
