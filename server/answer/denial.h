// Proofs of what does not exist, from the NSEC or NSEC3 records of a pre-signed zone (RFC 4035
// 3.1.3, RFC 5155 7.2, RFC 6840, RFC 7129). Each function adds to the plan's authority section what
// a validator needs, and nothing twice; in a zone without DNSSEC it adds nothing.
//
//   no name            NSEC   covers the name      | covers the wildcard
//                      NSEC3  matches the encloser | covers the next closer name | covers the
//                      wildcard
//   no data            NSEC   at the name, or covers an empty non-terminal
//                      NSEC3  matches the name; or (DS, opt-out) matches the encloser, covers the
//                      next
//   wildcard answer    NSEC   covers the name
//                      NSEC3  covers the next closer name
//   wildcard no data   both of the two above: the name is covered, the wildcard has no such type
//   insecure referral  as no data of the cut's DS
#pragma once

#include "server/answer/plan.h"
#include "server/answer/trace.h"

namespace server {

// What a proof is about: `name` is relative to the zone's apex; `encloser` the closest encloser,
// with the number of its labels.
struct Denied {
    dns::NameView name;
    zones::NodeView encloser;
    size_t encloser_labels = 0;
};

template <class Tracer>
class Denials {
  public:
    Denials(Plan& plan, const ServedZone& zone, Tracer& trace)
        : plan_(plan), zone_(zone), trace_(trace) {}

    void no_name(const Denied& denied);
    // `node` exists (it may be an empty non-terminal, or a cut whose DS is asked for).
    void no_data(const zones::NodeView& node);
    void wildcard_answer(const Denied& denied);
    void wildcard_no_data(const Denied& denied, const zones::NodeView& wildcard);

  private:
    // The node's NSEC or NSEC3 with its signatures, if it is not in the plan already.
    void add(const zones::NodeView& node, StepKind kind, dns::NameView about);
    void cover(dns::NameView relative, StepKind kind);
    void write_label(dns::NameView relative, uint8_t* label) const;
    zones::NodeView nsec3_match(dns::NameView relative) const;
    // RFC 5155 7.2.1: proves that the last `labels` labels of `name` are a name, or the closest
    // ancestor that can be proven to be one, and that there is none with a label more. Returns that
    // ancestor.
    dns::NameView prove_encloser(dns::NameView name, size_t labels, StepKind kind);

    Plan& plan_;
    const ServedZone& zone_;
    Tracer& trace_;
};

extern template class Denials<NoTrace>;
extern template class Denials<Trace>;

}  // namespace server
