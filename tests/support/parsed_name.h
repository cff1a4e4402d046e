// A name from its text with all escapes, for tests; make_name() in zone_text.h knows none.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "dns/name.h"
#include "zoneparser/fields.h"

namespace apex_tests {

inline dns::Name parsed_name(std::string_view text) {
    dns::Name name;
    std::string reason;
    const bool good = zoneparser::parse_name(text, name, reason);
    REQUIRE_MESSAGE(good, (std::string(text) + ": " + reason));
    return name;
}

}  // namespace apex_tests
