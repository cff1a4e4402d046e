// The keys of a zone as a validator sees them: which may have signed what, and which of them the
// parent leads to.
#pragma once

#include <memory>
#include <vector>

#include "signer/dnskey.h"
#include "signer/verify_zone_context.h"

namespace signer {

struct VerifiedKey {
    uint16_t tag = 0;
    uint8_t algorithm = 0;
    bool revoked = false;
    bool entry_point = false;
    size_t record = 0;  // in the DNSKEY set
    std::vector<uint8_t> rdata;
    std::unique_ptr<PublicKey> key;  // null if apex cannot verify with it
};

class VerifiedKeys {
  public:
    // Reads the DNSKEY set. What is no zone key is left out (RFC 4034 2.1.1).
    explicit VerifiedKeys(VerifyContext& context);

    // All keys that a signature may be of: one, unless tags are shared. Revoked ones sign nothing
    // but the DNSKEY set (RFC 5011 2.1).
    std::span<const VerifiedKey> find(uint16_t tag, uint8_t algorithm) const;
    const std::vector<VerifiedKey>& all() const { return keys_; }
    // Each RRset is signed with each of these (RFC 4035 2.2, RFC 6840 5.11).
    const std::vector<uint8_t>& algorithms() const { return algorithms_; }

  private:
    void read_key(VerifyContext& context, const zones::RrsetView& set, size_t record,
                  dns::Octets rdata);
    void tell_shared_tags(VerifyContext& context, const zones::RrsetView& set) const;

    std::vector<VerifiedKey> keys_;    // by tag, then by algorithm
    std::vector<uint8_t> algorithms_;  // ascending
};

// Whether what signs the DNSKEY set is what the parent names, or can name. `signing`: for each of
// keys.all(), whether it validly signs the DNSKEY set.
void verify_entry(VerifyContext& context, const VerifiedKeys& keys,
                  const std::vector<bool>& signing);

// CDS and CDNSKEY: that they agree, and what becomes of the zone if the parent follows them.
void verify_child_records(VerifyContext& context, const VerifiedKeys& keys,
                          const std::vector<bool>& signing);

}  // namespace signer
