// Leaves of the types that hold keys: words for numbers, and the fields of IPSECKEY, AMTRELAY and
// HIP, whose parts depend on each other.
#include "zoneparser/encodings.h"
#include "zoneparser/field_reader.h"
#include "zoneparser/words.h"

namespace zoneparser {

namespace {

struct Mnemonic {
    std::string_view text;
    uint16_t number;
};
using Mnemonics = std::span<const Mnemonic>;

// IANA "DNS Security Algorithm Numbers", with the aliases that other servers read.
constexpr Mnemonic kAlgorithms[] = {
    {"RSAMD5", 1},
    {"DH", 2},
    {"DSA", 3},
    {"RSASHA1", 5},
    {"DSA-NSEC3-SHA1", 6},
    {"NSEC3DSA", 6},
    {"RSASHA1-NSEC3-SHA1", 7},
    {"NSEC3RSASHA1", 7},
    {"RSASHA256", 8},
    {"RSASHA512", 10},
    {"ECC-GOST", 12},
    {"ECCGOST", 12},
    {"ECDSAP256SHA256", 13},
    {"ECDSAP384SHA384", 14},
    {"ED25519", 15},
    {"ED448", 16},
    {"SM2SM3", 17},
    {"ECC-GOST12", 23},
    {"INDIRECT", 252},
    {"PRIVATEDNS", 253},
    {"PRIVATEOID", 254},
};

// RFC 4398 2.1.
constexpr Mnemonic kCertificates[] = {
    {"PKIX", 1}, {"SPKI", 2},   {"PGP", 3},     {"IPKIX", 4}, {"ISPKI", 5},
    {"IPGP", 6}, {"ACPKIX", 7}, {"IACPKIX", 8}, {"URI", 253}, {"OID", 254},
};

// RFC 9859 6.2.
constexpr Mnemonic kSchemes[] = {{"NOTIFY", 1}};

// RFC 2535 3.1.2 and 7.1: words for bits, joined by |.
constexpr Mnemonic kKeyFlags[] = {
    {"NOCONF", 0x4000}, {"NOAUTH", 0x8000}, {"NOKEY", 0xc000},  {"FLAG2", 0x2000},
    {"EXTEND", 0x1000}, {"FLAG4", 0x0800},  {"FLAG5", 0x0400},  {"USER", 0x0000},
    {"ZONE", 0x0100},   {"HOST", 0x0200},   {"NTYP3", 0x0300},  {"FLAG8", 0x0080},
    {"FLAG9", 0x0040},  {"FLAG10", 0x0020}, {"FLAG11", 0x0010}, {"SIG0", 0},
    {"SIG1", 1},        {"SIG2", 2},        {"SIG3", 3},        {"SIG4", 4},
    {"SIG5", 5},        {"SIG6", 6},        {"SIG7", 7},        {"SIG8", 8},
    {"SIG9", 9},        {"SIG10", 10},      {"SIG11", 11},      {"SIG12", 12},
    {"SIG13", 13},      {"SIG14", 14},      {"SIG15", 15},      {"KSK", 0x0001},
    {"REVOKE", 0x0080},
};

// RFC 2535 3.1.3.
constexpr Mnemonic kKeyProtocols[] = {
    {"NONE", 0}, {"TLS", 1}, {"EMAIL", 2}, {"DNSSEC", 3}, {"IPSEC", 4}, {"ALL", 255},
};

const Mnemonic* find_mnemonic(Mnemonics table, std::string_view text) {
    for (const Mnemonic& row : table)
        if (row.text.size() == text.size() &&
            dns::equal_case_blind(reinterpret_cast<const uint8_t*>(row.text.data()),
                                  reinterpret_cast<const uint8_t*>(text.data()), text.size()))
            return &row;
    return nullptr;
}

bool starts_with_digit(const FieldReader& reader) {
    std::string_view text = reader.peek().text();
    return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

bool take_mnemonic(FieldReader& reader, Mnemonics table, uint64_t most, uint64_t& value) {
    if (!reader.at_end() && !reader.peek().quoted && !starts_with_digit(reader)) {
        if (const Mnemonic* row = find_mnemonic(table, reader.peek().text())) {
            reader.word();
            value = row->number;
            return true;
        }
    }
    return parse_number(reader, most, value);
}

// What stands where a gateway or relay does: nothing, an address or a name, by type.
bool parse_address_or_name(FieldReader& reader, uint64_t type) {
    const Token* token;
    switch (type) {
        case 0:
            token = reader.word();
            if (token == nullptr) return false;
            return token->text() == "." ||
                   reader.invalid(shown(token->text()) + " stands where type 0 has only a dot");
        case 1:
            return parse_ipv4(reader);
        case 2:
            return parse_ipv6(reader);
        default:
            return parse_name_field(reader);
    }
}

}  // namespace

bool parse_algorithm(FieldReader& reader) {
    uint64_t value;
    if (!take_mnemonic(reader, kAlgorithms, UINT8_MAX, value)) return false;
    reader.algorithm = static_cast<uint8_t>(value);
    return append_number<1>(reader, value);
}

bool parse_certificate(FieldReader& reader) {
    uint64_t value;
    return take_mnemonic(reader, kCertificates, UINT16_MAX, value) &&
           append_number<2>(reader, value);
}

bool parse_scheme(FieldReader& reader) {
    uint64_t value;
    return take_mnemonic(reader, kSchemes, UINT8_MAX, value) && append_number<1>(reader, value);
}

bool parse_key_flags(FieldReader& reader) {
    uint64_t value = 0;
    if (reader.at_end() || reader.peek().quoted || starts_with_digit(reader))
        return parse_number(reader, UINT16_MAX, value) && append_number<2>(reader, value);
    std::string_view text = reader.word()->text();
    for (;;) {
        size_t bar = text.find('|');
        const Mnemonic* row = find_mnemonic(kKeyFlags, text.substr(0, bar));
        if (row == nullptr) return reader.invalid(shown(text.substr(0, bar)) + " is no flag");
        value |= row->number;
        if (bar == text.npos) return append_number<2>(reader, value);
        text.remove_prefix(bar + 1);
    }
}

bool parse_key_protocol(FieldReader& reader) {
    uint64_t value;
    return take_mnemonic(reader, kKeyProtocols, UINT8_MAX, value) &&
           append_number<1>(reader, value);
}

// RFC 4025 3.1.
bool parse_gateway(FieldReader& reader) {
    uint64_t precedence, type, algorithm;
    reader.part("precedence");
    if (!parse_number(reader, UINT8_MAX, precedence)) return false;
    reader.part("gateway type");
    if (!parse_number(reader, 3, type)) return false;
    reader.part("algorithm");
    if (!parse_number(reader, UINT8_MAX, algorithm)) return false;
    reader.algorithm = static_cast<uint8_t>(algorithm);
    reader.part("gateway");
    return append_number<3>(reader, precedence << 16 | type << 8 | algorithm) &&
           parse_address_or_name(reader, type);
}

// RFC 8777 4.3.
bool parse_relay(FieldReader& reader) {
    uint64_t precedence, discovery, type;
    reader.part("precedence");
    if (!parse_number(reader, UINT8_MAX, precedence)) return false;
    reader.part("discovery optional");
    if (!parse_number(reader, 1, discovery)) return false;
    reader.part("relay type");
    if (!parse_number(reader, 3, type)) return false;
    reader.part("relay");
    return append_number<2>(reader, precedence << 8 | discovery << 7 | type) &&
           parse_address_or_name(reader, type);
}

// RFC 8005 5: the tag and the key are one word each; names may follow.
bool parse_host_identity(FieldReader& reader) {
    uint64_t algorithm;
    reader.part("algorithm");
    if (!parse_number(reader, UINT8_MAX, algorithm)) return false;
    reader.part("host identity tag");
    const Token* tag = reader.word();
    if (tag == nullptr) return false;
    uint8_t tag_octets[255];
    uint8_t* tag_end = tag_octets;
    if (tag->size() > 2 * sizeof tag_octets) return reader.too_long("it is longer than 255 octets");
    HexDecoder hex;
    if (!hex.feed(tag->text(), tag_end) || !hex.complete() || tag_end == tag_octets)
        return reader.invalid(shown(tag->text()) + " is no pairs of hex digits");
    auto tag_size = static_cast<size_t>(tag_end - tag_octets);

    reader.part("public key");
    const Token* key = reader.word();
    if (key == nullptr) return false;
    size_t header = reader.out.size();
    uint8_t* to = reader.out.grow(4 + tag_size + Base64Decoder::room(key->size()));
    if (to == nullptr) return reader.too_much_rdata();
    uint8_t* key_begin = to + 4 + tag_size;
    uint8_t* key_end = key_begin;
    Base64Decoder base64;
    if (!base64.feed(key->text(), key_end) || !base64.complete() || key_end == key_begin) {
        reader.out.shrink_to(header);
        return reader.invalid(shown(key->text()) + " is no base64");
    }
    auto key_size = static_cast<size_t>(key_end - key_begin);
    to[0] = static_cast<uint8_t>(tag_size);
    to[1] = static_cast<uint8_t>(algorithm);
    to[2] = static_cast<uint8_t>(key_size >> 8);
    to[3] = static_cast<uint8_t>(key_size);
    std::copy(tag_octets, tag_end, to + 4);
    reader.out.shrink_to(header + 4 + tag_size + key_size);
    return true;
}

}  // namespace zoneparser
