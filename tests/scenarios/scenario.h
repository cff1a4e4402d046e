// Reads the scenario texts of this folder (README.md has their format): zones, requests, and what
// is to be answered.
#pragma once

#include "tests/reference/message_comparison.h"

namespace apex_tests {

struct ExpectedText {
    bool silent = false;
    uint16_t rcode = 0;
    uint16_t flags = 0;  // aa, tc, rd
    bool edns = false, dnssec_ok = false, cookie = false, keepalive = false, padding = false;
    std::optional<uint16_t> extended_error;
    std::optional<std::string> nsid, expire, zone_version;
    std::vector<std::vector<reference::MessageRecord>> answers;  // any of these
    std::vector<reference::MessageRecord> authority, additional;
};

struct ScenarioQuery {
    std::string title;  // with the line
    std::string octets;
    reference::Asker asker;
    ExpectedText expected;
};

struct Scenario {
    std::string file;
    reference::World world;
    std::vector<ScenarioQuery> queries;
    std::vector<std::string> table;  // the rows of odd_queries.txt
    std::string fault;               // why it cannot be read; empty: it can
};

Scenario read_scenario(const std::string& path);
// All *.txt of the folder, by name.
std::vector<std::string> scenario_files();

// Records in zone text; false with `fault` if one has an error.
bool read_records(const std::string& text, const reference::Name& origin,
                  std::vector<reference::Record>& records, std::string& fault);

// The message that a scenario writes down, one for each answer that may be.
std::vector<reference::Message> messages_of(const ScenarioQuery& query,
                                            const reference::World& world);
// What a reply has that the scenario has not, or the other way round.
std::vector<std::string> differences(const ScenarioQuery& query, const reference::Message& reply,
                                     const reference::World& world);

// Mnemonics or numbers ("NXDOMAIN", "MX", "TYPE9", "CH", "CLASS7"); -1: neither.
int rcode_of(const std::string& word);
int type_of(const std::string& word);
int class_of(const std::string& word);
std::vector<std::string> words_of(const std::string& line, char separator = ' ');

}  // namespace apex_tests
