#include "dns/rr_types.h"

#include <algorithm>

#include "dns/name.h"

namespace dns {

namespace {

using K = FieldKind;

constexpr RrType kTypes[] = {
    {1, "A", {{{K::ipv4, "address"}}}, type_flag::address_owner, "RFC 1035 3.4.1"},
    {2,
     "NS",
     {{{K::name, "host", field::compressed | field::lower_case | field::target}}},
     0,
     "RFC 1035 3.3.11"},
    {3,
     "MD",
     {{{K::name, "host", field::compressed | field::lower_case}}},
     type_flag::obsolete,
     "RFC 1035 3.3.4"},
    {4,
     "MF",
     {{{K::name, "host", field::compressed | field::lower_case}}},
     type_flag::obsolete,
     "RFC 1035 3.3.5"},
    {5,
     "CNAME",
     {{{K::name, "canonical name", field::compressed | field::lower_case}}},
     type_flag::single,
     "RFC 1035 3.3.1"},
    {6,
     "SOA",
     {{{K::name, "primary", field::compressed | field::lower_case},
       {K::name, "mailbox", field::compressed | field::lower_case},
       {K::u32, "serial"},
       {K::period, "refresh"},
       {K::period, "retry"},
       {K::period, "expire"},
       {K::period, "minimum"}}},
     type_flag::apex_only | type_flag::single,
     "RFC 1035 3.3.13"},
    {7,
     "MB",
     {{{K::name, "host", field::compressed | field::lower_case}}},
     type_flag::obsolete,
     "RFC 1035 3.3.3"},
    {8,
     "MG",
     {{{K::name, "mailbox", field::compressed | field::lower_case}}},
     type_flag::obsolete,
     "RFC 1035 3.3.6"},
    {9,
     "MR",
     {{{K::name, "mailbox", field::compressed | field::lower_case}}},
     type_flag::obsolete,
     "RFC 1035 3.3.8"},
    {10,
     "NULL",
     {{{K::hex, "data", field::may_be_empty}}},
     type_flag::generic_only,
     "RFC 1035 3.3.10"},
    {11,
     "WKS",
     {{{K::ipv4, "address"}, {K::services, "services"}}},
     type_flag::obsolete | type_flag::address_owner,
     "RFC 1035 3.4.2"},
    {12,
     "PTR",
     {{{K::name, "target", field::compressed | field::lower_case}}},
     0,
     "RFC 1035 3.3.12"},
    {13, "HINFO", {{{K::string, "cpu"}, {K::string, "operating system"}}}, 0, "RFC 1035 3.3.2"},
    {14,
     "MINFO",
     {{{K::name, "responsible mailbox", field::compressed | field::lower_case},
       {K::name, "error mailbox", field::compressed | field::lower_case}}},
     0,
     "RFC 1035 3.3.7"},
    {15,
     "MX",
     {{{K::u16, "preference"},
       {K::name, "exchange", field::compressed | field::lower_case | field::target}}},
     0,
     "RFC 1035 3.3.9"},
    {16, "TXT", {{{K::strings, "text"}}}, 0, "RFC 1035 3.3.14"},
    {17,
     "RP",
     {{{K::name, "mailbox", field::lower_case}, {K::name, "text name", field::lower_case}}},
     0,
     "RFC 1183 2.2"},
    {18,
     "AFSDB",
     {{{K::u16, "subtype"}, {K::name, "host", field::lower_case | field::target}}},
     0,
     "RFC 1183 1"},
    {19, "X25", {{{K::psdn_address, "address"}}}, 0, "RFC 1183 3.1"},
    {20,
     "ISDN",
     {{{K::string, "address"}, {K::optional_string, "sub-address"}}},
     0,
     "RFC 1183 3.2"},
    {21,
     "RT",
     {{{K::u16, "preference"}, {K::name, "intermediate host", field::lower_case | field::target}}},
     0,
     "RFC 1183 3.3"},
    {22, "NSAP", {{{K::nsap, "address"}}}, type_flag::address_owner, "RFC 1706 5"},
    {23, "NSAP-PTR", {{{K::name, "host"}}}, 0, "RFC 1348"},
    {24,
     "SIG",
     {{{K::rr_type, "type covered"},
       {K::algorithm, "algorithm"},
       {K::u8, "labels"},
       {K::u32, "original TTL"},
       {K::time, "expiration"},
       {K::time, "inception"},
       {K::u16, "key tag"},
       {K::name, "signer", field::lower_case},
       {K::base64, "signature"}}},
     type_flag::dnssec | type_flag::beside_alias,
     "RFC 2535 4.1"},
    {25,
     "KEY",
     {{{K::key_flags, "flags"},
       {K::key_protocol, "protocol"},
       {K::algorithm, "algorithm"},
       {K::base64, "public key", field::may_be_empty}}},
     type_flag::beside_alias,
     "RFC 2535 3.1"},
    {26,
     "PX",
     {{{K::u16, "preference"},
       {K::name, "RFC 822 domain", field::lower_case},
       {K::name, "X.400 domain", field::lower_case}}},
     0,
     "RFC 2163 4"},
    {27,
     "GPOS",
     // The RFC swaps the two words; its bounds and examples put the latitude first.
     {{{K::number_string, "latitude", field::within_90},
       {K::number_string, "longitude", field::within_180},
       {K::number_string, "altitude"}}},
     0,
     "RFC 1712 3"},
    {28, "AAAA", {{{K::ipv6, "address"}}}, type_flag::address_owner, "RFC 3596 2.2"},
    {29, "LOC", {{{K::location, "location"}}}, 0, "RFC 1876 2"},
    {30,
     "NXT",
     {{{K::name, "next name", field::lower_case}, {K::nxt_bitmap, "types"}}},
     type_flag::beside_alias | type_flag::obsolete,
     "RFC 2535 5.2"},
    {31, "EID", {{{K::hex, "identifier"}}}, 0, "draft-ietf-nimrod-dns"},
    {32, "NIMLOC", {{{K::hex, "locator"}}}, 0, "draft-ietf-nimrod-dns"},
    {33,
     "SRV",
     {{{K::u16, "priority"},
       {K::u16, "weight"},
       {K::u16, "port"},
       {K::name, "target", field::lower_case | field::target}}},
     0,
     "RFC 2782"},
    {34, "ATMA", {{{K::atma, "address"}}}, type_flag::address_owner, "ATM Forum af-saa-0069"},
    {35,
     "NAPTR",
     {{{K::u16, "order"},
       {K::u16, "preference"},
       {K::string, "flags"},
       {K::string, "services"},
       {K::string, "regular expression"},
       {K::name, "replacement", field::lower_case | field::target}}},
     0,
     "RFC 3403 4.1"},
    {36,
     "KX",
     {{{K::u16, "preference"}, {K::name, "exchanger", field::lower_case | field::target}}},
     0,
     "RFC 2230 3.1"},
    {37,
     "CERT",
     {{{K::certificate, "certificate type"},
       {K::u16, "key tag"},
       {K::algorithm, "algorithm"},
       {K::base64, "certificate"}}},
     0,
     "RFC 4398 2"},
    {38,
     "A6",
     {{{K::address_suffix, "address suffix"}, {K::prefix_name, "prefix name", field::lower_case}}},
     type_flag::obsolete | type_flag::address_owner,
     "RFC 2874 3"},
    {39, "DNAME", {{{K::name, "target", field::lower_case}}}, type_flag::single, "RFC 6672 2.1"},
    {40,
     "SINK",
     {{{K::u8, "meaning"},
       {K::u8, "coding"},
       {K::u8, "subcoding"},
       {K::base64, "data", field::may_be_empty}}},
     0,
     "draft-eastlake-kitchen-sink"},
    {42, "APL", {{{K::prefixes, "prefixes"}}}, 0, "RFC 3123 4"},
    {43,
     "DS",
     {{{K::u16, "key tag"},
       {K::algorithm, "algorithm"},
       {K::u8, "digest type"},
       {K::hex, "digest"}}},
     0,
     "RFC 4034 5"},
    {44,
     "SSHFP",
     {{{K::u8, "algorithm"}, {K::u8, "fingerprint type"}, {K::hex, "fingerprint"}}},
     0,
     "RFC 4255 3"},
    {45,
     "IPSECKEY",
     {{{K::gateway, "gateway"}, {K::base64, "public key", field::empty_without_algorithm}}},
     0,
     "RFC 4025 2"},
    {46,
     "RRSIG",
     {{{K::rr_type, "type covered"},
       {K::algorithm, "algorithm"},
       {K::u8, "labels"},
       {K::u32, "original TTL"},
       {K::time, "expiration"},
       {K::time, "inception"},
       {K::u16, "key tag"},
       {K::name, "signer", field::lower_case},
       {K::base64, "signature"}}},
     type_flag::dnssec | type_flag::beside_alias,
     "RFC 4034 3"},
    {47,
     "NSEC",
     {{{K::name, "next name"}, {K::bitmap, "types"}}},
     type_flag::dnssec | type_flag::single | type_flag::beside_alias,
     "RFC 4034 4"},
    {48,
     "DNSKEY",
     {{{K::key_flags, "flags"},
       {K::key_protocol, "protocol"},
       {K::algorithm, "algorithm"},
       {K::base64, "public key"}}},
     type_flag::apex_only,
     "RFC 4034 2"},
    {49, "DHCID", {{{K::base64, "identifier"}}}, 0, "RFC 4701 3"},
    {50,
     "NSEC3",
     {{{K::u8, "hash algorithm"},
       {K::u8, "flags"},
       {K::u16, "iterations"},
       {K::salt, "salt"},
       {K::base32hex, "next hashed owner"},
       {K::bitmap, "types", field::may_be_empty}}},
     type_flag::dnssec,
     "RFC 5155 3"},
    {51,
     "NSEC3PARAM",
     {{{K::u8, "hash algorithm"}, {K::u8, "flags"}, {K::u16, "iterations"}, {K::salt, "salt"}}},
     type_flag::apex_only,
     "RFC 5155 4"},
    {52,
     "TLSA",
     {{{K::u8, "usage"}, {K::u8, "selector"}, {K::u8, "matching type"}, {K::hex, "data"}}},
     0,
     "RFC 6698 2"},
    {53,
     "SMIMEA",
     {{{K::u8, "usage"}, {K::u8, "selector"}, {K::u8, "matching type"}, {K::hex, "data"}}},
     0,
     "RFC 8162 2"},
    {55,
     "HIP",
     {{{K::host_identity, "identity"}, {K::names, "rendezvous servers", field::lower_case}}},
     0,
     "RFC 8005 5"},
    {56, "NINFO", {{{K::strings, "text"}}}, 0, "draft-reid-dnsext-zs"},
    {57,
     "RKEY",
     {{{K::key_flags, "flags"},
       {K::key_protocol, "protocol"},
       {K::algorithm, "algorithm"},
       {K::base64, "public key"}}},
     0,
     "draft-reid-dnsext-rkey"},
    {58,
     "TALINK",
     {{{K::name, "previous name"}, {K::name, "next name"}}},
     0,
     "draft-wijngaards-dnsop-trust-history"},
    {59,
     "CDS",
     {{{K::u16, "key tag"},
       {K::algorithm, "algorithm"},
       {K::u8, "digest type"},
       {K::hex, "digest", field::deletable}}},
     type_flag::apex_only,
     "RFC 7344 3.1"},
    {60,
     "CDNSKEY",
     {{{K::key_flags, "flags"},
       {K::key_protocol, "protocol"},
       {K::algorithm, "algorithm"},
       {K::base64, "public key", field::deletable}}},
     type_flag::apex_only,
     "RFC 7344 3.2"},
    {61, "OPENPGPKEY", {{{K::base64, "public key"}}}, 0, "RFC 7929 2"},
    {62,
     "CSYNC",
     {{{K::u32, "serial"}, {K::u16, "flags"}, {K::bitmap, "types", field::may_be_empty}}},
     type_flag::apex_only | type_flag::single,
     "RFC 7477 2.1"},
    {63,
     "ZONEMD",
     {{{K::u32, "serial"}, {K::u8, "scheme"}, {K::u8, "hash algorithm"}, {K::hex, "digest"}}},
     type_flag::apex_only,
     "RFC 8976 2"},
    {64,
     "SVCB",
     {{{K::u16, "priority"},
       {K::name, "target", field::target},
       {K::service_params, "parameters"}}},
     0,
     "RFC 9460 2"},
    {65,
     "HTTPS",
     {{{K::u16, "priority"},
       {K::name, "target", field::target},
       {K::service_params, "parameters"}}},
     0,
     "RFC 9460 9"},
    {66,
     "DSYNC",
     {{{K::rr_type, "type"}, {K::scheme, "scheme"}, {K::u16, "port"}, {K::name, "target"}}},
     0,
     "RFC 9859 2"},
    {67, "HHIT", {{{K::base64, "data"}}}, 0, "RFC 9886"},
    {68, "BRID", {{{K::base64, "data"}}}, 0, "RFC 9886"},
    {99, "SPF", {{{K::strings, "text"}}}, type_flag::obsolete, "RFC 7208 3.1"},
    {104, "NID", {{{K::u16, "preference"}, {K::locator, "node identifier"}}}, 0, "RFC 6742 2.1"},
    {105, "L32", {{{K::u16, "preference"}, {K::ipv4, "locator"}}}, 0, "RFC 6742 2.2"},
    {106, "L64", {{{K::u16, "preference"}, {K::locator, "locator"}}}, 0, "RFC 6742 2.3"},
    {107, "LP", {{{K::u16, "preference"}, {K::name, "target", field::target}}}, 0, "RFC 6742 2.4"},
    {108, "EUI48", {{{K::eui48, "address"}}}, 0, "RFC 7043 3"},
    {109, "EUI64", {{{K::eui64, "address"}}}, 0, "RFC 7043 4"},
    {256,
     "URI",
     {{{K::u16, "priority"}, {K::u16, "weight"}, {K::long_string, "target"}}},
     0,
     "RFC 7553 4"},
    {257,
     "CAA",
     {{{K::u8, "flags"}, {K::tag, "tag"}, {K::long_string, "value", field::may_be_empty}}},
     0,
     "RFC 8659 4.1"},
    {258, "AVC", {{{K::strings, "text"}}}, 0, "-"},
    {259,
     "DOA",
     {{{K::u32, "enterprise"},
       {K::u32, "type"},
       {K::u8, "location"},
       {K::string, "media type"},
       {K::base64_word, "data", field::may_be_empty}}},
     0,
     "draft-durand-doa-over-dns"},
    {260, "AMTRELAY", {{{K::relay, "relay"}}}, 0, "RFC 8777 4"},
    {261, "RESINFO", {{{K::strings, "text"}}}, 0, "RFC 9606 5"},
    {262, "WALLET", {{{K::strings, "text"}}}, 0, "-"},
    {263, "CLA", {{{K::strings, "text"}}}, 0, "draft-johnson-dns-ipn-cla"},
    {264, "IPN", {{{K::u64, "node number"}}}, 0, "draft-johnson-dns-ipn-cla"},
    {32768,
     "TA",
     {{{K::u16, "key tag"},
       {K::algorithm, "algorithm"},
       {K::u8, "digest type"},
       {K::hex, "digest"}}},
     0,
     "-"},
    {32769,
     "DLV",
     {{{K::u16, "key tag"},
       {K::algorithm, "algorithm"},
       {K::u8, "digest type"},
       {K::hex, "digest"}}},
     0,
     "RFC 4431"},
};

constexpr bool sorted_by_number() {
    for (size_t i = 1; i < std::size(kTypes); ++i)
        if (kTypes[i - 1].number >= kTypes[i].number) return false;
    return true;
}
static_assert(sorted_by_number());

// Row number + 1 for the types below 272, so that the common ones are found by one load.
constexpr size_t kDense = 272;
constexpr std::array<uint8_t, kDense> make_dense_index() {
    std::array<uint8_t, kDense> index{};
    for (size_t i = 0; i < std::size(kTypes); ++i)
        if (kTypes[i].number < kDense) index[kTypes[i].number] = static_cast<uint8_t>(i + 1);
    return index;
}
constexpr auto kDenseIndex = make_dense_index();

// Mnemonics of up to eight letters, which nearly all are, are found as one word of octets in an
// open table made at compile time; the few others by a walk over all rows.
constexpr size_t kBuckets = 512;
constexpr uint64_t mnemonic_key(std::string_view text) {
    uint64_t key = 0;
    for (size_t i = 0; i < text.size(); ++i)
        key |= uint64_t{lower(static_cast<uint8_t>(text[i]))} << (8 * i);
    return key;
}
constexpr size_t mnemonic_bucket(uint64_t key) {
    return static_cast<size_t>(key * 0x9e3779b97f4a7c15 >> 55);
}
static_assert(mnemonic_bucket(~uint64_t{0}) < kBuckets);
struct Mnemonic {
    uint64_t key = 0;
    uint16_t number = 0;
};
constexpr std::array<Mnemonic, kBuckets> make_mnemonic_index() {
    std::array<Mnemonic, kBuckets> index{};
    for (const RrType& row : kTypes) {
        std::string_view text = row.mnemonic;
        if (text.size() > 8) continue;
        size_t at = mnemonic_bucket(mnemonic_key(text));
        while (index[at].key != 0) at = (at + 1) % kBuckets;
        index[at] = {mnemonic_key(text), row.number};
    }
    return index;
}
constexpr auto kMnemonicIndex = make_mnemonic_index();

bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           equal_case_blind(reinterpret_cast<const uint8_t*>(a.data()),
                            reinterpret_cast<const uint8_t*>(b.data()), a.size());
}

// TYPEnnn, without a sign, at most 65535 (RFC 3597 5).
bool read_generic_type(std::string_view text, uint16_t& number) {
    if (text.size() < 5 || text.size() > 9 || !same_word(text.substr(0, 4), "TYPE")) return false;
    uint32_t value = 0;
    for (char c : text.substr(4)) {
        if (c < '0' || c > '9') return false;
        value = value * 10 + static_cast<uint32_t>(c - '0');
    }
    if (value > 0xffff) return false;
    number = static_cast<uint16_t>(value);
    return true;
}

}  // namespace

