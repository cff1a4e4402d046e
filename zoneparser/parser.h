// Zone text to records: the front door of this part.
//
//   source -> lexer (tokens of one entry) -> entries (directives; owner, TTL, class, type)
//          -> fields (rdata) -> RecordBatch
//
// A big file is cut into stretches that are parsed side by side. Where a stretch begins, the parser
// can only suppose (no open group or quote, such an origin, such a TTL); the suppositions are
// checked in order afterwards, and a stretch that supposed wrongly is parsed again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/base/files.h"
#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "dns/name.h"
#include "zoneparser/patch_operation.h"
#include "zoneparser/record_batch.h"

namespace zoneparser {

struct ParseOptions {
    dns::Limits limits;
    unsigned threads = 1;
    // $INCLUDE may only read below this folder, if one is named; "" confines to nothing.
    std::string include_folder;
    bool allow_include = true;
    // The text is a patch: it may hold $REPLACE and $REMOVE.
    bool patch = false;
    // Texts shorter than this are parsed by the calling thread alone.
    size_t stretch_octets = 2 << 20;
};

struct ParsedZone {
    std::vector<std::unique_ptr<RecordBatch>> batches;  // in the order of the text
    uint64_t record_count = 0;
    std::vector<PatchOperation> operations;  // of a patch, in the order of the text
    // Every file that was read, for reload: path and what the system said of it before reading.
    std::vector<std::pair<std::string, dns::FileIdentity>> files;
};

struct Progress {
    virtual ~Progress() = default;
    // Called now and then, from any thread, with octets parsed so far and octets known so far.
    virtual void parsed(uint64_t octets, uint64_t of_octets) = 0;
};

class Parser {
  public:
    // `prepare` (may be null) is called for each batch on the thread that parsed it.
    using Prepare = std::function<void(RecordBatch&)>;

    Parser(const dns::Files& files, dns::Sources& sources, dns::Findings& findings,
           ParseOptions options, Prepare prepare = nullptr, Progress* progress = nullptr);

    // Reads a file, or all of `text`. All findings of the run are in `findings` afterwards; the
    // records are those of the entries without an error.
    ParsedZone parse_file(const std::string& path, dns::NameView origin);
    ParsedZone parse_text(std::string_view text, const dns::Source& source, dns::NameView origin);

  private:
    const dns::Files& files_;
    dns::Sources& sources_;
    dns::Findings& findings_;
    ParseOptions options_;
    Prepare prepare_;
    Progress* progress_;
};

// The origin of a zone file that was named without one: the owner of its SOA record as $ORIGIN lines
// before it complete it (a file may say `$ORIGIN org.` and then `example SOA`), else its first
// $ORIGIN, else the file's name without ".zone" (or ".db", ".txt", or a leading "db."). None if none
// of these is a name.
std::optional<dns::Name> guess_origin(std::string_view text, std::string_view file_name);

}  // namespace zoneparser
