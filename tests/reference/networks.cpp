#include "tests/reference/networks.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace apex_tests::reference {

namespace {

// RFC 4291 2.2 text, and what ranges mean.
struct AddressRange {
    std::array<uint8_t, 16> octets{};
    size_t bits = 128;
};
AddressRange range_of(std::string text) {
    AddressRange range;
    if (size_t slash = text.find('/'); slash != std::string::npos) {
        range.bits = static_cast<size_t>(std::stoi(text.substr(slash + 1)));
        text.resize(slash);
        if (text.find(':') == std::string::npos) range.bits += 96;
    }
    if (text.find(':') == std::string::npos) {
        range.octets[10] = range.octets[11] = 0xff;
        inet_pton(AF_INET, text.c_str(), range.octets.data() + 12);
    } else {
        inet_pton(AF_INET6, text.c_str(), range.octets.data());
    }
    return range;
}

}  // namespace

bool holds(const Networks& networks, const std::string& address) {
    AddressRange one = range_of(address);
    bool in = std::all_of(networks.begin(), networks.end(),
                          [](const std::string& text) { return text.starts_with('!'); }) &&
              !networks.empty();
    bool out = false;
    for (const std::string& text : networks) {
        bool excluded = text.starts_with('!');
        std::string network = text.substr(excluded ? 1 : 0);
        if (network == "none") continue;
        bool match = true;
        AddressRange range = network == "any" ? AddressRange{{}, 0} : range_of(network);
        for (size_t bit = 0; bit < range.bits; ++bit)
            match &= ((one.octets[bit / 8] ^ range.octets[bit / 8]) >> (7 - bit % 8) & 1) == 0;
        (excluded ? out : in) |= match;
    }
    return in && !out;
}

}  // namespace apex_tests::reference
