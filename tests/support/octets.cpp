#include "tests/support/octets.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace apex_tests {

OctetString from_hex(std::string_view hex) {
    OctetString out;
    int high = -1;
    for (char c : hex) {
        size_t digit = std::string_view("0123456789ABCDEF")
                           .find(static_cast<char>(c >= 'a' && c <= 'f' ? c - 0x20 : c));
        if (digit == std::string_view::npos) continue;
        if (high < 0) {
            high = static_cast<int>(digit);
        } else {
            out.push_back(static_cast<uint8_t>(high << 4 | static_cast<int>(digit)));
            high = -1;
        }
    }
    return out;
}

std::string to_hex(std::span<const uint8_t> octets) {
    std::string out;
    for (uint8_t octet : octets) {
        out += "0123456789ABCDEF"[octet >> 4];
        out += "0123456789ABCDEF"[octet & 15];
    }
    return out;
}

std::string read_whole_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string source_folder() {
    if (const char* folder = std::getenv("APEX_SOURCE_DIR")) return folder;
#ifdef APEX_SOURCE_DIR
    return APEX_SOURCE_DIR;
#else
    return ".";
#endif
}

}  // namespace apex_tests
