#include "signer/rrsig.h"

#include <cstring>

namespace signer {

namespace {

void put16(uint8_t* to, uint16_t value) {
    to[0] = static_cast<uint8_t>(value >> 8);
    to[1] = static_cast<uint8_t>(value);
}

void put32(uint8_t* to, uint32_t value) {
    put16(to, static_cast<uint16_t>(value >> 16));
    put16(to + 2, static_cast<uint16_t>(value));
}

dns::Name lower_name(dns::NameView name) {
    std::array<uint8_t, dns::kMaxName> lower;
    dns::lower_copy(lower.data(), name.data(), name.size());
    return dns::Name({lower.data(), name.size()});
}

// The owner in canonical form; of an answer from a wildcard, the wildcard's (RFC 4034 3.1.8.1).
// False if there are fewer labels than the signature says.
bool canonical_owner(dns::NameView owner, uint8_t labels, dns::Name& out) {
    size_t present = owner.label_count();
    // A wildcard itself counts without its asterisk.
    bool as_it_is = labels == rrsig_labels(owner) || labels == present;
    if (!as_it_is) {
        if (labels > present) return false;
        if (!dns::Name::wildcard_of(owner.without(present - labels), out)) return false;
        owner = out;
    }
    out = lower_name(owner);
    return true;
}

// The signer's name has its canonical form inside the signed octets (RFC 4034 3.1.8.1).
void append_head(const RrsigView& rrsig, std::vector<uint8_t>& out) {
    dns::NameView signer = rrsig.signer_name();
    size_t size = RrsigView::kHead + signer.size();
    out.resize(size);
    std::memcpy(out.data(), rrsig.rdata().data(), RrsigView::kHead);
    dns::lower_copy(out.data() + RrsigView::kHead, signer.data(), signer.size());
}

void append_records(const SignableRrset& rrset, const dns::Name& owner, uint32_t original_ttl,
                    std::vector<uint8_t>& out) {
    size_t at = out.size();
    size_t count = 0;
    for (size_t seen = 0; seen < rrset.wire.size(); ++count)
        seen += zones::RecordView(rrset.wire.data() + seen).wire().size();
    out.resize(at + rrset.wire.size() + count * owner.size());
    uint8_t* to = out.data() + at;
    for (size_t seen = 0; seen < rrset.wire.size();) {
        zones::RecordView record(rrset.wire.data() + seen);
        std::memcpy(to, owner.data(), owner.size());
        to += owner.size();
        std::memcpy(to, record.data(), zones::RecordView::kHead);
        put32(to + 4, original_ttl);
        to += zones::RecordView::kHead;
        dns::write_canonical_rdata(rrset.type, record.rdata(), to);
        to += record.rdata().size();
        seen += record.wire().size();
    }
}

}  // namespace

dns::NameView RrsigView::signer_name() const {
    dns::Octets rest = rdata_.subspan(kHead);
    return {rest.data(), dns::measure_name(rest.data(), rest.size())};
}

bool read_rrsig(dns::Octets rdata, RrsigView& out) {
    if (rdata.size() <= RrsigView::kHead) return false;
    out = RrsigView(rdata);
    return !out.signer_name().empty();
}

uint8_t rrsig_labels(dns::NameView owner) {
    return static_cast<uint8_t>(owner.label_count() - (owner.is_wildcard() ? 1 : 0));
}

bool write_signed_octets(const RrsigView& rrsig, const SignableRrset& rrset,
                         std::vector<uint8_t>& out) {
    dns::Name owner;
    if (!canonical_owner(rrset.owner, rrsig.labels(), owner)) return false;
    append_head(rrsig, out);
    append_records(rrset, owner, rrsig.original_ttl(), out);
    return true;
}

bool SignatureCheck::verify(const RrsigView& rrsig, const SignableRrset& rrset,
                            const PublicKey& key) {
    return rrsig.covered() == rrset.type && write_signed_octets(rrsig, rrset, octets_) &&
           key.verify(octets_, rrsig.signature());
}

bool verify_rrset(const RrsigView& rrsig, const SignableRrset& rrset, const PublicKey& key) {
    return SignatureCheck().verify(rrsig, rrset, key);
}

RrsetSigner::RrsetSigner(dns::NameView origin) : origin_(lower_name(origin)) {}

dns::Result<dns::Octets> RrsetSigner::sign(const SignableRrset& rrset, const ZoneKey& key,
                                           SigningTimes times) {
    size_t head = RrsigView::kHead + origin_.size();
    rdata_.resize(head + key.secret->signature_size());
    uint8_t* at = rdata_.data();
    put16(at, rrset.type);
    at[2] = key.secret->algorithm();
    at[3] = rrsig_labels(rrset.owner);
    put32(at + 4, rrset.ttl());
    put32(at + 8, times.expiration);
    put32(at + 12, times.inception);
    put16(at + 16, key.tag);
    std::memcpy(at + RrsigView::kHead, origin_.data(), origin_.size());
    write_signed_octets(RrsigView(rdata_), rrset, octets_);
    auto done = key.secret->sign(octets_, {at + head, rdata_.size() - head});
    if (!done.ok()) return done.fault();
    return dns::Octets(rdata_);
}

dns::Result<std::vector<uint8_t>> sign_rrset(dns::NameView origin, const SignableRrset& rrset,
                                             const ZoneKey& key, SigningTimes times) {
    RrsetSigner signer(origin);
    auto made = signer.sign(rrset, key, times);
    if (!made.ok()) return made.fault();
    return std::vector<uint8_t>(made->begin(), made->end());
}

}  // namespace signer
