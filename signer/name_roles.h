// What each name of a zone is to who signs it: the roles, one octet a name, by rank.
//
//   example.            authoritative
//   a.example.          signed_cut      (NS, DS)
//   ns.a.example.       hidden          (glue)
//   x.example.          path            (no records; leads to w.x)
//   w.x.example.        authoritative
//   y.example.          unsigned_path   (no records; leads to b.y only)
//   b.y.example.        unsigned_cut    (NS)
//   0p9m...example.     hashed          (NSEC3)
#pragma once

#include <cstdint>
#include <vector>

#include "zones/base.h"

namespace signer {

// In the order of what an ancestor without records takes over from what is below it.
enum class NameRole : uint8_t {
    hidden,         // below a cut or a DNAME
    hashed,         // only there to carry NSEC3
    nothing,        // no records but those of DNSSEC, and nothing below that counts
    unsigned_path,  // an empty non-terminal: opt-out may leave it out (RFC 5155 7.1)
    unsigned_cut,
    path,  // an empty non-terminal
    signed_cut,
    authoritative,
};

// Names with records of the zone's own: they have NSEC.
inline bool owns_data(NameRole role) {
    return role == NameRole::unsigned_cut || role == NameRole::signed_cut ||
           role == NameRole::authoritative;
}
// Names that an NSEC3 chain has to have, opt-out or not.
inline bool needs_hash(NameRole role) {
    return role >= NameRole::path;
}
inline bool may_have_hash(NameRole role) {
    return role >= NameRole::unsigned_path;
}

// Of a name that is not hidden; an empty non-terminal is `nothing` here.
NameRole role_of(const zones::NodeView& node);
std::vector<NameRole> name_roles(const zones::Base& base);
// The same but for names without records of their own, which are `nothing`: enough for NSEC.
std::vector<NameRole> data_roles(const zones::Base& base, unsigned threads);

// Whether RRsets of the type are the zone's to sign there (RFC 4035 2.2).
bool is_signed_at(NameRole role, uint16_t type);

}  // namespace signer
