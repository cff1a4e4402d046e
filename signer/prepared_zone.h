// A zone that is about to be signed: what each of its names is, and all names of the signed zone in
// their order: those of the input, and between them, for NSEC3, hashes.
//
//   rank   0 (apex)   1 a          2 b     3 c ...
//   hash                   0 0p9m..             1 2t7b..        each of a name with a rank
//   order  (apex)     a    0p9m..  b       c    2t7b.. ...
//
// A Position stands between two names of that order: how many ranks and how many hashes are in
// front of it.
#pragma once

#include <deque>
#include <optional>

#include "signer/chain.h"
#include "signer/sign_zone.h"

namespace signer {

struct HashItem {
    dns::Sha1Digest hash;
    uint32_t rank;

    bool operator<(const HashItem& other) const {
        return hash != other.hash ? hash < other.hash : rank < other.rank;
    }
};

struct Position {
    size_t rank = 0, hash = 0;
    size_t in_front() const { return rank + hash; }
    bool operator==(const Position&) const = default;
};

class PreparedZone {
  public:
    static dns::Result<PreparedZone> make(const zones::Zone& input, std::span<const ZoneKey> keys,
                                          const SigningOptions& options);

    const zones::Zone& zone() const { return *zone_; }     // without changes on its base
    const zones::NodeView& apex() const { return apex_; }  // as it is to be
    zones::NodeView node(size_t rank) const {
        return rank == 0 ? apex_ : zone_->base().by_rank(rank);
    }
    NameRole role(size_t rank) const { return roles_[rank]; }
    uint32_t negative_ttl() const { return negative_ttl_; }
    // Empty for NSEC. In their order.
    const std::vector<HashItem>& hashes() const { return hashes_; }

    Position end() const { return {roles_.size(), hashes_.size()}; }
    // In front of the first name that is not in front of `name`; behind the last that is not
    // behind.
    Position in_front_of(dns::NameView name) const;
    Position behind(dns::NameView name) const;
    // The first name with records of its own in [rank, end); `end` if there is none.
    size_t next_owner(size_t rank, size_t end) const;
    // Whether the name will be in the signed zone for its own sake.
    bool stays(size_t rank) const;

  private:
    std::optional<dns::Fault> make_hashes(const SigningOptions& options);

    std::shared_ptr<const zones::Zone> zone_;
    std::shared_ptr<const zones::Zone> with_apex_;
    zones::NodeView apex_;
    std::vector<NameRole> roles_;
    std::vector<HashItem> hashes_;
    uint32_t negative_ttl_ = 0;
};

// The names between two positions, in order.
class NameWalk {
  public:
    struct Item {
        dns::NameView name;
        std::optional<size_t> rank, hash;  // at least one
    };
    // The names of hashes are kept in `labels`.
    NameWalk(const PreparedZone& zone, Position first, Position end,
             std::deque<HashedOwner>& labels)
        : zone_(zone), at_(first), end_(end), labels_(labels) {}
    bool next(Item& item);

  private:
    const PreparedZone& zone_;
    Position at_, end_;
    std::deque<HashedOwner>& labels_;
    bool has_label_ = false;  // of the next hash
};

}  // namespace signer
