// apex check: would these zones be served, and what is wrong with them?
#include <algorithm>
#include <functional>

#include "server/cli/configured_views.h"
#include "server/cli/leak_checks.h"
#include "server/cli/text_checks.h"
#include "server/cli/verification.h"
#include "server/config/configuration.h"
#include "server/publish/zone_groups.h"

namespace server {

namespace {

// Checks one zone after the other; each is let go before the next, but for the last.
class Check {
  public:
    Check(World& world, const LoadSettings& settings, Report& report,
          const std::optional<signer::VerifyOptions>& verification)
        : world_(world), settings_(settings), report_(report), verification_(verification) {}

    // A configuration's own findings. False if its zones cannot be known.
    bool configuration(const std::string& file, const dns::Findings& findings,
                       const dns::Sources& sources) {
        if (findings.rows().empty()) return true;
        SourceLines lines(world_.files, sources, no_files_);
        ZoneReport report;
        report.file = file;
        report.outcome = findings.failed() ? Verdict::refused : Verdict::served;
        report.findings = &findings;
        report.sources = &sources;
        report.lines = &lines;
        report_.zone(report);
        if (findings.failed()) worsen(kInputAtFault);
        return !findings.failed();
    }

    // `base`: of an overlay, what it lies over. `look` may find more in the zone.
    void zone(ZoneRequest& request, const std::shared_ptr<const LoadedZone>& base = nullptr,
              const std::function<void(LoadedZone&)>& look = nullptr) {
        last_.reset();
        if (verification_) leave_to_signer(request.severities);
        last_ = base != nullptr ? load_overlay(world_, request, base, settings_)
                                : load_request(world_, request, settings_);
        if (!last_->call_fault.sentence.empty()) {
            worsen(call_at_fault(world_, "check", last_->call_fault));
            return;
        }
        if (verification_) verify_loaded(world_, *last_, *verification_);
        if (look) look(*last_);
        SourceLines lines(world_.files, last_->sources, last_->loaded.files);
        report_.zone(report_of(request, *last_, lines));
        if (last_->fault)
            worsen(
                system_at_fault(world_, "check", unreadable_sentence(request.file, *last_->fault)));
        else if (!last_->served() || last_->validates == false)
            worsen(kInputAtFault);
    }

    const std::shared_ptr<LoadedZone>& last() const { return last_; }

    void worsen(int exit_code) { exit_code_ = std::max(exit_code_, exit_code); }

    int finish() {
        report_.finish(exit_code_);
        world_.kept.push_back(std::move(last_));
        return exit_code_;
    }

