#include "tests/scenarios/served.h"

#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

constexpr dns::SipKey kHashKey{0x0123456789abcdef, 0xfedcba9876543210};

server::NetworkList network_list(const reference::Networks& networks) {
    std::vector<server::Network> list;
    for (const std::string& text : networks) list.push_back(server::read_network(text).value());
    return server::NetworkList(std::move(list));
}

std::optional<server::NetworkList> network_list(const std::optional<reference::Networks>& list) {
    if (!list) return std::nullopt;
    return network_list(*list);
}

server::ZonePointer served_zone(const reference::ServedZone& from, uint32_t number) {
    auto options = std::make_shared<server::ZoneOptions>();
    options->allow_query = network_list(from.allow_query);
    std::shared_ptr<const zones::Zone> zone;
    MakeOptions make;
    make.key = kHashKey;
    if (from.zone) zone = zone_from_records(from.records, from.name, SIZE_MAX, make).zone;
    return std::make_shared<server::ServedZone>(reference::to_dns(from.name), number,
                                                std::move(zone), std::move(options), nullptr,
                                                "it was not loaded");
}

}  // namespace

server::Set make_set(const reference::World& world) {
    server::Set set;
    set.settings.hash_key = kHashKey;
    set.settings.udp_size = world.udp_size;
    set.settings.cookies = world.cookies;
    set.settings.cookie_secrets.keys[0] = {1, 2};
    set.settings.cookie_secrets.count = 1;
    set.settings.nsid = world.nsid;
    set.settings.version = world.version;
    set.settings.server_id = world.server_id;
    for (const reference::View& from : world.views) {
        auto view = std::make_shared<server::View>();
        view->name = from.name;
        view->clients = network_list(from.clients);
        view->destinations = network_list(from.destinations);
        view->allow_all = !from.allow_query;
        if (from.allow_query) view->allow_query = network_list(*from.allow_query);
        view->follow_view = from.follow_view;
        view->zones = server::ZoneTable(kHashKey);
        for (const reference::ServedZone& zone : from.zones)
            view->zones.put(served_zone(zone, set.zone_numbers++));
        set.views.push_back(std::move(view));
    }
    return set;
}

server::Client client_of(const reference::Asker& asker) {
    server::Client client;
    server::read_address(asker.address, client.address);
    server::read_address(asker.local, client.local);
    client.port = 5353;
    switch (asker.transport) {
        case reference::Transport::udp:
            client.transport = server::Transport::udp;
            break;
        case reference::Transport::tcp:
            client.transport = server::Transport::tcp;
            break;
        case reference::Transport::tls:
            client.transport = server::Transport::tls;
    }
    return client;
}

Reply ask(const server::Set& set, const std::string& request, const reference::Asker& asker,
          server::Scratch& scratch, dns::UnixTime now) {
    std::vector<uint8_t> room(dns::kMaxMessage);
    server::Request one{octets_of(request), client_of(asker), room};
    Reply reply;
    server::respond(set, {&one, 1}, {&reply.outcome, 1}, scratch, now);
    if (reply.outcome.action == server::Action::reply)
        reply.octets.assign(reinterpret_cast<const char*>(room.data()), reply.outcome.size);
    return reply;
}

}  // namespace apex_tests
