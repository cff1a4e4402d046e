#include "signer/signature_digest.h"

#include "dns/name_hash.h"

namespace signer {

void DigestState::absorb(dns::Octets octets) {
    size_t at = 0;
    for (; at + 8 <= octets.size(); at += 8) absorb(dns::load8(octets.data() + at));
    // Behind the octets their number, so that no two lists of pieces give the same words.
    const size_t left = octets.size() - at;
    if (left > 0) absorb(dns::load_short(octets.data() + at, left));
    absorb(uint64_t{octets.size()});
}

SignatureDigest signature_digest(const SignableRrset& rrset, const ZoneKey& key) {
    DigestState state;
    std::array<uint8_t, dns::kMaxName> owner;
    dns::lower_copy(owner.data(), rrset.owner.data(), rrset.owner.size());
    state.absorb(dns::Octets(owner.data(), rrset.owner.size()));
    state.absorb(rrset.wire);
    state.absorb(dns::Octets(key.dnskey));
    return state.digest();
}

StretchDigest::StretchDigest(dns::NameView origin, std::span<const ZoneKey> keys) {
    start_.absorb(dns::Octets(origin.data(), origin.size()));
    // In any order.
    uint64_t first = 0, second = 0;
    for (const ZoneKey& key : keys) {
        if (!key.signs_data || key.secret == nullptr) continue;
        DigestState of_key;
        of_key.absorb(dns::Octets(key.dnskey));
        first += of_key.digest().first;
        second += of_key.digest().second;
    }
    start_.absorb(first);
    start_.absorb(second);
}

void ContentDigest::add_signature(dns::Octets rrsig) {
    constexpr size_t kTail = 8;
    if (rrsig.size() < RrsigView::kHead + kTail) return;
    state_.absorb(dns::load8(rrsig.data()));
    state_.absorb(dns::load8(rrsig.data() + 8));
    state_.absorb(uint64_t{rrsig[16]} << 8 | rrsig[17]);
    state_.absorb(dns::load8(rrsig.data() + rrsig.size() - kTail));
}

uint64_t name_content(const zones::NodeView& node) {
    if (node.is_empty()) return 0;
    DigestState of_name;
    of_name.absorb(dns::Octets(node.name().data(), node.name().size()));
    for (size_t i = 0; i < node.rrset_count(); ++i)
        if (node.entries()[i].type != dns::type::RRSIG) of_name.absorb(node.rrset(i).wire());
    ContentDigest content(of_name.digest());
    for (size_t i = 0; i < node.rrset_count(); ++i)
        if (node.entries()[i].type == dns::type::RRSIG)
            for (zones::RecordView record : node.rrset(i)) content.add_signature(record.rdata());
    return content.digest();
}

}  // namespace signer
