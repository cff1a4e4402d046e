// One question put to a zone and to the reference.
#pragma once

#include "tests/properties/property.h"
#include "zones/zone.h"

namespace apex_tests {

struct Question {
    reference::Name name;
    uint16_t type = 0;
};

// Where lookup, locate and at_or_before differ from the reference; empty where they agree.
Complaint answer_differences(const zones::Zone& zone, const reference::Zone& expected,
                             const Question& question);

}  // namespace apex_tests
