// The hash of a name and of all its ancestors in one pass, from the last label to the first.
//
//   www.example.com.   state  --com-->  h1  --example-->  h2  --www-->  h3
//
// Each label is absorbed as its length octet and lower-case octets, padded with zeros to words; the
// length octet comes first, so no two lists of labels give the same words. One pass serves the
// choice of the zone, the search for the name and the search for its closest encloser.
#pragma once

#include "dns/name.h"
#include "dns/siphash.h"

namespace dns {

class NameHash {
public:
    explicit NameHash(SipKey key) : state_(key) {}

    // `label` points at the length octet.
    void absorb_label(const uint8_t* label) {
        size_t size = label[0] + size_t{1};
        size_t at = 0;
        uint64_t word;
        for (; at + 8 <= size; at += 8) {
            std::memcpy(&word, label + at, 8);
            state_.absorb(lower8(word));
        }
        if (at < size) {
            word = load_short(label + at, size - at);
            state_.absorb(lower8(word));
        }
    }
    uint64_t digest() const { return state_.digest(); }

    // The whole of a name, absolute or relative to where this hash stands.
    void absorb(NameView name) {
        LabelOffsets labels(name);
        for (size_t i = labels.count; i-- > 0;) absorb_label(name.data() + labels.at[i]);
    }

private:
    SipState<1, 3> state_;
};

}  // namespace dns
