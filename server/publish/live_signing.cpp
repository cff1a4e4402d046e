#include "server/publish/live_signing.h"

namespace server {

namespace {

std::string key_of(dns::NameView zone) {
    std::string key(zone.size(), 0);
    dns::lower_copy(reinterpret_cast<uint8_t*>(key.data()), zone.data(), zone.size());
    return key;
}

// A name ends with its root label, so no two keys are alike.
std::string key_of(const LiveName& name) {
    return key_of(name.zone.view()) + name.view;
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
    marked_ = {names->begin(), names->end()};
    return {};
}

bool LiveSigning::concerns(const LiveName& name, const ZoneChoices& choices) const {
    return choices.dnssec != Dnssec::off || knows(name);
}

bool LiveSigning::knows(const LiveName& name) const {
    if (find(name) != nullptr) return true;
    return !marked_.empty() && marked_.count(mark_name(name.zone, name.view)) > 0;
}

LiveZone* LiveSigning::find(const LiveName& name) const {
    std::lock_guard lock(mutex_);
    if (zones_.empty()) return nullptr;
    auto found = zones_.find(key_of(name));
    return found != zones_.end() ? found->second.zone.get() : nullptr;
}

dns::Result<SharedZone> LiveSigning::sign(const LiveName& name, const SharedZone& input,
                                          const zones::Zone* served, const ZoneChoices& choices,
                                          unsigned threads) {
    if (world_.state_folder.empty())
        return dns::Fault{"`dnssec` needs a state folder for keys and serials, and there is none"};
    LiveZone* zone = nullptr;
    std::mutex* turn = nullptr;
    {
        std::lock_guard lock(mutex_);
        Slot& slot = zones_[key_of(name)];
        if (slot.zone == nullptr)
            slot = {name, std::make_unique<LiveZone>(world_, name.zone, name.view)};
        zone = slot.zone.get();
        turn = &turns_[key_of(name.zone.view())];
    }
    std::lock_guard lock(*turn);
    return zone->sign(input, served, choices, threads);
}

dns::Result<SharedZone> LiveSigning::renew(const LiveName& name, const zones::Zone& served) {
    LiveZone* zone = find(name);
    if (zone == nullptr || !zone->is_signing()) return SharedZone();
    return zone->renew(served);
}

dns::Result<SharedZone> LiveSigning::sign_over(const LiveName& name, const zones::Zone& served,
                                               zones::ChangeSet changes) const {
    const LiveZone* zone = find(name);
    if (zone == nullptr || !zone->is_signing())
        return dns::Fault{"the zone that it rests on is not signed here"};
    return zone->sign_over(served, std::move(changes));
}

bool LiveSigning::is_signing(const LiveName& name) const {
    LiveZone* zone = find(name);
    return zone != nullptr && zone->is_signing();
}

void LiveSigning::settle(const LiveName& name, const zones::Zone& served) {
    LiveZone* zone = find(name);
    if (zone == nullptr) return;
    zone->settle(served);
    // It may go, and come again without being signed.
    if (zone->is_signing())
        marked_.insert(mark_name(name.zone, name.view));
    else
        marked_.erase(mark_name(name.zone, name.view));
}

void LiveSigning::take_back(const LiveName& name) {
    if (LiveZone* zone = find(name)) zone->take_back();
}

void LiveSigning::forget(const LiveName& name) {
    std::lock_guard lock(mutex_);
    zones_.erase(key_of(name));
}

void LiveSigning::look_again() {
    std::lock_guard lock(mutex_);
    for (const auto& [key, slot] : zones_) slot.zone->look_again();
}

void LiveSigning::postpone(const LiveName& name) {
    if (LiveZone* zone = find(name)) zone->postpone();
}

std::optional<dns::UnixTime> LiveSigning::due() const {
    std::lock_guard lock(mutex_);
    std::optional<dns::UnixTime> first;
    for (const auto& [key, slot] : zones_)
        if (slot.zone->due() && (!first || *slot.zone->due() < *first)) first = slot.zone->due();
    return first;
}

std::vector<LiveName> LiveSigning::due_zones(dns::UnixTime now) const {
    std::lock_guard lock(mutex_);
    std::vector<LiveName> names;
    for (const auto& [key, slot] : zones_)
        if (slot.zone->due() && *slot.zone->due() <= now) names.push_back(slot.name);
    return names;
}

}  // namespace server
