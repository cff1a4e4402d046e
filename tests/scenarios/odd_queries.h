// The table of odd requests (odd_queries.txt; README.md has its words): each row as octets, and
// what is to become of it.
#pragma once

#include "tests/scenarios/scenario.h"

namespace apex_tests {

struct OddQuery {
    std::string title;
    std::string octets;
    std::vector<std::string> outcome;  // words
};

// False with `fault` for a row that cannot be read.
bool read_odd_query(const std::string& row, OddQuery& out, std::string& fault);

// What of the reply is not as the row wants it; `octets` empty: there is none.
std::vector<std::string> differences(const OddQuery& query, std::span<const uint8_t> octets,
                                     bool udp);

}  // namespace apex_tests
