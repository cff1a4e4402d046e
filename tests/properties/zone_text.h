// Records as zone text, written without anything of apex: what goes in at the front door.
#pragma once

#include "tests/properties/property.h"

namespace apex_tests {

// One record a line, absolute names.
std::string plain_text(const reference::Name& origin, const Records& records);

// The same records in as many ways of writing as there are: names relative to a changing $ORIGIN,
// owners left out, @, escapes, $TTL, classes, groups over several lines, comments, \#.
std::string random_text(Random& random, const reference::Name& origin, const Records& records);

}  // namespace apex_tests
