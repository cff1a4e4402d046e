// What the steps of verify_zone share: the zone as one base, what its names are, its keys, and how
// findings are told (zones/rule_functions.h).
#pragma once

#include "signer/rules.h"
#include "signer/verify_zone.h"
#include "signer/name_roles.h"
#include "zones/rule_functions.h"

namespace signer {

struct VerifyContext {
    zones::RuleContext& rules;
    const VerifyOptions& options;
    const std::vector<NameRole>& roles;

    const zones::Zone& zone() const { return rules.zone; }
    const zones::Base& base() const { return rules.zone.base(); }
};

// Zones are walked in shares of names.
inline constexpr size_t kNamesPerShare = 512;

// Says once that the TTL of a chain is another; `told` is the caller's for that type.
void verify_chain_ttl(VerifyContext& context, const zones::RrsetView& denial, uint32_t wanted,
                      bool& told);

// "2026-11-21T15:59:03Z"; seconds since 1970 modulo 2^32, as near to `now` as can be (RFC
// 4034 3.1.5).
std::string time_text(uint32_t time, dns::UnixTime now);

// How two bitmaps differ, to go on with after "the NSEC record of 'x'": "lists MX, which is not
// there"; empty if they do not. Both in ascending order.
std::string bitmap_difference(const std::vector<uint16_t>& listed,
                              const std::vector<uint16_t>& present);
std::vector<uint16_t> types_of_bitmap(dns::Octets bitmap);
// The types that a chain tells of a name with data, but for RRSIG, NSEC and NSEC3: at a cut NS and
// DS only (RFC 4035 2.3, RFC 5155 3.1.8). Ascending.
std::vector<uint16_t> types_present(const zones::NodeView& node, NameRole role);

}  // namespace signer
