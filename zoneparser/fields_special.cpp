// Leaves of LOC, APL, A6, NSAP, ATMA and WKS, each with a notation of its own.
#include <algorithm>
#include <cstring>

#include "zoneparser/encodings.h"
#include "zoneparser/field_reader.h"
#include "zoneparser/words.h"

namespace zoneparser {

namespace {

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
}

bool at_hemisphere(const FieldReader& reader) {
    if (reader.at_end() || reader.peek().size() != 1) return false;
    char letter = upper(reader.peek().begin[0]);
    return letter >= 'A' && letter <= 'Z';
}

// Degrees, and perhaps minutes and seconds, then a hemisphere; thousandths of a second around 2^31
// (RFC 1876 2 and 3).
bool parse_coordinate(FieldReader& reader, const char* label, std::string_view hemispheres,
                      uint64_t most_degrees, uint32_t& out) {
    reader.part(label);
    uint64_t degrees, minutes = 0, thousandths = 0;
    if (!parse_number(reader, most_degrees, degrees)) return false;
    if (!at_hemisphere(reader) && !parse_number(reader, 59, minutes)) return false;
    if (!at_hemisphere(reader)) {
        const Token* seconds = reader.word();
        if (seconds == nullptr) return false;
        if (!read_fixed(seconds->text(), 3, thousandths) || thousandths >= 60000)
            return reader.invalid(shown(seconds->text()) + " is no number of seconds below 60");
    }
    const Token* letter = reader.word();
    if (letter == nullptr) return false;
    size_t side =
        letter->size() == 1 ? hemispheres.find(upper(letter->begin[0])) : hemispheres.npos;
    if (side == hemispheres.npos)
        return reader.invalid(shown(letter->text()) + " is neither " + hemispheres[0] + " nor " +
                              hemispheres[1]);
    uint64_t total = (degrees * 60 + minutes) * 60000 + thousandths;
    if (total > most_degrees * 3'600'000)
        return reader.invalid("it is more than " + std::to_string(most_degrees) + " degrees");
    constexpr uint64_t kMiddle = uint64_t{1} << 31;
    out = static_cast<uint32_t>(side == 0 ? kMiddle + total : kMiddle - total);
    return true;
}

// Metres with up to two decimals, as centimetres; the unit may be left out.
bool read_centimetres(std::string_view text, uint64_t& value) {
    if (!text.empty() && upper(text.back()) == 'M') text.remove_suffix(1);
    return read_fixed(text, 2, value);
}

bool parse_altitude(FieldReader& reader, uint32_t& out) {
    reader.part("altitude");
    const Token* token = reader.word();
    if (token == nullptr) return false;
    constexpr uint64_t kBase = 10'000'000;  // 100,000 m below the spheroid (RFC 1876 2)
    std::string_view text = token->text();
    bool below = !text.empty() && text[0] == '-';
    if (below) text.remove_prefix(1);
    uint64_t value;
    if (!read_centimetres(text, value) || value > (below ? kBase : UINT32_MAX - kBase))
        return reader.invalid(shown(token->text()) +
                              " is no altitude between -100000.00m and 42849672.95m");
    out = static_cast<uint32_t>(below ? kBase - value : kBase + value);
    return true;
}

// A digit and a power of ten, in centimetres (RFC 1876 2); what stands in the text is cut off to
// one digit.
bool parse_size(FieldReader& reader, const char* label, uint8_t& out) {
    if (reader.at_end()) return true;
    reader.part(label);
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint64_t value;
    if (!read_centimetres(token->text(), value) || value > 9'000'000'000)
        return reader.invalid(shown(token->text()) + " is no size between 0m and 90000000.00m");
    unsigned power = 0;
    for (; value >= 10; value /= 10) ++power;
    out = static_cast<uint8_t>(value << 4 | power);
    return true;
}

// Hex digits with single dots between them.
bool read_dotted_hex(std::string_view text, bool dots_anywhere, uint8_t* out, size_t& size) {
    HexDecoder decoder;
    uint8_t* end = out;
    for (;;) {
        size_t dot = text.find('.');
        std::string_view digits = text.substr(0, dot);
        if (digits.empty() && !dots_anywhere) return false;
        if (!decoder.feed(digits, end)) return false;
        if (dot == text.npos) break;
        text.remove_prefix(dot + 1);
    }
    size = static_cast<size_t>(end - out);
    return decoder.complete() && size > 0;
}

bool parse_prefix(FieldReader& reader, std::string_view text) {
    bool negated = !text.empty() && text[0] == '!';
    if (negated) text.remove_prefix(1);
    reader.part("family");
    size_t colon = text.find(':');
    uint64_t family = 0, prefix = 0;
    if (colon == text.npos || !read_number(text.substr(0, colon), family) || family < 1 ||
        family > 2)
        return reader.invalid(shown(text) + " begins with neither 1: nor 2:",
                              "write 1: before an IPv4 prefix, 2: before an IPv6 prefix");
    text.remove_prefix(colon + 1);
    size_t slash = text.rfind('/');
    reader.part("address");
    uint8_t address[16];
    uint8_t(&ipv4)[4] = reinterpret_cast<uint8_t(&)[4]>(address);
    size_t size = family == 1 ? 4 : 16;
    std::string_view address_text = text.substr(0, slash);
    if (family == 1 ? !read_ipv4(address_text, ipv4) : !read_ipv6(address_text, address))
        return reader.invalid(shown(address_text) + " is no address of family " +
                              std::to_string(family));
    reader.part("prefix");
    if (slash == text.npos || !read_number(text.substr(slash + 1), prefix) || prefix > 8 * size)
        return reader.invalid(shown(text) + " does not end with a prefix size of at most " +
                              std::to_string(8 * size));
    while (size > 0 && address[size - 1] == 0) --size;
    return append_number<2>(reader, family) && append_number<1>(reader, prefix) &&
           append_number<1>(reader, (negated ? 0x80 : 0) | size) &&
           append_octets(reader, address, size);
}

struct WellKnown {
    std::string_view name;
    uint16_t number;
};

// Names that WKS records of RFC 1010's time use; the system's own list is not asked, so that a zone
// means the same everywhere.
constexpr WellKnown kProtocols[] = {
    {"icmp", 1},  {"igmp", 2}, {"ggp", 3},  {"st", 5},   {"tcp", 6},   {"egp", 8},
    {"igp", 9},   {"pup", 12}, {"udp", 17}, {"hmp", 20}, {"rdp", 27},  {"irtp", 28},
    {"ipv6", 41}, {"gre", 47}, {"esp", 50}, {"ah", 51},  {"ospf", 89}, {"sctp", 132},
};

constexpr WellKnown kServices[] = {
    {"tcpmux", 1},        {"rje", 5},           {"echo", 7},         {"discard", 9},
    {"users", 11},        {"systat", 11},       {"daytime", 13},     {"netstat", 15},
    {"qotd", 17},         {"quote", 17},        {"chargen", 19},     {"ftp-data", 20},
    {"ftp", 21},          {"ssh", 22},          {"telnet", 23},      {"smtp", 25},
    {"nsw-fe", 27},       {"msg-icp", 29},      {"msg-auth", 31},    {"dsp", 33},
    {"time", 37},         {"rlp", 39},          {"graphics", 41},    {"name", 42},
    {"nameserver", 42},   {"nicname", 43},      {"whois", 43},       {"mpm-flags", 44},
    {"mpm", 45},          {"mpm-snd", 46},      {"ni-ftp", 47},      {"login", 49},
    {"tacacs", 49},       {"la-maint", 51},     {"domain", 53},      {"isi-gl", 55},
    {"ni-mail", 61},      {"via-ftp", 63},      {"tacacs-ds", 65},   {"bootps", 67},
    {"bootpc", 68},       {"tftp", 69},         {"gopher", 70},      {"netrjs-1", 71},
    {"netrjs-2", 72},     {"netrjs-3", 73},     {"netrjs-4", 74},    {"finger", 79},
    {"http", 80},         {"www", 80},          {"hosts2-ns", 81},   {"kerberos", 88},
    {"su-mit-tg", 89},    {"mit-dov", 91},      {"dcp", 93},         {"supdup", 95},
    {"swift-rvf", 97},    {"tacnews", 98},      {"metagram", 99},    {"hostname", 101},
    {"hostnames", 101},   {"iso-tsap", 102},    {"x400", 103},       {"x400-snd", 104},
    {"csnet-ns", 105},    {"rtelnet", 107},     {"pop2", 109},       {"pop-2", 109},
    {"pop3", 110},        {"sunrpc", 111},      {"auth", 113},       {"ident", 113},
    {"sftp", 115},        {"uucp-path", 117},   {"nntp", 119},       {"erpc", 121},
    {"ntp", 123},         {"locus-map", 125},   {"locus-con", 127},  {"pwdgen", 129},
    {"cisco-fna", 130},   {"cisco-tna", 131},   {"cisco-sys", 132},  {"statsrv", 133},
    {"ingres-net", 134},  {"loc-srv", 135},     {"profile", 136},    {"netbios-ns", 137},
    {"netbios-dgm", 138}, {"netbios-ssn", 139}, {"emfis-data", 140}, {"emfis-cntl", 141},
    {"bl-idm", 142},      {"imap", 143},        {"imap2", 143},      {"snmp", 161},
    {"snmptrap", 162},    {"snmp-trap", 162},   {"bgp", 179},        {"irc", 194},
    {"ldap", 389},        {"https", 443},       {"exec", 512},       {"shell", 514},
    {"syslog", 514},      {"printer", 515},     {"talk", 517},       {"route", 520},
    {"uucp", 540},        {"ldaps", 636},       {"domain-s", 853},   {"imaps", 993},
    {"pop3s", 995},
};

bool take_well_known(FieldReader& reader, std::span<const WellKnown> table, uint64_t most,
                     uint64_t& value) {
    if (!reader.at_end() && !reader.peek().quoted) {
        std::string name(reader.peek().text());
        for (char& c : name) c = static_cast<char>(dns::lower(static_cast<uint8_t>(c)));
        for (const WellKnown& row : table) {
            if (row.name != name) continue;
            reader.word();
            value = row.number;
            return true;
        }
    }
    return parse_number(reader, most, value);
}

}  // namespace

bool parse_location(FieldReader& reader) {
    uint32_t latitude = 0, longitude = 0, altitude = 0;
    uint8_t size = 0x12, horizontal = 0x16, vertical = 0x13;  // 1 m, 10 km, 10 m (RFC 1876 3)
    if (!parse_coordinate(reader, "latitude", "NS", 90, latitude) ||
        !parse_coordinate(reader, "longitude", "EW", 180, longitude) ||
        !parse_altitude(reader, altitude) || !parse_size(reader, "size", size) ||
        !parse_size(reader, "horizontal precision", horizontal) ||
        !parse_size(reader, "vertical precision", vertical))
        return false;
    return append_number<4>(reader, uint32_t{size} << 16 | uint32_t{horizontal} << 8 | vertical) &&
           append_number<4>(reader, latitude) && append_number<4>(reader, longitude) &&
           append_number<4>(reader, altitude);
}

bool parse_prefixes(FieldReader& reader) {
    while (!reader.at_end()) {
        const Token* token = reader.word();
        if (token == nullptr || !parse_prefix(reader, token->text())) return false;
    }
    return true;
}

// RFC 2874 3.2. Its "SHOULD be zero" for the bits that the prefix fills is taken as a must: whoever
// writes them believes that they count.
bool parse_address_suffix(FieldReader& reader) {
    reader.part("prefix length");
    uint64_t length;
    if (!parse_number(reader, 128, length)) return false;
    if (length == 128) return append_number<1>(reader, length);
    reader.part("address suffix");
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint8_t address[16];
    if (!read_ipv6(token->text(), address))
        return reader.invalid(shown(token->text()) + " is no IPv6 address");
    size_t whole = length / 8;  // octets that the prefix fills alone
    bool clear = std::all_of(address, address + whole, [](uint8_t octet) { return octet == 0; }) &&
                 address[whole] >> (8 - length % 8) == 0;
    if (!clear)
        return reader.invalid(shown(token->text()) + " has bits set among the first " +
                                  std::to_string(length) + ", which belong to the prefix",
                              "leave them zero, as in ::1:2:3:4");
    return append_number<1>(reader, length) &&
           append_octets(reader, address + whole, sizeof address - whole);
}

// The prefix length is the first octet of the rdata.
bool parse_prefix_name(FieldReader& reader) {
    return *reader.out.data() == 0 || parse_name_field(reader);
}

// RFC 1706 5: 0x, then pairs of hex digits; dots say nothing.
bool parse_nsap(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    std::string_view text = token->text();
    size_t before = reader.out.size(), size = 0;
    uint8_t* to = reader.out.grow(text.size() / 2 + 1);
    if (to == nullptr) return reader.too_much_rdata();
    bool good = text.size() > 2 && text[0] == '0' && upper(text[1]) == 'X' &&
                read_dotted_hex(text.substr(2), true, to, size);
    reader.out.shrink_to(before + size);
    if (good) return true;
    reader.out.shrink_to(before);
    return reader.invalid(shown(text) + " is no NSAP address", "write 0x and pairs of hex digits");
}

// The ATM Forum's af-saa-0069.000: + and digits are E.164, hex is an AESA.
bool parse_atma(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    std::string_view text = token->text();
    auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() > 1 && text[0] == '+' && std::all_of(text.begin() + 1, text.end(), is_digit))
        return append_number<1>(reader, 1) &&
               append_octets(reader, text.data() + 1, text.size() - 1);
    size_t before = reader.out.size(), size = 0;
    uint8_t* to = reader.out.grow(text.size() / 2 + 2);
    if (to == nullptr) return reader.too_much_rdata();
    to[0] = 0;
    bool good = read_dotted_hex(text, false, to + 1, size);
    reader.out.shrink_to(good ? before + 1 + size : before);
    return good || reader.invalid(shown(text) + " is no ATM address",
                                  "write + and digits, or pairs of hex digits");
}

bool parse_services(FieldReader& reader) {
    reader.part("protocol");
    uint64_t protocol, port;
    if (!take_well_known(reader, kProtocols, UINT8_MAX, protocol)) return false;
    reader.part("service");
    uint8_t bits[8192] = {};
    size_t size = 0;
    while (!reader.at_end()) {
        if (!take_well_known(reader, kServices, UINT16_MAX, port)) return false;
        bits[port / 8] |= static_cast<uint8_t>(0x80 >> port % 8);
        size = std::max<size_t>(size, port / 8 + 1);
    }
    return append_number<1>(reader, protocol) && append_octets(reader, bits, size);
}

}  // namespace zoneparser
