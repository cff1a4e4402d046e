#include "signer/zonemd.h"

#include <array>

#include "signer/apex_records.h"

namespace signer {

namespace {

constexpr size_t kSha384 = 48;

// Collects records in canonical form, so that the hash function is fed in big pieces.
class ZoneDigest {
  public:
    explicit ZoneDigest(Hash hash) : digest_(hash) {}

    void add(const zones::RrsetView& rrset, dns::NameView lower_owner) {
        for (zones::RecordView record : rrset) {
            size_t size = lower_owner.size() + record.wire().size();
            if (octets_.size() + size > kPiece) flush();
            size_t at = octets_.size();
            octets_.resize(at + size);
            uint8_t* to = octets_.data() + at;
            std::memcpy(to, lower_owner.data(), lower_owner.size());
            to += lower_owner.size();
            std::memcpy(to, record.data(), zones::RecordView::kHead);
            to += zones::RecordView::kHead;
            dns::write_canonical_rdata(rrset.type(), record.rdata(), to);
        }
    }

    std::vector<uint8_t> finish() {
        flush();
        return digest_.finish();
    }

  private:
    static constexpr size_t kPiece = size_t{1} << 17;

    void flush() {
        digest_.add(octets_);
        octets_.clear();
    }

    Digest digest_;
    std::vector<uint8_t> octets_;
};

bool counts(const zones::NodeView& node, const zones::RrsetView& rrset) {
    if (!node.is_apex()) return true;
    return rrset.type() != dns::type::ZONEMD && rrset.covered() != dns::type::ZONEMD;
}

}  // namespace

std::vector<uint8_t> zone_digest(const zones::Zone& zone, Hash hash) {
    ZoneDigest digest(hash);
    std::array<uint8_t, dns::kMaxName> lower;
    for (zones::Zone::Cursor at(zone); at; at.next()) {
        const zones::NodeView& node = *at;
        if (node.is_empty()) continue;
        dns::Name owner = zone.absolute(node.name());
        dns::lower_copy(lower.data(), owner.data(), owner.size());
        for (size_t i = 0; i < node.rrset_count(); ++i) {
            zones::RrsetView rrset = node.rrset(i);
            if (counts(node, rrset)) digest.add(rrset, {lower.data(), owner.size()});
        }
    }
    return digest.finish();
}

zones::OwnedRrset zonemd_record(uint32_t serial, uint32_t ttl, dns::Octets digest) {
    std::vector<uint8_t> rdata;
    for (int shift = 24; shift >= 0; shift -= 8)
        rdata.push_back(static_cast<uint8_t>(serial >> shift));
    rdata.push_back(zonemd::simple);
    rdata.push_back(zonemd::sha384);
    rdata.insert(rdata.end(), digest.begin(), digest.end());
    return single_record(dns::type::ZONEMD, ttl, rdata);
}

zones::OwnedRrset empty_zonemd(uint32_t serial, uint32_t ttl) {
    return zonemd_record(serial, ttl, std::vector<uint8_t>(kSha384, 0));
}

}  // namespace signer
