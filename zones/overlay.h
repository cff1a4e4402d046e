// A zone from another zone and a patch. The merged zone shares the base's memory: what it has of
// its own is a layer of the names that the patch changes (zones/layer.h), a few hundred octets
// each.
//
//   base ----------------------------+
//   patch --> merge() -> change set -+-> Zone::apply() -> check what it can have changed -> zone
//
// The cost is that of the patch, whatever the size of the base: rules visit the names that changed,
// the names below a cut or DNAME that came or went, and, where that is something that a rule asks
// of a target, the names that point at one of them (zones/pointers.h). What they report is what the
// rules say of the merged zone, less what they say of the base already.
//
// Places: the merged zone's records are the base's, with places in the base's sources, and the
// patch's, with places in the patch's sources, numbered behind them:
//
//   sources of the merged zone   [ base: 1 2 3 ][ patch: 4 5 ]      joined_sources(), source_shift
//   3
//
// An overlay is never folded. One may rest on another: its base is then a merged zone.
#pragma once

#include <memory>

#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "zones/patch.h"
#include "zones/pointers.h"
#include "zones/zone.h"

namespace zones {

struct OverlayOptions {
    dns::Limits limits;
    // Added to the source of each place of the patch: how many sources the base has, if the patch
    // was not read into the same ones.
    uint32_t source_shift = 0;
    // Who points at whom in the base; shared by all overlays of one base. Null: found out when it
    // is needed, by a walk over the whole base.
    const Pointers* pointers = nullptr;
};

// What the patch makes of the base, with findings of what does not fit and of what the builder of a
// zone would find. Null after an error.
std::unique_ptr<ChangeSet> merge(const Zone& base, const Patch& patch, dns::Findings& findings,
                                 const OverlayOptions& options);

// The merged zone, checked; null if it is refused, and the findings say why. `base` and the patch
// may go afterwards.
std::shared_ptr<const Zone> overlay(const Zone& base, const Patch& patch, dns::Findings& findings,
                                    const OverlayOptions& options);

// The sources that places of a merged zone point into, if the base's and the patch's are not one
// and the same: those of the base (shared), then a copy of the patch's.
std::shared_ptr<dns::Sources> joined_sources(std::shared_ptr<const dns::Sources> base,
                                             const dns::Sources& patch);

}  // namespace zones
