// A zone that can be served: const, and a stack. A new version shares all that did not change.
//
//        +--------------------+
//        | view patches       |  in a view that differs in some names
//        +--------------------+
//        | own changes        |  since the base was made; folded into a new base now and then
//        +--------------------+
//        | base               |  zones/base.h
//        +--------------------+
//
// A name is asked of the layers from the top; the first that knows it, tells. A layer knows whole
// nodes, so what it tells is the truth for that name. A zone without changes is little more than a
// pointer: there may be a million.
// Names are given and held relative to the apex (dns::NameView without the root label).
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

#include "dns/base/result.h"
#include "zones/base.h"
#include "zones/change_set.h"
#include "zones/changes.h"
#include "zones/denial_order.h"

namespace zones {

// Where a name stands in a zone (RFC 1034 4.3.2 step 3).
struct Position {
    NodeView node;         // of the name itself, if it exists
    NodeView encloser;     // the closest encloser: the node itself or its closest ancestor
    size_t encloser_labels = 0;
    // The topmost node on the way down that ends or diverts it: a cut (at or above the name) or a
    // DNAME (above the name). What lies below is not this zone's to say.
    NodeView crossing;
};

class Zone {
public:
    explicit Zone(std::shared_ptr<const Base> base, unsigned threads = 1);

    dns::NameView origin() const { return base_->origin(); }  // good as long as the zone is
    size_t name_count() const { return changes_ ? changes_->name_count : base_->name_count(); }
    size_t record_count() const {
        return changes_ ? changes_->record_count : base_->record_count();
    }
    const Base& base() const { return *base_; }
    const Layer& changes() const { return changes_ ? changes_->layer : Layer::none(); }

    NodeView apex() const;
    // The serial of the SOA record; 0 if there is none.
    uint32_t serial() const;
    NodeView find(dns::NameView relative) const;
    NodeView find(uint64_t hash, dns::NameView relative) const;
    Position locate(dns::NameView relative) const;
    // For a batch: the hashes once, then what they lead to is fetched for all, so that the waits for
    // memory overlap.
    //   query()  ->  prefetch_buckets()  ->  prefetch_nodes()  ->  locate()
    struct Query;
    struct QueryMemory;
    // How many hashes the query for a name of so many labels has.
    size_t hashes_for(size_t label_count) const { return std::min(label_count, max_depth_) + 1; }
    // `labels` are the offsets of the labels of `relative`; `hashes` has room for hashes_for() them.
    Query query(dns::NameView relative, std::span<const uint8_t> labels,
                std::span<uint64_t> hashes) const;
    Query query(dns::NameView relative, QueryMemory& memory) const;
    void prefetch_buckets(const Query& query) const;
    void prefetch_nodes(const Query& query) const;
    Position locate(const Query& query) const;
    // All of the above, for a batch of one zone.
    void locate_all(std::span<const Query> queries, std::span<Position> positions) const;

    // The target of a record as its place in this zone; no node and no encloser if it is not at or
    // below the apex.
    Position locate_absolute(dns::NameView absolute) const;
    bool relative(dns::NameView absolute, dns::NameView& out) const;
    dns::Name absolute(dns::NameView relative) const;

    // The last existing name that is not behind `relative` in canonical order.
    NodeView at_or_before(dns::NameView relative) const;

    // How this zone denies existence, and the NSEC3PARAM rdata if by hashes.
    DenialKind denial_kind() const { return denial_ ? denial_->chain().kind() : DenialKind::none; }
    dns::Octets nsec3_parameters() const {
        return denial_ ? denial_->chain().parameters() : dns::Octets();
    }
    // The last owner of a record of the zone's chain (NSEC, or NSEC3 with the parameters above) that
    // is not behind `relative` in canonical order; the very last one if there is none. None in a
    // zone without a chain.
    NodeView denial_at_or_before(dns::NameView relative) const;

    // The next version. What does not fit (a record to remove that is not there) is a fault.
    dns::Result<std::shared_ptr<const Zone>> apply(const ChangeSet& changes) const;
    // True when so much has changed that folding pays.
    bool wants_fold() const;
    // The same zone with all own changes in a new base.
    std::shared_ptr<const Zone> fold() const;

    // All nodes in canonical order:  for (Cursor at(zone); at; at.next()) use(*at);
    class Cursor {
    public:
        explicit Cursor(const Zone& zone);
        Cursor(const Zone& zone, size_t first_rank, size_t end_rank);  // of a zone without changes
        Cursor(const Zone& zone, dns::NameView first);  // from the first that is not in front of it
        explicit operator bool() const { return static_cast<bool>(current_); }
        const NodeView& operator*() const { return current_; }
        void next();

    private:
        void settle();
        const Zone& zone_;
        size_t rank_, end_rank_;
        Layer::OrderCursor changed_;
        NodeView current_;
        bool from_layer_ = false;
    };

private:
    friend class ZoneEdit;

    template <class Fetch>
    void for_first_looks(const Query& query, Fetch fetch) const;
    NodeView last_denial(dns::NameView relative) const;
    NodeView cut_above(const NodeView& node) const;

    std::shared_ptr<const Base> base_;
    std::shared_ptr<const Changes> changes_;     // null until there are some
    std::shared_ptr<const DenialOrder> denial_;  // null where nothing is denied
    CrossingDepths crossings_;
    size_t max_depth_ = 0;
};

// The labels of a relative name and the hash of each of its suffixes. It owns nothing: the caller
// lends the memory, so that a batch of them stays small.
struct Zone::Query {
    dns::NameView relative;
    const uint8_t* labels = nullptr;  // their offsets, in order
    size_t label_count = 0;
    // hashes[d] is that of the last d labels; only depths that the zone has.
    const uint64_t* hashes = nullptr;

    dns::NameView last_labels(size_t depth) const {
        return relative.suffix(depth == 0 ? relative.size() : labels[label_count - depth]);
    }
};

// Memory for one search.
struct Zone::QueryMemory {
    dns::LabelOffsets labels{dns::NameView()};
    std::array<uint64_t, dns::kMaxLabels> hashes;
};

}  // namespace zones
