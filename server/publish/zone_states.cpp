#include "server/publish/zone_states.h"

#include <algorithm>
#include <cstring>

namespace server {

ZoneState::Rare& ZoneState::rare_facts() {
    if (rare == nullptr) rare = std::make_unique<Rare>();
    return *rare;
}

// The first shows the zone with its own choices: it is what the zone is named by.
void ZoneState::set_listings(std::vector<ZoneListing> listings) {
    auto own = std::find_if(listings.begin(), listings.end(),
                            [](const ZoneListing& listing) { return listing.choices == nullptr; });
    if (own != listings.end()) std::rotate(listings.begin(), own, own + 1);
    view = listings.front().view;
    listings.erase(listings.begin());
    if (rare != nullptr || !listings.empty()) rare_facts().more_views = std::move(listings);
}

ZoneState& ZoneStates::make() {
    uint32_t slot;
    if (free_.empty()) {
        slot = static_cast<uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    ZoneState& state = slots_[slot];
    state.number = numbers();
    slot_of_.push_back(slot);
    return state;
}

void ZoneStates::remove(ZoneState& state) {
    uint32_t slot = slot_of_[state.number];
    slot_of_[state.number] = kNone;
    state = ZoneState();
    free_.push_back(slot);
}

void ZoneStates::set_path(ZoneState& state, std::string_view path) {
    size_t split = path.rfind('/') + 1;  // 0 if there is none
    std::string_view folder = path.substr(0, split), rest = path.substr(split);
    auto found = folders_.find(folder);
    if (found == folders_.end()) found = folders_.emplace(folder).first;
    state.folder = &*found;
    state.file = std::make_unique<char[]>(rest.size() + 1);
    std::memcpy(state.file.get(), rest.data(), rest.size());
}

ZoneState* ZoneStates::find(uint32_t number) {
    if (number >= slot_of_.size() || slot_of_[number] == kNone) return nullptr;
    return &slots_[slot_of_[number]];
}

}  // namespace server
