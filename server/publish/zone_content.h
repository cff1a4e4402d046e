// What a zone says, as a number: a digest of its records apart from the serial. Two versions with
// the same content may go by the same serial.
#pragma once

#include <cstdint>

#include "zones/change_set.h"
#include "zones/zone.h"

namespace server {

// Whether a serial is later than another (RFC 1982 3.2).
inline bool is_ahead(uint32_t serial, uint32_t of) {
    const uint32_t by = serial - of;
    return by != 0 && by < uint32_t{1} << 31;
}

// Of all records; a walk.
uint64_t content_of(const zones::Zone& zone);
// Of a zone that is another's with some names changed over the same base; costs what differs.
uint64_t content_over(uint64_t content, const zones::Zone& below, const zones::Zone& merged);

void set_serial(zones::OwnedRrset& soa, uint32_t serial);
// The SOA record of the zone with another serial.
zones::RrsetChange soa_change(const zones::Zone& zone, uint32_t serial);

}  // namespace server
