// All zones that a configuration names, as one table of small rows: a hundred thousand of them take
// ten megabytes, and are gone when the server has taken them over.
//
//   rows   { text, choices, view, base, place }        32 octets
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

// The number of a view, in the order in which they are asked. Of a configuration the last is
// "default", whether it names it or not.
using ViewNumber = uint16_t;

// Where a view has a zone from.
enum class ZoneSource : uint8_t {
    file,     // a zone file
    shared,   // another view's zone, as it is: one zone in memory
    overlay,  // another view's zone with a patch over it
};

// A row, seen.
struct ConfiguredZone {
    ViewNumber view;
    dns::NameView name;
    ZoneSource source;
    ViewNumber base;        // the view whose zone of this name it rests on, if it is no file's
    std::string_view file;  // the path of the zone file or the patch; "" for `shared`
    std::shared_ptr<const ZoneChoices> choices;  // of an overlay: the base's, as far as not written
    dns::Place place;
};

class ZoneRows {
  public:
    explicit ZoneRows(dns::SipKey key = {}) : key_(key) {}

    size_t size() const { return rows_.size(); }
    bool empty() const { return rows_.empty(); }
    ConfiguredZone operator[](size_t row) const;
    // The row of that name in that view, or size().
    size_t find(ViewNumber view, dns::NameView name) const;

    // The row of that name in that view: a new one, size() of before, or the one that has it
    // already, and then nothing changes.
    size_t add(const ConfiguredZone& zone);

  private:
    struct Row {
        uint64_t text;
        uint32_t choices;
        uint16_t file_size;
        uint8_t name_size;
        ZoneSource source;
        ViewNumber view, base;
        dns::Place place;
    };
    dns::NameView name(const Row& row) const;
    size_t slot_of(ViewNumber view, dns::NameView name) const;
    void grow();

    dns::SipKey key_;
    std::vector<Row> rows_;
    std::vector<uint8_t> text_;
    std::vector<std::shared_ptr<const ZoneChoices>> choices_;
    std::vector<uint32_t> slots_;  // row + 1, by hash of view and name
};

}  // namespace server
