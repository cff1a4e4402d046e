// Signatures over RRsets: the octets that are signed, and RRSIG rdata made and read.
//
//   signed octets (RFC 4034 3.1.8.1)
//   +----------------------------------+----------------------------------------------------+
//   | RRSIG rdata up to the signature  | owner type class TTL length rdata ... for each      |
//   |                                  | record, canonical form (RFC 4034 6.2, RFC 6840 5.1) |
//   +----------------------------------+----------------------------------------------------+
//
// RRsets are given as they are stored (zones/node.h): records in canonical order, without owners.
#pragma once

#include <vector>

#include "signer/policy.h"
#include "signer/public_key.h"
#include "signer/zone_key.h"
#include "zones/change_set.h"

namespace signer {

// The fields of RRSIG rdata that is well formed (read_rrsig, or dns::check_rdata).
class RrsigView {
  public:
    static constexpr size_t kHead = 18;  // octets in front of the signer's name

    RrsigView() = default;
    explicit RrsigView(dns::Octets rdata) : rdata_(rdata) {}

    dns::Octets rdata() const { return rdata_; }
    uint16_t covered() const { return read16(0); }
    uint8_t algorithm() const { return rdata_[2]; }
    uint8_t labels() const { return rdata_[3]; }
    uint32_t original_ttl() const { return read32(4); }
    uint32_t expiration() const { return read32(8); }
    uint32_t inception() const { return read32(12); }
    uint16_t key_tag() const { return read16(16); }
    SigningTimes times() const { return {inception(), expiration()}; }
    dns::NameView signer_name() const;
    dns::Octets signature() const { return rdata_.subspan(kHead + signer_name().size()); }

  private:
    uint16_t read16(size_t at) const {
        return static_cast<uint16_t>(rdata_[at] << 8 | rdata_[at + 1]);
    }
    uint32_t read32(size_t at) const { return uint32_t{read16(at)} << 16 | read16(at + 2); }
    dns::Octets rdata_;
};

// False if it is cut short or has no signer's name.
bool read_rrsig(dns::Octets rdata, RrsigView& out);

// The Labels field of an owner: without the root label and a leading wildcard (RFC 4034 3.1.3).
uint8_t rrsig_labels(dns::NameView owner);

// An RRset with its owner, as it is signed.
struct SignableRrset {
    dns::NameView owner;  // absolute
    uint16_t type = 0;
    dns::Octets wire;  // as stored, not empty
    uint32_t ttl() const { return zones::RecordView(wire.data()).ttl(); }
};

// Puts the octets that `rrsig` signs into `out`. False if the owner has fewer labels than the
// signature says; more is an answer from a wildcard (RFC 4035 5.3.2).
bool write_signed_octets(const RrsigView& rrsig, const SignableRrset& rrset,
                         std::vector<uint8_t>& out);

// Whether the signature fits the RRset and the key made it. Times, the signer's name and whether
// the key may sign at all are the caller's to judge.
class SignatureCheck {
  public:
    bool verify(const RrsigView& rrsig, const SignableRrset& rrset, const PublicKey& key);

  private:
    std::vector<uint8_t> octets_;
};
bool verify_rrset(const RrsigView& rrsig, const SignableRrset& rrset, const PublicKey& key);

// Makes RRSIG rdata; keeps its buffers, so that nothing is allocated for a signature. One a thread.
class RrsetSigner {
  public:
    explicit RrsetSigner(dns::NameView origin);
    // Good until the next call.
    dns::Result<dns::Octets> sign(const SignableRrset& rrset, const ZoneKey& key,
                                  SigningTimes times);

  private:
    dns::Name origin_;  // lower case
    std::vector<uint8_t> rdata_;
    std::vector<uint8_t> octets_;
};
dns::Result<std::vector<uint8_t>> sign_rrset(dns::NameView origin, const SignableRrset& rrset,
                                             const ZoneKey& key, SigningTimes times);

}  // namespace signer
