#include "server/publish/live_signing.h"

namespace server {

namespace {

std::string key_of(dns::NameView name) {
    std::string key(name.size(), 0);
    dns::lower_copy(reinterpret_cast<uint8_t*>(key.data()), name.data(), name.size());
    return key;
}

dns::NameView name_of(const std::string& key) {
    return {reinterpret_cast<const uint8_t*>(key.data()), key.size()};
}

}  // namespace

LiveSigning::LiveSigning(SigningWorld world) : world_(std::move(world)) {}

dns::Result<void> LiveSigning::open() {
    if (world_.state_folder.empty()) return {};
    const std::string folder = world_.state_folder + "/signed";
    if (!world_.files.identity(folder).ok()) return {};  // none was
    auto names = world_.files.list(folder);
    if (!names.ok())
        return dns::Fault{"cannot read the folder '" + folder + "': " + names.fault().sentence};
    signed_before_ = {names->begin(), names->end()};
    return {};
}

bool LiveSigning::concerns(dns::NameView name, const ZoneChoices& choices) const {
    if (choices.dnssec != Dnssec::off || find(name) != nullptr) return true;
    return !signed_before_.empty() && signed_before_.count(folder_name(name)) > 0;
}

LiveZone* LiveSigning::find(dns::NameView name) const {
    std::lock_guard lock(mutex_);
    if (zones_.empty()) return nullptr;
    auto found = zones_.find(key_of(name));
    return found != zones_.end() ? found->second.get() : nullptr;
}

dns::Result<SharedZone> LiveSigning::sign(dns::NameView name, const SharedZone& input,
                                          const zones::Zone* served, const ZoneChoices& choices,
                                          unsigned threads) {
    if (world_.state_folder.empty())
        return dns::Fault{"`dnssec` needs a state folder for keys and serials, and there is none"};
    LiveZone* zone = nullptr;
    {
        std::lock_guard lock(mutex_);
        auto& slot = zones_[key_of(name)];
        if (slot == nullptr) slot = std::make_unique<LiveZone>(world_, name);
        zone = slot.get();
    }
    return zone->sign(input, served, choices, threads);
}

dns::Result<SharedZone> LiveSigning::renew(dns::NameView name, const zones::Zone& served) {
    LiveZone* zone = find(name);
    if (zone == nullptr || !zone->is_signing()) return SharedZone();
    return zone->renew(served);
}

bool LiveSigning::is_signing(dns::NameView name) const {
    LiveZone* zone = find(name);
    return zone != nullptr && zone->is_signing();
}

void LiveSigning::store(dns::NameView name, const zones::Zone& served) {
    if (LiveZone* zone = find(name); zone != nullptr && zone->is_signing()) zone->store(served);
}

void LiveSigning::forget(dns::NameView name) {
    std::lock_guard lock(mutex_);
    zones_.erase(key_of(name));
}

void LiveSigning::look_again() {
    std::lock_guard lock(mutex_);
    for (const auto& [key, zone] : zones_) zone->look_again();
}

std::optional<dns::UnixTime> LiveSigning::due() const {
    std::lock_guard lock(mutex_);
    std::optional<dns::UnixTime> first;
    for (const auto& [key, zone] : zones_)
        if (zone->due() && (!first || *zone->due() < *first)) first = zone->due();
    return first;
}

std::vector<dns::Name> LiveSigning::due_zones(dns::UnixTime now) const {
    std::lock_guard lock(mutex_);
    std::vector<dns::Name> names;
    for (const auto& [key, zone] : zones_)
        if (zone->due() && *zone->due() <= now) names.emplace_back(name_of(key));
    return names;
}

}  // namespace server