bool RrType::has_target() const {
    auto used = used_fields();
    return std::any_of(used.begin(), used.end(),
                       [](const Field& f) { return (f.flags & field::target) != 0; });
}

std::span<const RrType> all_types() { return kTypes; }

const RrType* find_type(uint16_t number) {
    if (number < kDense) return kDenseIndex[number] ? &kTypes[kDenseIndex[number] - 1] : nullptr;
    for (const RrType& row : kTypes)
        if (row.number == number) return &row;
    return nullptr;
}

bool read_type(std::string_view text, uint16_t& number) {
    if (text.size() <= 8) {
        uint64_t key =
            lower8(load_short(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
        for (size_t at = mnemonic_bucket(key); kMnemonicIndex[at].key != 0;
             at = (at + 1) % kBuckets) {
            if (kMnemonicIndex[at].key != key) continue;
            number = kMnemonicIndex[at].number;
            return true;
        }
    } else {
        for (const RrType& row : kTypes) {
            if (!same_word(text, row.mnemonic)) continue;
            number = row.number;
            return true;
        }
    }
    return read_generic_type(text, number);
}

void append_type(std::string& out, uint16_t number) {
    if (const RrType* row = find_type(number)) {
        out += row->mnemonic;
    } else {
        out += "TYPE";
        out += std::to_string(number);
    }
}

std::string type_text(uint16_t number) {
    std::string out;
    append_type(out, number);
    return out;
}

}  // namespace dns
