#include "signer/verify_zone_zonemd.h"

#include <algorithm>

#include "signer/zonemd.h"

namespace signer {

namespace {

using zones::report;
using zones::RrsetView;

constexpr size_t kHead = 6;  // serial, scheme, hash algorithm

uint32_t serial_of(dns::Octets rdata) {
    return uint32_t{rdata[0]} << 24 | uint32_t{rdata[1]} << 16 | uint32_t{rdata[2]} << 8 | rdata[3];
}

size_t count_alike(const RrsetView& set, dns::Octets rdata) {
    size_t count = 0;
    for (zones::RecordView other : set)
        count += other.rdata().size() >= kHead && other.rdata()[4] == rdata[4] &&
                 other.rdata()[5] == rdata[5];
    return count;
}

}  // namespace

void verify_zonemd(VerifyContext& context) {
    RrsetView set = context.zone().apex().find(dns::type::ZONEMD);
    if (!set) return;
    uint32_t serial = context.zone().serial();
    std::vector<uint16_t> told;  // scheme and hash
    size_t record = 0;
    for (zones::RecordView row : set) {
        dns::Place place = set.place(record++);
        dns::Octets rdata = row.rdata();
        if (rdata.size() < kHead) continue;
        uint32_t scheme = rdata[4], hash = rdata[5];
        uint16_t kind = static_cast<uint16_t>(scheme << 8 | hash);
        if (std::count(told.begin(), told.end(), kind) > 0) continue;
        told.push_back(kind);
        if (size_t alike = count_alike(set, rdata); alike > 1) {
            report(context.rules, rule::zonemd_repeated, place, static_cast<uint32_t>(alike),
                   scheme, hash);
        } else if (serial_of(rdata) != serial) {
            report(context.rules, rule::zonemd_serial, place, serial_of(rdata), serial);
        } else if (scheme != zonemd::simple || (hash != zonemd::sha384 && hash != zonemd::sha512)) {
            report(context.rules, rule::zonemd_not_checked, place, scheme, hash);
        } else {
            std::vector<uint8_t> digest =
                zone_digest(context.zone(), hash == zonemd::sha384 ? Hash::sha384 : Hash::sha512);
            dns::Octets said = rdata.subspan(kHead);
            if (!std::equal(said.begin(), said.end(), digest.begin(), digest.end()))
                report(context.rules, rule::zonemd_wrong, place, scheme, hash);
        }
    }
}

}  // namespace signer