  private:
    World& world_;
    const LoadSettings& settings_;
    Report& report_;
    const std::optional<signer::VerifyOptions>& verification_;
    const SourceLines::Identities no_files_;
    std::shared_ptr<LoadedZone> last_;
    int exit_code_ = kGood;
};

using Verification = std::optional<signer::VerifyOptions>;

// None without --dnssec.
dns::Result<Verification, CallFault> wanted_verification(const World& world, const Call& call,
                                                         const LoadSettings& settings) {
    if (!call.has("dnssec")) {
        if (!call.has("at")) return Verification();
        return CallFault{"--at is the time for --dnssec, which is not given", ""};
    }
    auto options = read_verification(world, call, settings);
    if (!options.ok()) return options.fault();
    options->must_be_signed = false;
    return Verification(std::move(options.value()));
}

std::vector<std::string> view_names(const Configuration& configuration, const ZoneGroup& group) {
    std::vector<std::string> names;
    if (configuration.views.size() > 1)
        for (const ZoneListing& listing : group.listings)
            names.push_back(configuration.views[listing.view].name);
    return names;
}

// Each zone once, in however many views it is; what overlays lie over is kept until they are done.
// `across` gets what is about several zones.
dns::Result<void, CallFault> check_zones(const Call& call, const Configuration& configuration,
                                         LoadSettings& settings, Check& check,
                                         dns::Findings& across) {
    const std::vector<ZoneGroup> groups = group_zones(configuration.zones, configuration.views);
    LeakChecks leaks(configuration, groups);
    std::vector<size_t> overlays(groups.size());  // that are still to come
    for (const ZoneGroup& group : groups)
        if (group.base != ZoneGroup::kNone) ++overlays[group.base];
    std::vector<std::shared_ptr<const LoadedZone>> bases(groups.size());
    for (size_t i = 0; i < groups.size(); ++i) {
        const uint32_t base = groups[i].base;
        const bool is_overlay = base != ZoneGroup::kNone;
        if (is_overlay && bases[base] == nullptr) continue;  // its base was refused, and says why
        ConfiguredZone zone = configuration.zones[groups[i].row];
        if (!call.has("include-folder")) settings.include_folder = zone.choices->include_folder;
        ZoneRequest request{dns::Name(zone.name), std::string(zone.file), zone.choices->severities,
                            view_names(configuration, groups[i])};
        if (auto applied = apply_rules(call, request.severities); !applied.ok()) return applied;
        const std::shared_ptr<const LoadedZone> below = is_overlay ? bases[base] : nullptr;
        check.zone(request, below, [&](LoadedZone& one) { leaks.zone(i, one, below.get()); });
        if (is_overlay && --overlays[base] == 0) bases[base].reset();
        if (overlays[i] > 0 && check.last() && check.last()->served()) bases[i] = check.last();
    }
    leaks.finish(across);
    return {};
}

int check_configuration(World& world, const Call& call, LoadSettings settings,
                        const std::string& file) {
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    ReadingOptions options;
    options.checks = text_checks();
    auto read = read_configuration(world.files, file, sources, findings, options);
    if (!read.ok())
        return system_at_fault(world, "check", unreadable_sentence(file, read.fault().sentence));
    // What the command line says comes after what the file says.
    Configuration& configuration = read.value();
    dns::Severities chosen = configuration.choices->severities;
    if (auto applied = apply_rules(call, chosen); !applied.ok())
        return call_at_fault(world, "check", applied.fault());
    if (!findings.failed()) {
        severities = chosen;
        check_views(configuration, findings);
    }
    settings.limits = configuration.limits;
    if (auto applied = apply_limits(call, settings.limits); !applied.ok())
        return call_at_fault(world, "check", applied.fault());
    auto verification = wanted_verification(world, call, settings);
    if (!verification.ok()) return call_at_fault(world, "check", verification.fault());
    std::unique_ptr<Report> report = make_report(world, call, settings);
    Check check(world, settings, *report, verification.value());
    if (!check.configuration(file, findings, sources)) return check.finish();
    dns::Findings across(severities);
    if (auto checked = check_zones(call, configuration, settings, check, across); !checked.ok())
        return call_at_fault(world, "check", checked.fault());
    check.configuration(file, across, sources);
    return check.finish();
}

}  // namespace

int run_check(World& world, const Call& call) {
    auto settings = read_settings(world, call, world.out_is_terminal);
    if (!settings.ok()) return call_at_fault(world, "check", settings.fault());
    dns::Severities severities;
    auto applied = apply_rules(call, severities);
    if (applied.ok()) applied = apply_limits(call, settings->limits);
    if (!applied.ok()) return call_at_fault(world, "check", applied.fault());
    const std::string* file = call.last("config");
    if (file != nullptr && !call.operands.empty())
        return call_at_fault(
            world, "check",
            {"a configuration and zone files are both named", "check them in two calls"});
    const std::vector<std::string> overlays = read_overlays(call);
    if (!overlays.empty() && file != nullptr)
        return call_at_fault(world, "check",
                             {"--overlay is for a zone file, and a configuration is named",
                              "in a configuration, 'overlay' of a [[view.zone]] names the patch"});
    if (file != nullptr) return check_configuration(world, call, settings.value(), *file);
    if (call.operands.empty())
        return call_at_fault(world, "check",
                             {"no zone file is named", "apex check example.com example.com.zone"});
    auto requests = read_operands(call.operands);
    if (!requests.ok()) return call_at_fault(world, "check", requests.fault());
    if (!overlays.empty() && requests->size() > 1)
        return call_at_fault(world, "check",
                             {"more than one zone is named, and --overlay is for one",
                              "check them one after the other"});
    auto verification = wanted_verification(world, call, settings.value());
    if (!verification.ok()) return call_at_fault(world, "check", verification.fault());
    std::unique_ptr<Report> report = make_report(world, call, settings.value());
    Check check(world, settings.value(), *report, verification.value());
    for (ZoneRequest& request : requests.value()) {
        request.severities = severities;
        check.zone(request);
    }
    for (const std::string& overlay : overlays) {
        auto base = check.last();
        if (base == nullptr || !base->served()) break;  // why is told
        ZoneRequest request = overlay_request(*base, overlay);
        check.zone(request, base);
    }
    return check.finish();
}

}  // namespace server
