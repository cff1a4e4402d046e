// Zone text in, records and findings out, as plain values that tests compare.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/memory_files.h"
#include "zoneparser/parser.h"

namespace apex_tests {

struct ParsedRecord {
    std::string source;  // its name; of $GENERATE: the name, "#", the line of the directive
    uint32_t line = 0, column = 0;
    std::string owner;
    uint32_t ttl = 0;
    std::string type, rdata;
    bool operator==(const ParsedRecord&) const = default;
};
struct ParsedFinding {
    std::string source;
    uint32_t line = 0, column = 0;
    std::string rule, sentence, hint;
    bool operator==(const ParsedFinding&) const = default;
};
struct Parsed {
    std::vector<ParsedRecord> records;
    std::vector<ParsedFinding> findings;  // by place
    std::vector<std::string> files;
    size_t errors = 0;
    bool operator==(const Parsed&) const = default;

    // "owner ttl type rdata" of one record, "line:column rule" of one finding.
    std::string record(size_t i) const;
    std::string finding(size_t i) const;
};

// Origin example.com. for both.
Parsed parse_zone(std::string_view text, const zoneparser::ParseOptions& options = {});
Parsed parse_files(const MemoryFiles& files, const std::string& path,
                   const zoneparser::ParseOptions& options = {});
std::ostream& operator<<(std::ostream& out, const ParsedRecord& record);
std::ostream& operator<<(std::ostream& out, const ParsedFinding& finding);

}  // namespace apex_tests
