// From a fact to a plan: what an answer holds, and what follows from it: aliases, referrals with
// glue, additional data, proofs (RFC 1034 4.3.2 with its heirs, see zones/lookup.h). Nothing is
// encoded here.
//
//   lookup ---- answer ----> the RRset, its wildcard's proof, additional data
//     ^  \----- alias, redirect --> CNAME (DNAME + CNAME), then the target's name ... at most 16
//     times |   \                                 |
//     +----\--------------------------------+  inside the zone, or the view's other zones
//           \-- referral --> NS, DS or its proof, glue
//            \- no data, no name --> SOA, proof
#pragma once

#include "server/answer/plan.h"
#include "server/answer/trace.h"
#include "zones/lookup.h"

namespace server {

// A name on its way to an answer: where it stands in a zone.
struct Search {
    const ServedZone* zone = nullptr;
    zones::Zone::Query query;
    zones::Position position;
};

// What the composer found out besides the plan, of the question's own name.
struct Composed {
    zones::Lookup first;
    bool referral = false;  // the last name's
    bool no_name = false;
    bool no_data = false;
};

// The plan's chain holds the question's name already. `type` is the question's.
template <class Tracer>
Composed compose(const Audience& audience, const Search& search, uint16_t type, Plan& plan,
                 Tracer& trace);

extern template Composed compose(const Audience&, const Search&, uint16_t, Plan&, NoTrace&);
extern template Composed compose(const Audience&, const Search&, uint16_t, Plan&, Trace&);

// The zone of the view that answers for a name (RFC 4035 3.1.4.1: DS is the parent's where the
// parent is served and holds that very cut); null if there is none.
template <class Tracer>
const ServedZone* choose_zone(const View& view, dns::NameView name, std::span<const uint8_t> labels,
                              uint16_t type, Tracer& trace);

extern template const ServedZone* choose_zone(const View&, dns::NameView, std::span<const uint8_t>,
                                              uint16_t, NoTrace&);
extern template const ServedZone* choose_zone(const View&, dns::NameView, std::span<const uint8_t>,
                                              uint16_t, Trace&);

}  // namespace server
