#include "dns/octet_text.h"

namespace dns {

namespace {

void append_digits(std::string& out, Octets octets, const char* digits) {
    size_t at = out.size();
    out.resize(at + 2 * octets.size());
    for (uint8_t octet : octets) {
        out[at++] = digits[octet >> 4];
        out[at++] = digits[octet & 15];
    }
}

void append_group(std::string& out, uint16_t group) {
    bool started = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        unsigned digit = group >> shift & 15u;
        started |= digit != 0 || shift == 0;
        if (started) out += "0123456789abcdef"[digit];
    }
}

}  // namespace

void append_hex(std::string& out, Octets octets) {
    append_digits(out, octets, "0123456789ABCDEF");
}

void append_lower_hex(std::string& out, Octets octets) {
    append_digits(out, octets, "0123456789abcdef");
}

void append_base64(std::string& out, Octets octets) {
    constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < octets.size(); at += 3) {
        size_t count = octets.size() - at < 3 ? octets.size() - at : 3;
        uint32_t bits = 0;
        for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < count ? octets[at + i] : 0u);
        for (size_t i = 0; i < 4; ++i) out += i <= count ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    }
}

void append_base32hex(std::string& out, Octets octets) {
    constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
    uint32_t bits = 0;
    int held = 0;
    for (uint8_t octet : octets) {
        bits = (bits << 8 | octet) & 0xffff;
        for (held += 8; held >= 5; held -= 5) out += kDigits[bits >> (held - 5) & 31];
    }
    if (held > 0) out += kDigits[bits << (5 - held) & 31];
}

void append_ipv4(std::string& out, const uint8_t* address) {
    for (int i = 0; i < 4; ++i) {
        if (i > 0) out += '.';
        out += std::to_string(address[i]);
    }
}

void append_ipv6(std::string& out, const uint8_t* address) {
    uint16_t groups[8];
    for (int i = 0; i < 8; ++i)
        groups[i] = static_cast<uint16_t>(address[2 * i] << 8 | address[2 * i + 1]);
    // The first of the longest runs of two or more zero groups becomes "::" (RFC 5952 4.2).
    int gap = 8, gap_size = 1;
    for (int i = 0; i < 8; ++i) {
        int size = 0;
        while (i + size < 8 && groups[i + size] == 0) ++size;
        if (size > gap_size) gap = i, gap_size = size;
    }
    bool mapped = gap == 0 && gap_size == 5 && groups[5] == 0xffff;  // RFC 5952 5
    for (int i = 0; i < (mapped ? 6 : 8); ++i) {
        if (i == gap) {
            out += "::";
            i += gap_size - 1;
            continue;
        }
        if (i > 0 && i != gap + gap_size) out += ':';
        append_group(out, groups[i]);
    }
    if (!mapped) return;
    out += ':';
    append_ipv4(out, address + 12);
}

}  // namespace dns
