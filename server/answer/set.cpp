#include "server/answer/set.h"

#include <algorithm>

namespace server {

namespace {

// The number of octets behind the names of an SOA record (RFC 1035 3.3.13).
constexpr size_t kSoaNumbers = 20;

}  // namespace

ServedZone::ServedZone(dns::NameView name, uint32_t number, std::shared_ptr<const zones::Zone> zone,
                       std::shared_ptr<const ZoneOptions> options,
                       std::shared_ptr<const dns::Sources> sources, const std::string& reason)
    : zone_(std::move(zone)),
      options_(std::move(options)),
      number_(number),
      label_count_(static_cast<uint8_t>(name.label_count())) {
    if (!zone_ || sources || !reason.empty())
        rare_ = std::make_unique<const Rare>(Rare{dns::Name(name), std::move(sources), reason});
    if (!zone_) {
        name_ = rare_->name;
        return;
    }
    name_ = zone_->origin();
    apex_ = zone_->apex();
    soa_ = apex_.find(dns::type::SOA);
    if (!soa_ || soa_.first().rdata().size() < kSoaNumbers) return;
    dns::Octets numbers = soa_.first().rdata().last(kSoaNumbers);
    serial_ = dns::load32(numbers.data());
    expire_ = dns::load32(numbers.data() + 12);
    negative_ttl_ = std::min(soa_.ttl(), dns::load32(numbers.data() + 16));
    find_denial();
}

void ServedZone::find_denial() {
    switch (zone_->denial_kind()) {
        case zones::DenialKind::none:
            return;
        case zones::DenialKind::nsec:
            denial_ = Denial::nsec;
            return;
        case zones::DenialKind::nsec3:
            denial_ = Denial::nsec3;
            break;
    }
    // RFC 5155 4.2: algorithm, flags, iterations, length of the salt, salt.
    dns::Octets parameters = zone_->nsec3_parameters();
    nsec3_iterations_ = dns::load16(parameters.data() + 2);
    dns::Octets salt = parameters.subspan(5);
    nsec3_salt_ = salt.data();
    nsec3_salt_size_ = static_cast<uint8_t>(salt.size());
}

size_t choose_view(const Set& set, const Client& client, KeyNumber key) {
    if (set.choice) return set.choice->choose(client, key);
    auto holds = [](const std::optional<NetworkList>& list, const Address& address) {
        return !list || list->contains(address);
    };
    for (size_t i = 0; i < set.views.size(); ++i) {
        const View& view = *set.views[i];
        bool signed_so =
            !view.keys || std::find(view.keys->begin(), view.keys->end(), key) != view.keys->end();
        if (signed_so && holds(view.clients, client.address) &&
            holds(view.destinations, client.local))
            return i;
    }
    return set.views.size();
}

}  // namespace server
