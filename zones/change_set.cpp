#include "zones/change_set.h"

#include <algorithm>

namespace zones {

RrsetParts OwnedRrset::parts() const {
    RrsetParts parts;
    parts.type = type;
    parts.covered = covered;
    parts.count = count;
    parts.wire = wire;
    return parts;
}

OwnedRrset own(const RrsetView& rrset) {
    OwnedRrset owned;
    if (!rrset) return owned;
    owned.type = rrset.type();
    owned.covered = rrset.covered();
    owned.count = static_cast<uint16_t>(rrset.count());
    owned.wire.assign(rrset.wire().begin(), rrset.wire().end());
    owned.places.resize(rrset.count());
    for (size_t i = 0; i < rrset.count(); ++i) owned.places[i] = rrset.place(i);
    return owned;
}

bool make_rrset(std::vector<LooseRecord>& records, OwnedRrset& out) {
    out = OwnedRrset();
    if (records.empty()) return true;
    uint16_t type = records.front().type;
    std::stable_sort(records.begin(), records.end(), [&](const auto& a, const auto& b) {
        return dns::compare_canonical_rdata(type, a.rdata, b.rdata) < 0;
    });
    auto identical = [&](const auto& a, const auto& b) {
        return dns::compare_canonical_rdata(type, a.rdata, b.rdata) == 0;
    };
    uint32_t ttl = UINT32_MAX;
    for (const LooseRecord& record : records) ttl = std::min(ttl, record.ttl);
    records.erase(std::unique(records.begin(), records.end(), identical), records.end());
    out.type = type;
    out.covered = covered_type(type, records.front().rdata);
    for (const LooseRecord& record : records) {
        append_record(out.wire, type, ttl, record.rdata);
        out.places.push_back(record.place);
    }
    out.count = static_cast<uint16_t>(records.size());
    return records.size() <= UINT16_MAX && out.wire.size() <= UINT16_MAX;
}

void append_record(std::vector<uint8_t>& wire, uint16_t type, uint32_t ttl, dns::Octets rdata) {
    size_t at = wire.size();
    wire.resize(at + RecordView::kHead + rdata.size());
    write_record(wire.data() + at, type, ttl, rdata);
}

}  // namespace zones
