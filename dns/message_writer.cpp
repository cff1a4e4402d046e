#include "dns/message_writer.h"

#include <algorithm>

namespace dns {

namespace {

// Labels that are equal but for case go to one slot; of long labels both ends count.
size_t home_of(size_t parent, const uint8_t* label) {
    size_t size = label[0];
    uint64_t word = size < 8 ? lower8(load_short(label + 1, size))
                             : lower8(load8(label + 1)) ^ lower8(load8(label + size - 7)) << 1;
    return static_cast<size_t>((word + parent * 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93 >> 56);
}

bool same_label(const uint8_t* a, const uint8_t* b) {
    return a[0] == b[0] && equal_case_blind(a + 1, b + 1, a[0]);
}

NameView without_root(NameView absolute) {
    return NameView(absolute.data(), absolute.empty() ? 0 : absolute.size() - 1);
}

}  // namespace

size_t MessageWriter::slot_of(size_t parent, const uint8_t* label) const {
    size_t slot = home_of(parent, label);
    for (size_t probe = 0; probe < kMostProbes; ++probe) {
        Suffix held = slots_[slot];
        if (held.offset == 0) return slot;
        if (held.parent == parent && same_label(buffer_ + held.offset, label)) return slot;
        slot = (slot + 1) % kSlots;
    }
    return kNoSlot;
}

void MessageWriter::read_question() {
    if (question_size_ == 0) return;
    LabelOffsets labels(NameView(buffer_ + kHeaderSize, question_size_));
    for (size_t i = 0; i < labels.count; ++i)
        question_at_[i] = static_cast<uint16_t>(kHeaderSize + labels.at[i]);
    question_labels_ = labels.count;
    question_size_ = 0;
}

// `name` is relative to the suffix that stands at `parent`, and that has its first `in_question`
// labels to go in the question's name.
bool MessageWriter::put_labels(NameView name, const LabelOffsets& labels, size_t parent,
                               size_t in_question) {
    size_t left = labels.count;
    auto last_label = [&] { return name.data() + labels.at[left - 1]; };
    while (left > 0 && in_question > 0 &&
           same_label(last_label(), buffer_ + question_at_[in_question - 1])) {
        --left;
        parent = question_at_[--in_question];
    }
    size_t slot = kNoSlot;
    while (left > 0) {
        slot = slot_of(parent, last_label());
        if (slot == kNoSlot || slots_[slot].offset == 0) break;
        --left;
        parent = slots_[slot].offset;
    }

    const size_t begin = size_;
    const size_t literal = left == labels.count ? name.size() : labels.at[left];
    if (!has_room(literal + (parent == 0 ? 1 : 2))) return false;
    if (literal > 0) std::memcpy(buffer_ + begin, name.data(), literal);
    size_ += literal;
    if (parent == 0) {
        buffer_[size_++] = 0;
    } else {
        store16(buffer_ + size_, static_cast<uint16_t>(0xc000 | parent));
        size_ += 2;
    }

    // From the last label on, each below the one before; what cannot be known ends the list.
    for (size_t i = left; i-- > 0;) {
        size_t offset = begin + labels.at[i];
        if (offset >= kPointerReach || known_count_ == kMostKnown) break;
        if (i + 1 < left) slot = slot_of(parent, name.data() + labels.at[i]);
        if (slot == kNoSlot) break;
        know(slot, parent, offset);
        parent = offset;
    }
    return true;
}

bool MessageWriter::put_name(NameView name) {
    read_question();
    name = without_root(name);
    return put_labels(name, LabelOffsets(name), 0, question_labels_);
}

bool MessageWriter::put_name(NameView relative, NameView origin, size_t origin_at) {
    read_question();
    LabelOffsets labels(relative);
    // Nothing points to the root: one octet says as much as two.
    if (origin.is_root()) return put_labels(relative, labels, 0, question_labels_);
    if (origin_at == 0 || origin_at >= kPointerReach) {
        Name whole;
        return Name::join(relative, origin, whole) && put_name(whole);
    }
    size_t in_question = question_labels_;
    while (in_question > 0 && question_at_[in_question - 1] != origin_at) --in_question;
    return put_labels(relative, labels, origin_at, in_question > 0 ? in_question - 1 : 0);
}

bool MessageWriter::put_compressed_rdata(uint16_t type, Octets rdata) {
    const Mark before = mark();
    size_t names = type == type::SOA || type == 14 ? 2 : 1;  // 14: MINFO
    size_t at = type == type::MX ? std::min<size_t>(2, rdata.size()) : 0;
    bool fits = put16(0) && put(rdata.first(at));
    for (; fits && names > 0; --names) {
        size_t size = measure_name(rdata.data() + at, rdata.size() - at);
        if (size == 0) break;
        fits = put_name(NameView(rdata.data() + at, size));
        at += size;
    }
    if (!fits || !put(rdata.subspan(at))) {
        roll_back(before);
        return false;
    }
    set16(before.size, static_cast<uint16_t>(size_ - before.size - 2));
    return true;
}

}  // namespace dns
