#include <algorithm>
#include <cstdlib>

#include "dns/rdata_fields.h"

namespace dns {

namespace {

size_t prefixed_size(const uint8_t* data, size_t size) {
    return size > 0 && data[0] < size ? data[0] + size_t{1} : kNoField;
}

size_t name_size(const uint8_t* data, size_t size) {
    size_t measured = measure_name(data, size);
    return measured > 0 ? measured : kNoField;
}

// IPSECKEY's gateway and AMTRELAY's relay: nothing, IPv4, IPv6 or a name (RFC 4025 2.5, 8777 4.2).
size_t address_or_name_size(unsigned type, size_t before, const uint8_t* data, size_t size) {
    size_t measured = kNoField;
    if (type == 0) measured = 0;
    if (type == 1) measured = 4;
    if (type == 2) measured = 16;
    if (type == 3) measured = name_size(data + before, size - before);
    return measured != kNoField && size - before >= measured ? before + measured : kNoField;
}

size_t gateway_size(const uint8_t* data, size_t size) {
    return size < 3 ? kNoField : address_or_name_size(data[1], 3, data, size);
}

size_t relay_size(const uint8_t* data, size_t size) {
    return size < 2 ? kNoField : address_or_name_size(data[1] & 0x7f, 2, data, size);
}

// The prefix length, then as many octets as hold the other bits of an IPv6 address (RFC 2874 3.1).
// Of a prefix length that cannot be only itself is taken, for check_field to refuse.
size_t address_suffix_size(const uint8_t* data, size_t size) {
    if (size == 0) return kNoField;
    size_t whole = data[0] > 128 ? 1 : 1 + (128 - size_t{data[0]} + 7) / 8;
    return whole <= size ? whole : kNoField;
}

// Sizes of the tag and the key, then both (RFC 8005 5).
size_t host_identity_size(const uint8_t* data, size_t size) {
    if (size < 4) return kNoField;
    size_t whole = size_t{4} + data[0] + (size_t{data[2]} << 8 | data[3]);
    return whole <= size ? whole : kNoField;
}

bool is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

const char* check_strings(Octets content) {
    if (content.empty()) return "needs at least one string";
    while (!content.empty()) {
        size_t size = prefixed_size(content.data(), content.size());
        if (size == kNoField) return "is cut short";
        content = content.subspan(size);
    }
    return nullptr;
}

const char* check_names(Octets content) {
    while (!content.empty()) {
        size_t size = measure_name(content.data(), content.size());
        if (size == 0) return "is no name";
        content = content.subspan(size);
    }
    return nullptr;
}

const char* check_number_string(const Field& field, Octets content) {
    double value;
    if (!is_decimal_number(content.subspan(1), value)) return "is no decimal number";
    double most = (field.flags & field::within_90)    ? 90
                  : (field.flags & field::within_180) ? 180
                                                      : 0;
    return most > 0 && (value > most || value < -most) ? "is out of bounds" : nullptr;
}

// RFC 1183 3.1: it begins with the four digits of the network.
const char* check_psdn_address(Octets content) {
    if (content.size() < 5) return "has fewer than four digits";
    return std::all_of(content.begin() + 1, content.end(), is_digit) ? nullptr
                                                                     : "holds more than digits";
}

const char* check_tag(Octets content) {
    auto letter_or_digit = [](uint8_t c) {
        return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
    };
    if (content.size() < 2) return "is empty";
    return std::all_of(content.begin() + 1, content.end(), letter_or_digit)
               ? nullptr
               : "holds more than letters and digits";
}

// RFC 4034 4.1.2: windows ascend, each has 1 to 32 octets, the last of them not zero.
const char* check_bitmap(Octets content) {
    int before = -1;
    for (size_t at = 0; at < content.size();) {
        if (content.size() - at < 2) return "is cut short";
        int window = content[at];
        size_t size = content[at + 1];
        if (window <= before) return "has windows out of order";
        if (size < 1 || size > 32) return "has a window of the wrong size";
        if (content.size() - at - 2 < size) return "is cut short";
        if (content[at + 1 + size] == 0) return "has a window that ends in zeros";
        if (window == 0 && (content[at + 2] & 0x80)) return "holds type 0";
        before = window;
        at += 2 + size;
    }
    return nullptr;
}

const char* check_nxt_bitmap(Octets content) {
    if (content.size() > 16) return "holds types above 127";
    if (content[0] & 0x80) return "holds type 0";
    return content.back() == 0 ? "ends in zeros" : nullptr;
}

const char* check_services(Octets content) {
    return content.size() > 1 + 8192 ? "holds ports above 65535" : nullptr;
}

// E.164 addresses are digits; of the other formats only their size is known here.
const char* check_atma(Octets content) {
    if (content.size() < 2) return "is cut short";
    if (content[0] == 1 && !std::all_of(content.begin() + 1, content.end(), is_digit))
        return "holds more than digits";
    return nullptr;
}

uint32_t u32_at(Octets octets, size_t at) {
    return uint32_t{octets[at]} << 24 | uint32_t{octets[at + 1]} << 16 |
           uint32_t{octets[at + 2]} << 8 | octets[at + 3];
}

// RFC 1876 2: version 0; sizes as digit and power of ten; degrees around 2^31.
const char* check_location(Octets content) {
    if (content[0] != 0) return "has an unknown version";
    for (size_t at = 1; at <= 3; ++at) {
        int digit = content[at] >> 4, power = content[at] & 15;
        if (digit > 9 || power > 9) return "has a size out of bounds";
    }
    constexpr int64_t kDegree = 3'600'000, kMiddle = int64_t{1} << 31;
    if (std::abs(u32_at(content, 4) - kMiddle) > 90 * kDegree)
        return "has a latitude out of bounds";
    if (std::abs(u32_at(content, 8) - kMiddle) > 180 * kDegree)
        return "has a longitude out of bounds";
    return nullptr;
}

// RFC 3123 4: family, prefix size, sign and address size, address without trailing zeros.
const char* check_prefixes(Octets content) {
    for (size_t at = 0; at < content.size();) {
        if (content.size() - at < 4) return "is cut short";
        unsigned family = content[at] * 256u + content[at + 1], prefix = content[at + 2];
        size_t size = content[at + 3] & 0x7f;
        if (content.size() - at - 4 < size) return "is cut short";
        if (size > 0 && content[at + 3 + size] == 0) return "has an address that ends in zeros";
        if (family == 1 && (prefix > 32 || size > 4)) return "is too long for IPv4";
        if (family == 2 && (prefix > 128 || size > 16)) return "is too long for IPv6";
        at += 4 + size;
    }
    return nullptr;
}

const char* check_host_identity(Octets content) {
    if (content[0] == 0) return "has no host identity tag";
    return content[2] == 0 && content[3] == 0 ? "has no public key" : nullptr;
}

// RFC 2874 3.1: the bits that fill up the suffix's first octet are zeros.
const char* check_address_suffix(Octets content) {
    if (content[0] > 128) return "has a prefix length over 128";
    if (content.size() > 1 && content[1] >> (8 - content[0] % 8) != 0)
        return "has bits set before the suffix";
    return nullptr;
}

// Kinds that go to the end of the rdata and hold at least one octet if nothing else is said.
bool needs_content(FieldKind kind) {
    constexpr FieldKind kKinds[] = {
        FieldKind::long_string, FieldKind::hex,    FieldKind::base64,
        FieldKind::base64_word, FieldKind::bitmap, FieldKind::nxt_bitmap,
        FieldKind::services,    FieldKind::nsap,   FieldKind::atma};
    return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

}  // namespace

size_t measure_field(FieldKind kind, const uint8_t* data, size_t size) {
    if (size_t fixed = fixed_size(kind)) return fixed <= size ? fixed : kNoField;
    switch (kind) {
        case FieldKind::name:
            return name_size(data, size);
        case FieldKind::optional_string:
            return size == 0 ? 0 : prefixed_size(data, size);
        case FieldKind::string:
        case FieldKind::number_string:
        case FieldKind::psdn_address:
        case FieldKind::tag:
        case FieldKind::salt:
        case FieldKind::base32hex:
            return prefixed_size(data, size);
        case FieldKind::gateway:
            return gateway_size(data, size);
        case FieldKind::relay:
            return relay_size(data, size);
        case FieldKind::host_identity:
            return host_identity_size(data, size);
        case FieldKind::address_suffix:
            return address_suffix_size(data, size);
        case FieldKind::prefix_name:
            return size == 0 ? 0 : name_size(data, size);
        default:
            return size;
    }
}

const char* check_field(const Field& field, Octets content) {
    constexpr uint8_t kMayBeEmpty = field::may_be_empty | field::empty_without_algorithm;
    switch (field.kind) {
        case FieldKind::names:
            return check_names(content);
        case FieldKind::strings:
            return check_strings(content);
        case FieldKind::number_string:
            return check_number_string(field, content);
        case FieldKind::psdn_address:
            return check_psdn_address(content);
        case FieldKind::tag:
            return check_tag(content);
        case FieldKind::base32hex:
            return content.size() < 2 ? "is empty" : nullptr;
        case FieldKind::prefixes:
            return check_prefixes(content);
        case FieldKind::location:
            return check_location(content);
        case FieldKind::host_identity:
            return check_host_identity(content);
        case FieldKind::address_suffix:
            return check_address_suffix(content);
        default:
            break;
    }
    if (!needs_content(field.kind)) return nullptr;
    if (content.empty()) return (field.flags & kMayBeEmpty) ? nullptr : "is empty";
    switch (field.kind) {
        case FieldKind::bitmap:
            return check_bitmap(content);
        case FieldKind::nxt_bitmap:
            return check_nxt_bitmap(content);
        case FieldKind::services:
            return check_services(content);
        case FieldKind::atma:
            return check_atma(content);
        default:
            return nullptr;
    }
}

bool is_decimal_number(Octets text, double& value) {
    size_t at = 0;
    bool negative = !text.empty() && text[0] == '-';
    if (negative || (!text.empty() && text[0] == '+')) at = 1;
    double scale = 1;
    bool point = false, digits = false;
    value = 0;
    for (; at < text.size(); ++at) {
        if (text[at] == '.' && !point && digits) {
            point = true;
            digits = false;
        } else if (is_digit(text[at])) {
            digits = true;
            value = point ? value : value * 10;
            value += (text[at] - '0') * (point ? scale /= 10 : 1);
        } else {
            return false;
        }
    }
    if (negative) value = -value;
    return digits;
}

}  // namespace dns
