// What is known about the octets of each field kind: how long a field is, and whether what it holds
// is well formed. For rdata.cpp and the printer.
#pragma once

#include "dns/rdata.h"

namespace dns {

inline constexpr size_t kNoField = SIZE_MAX;

// Octets of the kinds that have always as many; 0 for the others.
constexpr size_t fixed_size(FieldKind kind) {
    switch (kind) {
        case FieldKind::u8:
        case FieldKind::algorithm:
        case FieldKind::scheme:
        case FieldKind::key_protocol:
            return 1;
        case FieldKind::u16:
        case FieldKind::rr_type:
        case FieldKind::certificate:
        case FieldKind::key_flags:
            return 2;
        case FieldKind::u32:
        case FieldKind::period:
        case FieldKind::time:
        case FieldKind::ipv4:
            return 4;
        case FieldKind::eui48:
            return 6;
        case FieldKind::u64:
        case FieldKind::locator:
        case FieldKind::eui64:
            return 8;
        case FieldKind::ipv6:
        case FieldKind::location:
            return 16;
        default:
            return 0;
    }
}

// Size of the field that begins at `data`, of which `size` octets are left; kNoField if it does not
// end within. Fields that go to the end take all.
size_t measure_field(FieldKind kind, const uint8_t* data, size_t size);

// Why the content of a measured field is not well formed, or null. Lists of service parameters are
// checked by check_service_params; keys and prefix names that may be missing by check_rdata.
const char* check_field(const Field& field, Octets content);

// A sign, digits, a point and digits (RFC 1712 3).
bool is_decimal_number(Octets text, double& value);

}  // namespace dns
