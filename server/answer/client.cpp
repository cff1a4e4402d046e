#include "server/answer/client.h"

#include <arpa/inet.h>

#include <algorithm>
#include <iterator>

#include "dns/octet_text.h"

namespace server {

namespace {

constexpr uint8_t kV4Prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

Address Address::v4(const uint8_t* four) {
    Address address;
    std::copy_n(kV4Prefix, 12, address.octets.begin());
    std::copy_n(four, 4, address.octets.begin() + 12);
    return address;
}

Address Address::v6(const uint8_t* sixteen) {
    Address address;
    std::copy_n(sixteen, 16, address.octets.begin());
    return address;
}

bool Address::is_v4() const {
    return std::equal(std::begin(kV4Prefix), std::end(kV4Prefix), octets.begin());
}

bool Address::is_loopback() const {
    if (is_v4()) return octets[12] == 127;
    return octets[15] == 1 &&
           std::all_of(octets.begin(), octets.end() - 1, [](uint8_t o) { return o == 0; });
}

bool read_address(std::string_view text, Address& out) {
    // The longest text of an address; inet_pton wants a zero behind it, and none within.
    char copy[INET6_ADDRSTRLEN];
    if (text.size() >= sizeof copy || text.find('\0') != text.npos) return false;
    *std::copy(text.begin(), text.end(), copy) = '\0';
    uint8_t octets[16];
    if (inet_pton(AF_INET, copy, octets) == 1) {
        out = Address::v4(octets);
    } else if (inet_pton(AF_INET6, copy, octets) == 1) {
        out = Address::v6(octets);
    } else {
        return false;
    }
    return true;
}

std::string to_text(const Address& address) {
    std::string out;
    if (address.is_v4())
        dns::append_ipv4(out, address.octets.data() + 12);
    else
        dns::append_ipv6(out, address.octets.data());
    return out;
}

std::string_view to_string(Transport transport) {
    switch (transport) {
        case Transport::udp:
            return "udp";
        case Transport::tcp:
            return "tcp";
        case Transport::tls:
            return "tls";
    }
    return "";
}

}  // namespace server
