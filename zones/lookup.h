// Lookup: what a zone knows about a name and a type, as a fact (RFC 1034 4.3.2 with 2181, 4592,
// 6672 and 8020). Nothing is encoded here and no chain is followed: who answers, decides.
//
//   below or at a cut ............. referral     (DS at the cut itself is the zone's own to answer)
//   below a DNAME ................. redirect
//   the name exists: type there ... answer       CNAME there ... alias      else ... no data
//   it does not: a wildcard at the closest encloser stands for it, else no name
#pragma once

#include "zones/zone.h"

namespace zones {

enum class Fact : uint8_t { answer, alias, redirect, referral, no_data, no_name };

struct Lookup {
    Fact fact = Fact::no_name;
    // The name itself, the wildcard that stands for it, the cut, or the DNAME's owner. None for
    // no name.
    NodeView node;
    // The RRset asked for, the CNAME, the DNAME or the NS. None for no data, no name, and for ANY.
    RrsetView rrset;
    NodeView encloser;  // the closest encloser, where the search came to it
    size_t encloser_labels = 0;
    bool from_wildcard = false;
};

Lookup lookup(const Zone& zone, dns::NameView relative, uint16_t type);
Lookup lookup(const Zone& zone, const Zone::Query& query, uint16_t type);
// For who has located the name already.
Lookup lookup(const Zone& zone, const Position& position, const Zone::Query& query, uint16_t type);

}  // namespace zones
