// Domain names in wire form: the only form that anything but the parser, the printer and the log
// ever sees.
//
//   03 w w w 07 e x a m p l e 03 c o m 00        at most 255 octets, labels of at most 63
//
// Names keep the case that was written and compare case-blind (RFC 1035 2.3.3, RFC 4343). Length
// octets are below 'A', so a whole name can be folded to lower case without looking at its labels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace dns {

inline constexpr size_t kMaxName = 255;
inline constexpr size_t kMaxLabel = 63;
inline constexpr size_t kMaxLabels = 128;  // the root label counted

constexpr uint8_t lower(uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? static_cast<uint8_t>(octet + 0x20) : octet;
}

// Eight octets at once: adds 0x20 to each that is in 'A'..'Z'.
constexpr uint64_t lower8(uint64_t octets) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    uint64_t low7 = octets & (kOnes * 0x7f);
    uint64_t at_least_a = low7 + kOnes * (0x80 - 'A');
    uint64_t above_z = low7 + kOnes * (0x80 - 'Z' - 1);
    uint64_t upper = (at_least_a ^ above_z) & ~octets & (kOnes * 0x80);
    return octets | upper >> 2;
}

inline uint64_t load8(const uint8_t* from) {
    uint64_t word;
    std::memcpy(&word, from, 8);
    return word;
}

// Up to eight octets as one word, zeros above, whatever their number: no loop and no call.
inline uint64_t load_short(const uint8_t* from, size_t size) {
    if (size >= 4) {
        uint32_t low, high;
        std::memcpy(&low, from, 4);
        std::memcpy(&high, from + size - 4, 4);
        return uint64_t{low} | uint64_t{high} << (8 * (size - 4));
    }
    if (size >= 2) {
        uint16_t low, high;
        std::memcpy(&low, from, 2);
        std::memcpy(&high, from + size - 2, 2);
        return uint64_t{low} | uint64_t{high} << (8 * (size - 2));
    }
    return size == 1 ? *from : 0;
}

// Most names are written in one case, so the words are compared as they are at first.
inline bool equal_case_blind8(uint64_t a, uint64_t b) {
    return a == b || lower8(a) == lower8(b);
}
inline bool equal_case_blind(const uint8_t* a, const uint8_t* b, size_t size) {
    if (size < 8) return equal_case_blind8(load_short(a, size), load_short(b, size));
    for (size_t at = 0; at + 8 < size; at += 8)
        if (!equal_case_blind8(load8(a + at), load8(b + at))) return false;
    return equal_case_blind8(load8(a + size - 8), load8(b + size - 8));
}
void lower_copy(uint8_t* to, const uint8_t* from, size_t size);

// A well-formed, uncompressed name that lives elsewhere. Names of a zone are also held relative to
// its apex: then the final root label is missing and is_absolute() is false.
class NameView {
public:
    constexpr NameView() = default;
    constexpr NameView(const uint8_t* octets, size_t size) : octets_(octets), size_(size) {}

    constexpr const uint8_t* data() const { return octets_; }
    constexpr size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    bool is_root() const { return size_ == 1; }
    bool is_wildcard() const { return size_ >= 2 && octets_[0] == 1 && octets_[1] == '*'; }

    // Labels without the root label.
    size_t label_count() const;
    // The first label, without its length octet.
    NameView first_label() const { return NameView(octets_ + 1, octets_[0]); }
    NameView parent() const { return suffix(octets_[0] + size_t{1}); }
    NameView suffix(size_t skipped) const { return NameView(octets_ + skipped, size_ - skipped); }
    // Leaves out the first `labels` labels.
    NameView without(size_t labels) const;
    bool operator==(NameView other) const {
        return size_ == other.size_ && equal_case_blind(octets_, other.octets_, size_);
    }

private:
    const uint8_t* octets_ = nullptr;
    size_t size_ = 0;
};

// True if `name` is `ancestor` or below it.
inline bool is_at_or_below(NameView name, NameView ancestor) {
    if (name.size() < ancestor.size()) return false;
    size_t skip = name.size() - ancestor.size();
    // The octets differ more often than they agree; only then are the labels worth a walk.
    if (!equal_case_blind(name.data() + skip, ancestor.data(), ancestor.size())) return false;
    size_t at = 0;
    while (at < skip) at += name.data()[at] + size_t{1};
    return at == skip;
}
inline bool is_below(NameView name, NameView ancestor) {
    return name.size() > ancestor.size() && is_at_or_below(name, ancestor);
}

// The offsets of a name's labels, in order.
struct LabelOffsets {
    explicit LabelOffsets(NameView name);
    std::array<uint8_t, kMaxLabels> at;
    size_t count = 0;
};

// Canonical order (RFC 4034 6.1): from the last label to the first, each as lower-case octets.
int canonical_compare(NameView a, NameView b);

// The same order as a string of octets that memcmp compares. At most kMaxSortKey octets: labels
// from the last to the first, each octet as it is but 0 and 1 as two (1 1, 1 2), each label ended
// by 0. Returns the size written.
inline constexpr size_t kMaxSortKey = 2 * kMaxName;
size_t write_sort_key(NameView name, uint8_t* key);

// A name that owns its octets, without memory of its own elsewhere.
class Name {
public:
    Name() { octets_[0] = 0; }  // the root
    explicit Name(NameView view);

    NameView view() const { return NameView(octets_.data(), size_); }
    operator NameView() const { return view(); }
    size_t size() const { return size_; }
    const uint8_t* data() const { return octets_.data(); }
    bool operator==(const Name& other) const { return view() == other.view(); }

    // Joins a relative name (no root label) and an absolute one; false if longer than a name can be.
    static bool join(NameView relative, NameView absolute, Name& out);
    // The wildcard child of `parent`, if it fits.
    static bool wildcard_of(NameView parent, Name& out);

private:
    std::array<uint8_t, kMaxName> octets_;
    uint8_t size_ = 1;
};

// Reads a name at the start of [data, data + size) without compression; its size, or 0 if it is
// not well formed or does not end within.
size_t measure_name(const uint8_t* data, size_t size);

// Presentation form (RFC 1035 5.1): absolute, final dot, specials as \X, others as \DDD.
void append_text(std::string& out, NameView name);
std::string to_text(NameView name);

}  // namespace dns
