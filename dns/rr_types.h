// The table of record types: one row per type, and everything that is known about a type is in its
// row. Adding a type is one row here and one pair of files in tests/rr.
//
//   number  mnemonic  fields (each a kind with a label)                 flags        additional
//   15      MX        u16 "preference", name "exchange" (compressed)    -            addresses
//
// A field's kind carries the knowledge of its text and its octets: one leaf grammar
// (zoneparser/fields), one printer (rdata_text), one check and one canonical step (rdata). Types
// without a row are read, kept and printed in the form of RFC 3597.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dns {

namespace type {
inline constexpr uint16_t A = 1, NS = 2, CNAME = 5, SOA = 6, WKS = 11, PTR = 12, MX = 15, TXT = 16,
                          RP = 17, AFSDB = 18, RT = 21, SIG = 24, KEY = 25, PX = 26, AAAA = 28,
                          NXT = 30, SRV = 33, NAPTR = 35, KX = 36, CERT = 37, DNAME = 39, OPT = 41,
                          DS = 43, SSHFP = 44, IPSECKEY = 45, RRSIG = 46, NSEC = 47, DNSKEY = 48,
                          NSEC3 = 50, NSEC3PARAM = 51, TLSA = 52, SMIMEA = 53, CDS = 59,
                          CDNSKEY = 60, CSYNC = 62, ZONEMD = 63, SVCB = 64, HTTPS = 65, SPF = 99,
                          LP = 107, ANY = 255, CAA = 257, TA = 32768, DLV = 32769;
}

enum class FieldKind : uint8_t {
    u8,               // decimal numbers
    u16,
    u32,
    u64,
    period,           // u32 seconds, in text also with units: 1h30m
    time,             // u32 of RFC 4034 3.2: YYYYMMDDHHmmSS, or seconds
    rr_type,          // u16: mnemonic or TYPEnnn
    algorithm,        // u8: DNSSEC algorithm, number or mnemonic
    certificate,      // u16: CERT type, number or mnemonic (RFC 4398 2.1)
    scheme,           // u8: DSYNC scheme, number or mnemonic (RFC 9859)
    ipv4,
    ipv6,
    name,
    names,            // any number of names, to the end
    string,           // one character-string
    optional_string,  // none or one
    strings,          // one or more, to the end
    number_string,    // a character-string that holds a decimal fraction (GPOS)
    long_string,      // octets without a length, to the end (CAA value, URI target)
    tag,              // length octet, letters and digits (CAA)
    hex,              // to the end; spaces allowed
    salt,             // length octet, hex in one word, "-" for none (NSEC3)
    base64,           // to the end; spaces allowed
    base64_word,      // to the end, in one word, "-" for none (DOA)
    base32hex,        // length octet, one word (NSEC3 next hashed owner)
    bitmap,           // type bitmap of RFC 4034 4.1.2
    nxt_bitmap,       // type bitmap of RFC 2535 5.2
    services,         // WKS: protocol and ports
    nsap,             // 0x, hex with dots
    atma,             // +digits or hex with dots
    location,         // LOC, RFC 1876
    prefixes,         // APL, RFC 3123
    locator,          // 64 bits as four groups of hex: 2001:db8:0:1 (NID, L64)
    eui48,
    eui64,
    gateway,          // IPSECKEY: precedence, type, algorithm, gateway
    relay,            // AMTRELAY: precedence, discovery bit, type, relay
    host_identity,    // HIP: algorithm, HIT, public key
    service_params,   // SVCB, HTTPS
    key_flags,        // u16: number or the words of RFC 2535 7.1
    key_protocol,     // u8: number or a word of RFC 2535 7.1
    psdn_address,     // a character-string of four or more digits (X25)
    address_suffix,   // A6: prefix length, and the bits of an IPv6 address behind the prefix
    prefix_name,      // A6: where the prefix stands; none if the prefix length is 0
};

namespace field {
inline constexpr uint8_t compressed = 1;   // may be compressed in a message (RFC 3597 4)
inline constexpr uint8_t lower_case = 2;   // lower case in canonical form (RFC 4034 6.2, 6840 5.1)
inline constexpr uint8_t may_be_empty = 4;
inline constexpr uint8_t deletable = 8;    // a lone 0 stands for one zero octet (RFC 8078 4)
inline constexpr uint8_t target = 16;      // a host that clients will look up next
inline constexpr uint8_t within_90 = 32;   // degrees of a latitude
inline constexpr uint8_t within_180 = 64;  // degrees of a longitude
inline constexpr uint8_t empty_without_algorithm = 128;  // may be empty when the algorithm is 0
}

struct Field {
    FieldKind kind;
    const char* label;
    uint8_t flags = 0;
};

namespace type_flag {
inline constexpr uint16_t meta = 1;           // never zone data
inline constexpr uint16_t apex_only = 2;
inline constexpr uint16_t single = 4;         // one record per name
inline constexpr uint16_t address_owner = 8;  // owners are hosts (RFC 1123 2.1)
inline constexpr uint16_t generic_only = 16;  // has no notation but \#
inline constexpr uint16_t dnssec = 32;        // made by signing
inline constexpr uint16_t obsolete = 64;
inline constexpr uint16_t beside_alias = 128; // may stand beside a CNAME
}

struct RrType {
    uint16_t number;
    const char* mnemonic;
    std::array<Field, 9> fields;
    uint16_t flags = 0;
    const char* reference = "";

    std::span<const Field> used_fields() const {
        size_t count = 0;
        while (count < fields.size() && fields[count].label != nullptr) ++count;
        return {fields.data(), count};
    }
    bool has(uint16_t flag) const { return (flags & flag) != 0; }
    // True if a field names a host whose addresses answers carry along.
    bool has_target() const;
};

// All rows, by number.
std::span<const RrType> all_types();
// Null for a type without a row.
const RrType* find_type(uint16_t number);
// Case-blind mnemonic, or TYPEnnn; false if it is neither.
bool read_type(std::string_view text, uint16_t& number);
// Mnemonic, or TYPEnnn.
void append_type(std::string& out, uint16_t number);
std::string type_text(uint16_t number);
// 0, OPT and 128 to 255 (RFC 6895 3.1) never stand in a zone.
constexpr bool is_meta_type(uint16_t number) {
    return number == 0 || number == type::OPT || (number >= 128 && number <= 255);
}

}  // namespace dns
