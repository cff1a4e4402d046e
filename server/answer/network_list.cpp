#include "server/answer/network_list.h"

#include <algorithm>
#include <cstring>

#include "dns/octet_text.h"

namespace server {

namespace {

constexpr uint8_t kV4Bits = 96;  // of an IPv4 address in 128 bits

dns::Fault fault(std::string_view text, const std::string& what) {
    return {"'" + std::string(text) + "' " + what};
}

// Bits of `a` and `b` that are equal from the first on, where there are `bits` of them.
bool same_start(const Address& a, const Address& b, size_t bits) {
    const size_t whole = bits / 8;
    if (std::memcmp(a.octets.data(), b.octets.data(), whole) != 0) return false;
    const size_t rest = bits % 8;
    return rest == 0 || (a.octets[whole] ^ b.octets[whole]) >> (8 - rest) == 0;
}

Address without_bits_behind(Address address, size_t prefix) {
    for (size_t bit = prefix; bit < 128; bit += 8 - bit % 8)
        address.octets[bit / 8] &= static_cast<uint8_t>(~(0xff >> bit % 8));
    return address;
}

// One to three digits, at most `most`.
bool read_length(std::string_view text, unsigned most, unsigned& length) {
    if (text.empty() || text.size() > 3) return false;
    length = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return false;
        length = length * 10 + static_cast<unsigned>(c - '0');
    }
    return length <= most;
}

}  // namespace

bool Network::holds(const Address& other) const {
    if (any) return true;
    if (prefix < kV4Bits && other.is_v4()) return false;
    return same_start(address, other, prefix);
}

dns::Result<Network> read_network(std::string_view text) {
    Network network;
    std::string_view rest = text;
    if (!rest.empty() && rest.front() == '!') {
        network.excluded = true;
        rest.remove_prefix(1);
    }
    if (rest == "any" || rest == "none") {
        network.any = true;
        if (rest == "none") network.excluded = !network.excluded;
        return network;
    }

    const size_t slash = rest.find('/');
    const std::string_view host = rest.substr(0, slash);
    if (!read_address(host, network.address))
        return fault(text,
                     "is no network: write an address, an address and a length as in "
                     "10.0.0.0/8 or 2001:db8::/32, \"any\" or \"none\"");
    const bool is_v4 = network.address.is_v4();
    const bool written_as_v6 = host.find(':') != host.npos;
    const unsigned bits = written_as_v6 ? 128 : 32;
    unsigned length = bits;
    if (slash != rest.npos && !read_length(rest.substr(slash + 1), bits, length))
        return fault(text, "has no length of 0 to " + std::to_string(bits) + " after its /");
    if (is_v4 && written_as_v6 && length >= kV4Bits)
        return fault(text, "is an IPv4 network in the form of IPv6: write it as IPv4");
    network.prefix = static_cast<uint8_t>(written_as_v6 ? length : length + kV4Bits);

    const Address start = without_bits_behind(network.address, network.prefix);
    if (start != network.address)
        return fault(text, "has bits set behind its length: write " + to_text(start) + "/" +
                               std::to_string(length) +
                               " for the network, or leave out the / for "
                               "the one address");
    return network;
}

std::string to_text(const Network& network) {
    std::string text = network.excluded ? "!" : "";
    if (network.any) return text + "any";
    const unsigned bits = network.prefix - (network.address.is_v4() ? kV4Bits : 0U);
    return text + to_text(network.address) + "/" + std::to_string(bits);
}

NetworkList::NetworkList(std::vector<Network> networks)
    : networks_(std::move(networks)),
      any_included_(std::any_of(networks_.begin(), networks_.end(),
                                [](const Network& network) { return !network.excluded; })) {}

// All are looked at: a network with ! wins wherever it stands.
bool NetworkList::contains(const Address& address) const {
    bool included = !any_included_ && !networks_.empty();
    for (const Network& network : networks_) {
        if (!network.holds(address)) continue;
        if (network.excluded) return false;
        included = true;
    }
    return included;
}

const Network* NetworkList::closest(const Address& address) const {
    const Network* found = nullptr;
    for (const Network& network : networks_) {
        if (network.excluded || !network.holds(address)) continue;
        if (found == nullptr || found->any || (!network.any && network.prefix > found->prefix))
            found = &network;
    }
    return found;
}

}  // namespace server
