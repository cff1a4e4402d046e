#include "tests/properties/property.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/properties/zone_text.h"

namespace apex_tests {

PropertySettings& property_settings() {
    static PropertySettings settings;
    return settings;
}

namespace {

// Each property and each case has numbers of its own, so that one can be run without the others.
uint64_t case_seed(const char* property, uint64_t number) {
    uint64_t seed = property_settings().seed * 0x9e3779b97f4a7c15 + number;
    for (; *property != 0; ++property)
        seed = (seed ^ static_cast<unsigned char>(*property)) * 0x100000001b3;
    return seed ^ seed >> 31;
}

}  // namespace

void for_all(const char* name, size_t cases, const std::function<Complaint(Random&)>& property) {
    const PropertySettings& settings = property_settings();
    size_t first = settings.only_case.value_or(0);
    size_t end = settings.only_case ? first + 1 : settings.long_run ? cases * 10 : cases;
    for (size_t number = first; number < end; ++number) {
        Random random(case_seed(name, number));
        Complaint complaint = property(random);
        if (complaint.empty()) continue;
        FAIL_CHECK(std::string(name)
                   << "\nagain with: --seed " << settings.seed << " --case " << number << "\n"
                   << complaint);
        return;
    }
    CHECK(end > first);
}

namespace {

// Leaves out runs of items, long ones first, as long as the property complains.
template <class List, class Property>
Complaint shrink(List& items, const Property& property) {
    Complaint complaint = property(items);
    if (complaint.empty()) return complaint;
    for (size_t size = items.size() / 2 + 1; size > 0; size /= 2) {
        for (size_t at = 0; at + size <= items.size();) {
            List fewer = items;
            auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(from, from + static_cast<std::ptrdiff_t>(size));
            Complaint smaller = fewer.empty() ? Complaint() : property(fewer);
            if (smaller.empty()) {
                at += size;
            } else {
                items = std::move(fewer);
                complaint = std::move(smaller);
            }
        }
    }
    return complaint;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line;
    return text;
}

}  // namespace

Complaint smallest_complaint(const reference::Name& origin, Records records,
                             const ZoneProperty& property) {
    Complaint complaint = shrink(records, property);
    if (complaint.empty()) return complaint;
    return complaint + "\nthe zone, as small as it still shows:\n" + plain_text(origin, records);
}

Complaint smallest_complaint(const std::string& text, const TextProperty& property) {
    std::vector<std::string> lines;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        lines.push_back(text.substr(at, end - at));
        at = end;
    }
    Complaint complaint = shrink(lines, [&](const auto& fewer) { return property(joined(fewer)); });
    if (complaint.empty()) return complaint;
    return complaint + "\nthe text, as small as it still shows:\n" + joined(lines);
}

}  // namespace apex_tests
