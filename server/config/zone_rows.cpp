#include "server/config/zone_rows.h"

#include "dns/name_hash.h"

namespace server {

dns::NameView ZoneRows::name(const Row& row) const {
    return {text_.data() + row.text, row.name_size};
}

ConfiguredZone ZoneRows::operator[](size_t number) const {
    const Row& row = rows_[number];
    const auto* file = reinterpret_cast<const char*>(text_.data() + row.text + row.name_size);
    return {row.view, name(row), row.source, row.base, {file, row.file_size}, choices_[row.choices],
            row.place};
}

// The slot that holds the name, or the empty one where it would stand.
size_t ZoneRows::slot_of(ViewNumber view, dns::NameView wanted) const {
    dns::NameHash hash(key_);
    hash.absorb(wanted);
    size_t mask = slots_.size() - 1;
    size_t slot = (hash.digest() + view) & mask;
    auto is_other = [&](const Row& row) { return row.view != view || !(name(row) == wanted); };
    while (slots_[slot] != 0 && is_other(rows_[slots_[slot] - 1])) slot = (slot + 1) & mask;
    return slot;
}

size_t ZoneRows::find(ViewNumber view, dns::NameView wanted) const {
    if (rows_.empty()) return 0;
    uint32_t row = slots_[slot_of(view, wanted)];
    return row == 0 ? rows_.size() : row - 1;
}

// At most half of the slots are taken.
void ZoneRows::grow() {
    if ((rows_.size() + 1) * 2 <= slots_.size()) return;
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, 0);
    for (size_t i = 0; i < rows_.size(); ++i)
        slots_[slot_of(rows_[i].view, name(rows_[i]))] = static_cast<uint32_t>(i + 1);
}

size_t ZoneRows::add(const ConfiguredZone& zone) {
    grow();
    size_t slot = slot_of(zone.view, zone.name);
    if (slots_[slot] != 0) return slots_[slot] - 1;
    // Those of one template come one after the other.
    if (choices_.empty() || choices_.back() != zone.choices) choices_.push_back(zone.choices);
    // No system takes paths of half that length.
    std::string_view file = zone.file.substr(0, UINT16_MAX);
    rows_.push_back({text_.size(), static_cast<uint32_t>(choices_.size() - 1),
                     static_cast<uint16_t>(file.size()), static_cast<uint8_t>(zone.name.size()),
                     zone.source, zone.view, zone.base, zone.place});
    text_.insert(text_.end(), zone.name.data(), zone.name.data() + zone.name.size());
    text_.insert(text_.end(), file.begin(), file.end());
    slots_[slot] = static_cast<uint32_t>(rows_.size());
    return rows_.size() - 1;
}

}  // namespace server
