#include "signer/apex_records.h"

#include <algorithm>

#include "signer/chain.h"
#include "signer/octets.h"
#include "signer/zonemd.h"

namespace signer {

namespace {

// Revoked or not, it is the same key.
bool same_key(dns::Octets dnskey, const ZoneKey& key) {
    if (dnskey.size() < 4 || key.dnskey.size() < 4) return false;
    auto flags = [](dns::Octets rdata) { return DnskeyView(rdata).flags() & ~key_flag::revoked; };
    return flags(dnskey) == flags(key.dnskey) &&
           same_octets(dnskey.subspan(2), dns::Octets(key.dnskey).subspan(2));
}

}  // namespace

bool signs_type(const ZoneKey& key, uint16_t type, bool at_apex) {
    if (key.secret == nullptr) return false;
    bool of_keys = at_apex && (type == dns::type::DNSKEY || type == dns::type::CDS ||
                               type == dns::type::CDNSKEY);  // RFC 7344 4.1
    return of_keys ? key.signs_keys : key.signs_data;
}

dns::Result<void> check_keys(std::span<const ZoneKey> keys) {
    auto any = [&](bool ZoneKey::*signs) {
        return std::any_of(keys.begin(), keys.end(),
                           [&](const ZoneKey& key) { return key.secret != nullptr && key.*signs; });
    };
    if (!any(&ZoneKey::signs_keys))
        return dns::Fault{"no key with its private half signs the DNSKEY set; make a KSK or a CSK"};
    if (!any(&ZoneKey::signs_data))
        return dns::Fault{"no key with its private half signs the records; make a ZSK or a CSK"};
    for (const ZoneKey& key : keys)
        if (key.secret != nullptr && (key.signs_keys || key.signs_data) && !key.published)
            return dns::Fault{"key " + std::to_string(key.tag) +
                              " is to sign, and is not in the DNSKEY set; publish it as well"};
    return {};
}

zones::OwnedRrset key_set(const zones::OwnedRrset& present, std::span<const ZoneKey> keys,
                          const SigningPolicy& policy) {
    std::vector<zones::LooseRecord> records;
    for (size_t at = 0, index = 0; at < present.wire.size(); ++index) {
        zones::RecordView record(present.wire.data() + at);
        at += record.wire().size();
        const ZoneKey* own = nullptr;
        for (const ZoneKey& key : keys)
            if (same_key(record.rdata(), key)) own = &key;
        if (own != nullptr && !(own->published && same_octets(record.rdata(), own->dnskey)))
            continue;
        dns::Place place = index < present.places.size() ? present.places[index] : dns::Place();
        records.push_back({dns::type::DNSKEY, policy.dnskey_ttl, record.rdata(), place});
    }
    for (const ZoneKey& key : keys)
        if (key.published)
            records.push_back({dns::type::DNSKEY, policy.dnskey_ttl, key.dnskey, {}});
    zones::OwnedRrset made;
    zones::make_rrset(records, made);
    return made;
}

zones::OwnedRrset next_soa(zones::OwnedRrset soa, SerialPolicy policy, dns::UnixTime now,
                           std::optional<uint32_t> served) {
    // The serial stands in front of the four timers.
    constexpr size_t kFromEnd = 20;
    if (soa.count != 1 || soa.wire.size() < zones::RecordView::kHead + kFromEnd) return soa;
    uint8_t* at = soa.wire.data() + soa.wire.size() - kFromEnd;
    uint32_t serial =
        uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | uint32_t{at[3]};
    // A serial that is ahead of what was served counts.
    if (served && static_cast<int32_t>(*served - serial) >= 0) serial = *served;
    serial = next_serial(policy, serial, now);
    for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(serial >> (24 - 8 * i));
    return soa;
}

zones::OwnedRrset single_record(uint16_t type, uint32_t ttl, dns::Octets rdata) {
    zones::OwnedRrset made;
    made.type = type;
    made.covered = zones::covered_type(type, rdata);
    made.count = 1;
    zones::append_record(made.wire, type, ttl, rdata);
    made.places.resize(1);
    return made;
}

zones::OwnedRrset nsec3param(const SigningPolicy& policy) {
    if (policy.denial == Denial::nsec) return {};
    return single_record(dns::type::NSEC3PARAM, 0, nsec3param_rdata(policy));
}

zones::ChangeSet apex_changes(const zones::Zone& zone, std::span<const ZoneKey> keys,
                              const SigningPolicy& policy, dns::UnixTime now) {
    zones::NodeView apex = zone.apex();
    zones::ChangeSet set;
    auto change = [&](uint16_t type, zones::OwnedRrset after) {
        zones::OwnedRrset before = zones::own(apex.find(type));
        if (before.count == after.count && before.wire == after.wire) return;
        set.changes.push_back({dns::Name(zone.origin()), std::move(before), std::move(after)});
    };
    zones::RrsetView soa = apex.find(dns::type::SOA);
    change(dns::type::SOA, next_soa(zones::own(soa), policy.serial, now));
    change(dns::type::DNSKEY, key_set(zones::own(apex.find(dns::type::DNSKEY)), keys, policy));
    change(dns::type::NSEC3PARAM, nsec3param(policy));
    change(dns::type::ZONEMD,
           policy.zonemd && soa ? empty_zonemd(zone.serial(), soa.ttl()) : zones::OwnedRrset());
    return set;
}

}  // namespace signer
