// What a property is here: a function that makes one random case and says what is wrong with it, or
// nothing. for_all tries it with many cases and reports the first complaint with what it takes to
// see it again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/properties/random.h"
#include "tests/reference/zone.h"

namespace apex_tests {

struct PropertySettings {
    uint64_t seed = 1;
    bool long_run = false;
    std::optional<uint64_t> only_case;
};
PropertySettings& property_settings();

using Complaint = std::string;  // empty: nothing to complain about
using Records = std::vector<reference::Record>;

// `cases` is the count of a usual run; a long one tries ten times as many.
void for_all(const char* name, size_t cases, const std::function<Complaint(Random&)>& property);

// Leaves out records for as long as the complaint stays; then says it, with the zone's text.
using ZoneProperty = std::function<Complaint(const Records&)>;
Complaint smallest_complaint(const reference::Name& origin, Records records,
                             const ZoneProperty& property);

// The same over the lines of a text.
using TextProperty = std::function<Complaint(const std::string&)>;
Complaint smallest_complaint(const std::string& text, const TextProperty& property);

}  // namespace apex_tests
