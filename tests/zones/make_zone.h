// Zones for tests, from text or from records, without files and without the rules that would refuse
// them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "dns/base/finding.h"
#include "tests/reference/zone.h"
#include "zones/zone.h"

namespace apex_tests {

struct MakeOptions {
    unsigned threads = 1;
    size_t stretch_octets = size_t{1} << 20;
    dns::SipKey key{1, 2};
};

struct MadeZone {
    std::shared_ptr<const zones::Zone> zone;
    std::shared_ptr<dns::Sources> sources;
    std::shared_ptr<dns::Severities> severities;
    std::shared_ptr<dns::Findings> findings;

    const zones::Zone& operator*() const { return *zone; }
    const zones::Zone* operator->() const { return zone.get(); }
    // All findings, a line each.
    std::string complaints() const;
};

// Through the parser.
MadeZone zone_from_text(std::string_view text, const reference::Name& origin,
                        const MakeOptions& options = {});
// Past the parser: `per_batch` records in each batch. A record's place is source 1, its `line`,
// column 1.
MadeZone zone_from_records(const std::vector<reference::Record>& records,
                           const reference::Name& origin, size_t per_batch = SIZE_MAX,
                           const MakeOptions& options = {});

// One record a line, absolute names, canonical order.
std::string print(const zones::Zone& zone);

// What is not as the reference has it, in every name and RRset and in all that is counted; empty
// where all agrees. Case of owners is compared only where it must be what was written.
std::string differences(const zones::Zone& zone, const reference::Zone& expected,
                        bool owners_as_written);

dns::NameView relative_to(const dns::Name& absolute, const zones::Zone& zone);

}  // namespace apex_tests
