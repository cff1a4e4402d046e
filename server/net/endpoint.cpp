#include <net/if.h>

#include <algorithm>
#include <charconv>

#include "server/net/sockets.h"

namespace server {

namespace {

dns::Fault unreadable(std::string_view text, const std::string& reason) {
    return dns::Fault{"\"" + std::string(text) + "\" is no address to listen on: " + reason +
                      ". Write 127.0.0.1, 127.0.0.1:5300, ::1, [::1]:5300, or * for all addresses"};
}

bool read_port(std::string_view text, uint16_t& port) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// Takes "%eth0" or "%3" from the end of an address.
bool take_scope(std::string_view& address, uint32_t& scope) {
    const size_t at = address.find('%');
    if (at == std::string_view::npos) return true;
    const std::string interface(address.substr(at + 1));
    address = address.substr(0, at);
    scope = ::if_nametoindex(interface.c_str());
    if (scope != 0) return true;
    auto [end, error] =
        std::from_chars(interface.data(), interface.data() + interface.size(), scope);
    return error == std::errc() && *end == '\0' && scope != 0;
}

// Splits "address:port", "[address]:port" or "address"; false if brackets or port are odd.
bool split(std::string_view text, std::string_view& address, uint16_t& port) {
    address = text;
    if (text.starts_with('[')) {
        const size_t end = text.find(']');
        if (end == std::string_view::npos) return false;
        address = text.substr(1, end - 1);
        text = text.substr(end + 1);
        return text.empty() || (text[0] == ':' && read_port(text.substr(1), port));
    }
    const size_t colon = text.find(':');
    // More than one colon without brackets is an IPv6 address.
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
        return true;
    address = text.substr(0, colon);
    return read_port(text.substr(colon + 1), port);
}

}  // namespace

bool Endpoint::is_wildcard() const {
    return address == Address() || address == Address::v4(Address().octets.data());
}

dns::Result<void> read_endpoint(std::string_view text, std::vector<Endpoint>& out) {
    Endpoint endpoint;
    std::string_view address;
    if (!split(text, address, endpoint.port)) return unreadable(text, "its port is no number");
    if (address == "*") {
        endpoint.address = Address::v4(Address().octets.data());
        out.push_back(endpoint);
        endpoint.address = Address();
        endpoint.optional = true;
        out.push_back(endpoint);
        return {};
    }
    std::string_view plain = address;
    if (!take_scope(plain, endpoint.scope))
        return unreadable(text, "this machine has no interface of that name");
    if (!read_address(plain, endpoint.address))
        return unreadable(text, "it is neither IPv4 nor IPv6");
    out.push_back(endpoint);
    return {};
}

std::string to_text(const Endpoint& endpoint) {
    std::string text = to_text(endpoint.address);
    if (!endpoint.address.is_v4()) {
        if (endpoint.scope != 0) text += "%" + std::to_string(endpoint.scope);
        text = "[" + text + "]";
    }
    return text + ":" + std::to_string(endpoint.port);
}

}  // namespace server
