#include "signer/signature_source.h"

#include <algorithm>

#include "signer/octets.h"

namespace signer {

ZoneSignatures::ZoneSignatures(const zones::Zone& zone, std::span<const ZoneKey> keys)
    : zone_(zone) {
    zones::RrsetView set = zone.apex().find(dns::type::DNSKEY);
    if (!set) return;
    for (zones::RecordView record : set)
        for (const ZoneKey& key : keys)
            if (same_octets(record.rdata(), key.dnskey)) known_.push_back(key.dnskey);
}

dns::Octets ZoneSignatures::find(dns::NameView relative, const SignableRrset& rrset,
                                 const ZoneKey& key) const {
    auto same_key = [&](const std::vector<uint8_t>& dnskey) { return dnskey == key.dnskey; };
    if (std::none_of(known_.begin(), known_.end(), same_key)) return {};
    zones::NodeView node = zone_.find(relative);
    if (!node) return {};
    zones::RrsetView signatures = node.find(dns::type::RRSIG, rrset.type);
    zones::RrsetView covered = node.find(rrset.type);
    if (!signatures || !covered || !same_octets(covered.wire(), rrset.wire)) return {};
    for (zones::RecordView record : signatures) {
        RrsigView rrsig;
        if (!read_rrsig(record.rdata(), rrsig)) continue;
        if (rrsig.algorithm() == key.algorithm() && rrsig.key_tag() == key.tag &&
            rrsig.labels() == rrsig_labels(rrset.owner) && rrsig.original_ttl() == rrset.ttl() &&
            rrsig.signer_name() == zone_.origin())
            return record.rdata();
    }
    return {};
}

}  // namespace signer
