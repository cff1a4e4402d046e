// Who asks, from where to where, and how: what views, ACLs, cookies and rate limits look at.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "dns/base/result.h"
#include "dns/rdata.h"

namespace server {

// An address of either family in 16 octets, IPv4 as ::ffff:a.b.c.d.
struct Address {
    std::array<uint8_t, 16> octets{};

    static Address v4(const uint8_t* four);
    static Address v6(const uint8_t* sixteen);
    bool is_v4() const;
    bool is_loopback() const;
    // 4 or 16 octets.
    dns::Octets family_octets() const {
        return is_v4() ? dns::Octets(octets.data() + 12, 4) : dns::Octets(octets.data(), 16);
    }
    bool operator==(const Address&) const = default;
};

// "192.0.2.1", "2001:db8::1"; false if it is neither.
bool read_address(std::string_view text, Address& out);
std::string to_text(const Address& address);

// Who signed a request (RFC 8945): the place of the TSIG key in the set, counted from 1; 0: nobody.
using KeyNumber = uint16_t;

enum class Transport : uint8_t { udp, tcp, tls };
std::string_view to_string(Transport transport);

struct Client {
    Address address;  // where the request came from
    Address local;    // where it was sent to
    uint16_t port = 0;
    Transport transport = Transport::udp;
};

}  // namespace server
