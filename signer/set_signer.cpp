#include "signer/set_signer.h"

#include <algorithm>
#include <tuple>

#include "signer/zonemd.h"

namespace signer {

SetSigner::SetSigner(dns::NameView origin, std::span<const ZoneKey> keys,
                     const SigningOptions& options)
    : options_(options), signer_(origin) {
    for (const ZoneKey& key : keys)
        if (key.secret != nullptr) keys_.push_back(&key);
    std::sort(keys_.begin(), keys_.end(), [](const ZoneKey* a, const ZoneKey* b) {
        return std::tuple(a->algorithm(), a->tag) < std::tuple(b->algorithm(), b->tag);
    });
}

dns::Octets SetSigner::reusable(dns::NameView relative, const SignableRrset& rrset,
                                const ZoneKey& key) const {
    auto is_good = [&](dns::Octets rdata) {
        RrsigView rrsig;
        return read_rrsig(rdata, rrsig) && rrsig.covered() == rrset.type &&
               rrsig.key_tag() == key.tag && rrsig.algorithm() == key.algorithm() &&
               !is_due(options_.policy, rrsig.times(), options_.now);
    };
    dns::Octets old =
        options_.reuse != nullptr ? options_.reuse->find(relative, rrset, key) : dns::Octets();
    if (!is_good(old) && stretch_ != nullptr) old = stretch_->find(signature_digest(rrset, key));
    return is_good(old) ? old : dns::Octets();
}

size_t SetSigner::data_keys() const {
    auto signs = [](const ZoneKey* key) { return signs_type(*key, dns::type::NSEC, false); };
    return static_cast<size_t>(std::count_if(keys_.begin(), keys_.end(), signs));
}

bool SetSigner::is_by_data_key(const RrsigView& rrsig) const {
    return std::any_of(keys_.begin(), keys_.end(), [&](const ZoneKey* key) {
        return key->tag == rrsig.key_tag() && key->algorithm() == rrsig.algorithm() &&
               signs_type(*key, dns::type::NSEC, false);
    });
}

dns::Result<zones::OwnedRrset> SetSigner::signatures(dns::NameView relative,
                                                     const SignableRrset& rrset) {
    std::vector<std::vector<uint8_t>> made;
    auto done = sign(relative, rrset, [&](dns::Octets rdata, bool) {
        made.emplace_back(rdata.begin(), rdata.end());
    });
    if (!done.ok()) return done.fault();
    std::vector<zones::LooseRecord> records;
    for (const auto& rdata : made)
        records.push_back({dns::type::RRSIG, rrset.ttl(), rdata, dns::Place()});
    zones::OwnedRrset out;
    if (!zones::make_rrset(records, out))
        return dns::Fault{"the signatures over " + dns::to_text(rrset.owner) + " " +
                          dns::type_text(rrset.type) +
                          " are more than an RRset can hold; sign with fewer keys"};
    return out;
}

dns::Result<zones::ChangeSet> seal_zone(const zones::Zone& zone, std::span<const ZoneKey> keys,
                                        const SigningOptions& options) {
    zones::NodeView apex = zone.apex();
    zones::RrsetView soa = apex.find(dns::type::SOA);
    if (!soa) return dns::Fault{"a zone without an SOA record has no digest; add one"};
    zones::OwnedRrset record =
        zonemd_record(zone.serial(), soa.ttl(), zone_digest(zone, Hash::sha384));
    dns::Name origin(zone.origin());
    SetSigner signer(origin, keys, options);
    auto made = signer.signatures({}, {origin, record.type, record.wire});
    if (!made.ok()) return made.fault();
    zones::ChangeSet set;
    auto change = [&](zones::RrsetView before, zones::OwnedRrset after) {
        zones::OwnedRrset was = zones::own(before);
        if (was.wire != after.wire)
            set.changes.push_back({origin, std::move(was), std::move(after)});
    };
    change(apex.find(dns::type::RRSIG, dns::type::ZONEMD), std::move(made).value());
    change(apex.find(dns::type::ZONEMD), std::move(record));
    return set;
}

dns::Result<zones::ChangeSet> sealed_changes(const zones::Zone& before, ChangeCollector& collector,
                                             std::span<const ZoneKey> keys,
                                             const SigningOptions& options) {
    zones::ChangeSet changes = collector.changes();
    if (!options.policy.zonemd || changes.empty()) return changes;
    auto next = before.apply(changes);
    if (!next.ok()) return next.fault();
    auto seal = seal_zone(**next, keys, options);
    if (!seal.ok()) return seal.fault();
    collector.add(*seal);
    return collector.changes();
}

}  // namespace signer
