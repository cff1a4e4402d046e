#include "server/cli/leak_checks.h"

#include <algorithm>

#include "server/answer/near_names.h"
#include "server/cli/configured_views.h"
#include "server/config/leak_rules.h"
#include "server/net/sockets.h"

namespace server {

namespace {

struct Special {
    const char* network;
    const char* kind;
};

// Networks that cannot be reached from everywhere (RFC 6890).
constexpr Special kSpecial[] = {
    {"10.0.0.0/8", "private (RFC 1918)"},     {"172.16.0.0/12", "private (RFC 1918)"},
    {"192.168.0.0/16", "private (RFC 1918)"}, {"100.64.0.0/10", "shared by a provider (RFC 6598)"},
    {"127.0.0.0/8", "loopback (RFC 1122)"},   {"169.254.0.0/16", "link-local (RFC 3927)"},
    {"::1/128", "loopback (RFC 4291)"},       {"fe80::/10", "link-local (RFC 4291)"},
    {"fc00::/7", "unique-local (RFC 4193)"},
};

struct SpecialNetwork {
    Network network;
    const char* kind;
};

const std::vector<SpecialNetwork>& special_networks() {
    static const std::vector<SpecialNetwork> networks = [] {
        std::vector<SpecialNetwork> out;
        for (const Special& special : kSpecial)
            out.push_back({read_network(special.network).value(), special.kind});
        return out;
    }();
    return networks;
}

// True if some address of the list is public.
bool holds_public(const NetworkList& list) {
    bool excludes_only = true;
    for (const Network& network : list.networks()) {
        if (network.excluded) continue;
        excludes_only = false;
        if (network.any) return true;
        const auto& special = special_networks();
        bool is_special =
            std::any_of(special.begin(), special.end(), [&](const SpecialNetwork& within) {
                return network.prefix >= within.network.prefix &&
                       within.network.holds(network.address);
            });
        if (!is_special) return true;
    }
    auto excludes_all = [](const Network& network) { return network.any && network.excluded; };
    return excludes_only &&
           std::none_of(list.networks().begin(), list.networks().end(), excludes_all);
}

bool listens_in_public(const Configuration& configuration) {
    for (const std::string& text : configuration.server.listen) {
        std::vector<Endpoint> endpoints;
        if (!read_endpoint(text, endpoints).ok()) continue;
        for (const Endpoint& endpoint : endpoints) {
            if (private_kind(endpoint.address) == nullptr) return true;
        }
    }
    return false;
}

bool answers_public(const View& view) {
    if (view.keys) return false;
    return (!view.clients || holds_public(*view.clients)) &&
           (!view.destinations || holds_public(*view.destinations)) &&
           (view.allow_all || holds_public(view.allow_query));
}

// A host's own name for itself is everybody's (RFC 6761 6.3).
bool is_localhost(dns::NameView name) {
    static constexpr uint8_t kLabel[] = {9, 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'};
    return name.size() >= sizeof kLabel &&
           dns::equal_case_blind(name.data(), kLabel, sizeof kLabel);
}

bool is_wanted(const LoadedZone& zone, const dns::Rule& rule) {
    return zone.severities.of(rule) != dns::Severity::off;
}

}  // namespace

const char* private_kind(const Address& address) {
    for (const SpecialNetwork& special : special_networks())
        if (special.network.holds(address)) return special.kind;
    return nullptr;
}

LeakChecks::LeakChecks(const Configuration& configuration, const std::vector<ZoneGroup>& groups)
    : configuration_(configuration), groups_(groups) {
    const bool listens = listens_in_public(configuration);
    for (const View& view : make_views(configuration))
        public_views_.push_back(listens && answers_public(view));
    if (configuration.views.size() == 1) return;
    std::map<std::string, size_t> counts;
    for (const ZoneGroup& group : groups) ++counts[key_of(configuration.zones[group.row].name)];
    for (const auto& [name, count] : counts)
        if (count > 1) differing_.emplace(name, Differing());
}

// `view` becomes the first public one that serves the group.
bool LeakChecks::is_public(const ZoneGroup& group, ViewNumber& view) const {
    for (const ZoneListing& listing : group.listings) {
        const ZoneChoices& choices = listing.choices != nullptr
                                         ? *listing.choices
                                         : *configuration_.zones[group.row].choices;
        if (choices.allow_query && !holds_public(network_list(*choices.allow_query))) continue;
        // Views that take the zone from the one that lists it serve it as well.
        for (size_t i = 0; i < public_views_.size(); ++i) {
            const std::vector<ViewNumber>& from = configuration_.views[i].zones_from;
            bool serves = i == listing.view ||
                          std::find(from.begin(), from.end(), listing.view) != from.end();
            if (!serves || !public_views_[i]) continue;
            // Its own zone of that name wins.
            dns::NameView name = configuration_.zones[group.row].name;
            if (i != listing.view && configuration_.zones.find(static_cast<ViewNumber>(i), name) <
                                         configuration_.zones.size())
                continue;
            view = static_cast<ViewNumber>(i);
            return true;
        }
    }
    return false;
}

void LeakChecks::zone(size_t group, LoadedZone& zone, const LoadedZone* base) {
    if (!zone.served()) return;
    remember(group, zone);
    ViewNumber view;
    if (!is_public(groups_[group], view)) return;
    if (!is_wanted(zone, leak_rule::address_leaks) && !is_wanted(zone, leak_rule::glue_leaks))
        return;
    // Of an overlay over a zone that is public itself the patch's records alone are news.
    ViewNumber base_view;
    const bool base_told = base != nullptr && is_public(groups_[groups_[group].base], base_view);
    const uint32_t first_source = base_told ? base->sources.count() + 1 : 0;
    for (zones::Zone::Cursor at(*zone.loaded.zone); at; at.next())
        check_addresses(*at, configuration_.views[view].name, first_source, zone);
    zone.findings.sort(zone.sources);
}

void LeakChecks::check_addresses(const zones::NodeView& node, const std::string& view,
                                 uint32_t first_source, LoadedZone& zone) {
    for (uint16_t type : {dns::type::A, dns::type::AAAA}) {
        zones::RrsetView rrset = node.find(type);
        size_t index = 0;
        if (!rrset) continue;
        for (zones::RecordView record : rrset) {
            const dns::Place place = rrset.place(index++);
            dns::Octets rdata = record.rdata();
            if (rdata.size() != (type == dns::type::A ? 4 : 16)) continue;
            Address address =
                type == dns::type::A ? Address::v4(rdata.data()) : Address::v6(rdata.data());
            const char* kind = private_kind(address);
            if (kind == nullptr || place.source() < first_source) continue;
            if (address.is_loopback() && is_localhost(node.name())) continue;
            const bool is_glue = static_cast<bool>(zone.loaded.zone->locate(node.name()).crossing);
            zone.findings.report(is_glue ? leak_rule::glue_leaks : leak_rule::address_leaks, place,
                                 {dns::to_text(zone.loaded.zone->absolute(node.name())),
                                  to_text(address), kind, view});
        }
    }
}

void LeakChecks::remember(size_t group, const LoadedZone& loaded) {
    const zones::Zone& zone = *loaded.loaded.zone;
    for (auto& [key, differing] : differing_) {
        dns::NameView name(reinterpret_cast<const uint8_t*>(key.data()), key.size());
        if (!dns::is_below(name, zone.origin())) continue;
        dns::NameView relative;
        zone.relative(name, relative);
        if (zones::NodeView cut = zone.find(relative); cut && cut.owns(dns::type::DS))
            differing.parent = dns::to_text(zone.origin());
    }
    auto found = differing_.find(key_of(zone.origin()));
    if (found == differing_.end()) return;
    Version& version = found->second.versions.emplace_back();
    version.group = group;
    const ConfiguredZone row = configuration_.zones[groups_[group].row];
    zones::RrsetView keys = zone.apex().find(dns::type::DNSKEY);
    version.is_signed = keys || row.choices->dnssec == Dnssec::sign;
    if (keys && row.choices->dnssec != Dnssec::sign)
        for (zones::RecordView record : keys)
            version.keys.append(reinterpret_cast<const char*>(record.rdata().data()),
                                record.rdata().size());
    if (!is_wanted(loaded, leak_rule::name_in_one_view)) return;
    for (zones::Zone::Cursor at(zone); at; at.next())
        if (!(*at).is_empty() && !(*at).is_hidden())
            version.names.insert(key_of(zone.absolute((*at).name())));
}

const std::string& LeakChecks::view_of(const Version& version) const {
    return configuration_.views[groups_[version.group].listings.front().view].name;
}

void LeakChecks::finish(dns::Findings& findings) {
    for (const auto& [key, differing] : differing_) {
        const std::vector<Version>& versions = differing.versions;
        if (versions.size() < 2) continue;
        dns::NameView name(reinterpret_cast<const uint8_t*>(key.data()), key.size());
        const Version& first = versions.front();
        for (size_t i = 1; i < versions.size() && !differing.parent.empty(); ++i) {
            const Version& other = versions[i];
            const dns::Place place = configuration_.zones[groups_[other.group].row].place;
            const bool first_signed = first.is_signed;
            if (first.is_signed != other.is_signed)
                findings.report(leak_rule::signing_differs, place,
                                {dns::to_text(name), view_of(first_signed ? first : other),
                                 view_of(first_signed ? other : first), differing.parent});
            else if (first.keys != other.keys)
                findings.report(
                    leak_rule::keys_differ, place,
                    {dns::to_text(name), view_of(other), view_of(first), differing.parent});
        }
        std::map<std::string_view, std::pair<size_t, const Version*>> seen;
        for (const Version& version : versions)
            for (const std::string& owner : version.names) {
                auto& [count, where] = seen[owner];
                ++count;
                where = &version;
            }
        for (const auto& [owner, entry] : seen) {
            if (entry.first != 1) continue;
            const Version& version = *entry.second;
            if (groups_[version.group].listings.size() > 1) continue;
            dns::NameView text(reinterpret_cast<const uint8_t*>(owner.data()), owner.size());
            findings.report(leak_rule::name_in_one_view,
                            configuration_.zones[groups_[version.group].row].place,
                            {dns::to_text(text), view_of(version)});
        }
    }
}

}  // namespace server
