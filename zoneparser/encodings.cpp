#include "zoneparser/encodings.h"

#include <array>

namespace zoneparser {

namespace {

constexpr uint8_t kNone = 0xff;
using Digits = std::array<uint8_t, 256>;

constexpr Digits make_digits(std::string_view alphabet, bool any_case) {
    Digits digits{};
    for (uint8_t& digit : digits) digit = kNone;
    for (size_t i = 0; i < alphabet.size(); ++i) {
        auto octet = static_cast<uint8_t>(alphabet[i]);
        digits[octet] = static_cast<uint8_t>(i);
        if (any_case && octet >= 'A' && octet <= 'Z')
            digits[octet + 0x20] = static_cast<uint8_t>(i);
    }
    return digits;
}

constexpr Digits kHex = make_digits("0123456789ABCDEF", true);
constexpr Digits kBase32Hex = make_digits("0123456789ABCDEFGHIJKLMNOPQRSTUV", true);
constexpr Digits kBase64 =
    make_digits("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", false);

uint8_t digit_of(const Digits& digits, char c) {
    return digits[static_cast<uint8_t>(c)];
}

}  // namespace

bool HexDecoder::feed(std::string_view text, uint8_t*& out) {
    const char* at = text.data();
    const char* end = at + text.size();
    if (odd_ && at != end) {
        uint8_t low = digit_of(kHex, *at++);
        if (low == kNone) return false;
        *out++ = static_cast<uint8_t>(high_ << 4 | low);
        odd_ = false;
    }
    uint8_t* to = out;
    uint8_t seen = 0;
    for (; end - at >= 2; at += 2) {
        uint8_t high = digit_of(kHex, at[0]), low = digit_of(kHex, at[1]);
        seen |= high | low;
        *to++ = static_cast<uint8_t>(high << 4 | low);
    }
    if (seen & 0xf0) return false;
    out = to;
    if (at == end) return true;
    high_ = digit_of(kHex, *at);
    odd_ = true;
    return high_ != kNone;
}

bool Base64Decoder::take(uint8_t octet, uint8_t*& out) {
    if (octet == '=') {
        if (held_ < 2) return false;
        ++padding_;
        bits_ <<= 6;
    } else {
        uint8_t digit = kBase64[octet];
        if (digit == kNone || padding_ != 0) return false;
        bits_ = bits_ << 6 | digit;
    }
    if (++held_ < 4) return true;
    // The bits that padding leaves over are zero (RFC 4648 3.5).
    if (padding_ != 0 && (bits_ & ((1u << (8 * padding_)) - 1)) != 0) return false;
    for (int octets = 3 - padding_, shift = 16; octets > 0; --octets, shift -= 8)
        *out++ = static_cast<uint8_t>(bits_ >> shift);
    bits_ = 0;
    held_ = 0;
    return true;
}

bool Base64Decoder::feed(std::string_view text, uint8_t*& out) {
    const char* at = text.data();
    const char* end = at + text.size();
    while (at != end) {
        if (held_ == 0 && padding_ == 0) {
            uint8_t* to = out;
            for (; end - at >= 4; at += 4) {
                uint8_t a = digit_of(kBase64, at[0]), b = digit_of(kBase64, at[1]);
                uint8_t c = digit_of(kBase64, at[2]), d = digit_of(kBase64, at[3]);
                if ((a | b | c | d) & 0xc0) break;
                uint32_t group = uint32_t{a} << 18 | uint32_t{b} << 12 | uint32_t{c} << 6 | d;
                to[0] = static_cast<uint8_t>(group >> 16);
                to[1] = static_cast<uint8_t>(group >> 8);
                to[2] = static_cast<uint8_t>(group);
                to += 3;
            }
            out = to;
            if (at == end) return true;
        }
        if (!take(static_cast<uint8_t>(*at++), out)) return false;
    }
    return true;
}

size_t decode_base32hex(std::string_view text, uint8_t* out) {
    // 1, 3 and 6 characters beyond whole groups of eight hold no whole octet more than one less
    // does.
    size_t rest = text.size() % 8;
    if (rest == 1 || rest == 3 || rest == 6) return 0;
    size_t size = 0;
    uint64_t bits = 0;
    int held = 0;
    for (char c : text) {
        uint8_t digit = digit_of(kBase32Hex, c);
        if (digit == kNone) return 0;
        bits = bits << 5 | digit;
        held += 5;
        if (held < 8) continue;
        held -= 8;
        out[size++] = static_cast<uint8_t>(bits >> held);
        bits &= (uint64_t{1} << held) - 1;
    }
    return bits == 0 ? size : 0;
}

}  // namespace zoneparser
