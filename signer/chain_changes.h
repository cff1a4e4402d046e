// How the chain of a signed zone changes with its names: links are mended around what comes and
// goes.
//
//   chain before    apex --> b --------------> f --> m --> apex
//   d comes, f goes
//   stretch behind b, the last owner that stays in front of them:   b --> d --> m
//
// For NSEC3 the same, in the order of the hashes.
#pragma once

#include <map>

#include "signer/chain.h"
#include "signer/change_collector.h"

namespace signer {

// Names relative to the apex, by order_key().
using NameSet = std::map<std::string, dns::Name>;
inline void insert_name(NameSet& names, dns::NameView relative) {
    names.try_emplace(order_key(relative), relative);
}

// What a name is in a zone. Each empty non-terminal is `path`, wherever it leads.
NameRole role_in(const zones::Zone& zone, dns::NameView relative);

// Calls use(node) for the names below `relative` in canonical order for as long as it says yes.
template <class Use>
void for_names_below(const zones::Zone& zone, dns::NameView relative, Use use) {
    for (zones::Zone::Cursor at(zone, relative); at; at.next()) {
        dns::NameView name = (*at).name();
        if (name == relative) continue;
        if (!relative.empty() && !dns::is_below(name, relative)) return;
        if (!use(*at)) return;
    }
}

struct ChainChange {
    const zones::Zone& before;  // signed, with a chain as the policy has it
    // The data as they are to be; of names that lost their place in the zone nothing of DNSSEC.
    const zones::Zone& next;
    const SigningPolicy& policy;
    const NameSet& visited;      // names whose records or whose place changed, and the apex
    ChangeCollector& collector;  // takes the records of the chain
};

// The names whose NSEC (NSEC3) RRsets changed or may have: they are to be signed. For NSEC3, those
// are hashed owners.
NameSet change_nsec(const ChainChange& change);
dns::Result<NameSet> change_nsec3(const ChainChange& change);

}  // namespace signer
