#include "server/config/zone_rows.h"

#include "dns/name_hash.h"

namespace server {

dns::NameView ZoneRows::name(const Row& row) const {
    return {text_.data() + row.text, row.name_size};
}

ConfiguredZone ZoneRows::operator[](size_t number) const {
    const Row& row = rows_[number];
    const auto* file = reinterpret_cast<const char*>(text_.data() + row.text + row.name_size);
    return {name(row), {file, row.file_size}, choices_[row.choices], row.place};
}

// The slot that holds the name, or the empty one where it would stand.
size_t ZoneRows::slot_of(dns::NameView wanted) const {
    dns::NameHash hash(key_);
    hash.absorb(wanted);
    size_t mask = slots_.size() - 1;
    size_t slot = hash.digest() & mask;
    while (slots_[slot] != 0 && !(name(rows_[slots_[slot] - 1]) == wanted))
        slot = (slot + 1) & mask;
    return slot;
}

size_t ZoneRows::find(dns::NameView wanted) const {
    if (rows_.empty()) return 0;
    uint32_t row = slots_[slot_of(wanted)];
    return row == 0 ? rows_.size() : row - 1;
}

// At most half of the slots are taken.
void ZoneRows::grow() {
    if ((rows_.size() + 1) * 2 <= slots_.size()) return;
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, 0);
    for (size_t i = 0; i < rows_.size(); ++i)
        slots_[slot_of(name(rows_[i]))] = static_cast<uint32_t>(i + 1);
}

size_t ZoneRows::add(dns::NameView name, std::string_view file,
                     const std::shared_ptr<const ZoneChoices>& choices, dns::Place place) {
    grow();
    size_t slot = slot_of(name);
    if (slots_[slot] != 0) return slots_[slot] - 1;
    // Those of one template come one after the other.
    if (choices_.empty() || choices_.back() != choices) choices_.push_back(choices);
    file = file.substr(0, UINT16_MAX);  // no system takes paths of half that length
    rows_.push_back({text_.size(), static_cast<uint32_t>(choices_.size() - 1),
                     static_cast<uint16_t>(file.size()), static_cast<uint8_t>(name.size()), place});
    text_.insert(text_.end(), name.data(), name.data() + name.size());
    text_.insert(text_.end(), file.begin(), file.end());
    slots_[slot] = static_cast<uint32_t>(rows_.size());
    return rows_.size() - 1;
}

}  // namespace server
