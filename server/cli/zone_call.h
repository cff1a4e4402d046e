// What the commands that load zones share: which zones a call names, with which settings, and how
// one of them is loaded.
//
//   call -> ZoneRequest ... -> load_request() -> LoadedZone -> Report, or printed
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/name.h"
#include "server/cli/commands.h"
#include "server/cli/report.h"
#include "zones/load.h"

namespace server {

// One zone that a call or a configuration names.
struct ZoneRequest {
    std::optional<dns::Name> origin;  // else it is guessed from the file
    std::string file;                 // "-" is standard input
    dns::Severities severities;
    std::vector<std::string> views = {};  // as ZoneReport::views
};

struct LoadSettings {
    dns::Limits limits;
    std::string include_folder;
    unsigned threads = 1;
    bool colour = false;
};

// The options that all loading commands have; limits are left at their defaults. `terminal`: what
// the findings are written to is one.
dns::Result<LoadSettings, CallFault> read_settings(const World& world, const Call& call,
                                                   bool terminal);
// --limit; --rule and --strict: on top of what a configuration chose.
dns::Result<void, CallFault> apply_limits(const Call& call, dns::Limits& limits);
dns::Result<void, CallFault> apply_rules(const Call& call, dns::Severities& severities);
// ORIGIN FILE | FILE | ORIGIN=FILE ...
dns::Result<std::vector<ZoneRequest>, CallFault> read_operands(
    const std::vector<std::string>& operands);

// The files that --overlay names, in their order.
std::vector<std::string> read_overlays(const Call& call);

// What a call says that is about one zone.
struct ZoneCall {
    LoadSettings settings;
    ZoneRequest request;
    std::vector<std::string> overlays;  // patches over it, each over the one before
};
// `example` is a call as it should be; `severities` stand before --rule and --strict; `terminal` as
// in read_settings().
dns::Result<ZoneCall, CallFault> read_zone_call(const World& world, const Call& call,
                                                const std::string& command,
                                                const std::string& example, bool terminal,
                                                const dns::Severities& severities = {});

// A zone after loading, with all that reports and printing need.
struct LoadedZone {
    // `base_sources`: those of the zone that an overlay lies over.
    explicit LoadedZone(const ZoneRequest& request, const dns::Limits& limits,
                        std::shared_ptr<const dns::Sources> base_sources = nullptr)
        : severities(request.severities),
          sources(std::move(base_sources)),
          findings(severities, {limits.findings_per_rule, limits.findings}) {}

    dns::Severities severities;
    dns::Sources sources;
    dns::Findings findings;
    zones::Loaded loaded;
    std::string origin;                // absolute text
    std::optional<std::string> fault;  // the system does not give the file: what it says
    CallFault call_fault;              // the call lacks something; empty if it does not

    // Whether its signatures are good, if that was looked at and it is signed.
    std::optional<bool> validates;

    bool served() const { return loaded.zone != nullptr; }
};

std::shared_ptr<LoadedZone> load_request(World& world, const ZoneRequest& request,
                                         const LoadSettings& settings);

// The patch `file` over a zone that is served.
ZoneRequest overlay_request(const LoadedZone& base, const std::string& file);
// The same where the file is a patch over a zone that was loaded; the request has an origin. The
// result keeps `base`.
std::shared_ptr<LoadedZone> load_overlay(World& world, const ZoneRequest& request,
                                         const std::shared_ptr<const LoadedZone>& base,
                                         const LoadSettings& settings);

// For a command that needs a zone that would be served, overlays and all. Null if there is none:
// why is told on the error output, and the command ends with `exit_code`.
std::shared_ptr<LoadedZone> load_served(World& world, const std::string& command,
                                        const ZoneCall& call, int& exit_code);

// In the form that --format names; --quiet: none.
std::unique_ptr<Report> make_report(World& world, const Call& call, const LoadSettings& settings);

// The loaded zone as reports want it.
ZoneReport report_of(const ZoneRequest& request, const LoadedZone& zone, SourceLines& lines);

// "cannot read 'x.zone': No such file or directory; ..." with what to do about it.
std::string unreadable_sentence(const std::string& file, const std::string& reason);

}  // namespace server
