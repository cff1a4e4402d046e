// Signatures that exist already: what is still good is used again, so that a reload or a restart
// signs only what changed.
//
//   find()         one by one, by the octets that are signed
//   stretches()    many at once: names that follow each other, with all their signatures in the
//                  order of the zone; good as a whole if the digest of the names is the same
#pragma once

#include "signer/rrsig.h"
#include "signer/signature_digest.h"
#include "zones/zone.h"

namespace signer {

// Names from `first` to `last`, the apex not among them.
struct SignatureStretch {
    dns::NameView first, last;  // relative to the apex
    size_t names = 0;           // that have records
    SignatureDigest digest;
};

// The signatures of a stretch, read.
class StretchSignatures {
  public:
    struct Set {
        uint16_t name;        // its number in the stretch
        uint16_t count;       // of records
        dns::Octets records;  // as they are stored (zones/node.h), all of one type covered
        uint16_t covered() const {
            const uint8_t* rdata = records.data() + zones::RecordView::kHead;
            return static_cast<uint16_t>(rdata[0] << 8 | rdata[1]);
        }
    };
    virtual ~StretchSignatures() = default;
    // In the order of the zone; each record is RRSIG rdata with a signer's name.
    virtual std::span<const Set> sets() const = 0;
    // As SignatureSource::find(), among these.
    virtual dns::Octets find(const SignatureDigest& digest) = 0;
};

class SignatureSource {
  public:
    virtual ~SignatureSource() = default;
    // RRSIG rdata by `key` over the very octets of `rrset`, or none; its times are the caller's to
    // judge. `relative` is the owner relative to the apex. Any number of threads may call it.
    virtual dns::Octets find(dns::NameView relative, const SignableRrset& rrset,
                             const ZoneKey& key) const = 0;

    // In any order; they may be anything.
    virtual std::span<const SignatureStretch> stretches() const { return {}; }
    // Room for one stretch at a time; one a thread.
    virtual std::unique_ptr<StretchSignatures> make_room() const { return nullptr; }
    // False if they cannot be read, or are not as they were written. From any thread.
    virtual bool load(size_t stretch, StretchSignatures& room) const {
        static_cast<void>(stretch), static_cast<void>(room);
        return false;
    }
};

// Those of a signed zone.
class ZoneSignatures : public SignatureSource {
  public:
    // `keys`: of those, the ones that are in the zone's DNSKEY set count. Keeps a reference to the
    // zone.
    ZoneSignatures(const zones::Zone& zone, std::span<const ZoneKey> keys);
    dns::Octets find(dns::NameView relative, const SignableRrset& rrset,
                     const ZoneKey& key) const override;

  private:
    const zones::Zone& zone_;
    std::vector<std::vector<uint8_t>> known_;  // DNSKEY rdata
};

}  // namespace signer
