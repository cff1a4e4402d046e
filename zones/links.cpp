// The last step of a base: each record that names a host or an alias target learns the number of
// that name's node, so that neither rules nor answers search for it. Searches go in batches: all
// hashes, then all buckets, then all nodes, so that the waits for memory overlap.
#include <algorithm>

#include "zones/base_writer.h"
#include "zones/parallel.h"

namespace zones {

namespace {

constexpr size_t kNamesPerTask = 8192;

class LinkBatch {
public:
    explicit LinkBatch(const Base& base) : base_(base) {}
    ~LinkBatch() { flush(); }

    void add(dns::NameView target, uint8_t* slot) {
        dns::NameView origin = base_.origin();
        if (target.size() < origin.size() || !dns::is_at_or_below(target, origin)) return;
        dns::NameView relative(target.data(), target.size() - origin.size());
        dns::NameHash hash(base_.key());
        hash.absorb(relative);
        pending_[count_++] = {hash.digest(), relative, slot};
        base_.prefetch_bucket(pending_[count_ - 1].hash);
        if (count_ == kSize) flush();
    }

    void flush() {
        for (size_t i = 0; i < count_; ++i) base_.prefetch_nodes(pending_[i].hash);
        for (size_t i = 0; i < count_; ++i) {
            NodeView node = base_.find(pending_[i].hash, pending_[i].relative);
            uint32_t units = node ? base_.ref_of(node).units() : 0;
            std::memcpy(pending_[i].slot, &units, sizeof units);
        }
        count_ = 0;
    }

private:
    static constexpr size_t kSize = 32;
    struct Pending {
        uint64_t hash;
        dns::NameView relative;
        uint8_t* slot;
    };
    const Base& base_;
    Pending pending_[kSize];
    size_t count_ = 0;
};

void link_node(const NodeView& node, LinkBatch& batch) {
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        const RrsetEntry& entry = node.entries()[i];
        if (!entry.has_links()) continue;
        uint8_t* slot = const_cast<uint8_t*>(node.octets()) + entry.links_at();
        for (RecordView record : RrsetView(node.octets(), &entry, nullptr)) {
            batch.add(dns::target_name(entry.type, record.rdata()), slot);
            slot += 4;
        }
    }
}

}  // namespace

void BaseWriter::link_targets(unsigned threads) {
    size_t names = base_->name_count();
    share_out(threads, (names + kNamesPerTask - 1) / kNamesPerTask, [&](size_t task) {
        LinkBatch batch(*base_);
        size_t end = std::min(names, (task + 1) * kNamesPerTask);
        for (size_t rank = task * kNamesPerTask; rank < end; ++rank)
            link_node(base_->by_rank(rank), batch);
    });
}

}  // namespace zones
