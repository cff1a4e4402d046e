// What clients will ask for next: the addresses of the hosts that an answer's records name, and the
// glue of a referral (RFC 1034 4.3.2 step 6, RFC 9471, RFC 9460 4.1).
#pragma once

#include "server/answer/plan.h"
#include "server/answer/trace.h"

namespace server {

inline constexpr size_t kMostTargets = 13;

// Adds the hosts' records for an RRset of the answer section, as room allows. `owner` is the name
// that SVCB's target "." stands for.
template <class Tracer>
void add_targets(const Audience& audience, const ServedZone& zone, const zones::RrsetView& rrset,
                 const zones::NodeView& owner, Plan& plan, Tracer& trace);

// Adds the addresses of a cut's servers: those below the cut must be there, siblings may.
template <class Tracer>
void add_glue(const Audience& audience, const ServedZone& zone, const zones::NodeView& cut,
              const zones::RrsetView& servers, Plan& plan, Tracer& trace);

extern template void add_targets(const Audience&, const ServedZone&, const zones::RrsetView&,
                                 const zones::NodeView&, Plan&, NoTrace&);
extern template void add_targets(const Audience&, const ServedZone&, const zones::RrsetView&,
                                 const zones::NodeView&, Plan&, Trace&);
extern template void add_glue(const Audience&, const ServedZone&, const zones::NodeView&,
                              const zones::RrsetView&, Plan&, NoTrace&);
extern template void add_glue(const Audience&, const ServedZone&, const zones::NodeView&,
                              const zones::RrsetView&, Plan&, Trace&);

}  // namespace server
