// Chains of NSEC and NSEC3: what their records hold. Which names belong to them is in
// name_roles.h.
//
//   NSEC    [ next name | bitmap ]                                            RFC 4034 4.1
//   NSEC3   [ 1 | flags | iterations | salt | 20 | next hash | bitmap ]       RFC 5155 3.2
//
// Both live as long as a negative answer: min(SOA TTL, MINIMUM) (RFC 9077).
#pragma once

#include <array>
#include <vector>

#include "dns/sha1.h"
#include "signer/policy.h"
#include "signer/name_roles.h"
#include "zones/zone.h"

namespace signer {

// What is made anew wherever it stands. NSEC3PARAM and ZONEMD are made at the apex only.
using zones::is_made_by_signing;

// A type bitmap (RFC 4034 4.1.2) while it is being made; types come in ascending order, each once
// or more.
class BitmapWriter {
  public:
    explicit BitmapWriter(std::vector<uint8_t>& out) : out_(out) {}
    void add(uint16_t type);

  private:
    static constexpr size_t kNone = SIZE_MAX;
    std::vector<uint8_t>& out_;
    size_t window_at_ = kNone;
};

// The bitmap of a node: its types of the zone's own, at a cut NS and DS only; with NSEC, and RRSIG
// where anything is signed. Of an empty non-terminal: nothing.
void append_bitmap(const zones::NodeView& node, NameRole role, Denial denial,
                   std::vector<uint8_t>& out);

// Names with RRsets that are signed (the NSEC record not counted).
inline bool has_signed_data(NameRole role) {
    return role == NameRole::signed_cut || role == NameRole::authoritative;
}
// Whether a name belongs to the chain of the policy. An empty non-terminal that leads to such a
// name has to be `path`: roles of a whole zone are put right by keep_paths().
bool in_chain(const SigningPolicy& policy, const zones::NodeView& node, NameRole role);

void keep_paths(const SigningPolicy& policy, const zones::Base& base, std::vector<NameRole>& roles);

uint32_t zone_negative_ttl(const zones::NodeView& apex);

std::vector<uint8_t> nsec3param_rdata(const SigningPolicy& policy);
// Rdata into `out`, whatever it holds.
void write_nsec_rdata(dns::NameView next, const zones::NodeView& node, NameRole role,
                      std::vector<uint8_t>& out);
void write_nsec3_rdata(const SigningPolicy& policy, const dns::Sha1Digest& next,
                       const zones::NodeView& node, NameRole role, std::vector<uint8_t>& out);

// The hash of a name, and the name under which it stands, relative to the apex.
dns::Sha1Digest hash_of(const SigningPolicy& policy, const zones::Zone& zone,
                        dns::NameView relative);
struct HashedOwner {
    std::array<uint8_t, dns::kNsec3Label> label;
    explicit HashedOwner(const dns::Sha1Digest& digest) {
        dns::write_nsec3_label(digest, label.data());
    }
    dns::NameView relative() const { return {label.data(), label.size()}; }
};
// What a fault says if two names have the same hash.
dns::Fault hash_collision(const zones::Zone& zone, dns::NameView one, dns::NameView other);

// NSEC3 needs room for a label of 32 octets in front of the origin.
dns::Result<void> check_room_for_hashes(const SigningPolicy& policy, dns::NameView origin);

}  // namespace signer
