#include "zoneparser/fields.h"

#include <algorithm>
#include <cstring>

#include "dns/rdata_fields.h"
#include "zoneparser/encodings.h"
#include "zoneparser/field_reader.h"
#include "zoneparser/words.h"

namespace zoneparser {

namespace {

constexpr const char* kSplitHint =
    "split it into quoted strings of at most 255 octets: \"part one\" \"part two\"";

std::string more_than(std::string_view text, uint64_t most) {
    return shown(text) + " is more than " + std::to_string(most);
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

template <size_t Octets>
bool parse_unsigned(FieldReader& reader) {
    uint64_t value;
    return parse_number(reader, UINT64_MAX >> (64 - 8 * Octets), value) &&
           append_number<Octets>(reader, value);
}

bool parse_period_field(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint32_t seconds;
    if (!parse_period(token->text(), seconds))
        return reader.invalid(all_digits(token->text())
                                  ? more_than(token->text(), UINT32_MAX)
                                  : shown(token->text()) + " is no number of seconds",
                              "write seconds, or units as in 1w2d3h4m5s");
    return append_number<4>(reader, seconds);
}

bool parse_time_field(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint32_t seconds;
    if (!read_time(token->text(), seconds))
        return reader.invalid(shown(token->text()) + " is no time",
                              "write YYYYMMDDHHmmSS in UTC, or seconds since 1970");
    return append_number<4>(reader, seconds);
}

bool take_type(FieldReader& reader, const Token& token, uint16_t& number) {
    return dns::read_type(token.text(), number) ||
           reader.invalid(shown(token.text()) + " is no record type");
}

bool parse_rr_type(FieldReader& reader) {
    const Token* token = reader.word();
    uint16_t number;
    return token != nullptr && take_type(reader, *token, number) &&
           append_number<2>(reader, number);
}

bool parse_names(FieldReader& reader) {
    while (!reader.at_end())
        if (!parse_name_field(reader)) return false;
    return true;
}

bool parse_string(FieldReader& reader) {
    const Token* token = reader.string();
    if (token == nullptr) return false;
    size_t before = reader.out.size();
    uint8_t* to = reader.out.grow(token->size() + 1);
    if (to == nullptr) return reader.too_much_rdata();
    size_t size = token->size();
    if (!token->escaped) {
        std::memcpy(to + 1, token->begin, size);
    } else {
        std::string reason;
        if (!unescape(*token, to + 1, size, reason)) {
            reader.out.shrink_to(before);
            return reader.invalid(std::move(reason));
        }
        reader.out.shrink_to(before + 1 + size);
    }
    if (size > 255) {
        reader.out.shrink_to(before);
        return reader.too_long("a string has " + std::to_string(size) + " octets, more than 255",
                               kSplitHint);
    }
    to[0] = static_cast<uint8_t>(size);
    return true;
}

bool parse_optional_string(FieldReader& reader) {
    return reader.at_end() || parse_string(reader);
}

bool parse_strings(FieldReader& reader) {
    do {
        if (!parse_string(reader)) return false;
    } while (!reader.at_end());
    return true;
}

// A string whose octets have rules of their own, which hold on the wire too.
bool parse_checked_string(FieldReader& reader) {
    size_t before = reader.out.size();
    if (!parse_string(reader)) return false;
    const char* reason = dns::check_field(reader.field(), reader.out.octets().subspan(before));
    if (reason == nullptr) return true;
    reader.out.shrink_to(before);
    return reader.invalid(std::string("it ") + reason);
}

bool parse_long_string(FieldReader& reader) {
    const Token* token = reader.string();
    if (token == nullptr) return false;
    size_t before = reader.out.size();
    uint8_t* to = reader.out.grow(token->size());
    if (to == nullptr) return reader.too_much_rdata();
    size_t size;
    std::string reason;
    if (!unescape(*token, to, size, reason)) {
        reader.out.shrink_to(before);
        return reader.invalid(std::move(reason));
    }
    reader.out.shrink_to(before + size);
    return size > 0 || reader.may_be_empty() || reader.invalid("it is empty");
}

bool parse_tag(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    auto is_tag_octet = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    if (!std::all_of(token->begin, token->end, is_tag_octet))
        return reader.invalid(shown(token->text()) + " holds more than letters and digits");
    if (token->size() > 255) return reader.too_long("it is longer than 255 octets");
    return append_number<1>(reader, token->size()) &&
           append_octets(reader, token->begin, token->size());
}

// A lone 0 where a digest or key is expected says "remove the DS RRset" (RFC 8078 4).
bool takes_deletion(FieldReader& reader) {
    bool deletes = (reader.field().flags & dns::field::deletable) != 0 && reader.algorithm == 0 &&
                   reader.left() == 1 && !reader.peek().quoted && reader.peek().text() == "0";
    if (deletes) reader.word();
    return deletes;
}

template <class Decoder>
bool parse_encoded(FieldReader& reader, const char* what, const char* incomplete) {
    if (reader.at_end()) return reader.may_be_empty() || reader.missing();
    if (takes_deletion(reader)) return append_number<1>(reader, 0);
    Decoder decoder;
    size_t before = reader.out.size();
    while (!reader.at_end()) {
        const Token* token = reader.word();
        if (token == nullptr) return false;
        size_t size = reader.out.size();
        uint8_t* to = reader.out.grow(Decoder::room(token->size()));
        if (to == nullptr) return reader.too_much_rdata();
        uint8_t* end = to;
        if (!decoder.feed(token->text(), end)) {
            reader.out.shrink_to(before);
            return reader.invalid(shown(token->text()) + what);
        }
        reader.out.shrink_to(size + static_cast<size_t>(end - to));
    }
    if (decoder.complete()) return true;
    reader.out.shrink_to(before);
    return reader.invalid(incomplete);
}

bool parse_hex(FieldReader& reader) {
    return parse_encoded<HexDecoder>(reader, " holds more than hex digits",
                                     "an odd number of hex digits");
}

bool parse_base64_word(FieldReader& reader) {
    if (reader.at_end()) return reader.missing();
    if (reader.left() == 1 && !reader.peek().quoted && reader.peek().text() == "-")
        return reader.word() != nullptr;
    return parse_base64(reader);
}

bool parse_salt(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    if (token->text() == "-") return append_number<1>(reader, 0);
    HexDecoder decoder;
    uint8_t salt[255];
    uint8_t* end = salt;
    if (token->size() > 2 * sizeof salt) return reader.too_long("it is longer than 255 octets");
    if (!decoder.feed(token->text(), end) || !decoder.complete())
        return reader.invalid(shown(token->text()) + " is no pairs of hex digits",
                              "write - for no salt");
    size_t size = static_cast<size_t>(end - salt);
    return append_number<1>(reader, size) && append_octets(reader, salt, size);
}

bool parse_base32hex(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint8_t hash[255];
    if (token->size() * 5 / 8 > sizeof hash) return reader.too_long("it is longer than 255 octets");
    size_t size = decode_base32hex(token->text(), hash);
    if (size == 0) return reader.invalid(shown(token->text()) + " is no base32hex");
    return append_number<1>(reader, size) && append_octets(reader, hash, size);
}

// The octets of one window (RFC 4034 4.1.2), without trailing zeros; nothing if no bit is set.
bool append_window(FieldReader& reader, uint8_t window, const uint8_t (&bits)[32]) {
    size_t size = 32;
    while (size > 0 && bits[size - 1] == 0) --size;
    return size == 0 || (append_number<2>(reader, size_t{window} << 8 | size) &&
                         append_octets(reader, bits, size));
}

bool parse_bitmap(FieldReader& reader) {
    if (reader.at_end()) return reader.may_be_empty() || reader.missing();
    // A window is cleared when first needed; nearly every type in use is in window 0.
    uint8_t windows[256][32];
    bool used[256] = {};
    size_t end = 0;
    while (!reader.at_end()) {
        const Token* token = reader.word();
        uint16_t number;
        if (token == nullptr || !take_type(reader, *token, number)) return false;
        if (number == 0) return reader.invalid("TYPE0 stands in no bitmap");
        size_t window = number >> 8;
        if (!used[window]) std::memset(windows[window], 0, 32);
        used[window] = true;
        end = std::max(end, window + 1);
        windows[window][(number & 0xff) / 8] |= static_cast<uint8_t>(0x80 >> number % 8);
    }
    for (size_t window = 0; window < end; ++window)
        if (used[window] && !append_window(reader, static_cast<uint8_t>(window), windows[window]))
            return false;
    return true;
}

bool parse_nxt_bitmap(FieldReader& reader) {
    uint8_t bits[16] = {};
    size_t size = 0;
    if (reader.at_end()) return reader.missing();
    while (!reader.at_end()) {
        const Token* token = reader.word();
        uint16_t number;
        if (token == nullptr || !take_type(reader, *token, number)) return false;
        if (number == 0 || number > 127)
            return reader.invalid(shown(token->text()) + " is not among the types 1 to 127");
        bits[number / 8] |= static_cast<uint8_t>(0x80 >> number % 8);
        size = std::max<size_t>(size, number / 8 + size_t{1});
    }
    return append_octets(reader, bits, size);
}

bool parse_locator(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint8_t octets[8];
    if (!read_locator(token->text(), octets))
        return reader.invalid(shown(token->text()) + " is no four groups of hex",
                              "write it as 2001:db8:0:1");
    return append_octets(reader, octets, sizeof octets);
}

template <size_t Count>
bool parse_eui(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint8_t octets[Count];
    if (!read_eui(token->text(), octets, Count))
        return reader.invalid(shown(token->text()) + " is no EUI-" + std::to_string(8 * Count),
                              "write pairs of hex digits with - between them");
    return append_octets(reader, octets, Count);
}

// By dns::FieldKind.
constexpr Leaf kLeaves[] = {
    parse_unsigned<1>,  parse_unsigned<2>,    parse_unsigned<4>,    parse_unsigned<8>,
    parse_period_field, parse_time_field,     parse_rr_type,        parse_algorithm,
    parse_certificate,  parse_scheme,         parse_ipv4,           parse_ipv6,
    parse_name_field,   parse_names,          parse_string,         parse_optional_string,
    parse_strings,      parse_checked_string, parse_long_string,    parse_tag,
    parse_hex,          parse_salt,           parse_base64,         parse_base64_word,
    parse_base32hex,    parse_bitmap,         parse_nxt_bitmap,     parse_services,
    parse_nsap,         parse_atma,           parse_location,       parse_prefixes,
    parse_locator,      parse_eui<6>,         parse_eui<8>,         parse_gateway,
    parse_relay,        parse_host_identity,  parse_service_params, parse_key_flags,
    parse_key_protocol, parse_checked_string, parse_address_suffix, parse_prefix_name,
};
static_assert(std::size(kLeaves) == size_t(dns::FieldKind::prefix_name) + 1);

constexpr dns::Field kGenericSize = {dns::FieldKind::u16, "length"};
constexpr dns::Field kGenericData = {dns::FieldKind::hex, "data", dns::field::may_be_empty};

// RFC 3597 5, for every type; what is known about the type holds for this form too.
bool parse_generic(uint16_t type, FieldReader& reader) {
    reader.word();
    reader.begin(kGenericSize);
    uint64_t size;
    if (!parse_number(reader, UINT16_MAX, size)) return false;
    reader.begin(kGenericData);
    if (!parse_hex(reader)) return false;
    if (reader.out.size() != size)
        return reader.invalid("size " + std::to_string(size) + " is stated, but there are " +
                              std::to_string(reader.out.size()) + " octets");
    auto checked = dns::check_rdata(type, reader.out.octets());
    return checked.ok() || (reader.part(checked.fault().field),
                            reader.invalid(std::string("it ") + checked.fault().reason));
}

bool parse_fields(const dns::RrType& row, FieldReader& reader) {
    for (const dns::Field& field : row.fields) {
        if (field.label == nullptr) break;
        reader.begin(field);
        if (!kLeaves[size_t(field.kind)](reader)) return false;
    }
    return reader.at_end() || (reader.string(), reader.extra());
}

}  // namespace

bool RdataBuffer::append(const void* from, size_t count) {
    uint8_t* to = grow(count);
    if (to == nullptr) return false;
    if (count > 0) std::memcpy(to, from, count);
    return true;
}

bool RdataBuffer::append_u8(uint8_t value) {
    return append(&value, 1);
}

bool RdataBuffer::append_u16(uint16_t value) {
    uint8_t octets[] = {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
    return append(octets, sizeof octets);
}

bool RdataBuffer::append_u32(uint32_t value) {
    return append_u16(static_cast<uint16_t>(value >> 16)) &&
           append_u16(static_cast<uint16_t>(value));
}

bool parse_number(FieldReader& reader, uint64_t most, uint64_t& value) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    if (read_number(token->text(), value) && value <= most) return true;
    return reader.invalid(all_digits(token->text()) ? more_than(token->text(), most)
                                                    : shown(token->text()) + " is no number");
}

bool append_octets(FieldReader& reader, const void* from, size_t count) {
    return reader.out.append(from, count) || reader.too_much_rdata();
}

bool parse_ipv4(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint8_t address[4];
    if (!read_ipv4(token->text(), address))
        return reader.invalid(shown(token->text()) + " is no IPv4 address");
    return append_octets(reader, address, sizeof address);
}

bool parse_ipv6(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    uint8_t address[16];
    if (!read_ipv6(token->text(), address))
        return reader.invalid(shown(token->text()) + " is no IPv6 address");
    return append_octets(reader, address, sizeof address);
}

bool parse_name_field(FieldReader& reader) {
    const Token* token = reader.word();
    if (token == nullptr) return false;
    const char* reason = nullptr;
    if (reader.out.room() < dns::kMaxName) {
        uint8_t name[dns::kMaxName];
        size_t size = read_name(token->text(), token->escaped, reader.origin, name, reason);
        if (size > 0) return append_octets(reader, name, size);
    }
    size_t before = reader.out.size();
    uint8_t* to = reader.out.grow(std::min(dns::kMaxName, reader.out.room()));
    size_t size = read_name(token->text(), token->escaped, reader.origin, to, reason);
    reader.out.shrink_to(before + size);
    return size > 0 || reader.invalid(shown(token->text()) + ": " + reason);
}

bool parse_base64(FieldReader& reader) {
    return parse_encoded<Base64Decoder>(reader, " is no base64",
                                        "the base64 is incomplete: its characters, with = to fill "
                                        "up, come in groups of four");
}

bool parse_rdata(uint16_t type, Tokens tokens, dns::NameView origin, RdataBuffer& out,
                 FieldFault& fault) {
    out.clear();
    FieldReader reader(tokens, origin, out, fault);
    if (!tokens.empty() && !tokens[0].quoted && tokens[0].text() == "\\#")
        return parse_generic(type, reader);
    const dns::RrType* row = dns::find_type(type);
    if (row != nullptr && !row->has(dns::type_flag::generic_only))
        return parse_fields(*row, reader);
    reader.begin(kGenericData);
    if (reader.string() == nullptr) return false;
    return reader.invalid("this type is written in generic form only",
                          "write \\#, the number of octets, and the octets in hex (RFC 3597)");
}

size_t parse_name(const Token& token, dns::NameView origin, uint8_t* out, std::string& reason) {
    if (token.quoted) return reason = "a name stands without quotes", 0;
    const char* why = nullptr;
    size_t size = read_name(token.text(), token.escaped, origin, out, why);
    if (size == 0) reason = why;
    return size;
}

bool parse_name(std::string_view text, dns::Name& out, std::string& reason) {
    uint8_t octets[dns::kMaxName];
    const char* why = nullptr;
    bool escaped = text.find('\\') != text.npos;
    size_t size = read_name(text, escaped, dns::Name().view(), octets, why);
    if (size == 0) return reason = why, false;
    out = dns::Name(dns::NameView(octets, size));
    return true;
}

bool unescape(const Token& token, uint8_t* out, size_t& size, std::string& reason) {
    if (!token.escaped) {
        size = token.size();
        if (size > 0) std::memcpy(out, token.begin, size);
        return true;
    }
    if (read_escaped(token.text(), out, size)) return true;
    reason =
        shown(token.text()) + ": a backslash stands before three digits up to 255 or a character";
    return false;
}

}  // namespace zoneparser
