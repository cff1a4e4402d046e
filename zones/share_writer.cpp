#include "zones/share_writer.h"

#include <algorithm>

namespace zones {

namespace {

size_t shared_labels(dns::NameView a, dns::NameView b) {
    dns::LabelOffsets labels_a(a), labels_b(b);
    size_t most = std::min(labels_a.count, labels_b.count);
    size_t shared = 0;
    for (; shared < most; ++shared) {
        const uint8_t* label_a = a.data() + labels_a.at[labels_a.count - 1 - shared];
        const uint8_t* label_b = b.data() + labels_b.at[labels_b.count - 1 - shared];
        if (label_a[0] != label_b[0] ||
            !dns::equal_case_blind(label_a + 1, label_b + 1, label_a[0]))
            break;
    }
    return shared;
}

}  // namespace

void ShareWriter::open_first(bool has_apex) {
    if (has_apex) return;
    ancestors_.push_back({dns::NameView(), true, part_.add({}, {}, {}), 0, false});
}

void ShareWriter::open(dns::NameView before, dns::NameView first) {
    size_t shared = shared_labels(before, first);
    size_t labels = first.label_count();
    for (size_t depth = 0; depth <= shared; ++depth)
        ancestors_.push_back({first.without(labels - depth), false, Ref(), 0, false});
}

void ShareWriter::add(dns::NameView name, std::span<const RrsetParts> rrsets,
                      std::span<const dns::Place> places) {
    size_t labels = name.label_count();
    if (!ancestors_.empty()) {
        while (!dns::is_at_or_below(name, ancestors_.back().name)) close();
        // Empty non-terminals between the closest name above and this one (RFC 4592 2.2.2).
        for (size_t depth = ancestors_.size(); depth < labels; ++depth)
            add_child(name.without(labels - depth), {}, {});
    }
    add_child(name, rrsets, places);
}

void ShareWriter::add_child(dns::NameView name, std::span<const RrsetParts> rrsets,
                            std::span<const dns::Place> places) {
    if (!ancestors_.empty()) {
        Ancestor& parent = ancestors_.back();
        ++parent.children;
        if (name.is_wildcard()) parent.wildcard_child = true;
    }
    ancestors_.push_back({name, true, part_.add(name, rrsets, places), 0, false});
}

void ShareWriter::close() {
    const Ancestor& last = ancestors_.back();
    if (last.in_this_part)
        part_.settle(last.node, last.children, last.wildcard_child ? fact::wildcard_child : 0);
    else if (last.children > 0)
        part_.tell_parent({dns::Name(last.name), last.children, last.wildcard_child});
    ancestors_.pop_back();
}

void ShareWriter::end() {
    while (!ancestors_.empty()) close();
}

}  // namespace zones
