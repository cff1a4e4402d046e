#include "dns/rdata_text.h"

#include <algorithm>

#include "dns/octet_text.h"
#include "dns/rdata_fields.h"
#include "dns/service_params.h"

namespace dns {

namespace {

// Prints one field; false if its notation cannot say what the octets hold, so that the record is
// printed in generic form.
using Printer = bool (*)(std::string& out, Octets content);

uint64_t big_endian(Octets octets) {
    uint64_t value = 0;
    for (uint8_t octet : octets) value = value << 8 | octet;
    return value;
}

NameView name_at(Octets octets) {
    return NameView(octets.data(), octets.size());
}

bool print_number(std::string& out, Octets content) {
    out += std::to_string(big_endian(content));
    return true;
}

void append_padded(std::string& out, uint64_t value, size_t digits) {
    std::string text = std::to_string(value);
    if (text.size() < digits) out.append(digits - text.size(), '0');
    out += text;
}

// YYYYMMDDHHmmSS (RFC 4034 3.2). Years are counted from March, so that a leap day is the last.
bool print_time(std::string& out, Octets content) {
    uint64_t seconds = big_endian(content);
    uint64_t days = seconds / 86400 + 719468;  // since 1 March of the year 0
    uint64_t era = days / 146097, day_of_era = days % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month_from_march = (5 * day_of_year + 2) / 153;
    uint64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    uint64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    append_padded(out, era * 400 + year_of_era + (month <= 2 ? 1 : 0), 4);
    append_padded(out, month, 2);
    append_padded(out, day, 2);
    append_padded(out, seconds % 86400 / 3600, 2);
    append_padded(out, seconds % 3600 / 60, 2);
    append_padded(out, seconds % 60, 2);
    return true;
}

bool print_type(std::string& out, Octets content) {
    append_type(out, static_cast<uint16_t>(big_endian(content)));
    return true;
}

bool print_scheme(std::string& out, Octets content) {
    if (content[0] != 1) return print_number(out, content);
    out += "NOTIFY";  // RFC 9859 6.2
    return true;
}

bool print_ipv4(std::string& out, Octets content) {
    append_ipv4(out, content.data());
    return true;
}

bool print_ipv6(std::string& out, Octets content) {
    append_ipv6(out, content.data());
    return true;
}

bool print_name(std::string& out, Octets content) {
    append_text(out, name_at(content));
    return true;
}

bool print_names(std::string& out, Octets content) {
    for (bool first = true; !content.empty(); first = false) {
        size_t size = measure_name(content.data(), content.size());
        if (size == 0) return false;
        if (!first) out += ' ';
        append_text(out, name_at(content.first(size)));
        content = content.subspan(size);
    }
    return true;
}

bool print_strings(std::string& out, Octets content) {
    for (bool first = true; !content.empty(); first = false) {
        if (!first) out += ' ';
        size_t size = content[0];
        append_quoted(out, content.subspan(1, size));
        content = content.subspan(1 + size);
    }
    return true;
}

bool print_long_string(std::string& out, Octets content) {
    append_quoted(out, content);
    return true;
}

bool print_tag(std::string& out, Octets content) {
    for (uint8_t octet : content.subspan(1)) out += static_cast<char>(octet);
    return true;
}

bool print_hex(std::string& out, Octets content) {
    append_hex(out, content);
    return true;
}

bool print_salt(std::string& out, Octets content) {
    if (content.size() == 1) out += '-';
    append_hex(out, content.subspan(1));
    return true;
}

bool print_base64(std::string& out, Octets content) {
    append_base64(out, content);
    return true;
}

bool print_base64_word(std::string& out, Octets content) {
    if (content.empty()) out += '-';
    append_base64(out, content);
    return true;
}

bool print_base32hex(std::string& out, Octets content) {
    append_base32hex(out, content.subspan(1));
    return true;
}

// The types of one window of a bitmap, the highest bit first.
void append_types(std::string& out, unsigned window, Octets bits, bool& first) {
    for (size_t bit = 0; bit < 8 * bits.size(); ++bit) {
        if ((bits[bit / 8] & 0x80 >> bit % 8) == 0) continue;
        if (!first) out += ' ';
        first = false;
        append_type(out, static_cast<uint16_t>(window << 8 | bit));
    }
}

bool print_bitmap(std::string& out, Octets content) {
    bool first = true;
    for (size_t at = 0; at < content.size(); at += content[at + 1] + size_t{2})
        append_types(out, content[at], content.subspan(at + 2, content[at + 1]), first);
    return true;
}

bool print_nxt_bitmap(std::string& out, Octets content) {
    bool first = true;
    append_types(out, 0, content, first);
    return true;
}

bool print_services(std::string& out, Octets content) {
    Octets bits = content.subspan(1);
    if (!bits.empty() && bits.back() == 0) return false;
    out += std::to_string(content[0]);
    for (size_t port = 0; port < 8 * bits.size(); ++port)
        if (bits[port / 8] & 0x80 >> port % 8) out += ' ' + std::to_string(port);
    return true;
}

bool print_nsap(std::string& out, Octets content) {
    out += "0x";
    append_hex(out, content);
    return true;
}

bool print_atma(std::string& out, Octets content) {
    if (content[0] > 1) return false;
    if (content[0] == 0) return print_hex(out, content.subspan(1));
    out += '+';
    for (uint8_t octet : content.subspan(1)) out += static_cast<char>(octet);
    return true;
}

void append_angle(std::string& out, uint64_t stored, const char* hemispheres) {
    constexpr uint64_t kMiddle = uint64_t{1} << 31;
    uint64_t thousandths = stored >= kMiddle ? stored - kMiddle : kMiddle - stored;
    out += std::to_string(thousandths / 3'600'000) + ' ';
    out += std::to_string(thousandths / 60'000 % 60) + ' ';
    out += std::to_string(thousandths / 1000 % 60) + '.';
    append_padded(out, thousandths % 1000, 3);
    out += ' ';
    out += hemispheres[stored >= kMiddle ? 0 : 1];
    out += ' ';
}

void append_size(std::string& out, uint8_t stored) {
    uint64_t centimetres = stored >> 4;
    for (int power = stored & 15; power > 0; --power) centimetres *= 10;
    out += std::to_string(centimetres / 100);
    if (centimetres % 100 != 0) {
        out += '.';
        append_padded(out, centimetres % 100, 2);
    }
    out += 'm';
}

// RFC 1876 3, nothing left to defaults.
bool print_location(std::string& out, Octets content) {
    // 0 with a power of ten is 0, which text writes in one way only.
    for (size_t at = 1; at <= 3; ++at)
        if (content[at] < 0x10 && content[at] != 0) return false;
    append_angle(out, big_endian(content.subspan(4, 4)), "NS");
    append_angle(out, big_endian(content.subspan(8, 4)), "EW");
    constexpr uint64_t kBase = 10'000'000;
    uint64_t altitude = big_endian(content.subspan(12, 4));
    uint64_t centimetres = altitude >= kBase ? altitude - kBase : kBase - altitude;
    if (altitude < kBase) out += '-';
    out += std::to_string(centimetres / 100) + '.';
    append_padded(out, centimetres % 100, 2);
    out += 'm';
    for (size_t at = 1; at <= 3; ++at) {
        out += ' ';
        append_size(out, content[at]);
    }
    return true;
}

bool print_prefixes(std::string& out, Octets content) {
    for (size_t at = 0; at < content.size();) {
        uint64_t family = big_endian(content.subspan(at, 2));
        size_t size = content[at + 3] & 0x7f;
        uint8_t address[16] = {};
        if (family < 1 || family > 2 || size > sizeof address) return false;
        std::copy_n(content.begin() + static_cast<ptrdiff_t>(at) + 4, size, address);
        if (at > 0) out += ' ';
        if (content[at + 3] & 0x80) out += '!';
        out += std::to_string(family) + ':';
        family == 1 ? append_ipv4(out, address) : append_ipv6(out, address);
        out += '/' + std::to_string(content[at + 2]);
        at += 4 + size;
    }
    return true;
}

bool print_locator(std::string& out, Octets content) {
    for (size_t at = 0; at < 8; at += 2) {
        if (at > 0) out += ':';
        append_lower_hex(out, content.subspan(at, 2));
    }
    return true;
}

bool print_eui(std::string& out, Octets content) {
    for (size_t at = 0; at < content.size(); ++at) {
        if (at > 0) out += '-';
        append_lower_hex(out, content.subspan(at, 1));
    }
    return true;
}

void append_address_or_name(std::string& out, unsigned type, Octets content) {
    out += ' ';
    if (type == 0) out += '.';
    if (type == 1) append_ipv4(out, content.data());
    if (type == 2) append_ipv6(out, content.data());
    if (type == 3) append_text(out, name_at(content));
}

bool print_gateway(std::string& out, Octets content) {
    for (size_t at = 0; at < 3; ++at) {
        if (at > 0) out += ' ';
        out += std::to_string(content[at]);
    }
    append_address_or_name(out, content[1], content.subspan(3));
    return true;
}

bool print_relay(std::string& out, Octets content) {
    unsigned type = content[1] & 0x7f;
    out += std::to_string(content[0]) + (content[1] & 0x80 ? " 1 " : " 0 ") + std::to_string(type);
    append_address_or_name(out, type, content.subspan(2));
    return true;
}

bool print_host_identity(std::string& out, Octets content) {
    out += std::to_string(content[1]) + ' ';
    append_hex(out, content.subspan(4, content[0]));
    out += ' ';
    append_base64(out, content.subspan(size_t{4} + content[0]));
    return true;
}

bool print_address_suffix(std::string& out, Octets content) {
    out += std::to_string(content[0]);
    Octets suffix = content.subspan(1);
    if (suffix.empty()) return true;
    uint8_t address[16] = {};
    std::copy(suffix.begin(), suffix.end(), std::end(address) - suffix.size());
    out += ' ';
    append_ipv6(out, address);
    return true;
}

bool print_service_params(std::string& out, Octets content) {
    append_service_params(out, content);
    return true;
}

// By FieldKind.
constexpr Printer kPrinters[] = {
    print_number,       // u8
    print_number,       // u16
    print_number,       // u32
    print_number,       // u64
    print_number,       // period
    print_time,         // time
    print_type,         // rr_type
    print_number,       // algorithm
    print_number,       // certificate
    print_scheme,       // scheme
    print_ipv4,         // ipv4
    print_ipv6,         // ipv6
    print_name,         // name
    print_names,        // names
    print_strings,      // string
    print_strings,      // optional_string
    print_strings,      // strings
    print_strings,      // number_string
    print_long_string,  // long_string
    print_tag,          // tag
    print_hex,          // hex
    print_salt,         // salt
    print_base64,       // base64
    print_base64_word,  // base64_word
    print_base32hex,    // base32hex
    print_bitmap,       // bitmap
    print_nxt_bitmap,   // nxt_bitmap
    print_services,     // services
    print_nsap,         // nsap
    print_atma,         // atma
    print_location,     // location
    print_prefixes,     // prefixes
    print_locator,      // locator
    print_eui,          // eui48
    print_eui,          // eui64
    print_gateway,      // gateway
    print_relay,        // relay
    print_host_identity, print_service_params,
    print_number,          // key_flags
    print_number,          // key_protocol
    print_strings,         // psdn_address
    print_address_suffix,  // address_suffix
    print_name,            // prefix_name
};
static_assert(std::size(kPrinters) == size_t(FieldKind::prefix_name) + 1);

bool append_fields(std::string& out, uint16_t type, Octets rdata) {
    const RrType* row = find_type(type);
    if (row == nullptr || row->has(type_flag::generic_only)) return false;
    if (!check_rdata(type, rdata).ok()) return false;
    bool first = true;
    FieldWalk walk(type, rdata);
    for (FieldSpan span; walk.next(span);) {
        // Of the fields that may be empty only two have a word for it.
        bool printed = span.size > 0 || span.field->kind == FieldKind::long_string ||
                       span.field->kind == FieldKind::base64_word;
        if (!printed) continue;
        if (!first) out += ' ';
        first = false;
        Octets content = rdata.subspan(span.offset, span.size);
        if (!kPrinters[size_t(span.field->kind)](out, content)) return false;
    }
    return true;
}

}  // namespace

void append_rdata_text(std::string& out, uint16_t type, Octets rdata) {
    size_t before = out.size();
    if (append_fields(out, type, rdata)) return;
    out.resize(before);
    out += "\\# ";
    out += std::to_string(rdata.size());
    if (rdata.empty()) return;
    out += ' ';
    append_hex(out, rdata);
}

std::string rdata_text(uint16_t type, Octets rdata) {
    std::string out;
    append_rdata_text(out, type, rdata);
    return out;
}

void append_quoted(std::string& out, Octets string) {
    out += '"';
    for (uint8_t octet : string) {
        if (octet < 0x20 || octet >= 0x7f) {
            out += '\\';
            append_padded(out, octet, 3);
            continue;
        }
        if (octet == '"' || octet == '\\') out += '\\';
        out += static_cast<char>(octet);
    }
    out += '"';
}

}  // namespace dns
