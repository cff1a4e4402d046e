// A reply beside what the reference expects: what is not as it should be, in sentences. Order
// within a section, the case of names and the order of options do not matter; whether what is
// missing had room does.
#pragma once

#include "tests/reference/responder.h"

namespace apex_tests::reference {

// With several expectations those sentences of the one that comes closest; none: as expected.
// `sizes`: the reply's size and its truncation are looked at, too.
std::vector<std::string> differences(const std::vector<Expected>& expected,
                                     std::span<const uint8_t> request, const Message& reply,
                                     const World& world, bool sizes = true);

}  // namespace apex_tests::reference
