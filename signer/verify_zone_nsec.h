// Chains of NSEC: the links by one walk over all names, bitmaps a name at a time.
#pragma once

#include "signer/verify_zone_context.h"

namespace signer {

// That each name with data has an NSEC record, no other name has, and each leads to the next.
void verify_nsec_links(VerifyContext& context);

// What the NSEC record of a name lists.
void verify_nsec_bitmap(VerifyContext& context, const zones::NodeView& node, NameRole role);

}  // namespace signer
