// A change set: what differs between two versions of a zone, as RRsets removed and added.
//
//   (previous version, change set) -> next version          zones/zone.h, apply
//   (previous version, next version) -> change set          zones/diff.h
//
// It owns all its octets. Reload logs, the signer, and later the journal, IXFR and NOTIFY see
// nothing else of a change.
#pragma once

#include <cstdint>
#include <vector>

#include "dns/base/place.h"
#include "dns/name.h"
#include "zones/node.h"

namespace zones {

// An RRset apart from any zone: records as stored (zones/node.h), canonical order, no duplicates.
struct OwnedRrset {
    uint16_t type = 0;
    uint16_t covered = 0;
    uint16_t count = 0;
    std::vector<uint8_t> wire;
    std::vector<dns::Place> places;

    RrsetParts parts() const;
};

OwnedRrset own(const RrsetView& rrset);

// Puts records of one type (and one type covered) into canonical order without duplicates and gives
// them one TTL, the lowest. False if they are more than an RRset can hold.
struct LooseRecord {
    uint16_t type;
    uint32_t ttl;
    dns::Octets rdata;
    dns::Place place;
};
bool make_rrset(std::vector<LooseRecord>& records, OwnedRrset& out);

void append_record(std::vector<uint8_t>& wire, uint16_t type, uint32_t ttl, dns::Octets rdata);

// One RRset of one name: as it was (count 0: there was none) and as it shall be (count 0: gone).
struct RrsetChange {
    dns::Name owner;  // absolute
    OwnedRrset before;
    OwnedRrset after;
};

struct ChangeSet {
    std::vector<RrsetChange> changes;
    bool empty() const { return changes.empty(); }
};

}  // namespace zones
