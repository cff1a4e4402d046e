// The order in which a signed zone denies names: the owners of its NSEC, or of the NSEC3 of the
// chain that NSEC3PARAM names, so that a proof finds the one in front of a name (or of a hash).
//
//   samples   key ............... key ............... key         16 octets for 16 owners
//   owners    Ref Ref Ref ... Ref Ref Ref Ref ... Ref Ref ...     of the base, canonical order
//
// A search halves the samples; hashes are spread evenly, so for NSEC3 it begins where the hash
// says. Then it fetches the 16 owners behind the sample at once and halves those. Names that share
// their first 16 octets are halved by themselves. No choice of names makes it longer than that.
// Measured on a million owners (apex-figures denial): about twice the time of finding one name, half
// of that of halving all names.
//
// Changes over a base keep the owners that they add, and gaps: stretches of the base's owners that
// count no more. Both are persistent maps, so a version costs what it changes.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "zones/base.h"
#include "zones/layer.h"
#include "zones/sort_key.h"

namespace zones {

enum class DenialKind : uint8_t { none, nsec, nsec3 };

// Which records deny: NSEC if the apex owns one; else NSEC3 with the parameters of the first
// NSEC3PARAM that can be used (RFC 5155 4.1.2: SHA-1, no flags).
class DenialChain {
  public:
    DenialChain() = default;
    explicit DenialChain(const NodeView& apex);

    DenialKind kind() const { return kind_; }
    dns::Octets parameters() const { return parameters_; }  // NSEC3PARAM rdata
    bool contains(const NodeView& node) const;
    bool operator==(const DenialChain&) const = default;

  private:
    DenialKind kind_ = DenialKind::none;
    std::vector<uint8_t> parameters_;
};

class DenialOrder {
  public:
    // Null if the chain is none.
    static std::shared_ptr<const DenialOrder> of(const Base& base, DenialChain chain,
                                                 unsigned threads = 1);

    const DenialChain& chain() const { return chain_; }
    size_t size() const { return owners_.size(); }
    NodeView node(const Base& base, size_t position) const { return base.node(owners_[position]); }
    // How many owners are not behind `relative`.
    size_t behind(const Base& base, dns::NameView relative) const;
    size_t memory() const;

  private:
    static constexpr size_t kStride = 16;

    // How many samples have a lower key.
    size_t samples_below(const SortKey& key) const;
    void enclose(const SortKey& key, size_t& low, size_t& high) const;

    DenialChain chain_;
    std::vector<Ref> owners_;
    std::vector<SortKey> samples_;  // of each kStride-th owner
};

class DenialChanges {
  public:
    // What this version knows of the name of `node` is `node`.
    void note(const Base& base, const DenialOrder& order,
              const std::shared_ptr<const LayerNode>& node);
    // The greatest count that is not above `behind` and ends at an owner that still counts.
    size_t skip(size_t behind) const;
    const LayerNode* at_or_before(dns::NameView relative) const {
        return owners_.at_or_before(relative);
    }
    const LayerNode* last() const { return owners_.last(); }

  private:
    // Positions [first, last] in the base's order.
    struct Gap {
        uint64_t hash;
        size_t first, last;
    };
    struct ByPosition {
        using Probe = size_t;
        static int compare(size_t probe, const Gap& gap) {
            return probe < gap.first ? -1 : probe > gap.first ? 1 : 0;
        }
        static size_t probe_of(const Gap& gap) { return gap.first; }
    };
    void add_gap(size_t position, uint64_t hash);

    PersistentMap<LayerNode, ByOrder> owners_;
    PersistentMap<Gap, ByPosition> gaps_;
};

}  // namespace zones
