#include "server/answer/near_names.h"

#include <algorithm>

namespace server {

namespace {

bool join_label(const std::string& label, dns::NameView parent, dns::Name& out) {
    std::string octets(1, static_cast<char>(label.size()));
    octets += label;
    return dns::Name::join({reinterpret_cast<const uint8_t*>(octets.data()), octets.size()}, parent,
                           out);
}

// a, b, ... z, aa, ab: as many as fit.
std::string short_label(size_t number, size_t room) {
    std::string label;
    for (++number; number > 0; number = (number - 1) / 26)
        label += static_cast<char>('a' + (number - 1) % 26);
    return label.size() > room ? "" : label;
}

}  // namespace

bool any_child(dns::NameView parent, size_t number, dns::Name& out) {
    if (parent.size() + 2 > dns::kMaxName) return false;
    size_t room = dns::kMaxName - parent.size() - 1;
    std::string label = "any-name";
    if (number > 0) label += "-" + std::to_string(number + 1);
    if (label.size() > room) label = short_label(number, room);
    return !label.empty() && join_label(label, parent, out);
}

bool first_child(dns::NameView parent, dns::Name& out) {
    return join_label(std::string(1, '\0'), parent, out);
}

bool next_sibling(dns::NameView name, dns::Name& out) {
    dns::NameView first = name.first_label();
    std::string label(reinterpret_cast<const char*>(first.data()), name.data()[0]);
    dns::NameView parent = name.parent();
    if (label.size() < dns::kMaxLabel && join_label(label + '\0', parent, out)) return true;
    // No label of that length fits: the next one of this length or a shorter one.
    while (!label.empty() && static_cast<uint8_t>(label.back()) == 0xff) label.pop_back();
    if (label.empty()) return false;
    auto next = static_cast<uint8_t>(dns::lower(static_cast<uint8_t>(label.back())) + 1);
    // Capitals stand where their small letters do.
    if (next >= 'A' && next <= 'Z') next = 'Z' + 1;
    label.back() = static_cast<char>(next);
    return join_label(label, parent, out);
}

std::string key_of(dns::NameView name) {
    std::string key(name.size(), '\0');
    dns::lower_copy(reinterpret_cast<uint8_t*>(key.data()), name.data(), name.size());
    return key;
}

}  // namespace server
