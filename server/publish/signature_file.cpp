#include "server/publish/signature_file.h"

#include <cstring>

#include "server/publish/disk_files.h"

namespace server {

namespace {

using signer::SignableRrset;
using signer::SignatureDigest;
using signer::ZoneKey;

constexpr size_t kNamesPerStretch = 512;
constexpr size_t kBlock = 1 << 20;  // octets of a body, about
constexpr size_t kSetHead = 8;
constexpr dns::SipKey kChecksum{0x6170657820736967, 0x636865636b73756d};

void put_number(std::vector<uint8_t>& out, uint64_t number, size_t size) {
    for (size_t i = size; i-- > 0;) out.push_back(static_cast<uint8_t>(number >> (8 * i)));
}

uint64_t number_at(const uint8_t* at, size_t size) {
    uint64_t number = 0;
    for (size_t i = 0; i < size; ++i) number = number << 8 | at[i];
    return number;
}

void put_digest(std::vector<uint8_t>& out, const SignatureDigest& digest) {
    put_number(out, digest.first, 8);
    put_number(out, digest.second, 8);
}

const ZoneKey* key_of(const signer::RrsigView& rrsig, std::span<const ZoneKey> keys) {
    for (const ZoneKey& key : keys)
        if (key.tag == rrsig.key_tag() && key.algorithm() == rrsig.algorithm()) return &key;
    return nullptr;
}

}  // namespace

// Four lanes side by side: nearly as fast as memory, where SipHash would cost a start a tenth of
// its time. Each step can be undone, so no change of one word is lost.
uint64_t signature_checksum(dns::Octets octets) {
    constexpr uint64_t kOdd = 0x9e3779b97f4a7c15;
    uint64_t lanes[4] = {kChecksum.k0, kChecksum.k1, ~kChecksum.k0, ~kChecksum.k1};
    auto mix = [](uint64_t lane, uint64_t word) {
        lane = (lane ^ word) * kOdd;
        return lane ^ lane >> 29;
    };
    size_t at = 0;
    for (; at + 32 <= octets.size(); at += 32)
        for (size_t i = 0; i < 4; ++i)
            lanes[i] = mix(lanes[i], dns::load8(octets.data() + at + 8 * i));
    dns::SipState<2, 4> all(kChecksum);
    for (uint64_t lane : lanes) all.absorb(lane);
    all.absorb(dns::siphash24(kChecksum, octets.data() + at, octets.size() - at));
    all.absorb(octets.size());
    return all.digest();
}

// ---- blocks ------------------------------------------------------------------------------------

bool SignatureBlock::read(dns::Octets octets, SignatureBlock& out) {
    if (octets.size() < kHead) return false;
    const uint8_t* at = octets.data();
    if (at[0] != kStretch && at[0] != kLoose) return false;
    out.kind = static_cast<Kind>(at[0]);
    out.first_size = at[2];
    out.last_size = at[3];
    out.names = static_cast<uint32_t>(number_at(at + 4, 4));
    out.signatures = static_cast<uint32_t>(number_at(at + 8, 4));
    out.body_size = static_cast<uint32_t>(number_at(at + 12, 4));
    out.digest = {number_at(at + 16, 8), number_at(at + 24, 8)};
    out.body_checksum = number_at(at + 32, 8);
    if (octets.size() < kHead + out.names_size()) return false;
    std::vector<uint8_t> checked(at, at + kHead - 8);
    checked.insert(checked.end(), at + kHead, at + kHead + out.names_size());
    return signature_checksum(checked) == number_at(at + kHead - 8, 8);
}

void SignatureBlock::write(dns::Octets names_of_stretch, std::vector<uint8_t>& out) const {
    const size_t begin = out.size();
    out.push_back(kind);
    out.push_back(0);
    out.push_back(first_size);
    out.push_back(last_size);
    put_number(out, names, 4);
    put_number(out, signatures, 4);
    put_number(out, body_size, 4);
    put_digest(out, digest);
    put_number(out, body_checksum, 8);
    std::vector<uint8_t> checked(out.begin() + static_cast<ptrdiff_t>(begin), out.end());
    checked.insert(checked.end(), names_of_stretch.begin(), names_of_stretch.end());
    put_number(out, signature_checksum(checked), 8);
    out.insert(out.end(), names_of_stretch.begin(), names_of_stretch.end());
}

bool next_set(dns::Octets body, size_t& at, signer::StretchSignatures::Set& set) {
    if (body.size() - at < kSetHead) return false;
    const uint8_t* head = body.data() + at;
    const size_t size = number_at(head + 4, 4);
    if (size > body.size() - at - kSetHead || size > UINT16_MAX) return false;
    set.name = static_cast<uint16_t>(number_at(head, 2));
    set.count = static_cast<uint16_t>(number_at(head + 2, 2));
    set.records = body.subspan(at + kSetHead, size);
    at += kSetHead + size;
    size_t count = 0;
    for (size_t octet = 0; octet < size; ++count) {
        if (size - octet < zones::RecordView::kHead) return false;
        zones::RecordView record(set.records.data() + octet);
        if (size - octet < record.wire().size()) return false;
        octet += record.wire().size();
        signer::RrsigView rrsig;
        if (record.type() != dns::type::RRSIG || !signer::read_rrsig(record.rdata(), rrsig))
            return false;
    }
    return count > 0 && count == set.count;
}

bool next_loose(dns::Octets body, size_t& at, LooseSignature& loose) {
    if (body.size() - at < LooseSignature::kHead) return false;
    const uint8_t* head = body.data() + at;
    const size_t size = number_at(head + 16, 2);
    if (size > body.size() - at - LooseSignature::kHead) return false;
    loose.digest = {number_at(head, 8), number_at(head + 8, 8)};
    loose.rrsig = body.subspan(at + LooseSignature::kHead, size);
    at += LooseSignature::kHead + size;
    return true;
}

// ---- writing -----------------------------------------------------------------------------------

void SignatureWriter::write_zone(const zones::Zone& zone, std::span<const ZoneKey> keys) {
    signer::StretchDigest digest(zone.origin(), keys);
    digest.begin();
    for (zones::Zone::Cursor at(zone); at && written_.ok(); at.next()) {
        const zones::NodeView& node = *at;
        if (node.is_empty()) continue;
        if (!node.is_apex()) {
            add_name(zone, node, keys, digest);
            continue;
        }
        const dns::Name owner = zone.absolute(node.name());
        for (size_t i = 0; i < node.rrset_count(); ++i) {
            const zones::RrsetView rrsig = node.rrset(i);
            const zones::RrsetView covered = node.find(rrsig.covered());
            if (rrsig.type() == dns::type::RRSIG && covered)
                add_loose({owner, rrsig.covered(), covered.wire()}, rrsig.wire(), keys);
        }
    }
    flush_stretch(digest);
}

void SignatureWriter::add_name(const zones::Zone& zone, const zones::NodeView& node,
                               std::span<const ZoneKey> keys, signer::StretchDigest& digest) {
    if (names_in_stretch_ == 0) {
        names_.assign(node.name().data(), node.name().data() + node.name().size());
        first_name_ = names_.size();
    }
    names_.resize(first_name_);
    names_.insert(names_.end(), node.name().data(), node.name().data() + node.name().size());
    const dns::Name owner = zone.absolute(node.name());
    signer::DigestState of_name;
    of_name.absorb(dns::Octets(node.name().data(), node.name().size()));
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        const zones::RrsetView rrset = node.rrset(i);
        if (rrset.type() != dns::type::RRSIG) {
            of_name.absorb(rrset.wire());
            continue;
        }
        const zones::RrsetView covered = node.find(rrset.covered());
        if (!covered) continue;
        put_number(body_, names_in_stretch_, 2);
        put_number(body_, rrset.count(), 2);
        put_number(body_, rrset.wire().size(), 4);
        body_.insert(body_.end(), rrset.wire().begin(), rrset.wire().end());
        for (zones::RecordView record : rrset) {
            signer::RrsigView rrsig;
            const ZoneKey* key =
                signer::read_rrsig(record.rdata(), rrsig) ? key_of(rrsig, keys) : nullptr;
            // Of others, nobody will ask.
            put_digest(digests_,
                       key == nullptr
                           ? SignatureDigest()
                           : signature_digest({owner, rrset.covered(), covered.wire()}, *key));
            ++signatures_in_stretch_;
        }
    }
    digest.add(of_name.digest());
    if (++names_in_stretch_ == kNamesPerStretch) flush_stretch(digest);
}

