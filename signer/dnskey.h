// DNSKEY and DS rdata: their fields, key tags, and a DS made from a DNSKEY.
#pragma once

#include <cstdint>
#include <vector>

#include "dns/name.h"
#include "dns/rdata.h"

namespace signer {

namespace key_flag {
inline constexpr uint16_t zone = 0x0100;
inline constexpr uint16_t revoked = 0x0080;  // RFC 5011 7
inline constexpr uint16_t entry_point = 0x0001;
}  // namespace key_flag

// The fields of a DNSKEY's (or CDNSKEY's) rdata; well formed as dns::check_rdata has it.
struct DnskeyView {
    explicit DnskeyView(dns::Octets all) : rdata(all) {}
    dns::Octets rdata;
    uint16_t flags() const { return static_cast<uint16_t>(rdata[0] << 8 | rdata[1]); }
    uint8_t protocol() const { return rdata[2]; }
    uint8_t algorithm() const { return rdata[3]; }
    dns::Octets public_key() const { return rdata.subspan(4); }
};

std::vector<uint8_t> make_dnskey(uint16_t flags, uint8_t algorithm, dns::Octets public_key);

// RFC 4034 appendix B; for algorithm 1 as B.1 has it.
uint16_t key_tag(dns::Octets dnskey);

// DS (or CDS) rdata over the owner and a DNSKEY's rdata (RFC 4034 5.1.4); empty for a digest type
// that is not known here. Known: 1 (to verify with), 2 and 4.
std::vector<uint8_t> make_ds(dns::NameView owner, dns::Octets dnskey, uint8_t digest_type);

}  // namespace signer
