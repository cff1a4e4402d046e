// All zones that a configuration names, as one table of small rows: a hundred thousand of them take
// ten megabytes, and are gone when the server has taken them over.
//
//   rows   { text, choices, place }          16 octets + 8 for the place
//   text   name in wire form | path of the file                 one run of octets for all
//   choices                                  shared by all zones that chose the same
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/finding.h"
#include "dns/name.h"
#include "dns/siphash.h"
#include "server/config/dnssec_policy.h"

namespace server {

// What may be chosen for a zone, with everything inherited filled in.
struct ZoneChoices {
    dns::Severities severities;
    // All of it as text in one order: choices are the same if these are.
    std::string key;
    std::string include_folder;  // its path; "": $INCLUDE may read anywhere
    std::optional<std::vector<std::string>> allow_query;  // networks; none: the view's
    uint32_t max_shrink = 100;  // percent of its records that a reload may take away
    Dnssec dnssec = Dnssec::off;
    std::shared_ptr<const DnssecPolicy> policy;  // of Dnssec::sign
};

// A row, seen.
struct ConfiguredZone {
    dns::NameView name;
    std::string_view file;  // its path, from where the process runs
    std::shared_ptr<const ZoneChoices> choices;
    dns::Place place;
};

class ZoneRows {
  public:
    explicit ZoneRows(dns::SipKey key = {}) : key_(key) {}

    size_t size() const { return rows_.size(); }
    bool empty() const { return rows_.empty(); }
    ConfiguredZone operator[](size_t row) const;
    // The row of that name, or size().
    size_t find(dns::NameView name) const;

    // The row of that name: a new one, size() of before, or the one that has it already, and then
    // nothing changes.
    size_t add(dns::NameView name, std::string_view file,
               const std::shared_ptr<const ZoneChoices>& choices, dns::Place place = {});

  private:
    struct Row {
        uint64_t text;
        uint32_t choices;
        uint16_t file_size;
        uint8_t name_size;
        dns::Place place;
    };
    dns::NameView name(const Row& row) const;
    size_t slot_of(dns::NameView name) const;
    void grow();

    dns::SipKey key_;
    std::vector<Row> rows_;
    std::vector<uint8_t> text_;
    std::vector<std::shared_ptr<const ZoneChoices>> choices_;
    std::vector<uint32_t> slots_;  // row + 1, by hash of the name
};

}  // namespace server