void SignatureWriter::flush_stretch(signer::StretchDigest& digest) {
    if (names_in_stretch_ == 0) return;
    SignatureBlock block;
    block.kind = SignatureBlock::kStretch;
    block.first_size = static_cast<uint8_t>(first_name_);
    block.last_size = static_cast<uint8_t>(names_.size() - first_name_);
    block.names = names_in_stretch_;
    block.signatures = signatures_in_stretch_;
    block.digest = digest.digest();
    write_block(block, names_, body_, digests_);
    signatures_ += signatures_in_stretch_;
    names_in_stretch_ = signatures_in_stretch_ = 0;
    body_.clear();
    digests_.clear();
    digest.begin();
}

void SignatureWriter::write_block(SignatureBlock& block, dns::Octets names,
                                  const std::vector<uint8_t>& body,
                                  const std::vector<uint8_t>& digests) {
    if (!written_.ok()) return;
    if (body.size() > UINT32_MAX) {
        written_ = dns::Fault{"the signatures of some names are more than a block can hold"};
        return;
    }
    block.body_size = static_cast<uint32_t>(body.size());
    block.body_checksum = signature_checksum(body);
    out_.clear();
    block.write(names, out_);
    out_.insert(out_.end(), body.begin(), body.end());
    if (block.kind == SignatureBlock::kStretch) {
        put_number(out_, signature_checksum(digests), 8);
        out_.insert(out_.end(), digests.begin(), digests.end());
    }
    written_ = write_all(descriptor_, {reinterpret_cast<const char*>(out_.data()), out_.size()});
    octets_ += out_.size();
}

void SignatureWriter::add_loose(const SignableRrset& rrset, dns::Octets rrsig_records,
                                std::span<const ZoneKey> keys) {
    for (size_t at = 0; at < rrsig_records.size();) {
        zones::RecordView record(rrsig_records.data() + at);
        at += record.wire().size();
        signer::RrsigView rrsig;
        if (!signer::read_rrsig(record.rdata(), rrsig)) continue;
        const ZoneKey* key = key_of(rrsig, keys);
        if (key == nullptr) continue;
        put_digest(loose_body_, signature_digest(rrset, *key));
        put_number(loose_body_, record.rdata().size(), 2);
        loose_body_.insert(loose_body_.end(), record.rdata().begin(), record.rdata().end());
        ++loose_in_block_;
    }
    if (loose_body_.size() >= kBlock) flush();
}

void SignatureWriter::flush() {
    if (loose_in_block_ == 0) return;
    SignatureBlock block;
    block.signatures = loose_in_block_;
    write_block(block, {}, loose_body_, {});
    signatures_ += loose_in_block_;
    loose_ += loose_in_block_;
    loose_in_block_ = 0;
    loose_body_.clear();
}

}  // namespace server
