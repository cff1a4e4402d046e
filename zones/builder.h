// Records to a zone: the way from the parser's batches to a base.
//
//   batches -> sort items (name key, run) -> shares of the canonical order -> nodes -> index
//           -> ranks, links
//
// Preparing a batch runs on the thread that parsed it. Then each thread takes shares of the
// canonical order: it sorts a share's runs only if they are not in order, gathers the records of a
// name, makes its RRsets (canonical order, one of identical records, lowest TTL) and writes its
// node; names between are made as empty non-terminals. The result does not depend on the number of
// threads.
#pragma once

#include <memory>

#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "zoneparser/parser.h"
#include "zones/zone.h"

namespace zones {

struct BuildOptions {
    dns::Limits limits;
    unsigned threads = 1;
    dns::SipKey key;  // of the name index; random in a server
};

// The parser's `prepare` for this origin.
zoneparser::Parser::Prepare preparation(const dns::Name& origin);

// Null only if the zone is more than a base can number. Breaches of the builder's rules are in
// `findings`; the other rules are applied by check() (zones/rules.h).
std::shared_ptr<const Zone> build(zoneparser::ParsedZone& parsed, const dns::Name& origin,
                                  dns::Findings& findings, const BuildOptions& options);

}  // namespace zones
