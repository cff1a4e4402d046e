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
// nodes, so what it tells is the truth for that name.
// Names are given and held relative to the apex (dns::NameView without the root label).
#pragma once

#include <memory>
#include <span>
#include <string>

#include "dns/base/result.h"
#include "zones/base.h"
#include "zones/change_set.h"
#include "zones/layer.h"

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
    explicit Zone(std::shared_ptr<const Base> base);

    const dns::Name& origin() const { return base_->origin(); }
    size_t name_count() const { return name_count_; }
    size_t record_count() const { return record_count_; }
    const Base& base() const { return *base_; }
    const Layer& changes() const { return changes_; }

    NodeView apex() const;
    // The serial of the SOA record; 0 if there is none.
    uint32_t serial() const;
    NodeView find(dns::NameView relative) const;
    NodeView find(uint64_t hash, dns::NameView relative) const;
    Position locate(dns::NameView relative) const;
    // For a batch: the hashes once, then locate_all(), which lets the waits for memory overlap.
    struct Query;
    Position locate(const Query& query) const;
    void locate_all(std::span<const Query> queries, std::span<Position> positions) const;

    // The target of a record as its place in this zone; no node and no encloser if it is not at or
    // below the apex.
    Position locate_absolute(dns::NameView absolute) const;
    bool relative(dns::NameView absolute, dns::NameView& out) const;
    dns::Name absolute(dns::NameView relative) const;

    // The last existing name that is not behind `relative` in canonical order (for NSEC).
    NodeView at_or_before(dns::NameView relative) const;

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

    std::shared_ptr<const Base> base_;
    Layer changes_;
    CrossingDepths crossings_;
    size_t max_depth_ = 0;
    size_t name_count_ = 0;
    size_t record_count_ = 0;
};

// The labels of a relative name and the hash of each of its suffixes, made once.
struct Zone::Query {
    Query(const Zone& zone, dns::NameView relative);
    dns::NameView relative;
    dns::LabelOffsets labels;
    // hashes[d] is that of the last d labels; only depths that the zone has are filled in.
    std::array<uint64_t, dns::kMaxLabels> hashes;
};

}  // namespace zones
