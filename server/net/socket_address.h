// Addresses as the system's calls take them.
#pragma once

#include <netinet/in.h>

#include <cstring>

#include "server/net/sockets.h"

namespace server {

// An IPv4 or IPv6 address with its port, as the kernel writes and reads it.
union SocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

inline void put_v4(Address& address, const in_addr& from) {
    address.octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    std::memcpy(address.octets.data() + 12, &from, 4);
}
inline void put_v6(Address& address, const in6_addr& from) {
    std::memcpy(address.octets.data(), &from, 16);
}

// Of a family that is neither: all zeros.
inline Endpoint read_socket_address(const SocketAddress& from) {
    Endpoint endpoint;
    endpoint.port = 0;
    if (from.any.sa_family == AF_INET) {
        put_v4(endpoint.address, from.v4.sin_addr);
        endpoint.port = ntohs(from.v4.sin_port);
    } else if (from.any.sa_family == AF_INET6) {
        put_v6(endpoint.address, from.v6.sin6_addr);
        endpoint.port = ntohs(from.v6.sin6_port);
        endpoint.scope = from.v6.sin6_scope_id;
    }
    return endpoint;
}

// Returns how many octets of `to` count.
inline socklen_t write_socket_address(const Endpoint& endpoint, SocketAddress& to) {
    std::memset(&to, 0, sizeof to);
    const dns::Octets octets = endpoint.address.family_octets();
    if (endpoint.address.is_v4()) {
        to.v4.sin_family = AF_INET;
        to.v4.sin_port = htons(endpoint.port);
        std::memcpy(&to.v4.sin_addr, octets.data(), octets.size());
        return sizeof to.v4;
    }
    to.v6.sin6_family = AF_INET6;
    to.v6.sin6_port = htons(endpoint.port);
    to.v6.sin6_scope_id = endpoint.scope;
    std::memcpy(&to.v6.sin6_addr, octets.data(), octets.size());
    return sizeof to.v6;
}

}  // namespace server
