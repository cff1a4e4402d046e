// One zone file to one version of a zone, with what a server keeps of the way there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/base/clock.h"
#include "dns/base/files.h"
#include "server/config/configuration.h"
#include "zoneparser/parser.h"
#include "zones/patch.h"
#include "zones/zone.h"

namespace server {

// From this size on all threads parse a file together; of smaller ones each takes one.
inline constexpr uint64_t kSharedFile = 4 << 20;

// How a file is known again: a keyed hash of its identity, which is all that is kept for each of a
// hundred thousand files. 0 is no file's: what has it is read again.
using FileMark = uint64_t;
FileMark mark_of(const dns::FileIdentity& identity, dns::SipKey key);

struct IncludedFile {
    std::string path;
    FileMark mark = 0;
};

// What became of a file.
struct ZoneVersion {
    std::shared_ptr<const zones::Zone> zone;  // null: it cannot be served
    // What places point into; null where that is the one file.
    std::shared_ptr<const dns::Sources> sources;
    FileMark mark = 0;  // of the zone's file
    std::vector<IncludedFile> included;
    std::string reason;  // the first error, if there is no zone
    size_t errors = 0, warnings = 0;
};

// What became of the file of a patch.
struct PatchVersion {
    std::shared_ptr<const zones::Patch> patch;  // null: it cannot be applied to anything
    std::shared_ptr<const dns::Sources> sources;
    FileMark mark = 0;
    std::vector<IncludedFile> included;
    std::string reason;
    size_t errors = 0, warnings = 0;
};

class ZoneLoading {
  public:
    ZoneLoading(const dns::Files& files, const dns::Limits& limits, dns::SipKey key,
                dns::UnixTime now, zoneparser::Progress* progress = nullptr)
        : files_(files), limits_(limits), key_(key), now_(now), progress_(progress) {}

    ZoneVersion load(dns::NameView name, const std::string& file, const ZoneChoices& choices,
                     unsigned threads) const;
    PatchVersion load_patch(dns::NameView name, const std::string& file,
                            const ZoneChoices& choices) const;

  private:
    ZoneVersion read(dns::NameView name, const std::string& file, const ZoneChoices& choices,
                     unsigned threads) const;
    FileMark take_marks(const std::string& file,
                        std::vector<std::pair<std::string, dns::FileIdentity>> files,
                        std::vector<IncludedFile>& included) const;
    zoneparser::ParseOptions parse_options(const ZoneChoices& choices, unsigned threads) const;

    const dns::Files& files_;
    dns::Limits limits_;
    dns::SipKey key_;
    dns::UnixTime now_;
    zoneparser::Progress* progress_;
};

// "zones/a.zone:3:5: a sentence": a finding in a line of a log.
std::string finding_text(const dns::Finding& finding, const dns::Sources& sources);
// The first error among them, as such a line; "" if there is none.
std::string first_error(const dns::Findings& findings, const dns::Sources& sources);

// The sources of a zone that is one file.
std::shared_ptr<const dns::Sources> sources_of_file(std::string_view file);

}  // namespace server
