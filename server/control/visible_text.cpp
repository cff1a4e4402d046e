#include "server/control/visible_text.h"

#include <cstdint>

namespace server {

namespace {

constexpr TextUnit kEscapedOctet{1, 4, true};

struct Range {
    uint32_t first, last;
};

// What hides text or turns its direction (Unicode 15, category Cf, and the separators), and C1.
constexpr Range kHidden[] = {
    {0x80, 0x9f},     {0xad, 0xad},       {0x61c, 0x61c},     {0x180e, 0x180e},
    {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},   {0xfeff, 0xfeff},
    {0xfff9, 0xfffb}, {0x1d173, 0x1d17a}, {0xe0000, 0xe007f},
};
// What takes no column (combining marks), and what takes two (wide letters, most pictures).
constexpr Range kNarrow[] = {{0x300, 0x36f},   {0x483, 0x489},    {0x591, 0x5bd},
                             {0x610, 0x61a},   {0x64b, 0x65f},    {0x1ab0, 0x1aff},
                             {0x1dc0, 0x1dff}, {0x20d0, 0x20f0},  {0xfe00, 0xfe0f},
                             {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}};
constexpr Range kWide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},  {0x3041, 0xa4cf},
                           {0xac00, 0xd7a3},   {0xf900, 0xfaff},  {0xfe30, 0xfe6f},
                           {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
                           {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <size_t Count>
bool in(const Range (&ranges)[Count], uint32_t code_point) {
    for (const Range& range : ranges)
        if (code_point >= range.first && code_point <= range.last) return true;
    return false;
}

// Octets of the UTF-8 character at the start of `text` (RFC 3629 4), 0 if there is none.
size_t read_utf8(std::string_view text, uint32_t& code_point) {
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = static_cast<uint8_t>(text[0]);
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
    code_point = first & (0xffu >> (size + 1));
    for (size_t i = 1; i < size; ++i) {
        uint8_t octet = static_cast<uint8_t>(text[i]);
        if ((octet & 0xc0) != 0x80) return 0;
        code_point = code_point << 6 | (octet & 0x3fu);
    }
    bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    return code_point < kLeast[size] || code_point > 0x10ffff || surrogate ? 0 : size;
}

}  // namespace

TextUnit first_unit(std::string_view text) {
    uint8_t first = static_cast<uint8_t>(text[0]);
    if (first >= 0x20 && first < 0x7f) return {1, 1, false};
    if (first < 0x80) return kEscapedOctet;
    uint32_t code_point = 0;
    size_t size = read_utf8(text, code_point);
    if (size == 0 || in(kHidden, code_point)) return kEscapedOctet;
    return {size, in(kNarrow, code_point) ? 0u : in(kWide, code_point) ? 2u : 1u, false};
}

void append_unit(std::string& out, std::string_view text, TextUnit unit) {
    if (!unit.escaped) {
        out += text.substr(0, unit.octets);
        return;
    }
    unsigned octet = static_cast<uint8_t>(text[0]);
    out += '\\';
    out += static_cast<char>('0' + octet / 100);
    out += static_cast<char>('0' + octet / 10 % 10);
    out += static_cast<char>('0' + octet % 10);
}

void append_visible(std::string& out, std::string_view text) {
    while (!text.empty()) {
        TextUnit unit = first_unit(text);
        append_unit(out, text, unit);
        text.remove_prefix(unit.octets);
    }
}

std::string visible(std::string_view text) {
    std::string out;
    append_visible(out, text);
    return out;
}

}  // namespace server
