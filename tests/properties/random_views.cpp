#include "tests/properties/random_views.h"

#include <algorithm>
#include <stdexcept>

namespace apex_tests {

namespace {

bool holds(const std::vector<PlainNetwork>& list, const AddressBits& address) {
    bool only_excluded = !list.empty(), included = false, excluded = false;
    for (const PlainNetwork& network : list) {
        if (!network.excluded) only_excluded = false;
        const bool same_family = network.is_v4 == (address.size() == 32);
        if (network.any || (same_family && address.starts_with(network.bits)))
            (network.excluded ? excluded : included) = true;
    }
    return !excluded && (included || only_excluded);
}

bool holds(const PlainList& list, const server::Address& address) {
    return !list || holds(*list, bits_of(address));
}

std::string text_of(const PlainNetwork& network) {
    std::string text = network.excluded ? "!" : "";
    if (network.any) return text + "any";
    AddressBits whole = network.bits;
    whole.resize(network.is_v4 ? 32 : 128, '0');
    return text + server::to_text(address_of(whole)) + "/" + std::to_string(network.bits.size());
}

// The next address up or down, around the ends.
AddressBits neighbour(AddressBits bits, bool up) {
    const char full = up ? '1' : '0';
    for (size_t i = bits.size(); i-- > 0;) {
        const bool carries = bits[i] == full;
        bits[i] = bits[i] == '1' ? '0' : '1';
        if (!carries) break;
    }
    return bits;
}

}  // namespace

AddressBits bits_of(const server::Address& address) {
    AddressBits bits;
    for (uint8_t octet : address.family_octets())
        for (int bit = 7; bit >= 0; --bit) bits += (octet >> bit & 1) != 0 ? '1' : '0';
    return bits;
}

server::Address address_of(const AddressBits& bits) {
    uint8_t octets[16] = {};
    for (size_t i = 0; i < bits.size(); ++i)
        if (bits[i] == '1') octets[i / 8] |= static_cast<uint8_t>(0x80 >> i % 8);
    return bits.size() == 32 ? server::Address::v4(octets) : server::Address::v6(octets);
}

RandomViews::RandomViews(Random& random, size_t views, size_t networks) : random_(random) {
    for (size_t i = random.between(1, 6); i > 0; --i)
        stems_.push_back(random_bits(random.below(120)));
    for (size_t i = 0; i < views; ++i) {
        PlainView plain;
        auto view = std::make_shared<server::View>();
        const size_t lists = random.one_in(6) ? 0 : random.between(1, 7);
        const size_t count = random.between(1, std::max<size_t>(networks, 1));
        if ((lists & 1) != 0) plain.clients = list(count, view->clients);
        if ((lists & 2) != 0)
            plain.destinations = list(std::min<size_t>(count, 5), view->destinations);
        if ((lists & 4) != 0 && random.one_in(2)) {
            plain.keys.emplace();
            for (size_t keys = random.between(1, 3); keys > 0; --keys)
                plain.keys->push_back(static_cast<server::KeyNumber>(random.between(1, 4)));
            view->keys = plain.keys;
            text_ += " keys";
        }
        text_ += "\n";
        plain_.push_back(std::move(plain));
        views_.push_back(std::move(view));
    }
}

AddressBits RandomViews::random_bits(size_t count) {
    AddressBits bits;
    while (bits.size() < count) bits += random_.one_in(2) ? '1' : '0';
    return bits;
}

PlainNetwork RandomViews::network() {
    PlainNetwork network;
    network.excluded = random_.one_in(4);
    network.any = random_.one_in(20);
    network.is_v4 = random_.one_in(2);
    const size_t most = network.is_v4 ? 32 : 128;
    if (network.any) return network;
    if (!networks_.empty() && random_.one_in(3)) {  // over or under one that is there
        const PlainNetwork& other = random_.pick(networks_);
        if (!other.any) {
            network.is_v4 = other.is_v4;
            network.bits = other.bits;
        }
    } else {
        network.bits = random_.pick(stems_).substr(0, most);
    }
    const size_t room = (network.is_v4 ? 32 : 128) - network.bits.size();
    switch (random_.below(4)) {
        case 0:
            network.bits.resize(random_.below(network.bits.size() + 1));
            break;
        case 1:
            network.bits += random_bits(room);
            break;
        case 2:
            network.bits += random_bits(std::min<size_t>(room, random_.below(12)));
            break;
        default:
            network.bits += random_bits(random_.below(room + 1));
    }
    // What would be IPv4 in the form of IPv6 cannot be written.
    if (!network.is_v4 && network.bits.size() >= 96 &&
        network.bits.starts_with(std::string(80, '0') + std::string(16, '1')))
        network.bits.resize(95);
    return network;
}

PlainList RandomViews::list(size_t networks, std::optional<server::NetworkList>& out) {
    std::vector<PlainNetwork> list;
    std::vector<server::Network> read;
    for (size_t i = 0; i < networks; ++i) {
        list.push_back(network());
        networks_.push_back(list.back());
        const std::string text = text_of(list.back());
        auto made = server::read_network(text);
        if (!made.ok()) throw std::logic_error(made.fault().sentence);
        read.push_back(made.value());
        text_ += " " + text;
    }
    text_ += ";";
    out.emplace(std::move(read));
    return list;
}

server::Address RandomViews::address() {
    const PlainNetwork* near = networks_.empty() ? nullptr : &random_.pick(networks_);
    if (near == nullptr || near->any || random_.one_in(8))
        return address_of(random_bits(random_.one_in(2) ? 32 : 128));
    AddressBits bits = near->bits;
    const size_t size = near->is_v4 ? 32 : 128;
    switch (random_.below(5)) {
        case 0:
            bits.resize(size, '0');
            break;
        case 1:
            bits.resize(size, '1');
            break;
        case 2:
            bits.resize(size, '0');
            bits = neighbour(bits, false);
            break;
        case 3:
            bits.resize(size, '1');
            bits = neighbour(bits, true);
            break;
        default:
            bits += random_bits(size - bits.size());
    }
    return address_of(bits);
}

size_t RandomViews::answering(const server::Client& client, server::KeyNumber key) const {
    for (size_t i = 0; i < plain_.size(); ++i) {
        const PlainView& view = plain_[i];
        if (!holds(view.clients, client.address) || !holds(view.destinations, client.local))
            continue;
        if (!view.keys || std::count(view.keys->begin(), view.keys->end(), key) > 0) return i;
    }
    return plain_.size();
}

}  // namespace apex_tests
