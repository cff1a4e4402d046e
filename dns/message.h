// The words of a message (RFC 1035 4.1, RFC 6895): header, flags, opcodes, rcodes, classes, EDNS
// options, extended errors. Reading is in query.h, writing in message_writer.h.
//
//    0            2            4         6         8         10        12
//   +------------+------------+---------+---------+---------+---------+-----------------
//   | id         | flags      | QDCOUNT | ANCOUNT | NSCOUNT | ARCOUNT | question, records ...
//   +------------+------------+---------+---------+---------+---------+-----------------
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dns {

inline constexpr size_t kHeaderSize = 12;
inline constexpr size_t kMaxMessage = 65535;
// What a message without EDNS may hold over UDP (RFC 1035 2.3.4).
inline constexpr size_t kClassicUdpSize = 512;

namespace flag {
inline constexpr uint16_t qr = 0x8000, opcode_mask = 0x7800, aa = 0x0400, tc = 0x0200, rd = 0x0100,
                          ra = 0x0080, z = 0x0040, ad = 0x0020, cd = 0x0010, rcode_mask = 0x000f;
}

namespace opcode {
inline constexpr uint8_t query = 0, inverse_query = 1, status = 2, notify = 4, update = 5,
                         stateful = 6;
}

// Extended rcodes (above 15) need an OPT record.
namespace rcode {
inline constexpr uint16_t no_error = 0, format_error = 1, server_failure = 2, no_such_name = 3,
                          not_implemented = 4, refused = 5, name_exists = 6, not_authoritative = 9,
                          bad_version = 16, bad_key = 17, bad_time = 18, bad_truncation = 22,
                          bad_cookie = 23;
}

namespace rr_class {
inline constexpr uint16_t internet = 1, chaos = 3, none = 254, any = 255;
}

namespace edns_option {
inline constexpr uint16_t nsid = 3, expire = 9, cookie = 10, keepalive = 11, padding = 12,
                          extended_error = 15, zone_version = 19;
}

// Extended errors (RFC 8914) that an authoritative server has a use for.
namespace extended_error {
inline constexpr uint16_t none = 0xffff, other = 0, not_ready = 14, prohibited = 18,
                          not_authoritative = 20, not_supported = 21, invalid_data = 24,
                          invalid_query_type = 30;
}

enum class Section : uint8_t { question, answer, authority, additional };

inline uint16_t load16(const uint8_t* from) {
    return static_cast<uint16_t>(from[0] << 8 | from[1]);
}
inline uint32_t load32(const uint8_t* from) {
    return uint32_t{load16(from)} << 16 | load16(from + 2);
}
inline void store16(uint8_t* to, uint16_t value) {
    to[0] = static_cast<uint8_t>(value >> 8);
    to[1] = static_cast<uint8_t>(value);
}
inline void store32(uint8_t* to, uint32_t value) {
    store16(to, static_cast<uint16_t>(value >> 16));
    store16(to + 2, static_cast<uint16_t>(value));
}

// Mnemonics, else "RCODE17", "OPCODE7", "CLASS7", "OPTION7", "EDE7".
std::string rcode_text(uint16_t rcode);
std::string opcode_text(uint8_t opcode);
std::string class_text(uint16_t rr_class);
std::string edns_option_text(uint16_t option);
std::string extended_error_text(uint16_t code);  // the sentence of the registry: "Not Ready"

}  // namespace dns
