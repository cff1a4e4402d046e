// A patch: what one zone's text changes in another, read once and applied to any version of it.
//
//   $REMOVE  old                 all records of exactly this owner
//   $REMOVE  www AAAA            one type of them
//   $REMOVE  lab subtree         the owner and everything below it
//   $REPLACE www A               takes away that type (or, without one, all) of the owner ...
//   www      A 10.0.0.1          ... and every record of the patch is added
//   printer  A 10.0.0.9
//
// All removals and replacements apply first, then every record adds, wherever they stand in the
// text. What can be said without the base is said here; the rest when it is applied
// (zones/overlay.h).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dns/base/finding.h"
#include "zoneparser/parser.h"

namespace zones {

class Patch {
  public:
    using Kind = zoneparser::PatchOperation::Kind;
    struct Operation {
        Kind kind;
        uint16_t type;        // 0: all
        dns::NameView owner;  // absolute
        dns::Place place;
    };

    // The records of one owner: runs of the text, which may stand apart.
    struct Run {
        const zoneparser::RecordBatch* batch;
        const zoneparser::OwnerRun* run;

        dns::NameView owner() const { return batch->owner(*run); }  // absolute
    };

    dns::NameView origin() const { return origin_; }
    // Both in canonical order of their owners, then of the text.
    std::span<const Operation> operations() const { return operations_; }
    std::span<const Run> runs() const { return runs_; }
    size_t record_count() const { return record_count_; }
    // Octets held, for the figures.
    size_t memory() const;

  private:
    friend class PatchLoader;

    std::vector<uint8_t> names_;  // origin, owners of the operations
    dns::NameView origin_;
    std::vector<Operation> operations_;
    std::vector<std::unique_ptr<zoneparser::RecordBatch>> batches_;
    std::vector<Run> runs_;
    size_t record_count_ = 0;
};

struct LoadedPatch {
    // Null if it cannot be applied to anything; the findings say why.
    std::shared_ptr<const Patch> patch;
    std::vector<std::pair<std::string, dns::FileIdentity>> files;
};

// Text to a patch. Places are those of `sources`; who applies the patch to a zone with sources of
// its own says by how much their numbers move (OverlayOptions).
class PatchLoader {
  public:
    PatchLoader(const dns::Files& files, dns::Sources& sources, dns::Findings& findings,
                zoneparser::ParseOptions options)
        : files_(files), sources_(sources), findings_(findings), options_(std::move(options)) {
        options_.patch = true;
        options_.threads = 1;
    }

    LoadedPatch load_file(const std::string& path, const dns::Name& origin);
    LoadedPatch load_text(std::string_view text, const dns::Source& source,
                          const dns::Name& origin);

  private:
    LoadedPatch finish(zoneparser::ParsedZone parsed, const dns::Name& origin);
    void take_names(Patch& patch, const dns::Name& origin,
                    std::vector<zoneparser::PatchOperation> operations);
    void take_runs(Patch& patch);
    void check(const Patch& patch);
    void check_operation(const Patch& patch, const Patch::Operation& operation,
                         std::span<const uint16_t> types);
    void check_soa(const Patch& patch);

    const dns::Files& files_;
    dns::Sources& sources_;
    dns::Findings& findings_;
    zoneparser::ParseOptions options_;
    size_t errors_before_ = 0;
};

}  // namespace zones
