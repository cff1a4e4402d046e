#include "tests/reference/served_zones.h"

#include <algorithm>

namespace apex_tests::reference {

namespace {

uint32_t number_at(const std::string& octets, size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(octets[at + i]);
    return value;
}

}  // namespace

bool loaded(const ServedZone& zone) {
    return zone.zone.has_value();
}

const ServedZone* longest_match(const ServedZones& zones, const Name& name, bool above) {
    const ServedZone* best = nullptr;
    for (const ServedZone& zone : zones) {
        if (!is_at_or_below(name, zone.name)) continue;
        if (above && zone.name.size() == name.size()) continue;
        if (best == nullptr || zone.name.size() > best->name.size()) best = &zone;
    }
    return best;
}

const ServedZone* choose_zone(const ServedZones& zones, const Name& name, uint16_t qtype) {
    const ServedZone* zone = longest_match(zones, name);
    if (qtype != type::DS || zone == nullptr || zone->name.size() != name.size()) return zone;
    const ServedZone* parent = longest_match(zones, name, true);
    if (parent == nullptr || !loaded(*parent)) return zone;
    std::optional<Name> cut = parent->zone->locate(name).crossing;
    return cut && same(*cut, name) && parent->zone->is_cut(name) ? parent : zone;
}

Soa soa_of(const Zone& zone) {
    Soa soa;
    soa.rrset = zone.rrset(zone.origin(), type::SOA);
    if (!soa.rrset) return soa;
    const std::string& rdata = soa.rrset->rdata.front();
    soa.serial = number_at(rdata, rdata.size() - 20);
    soa.expire = number_at(rdata, rdata.size() - 8);
    // RFC 2308 3.
    soa.negative_ttl = std::min(soa.rrset->ttl, number_at(rdata, rdata.size() - 4));
    return soa;
}

}  // namespace apex_tests::reference
