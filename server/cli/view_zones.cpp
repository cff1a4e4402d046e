#include "server/cli/view_zones.h"

#include <algorithm>

#include "server/cli/text_checks.h"
#include "server/publish/system.h"

namespace server {

ViewZones::ViewZones(World& world, const Call& call, const char* command,
                     const LoadSettings& settings)
    : world_(world), call_(call), command_(command), settings_(settings) {}

void ViewZones::report(const ZoneReport& zone) {
    std::unique_ptr<Report> report = text_report(world_.errors, {.colour = settings_.colour});
    report->zone(zone);
    report->finish(kInputAtFault);
}

int ViewZones::read(const std::string& file) {
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    ReadingOptions options;
    options.checks = text_checks();
    options.key = random_key();
    auto read = read_configuration(world_.files, file, sources, findings, options);
    if (!read.ok())
        return system_at_fault(world_, command_, unreadable_sentence(file, read.fault().sentence));
    if (findings.failed()) {
        const SourceLines::Identities no_files;
        SourceLines lines(world_.files, sources, no_files);
        ZoneReport zone;
        zone.file = file;
        zone.findings = &findings;
        zone.sources = &sources;
        zone.lines = &lines;
        report(zone);
        return kInputAtFault;
    }
    configuration_ = std::move(read.value());
    settings_.limits = configuration_.limits;
    if (auto applied = apply_limits(call_, settings_.limits); !applied.ok())
        return call_at_fault(world_, command_, applied.fault());
    return kGood;
}

size_t ViewZones::find_view(std::string_view name) const {
    const auto& views = configuration_.views;
    auto found = std::find_if(views.begin(), views.end(),
                              [name](const ConfiguredView& view) { return view.name == name; });
    return static_cast<size_t>(found - views.begin());
}

// The groups that show in one of these views, and those that they rest on.
std::vector<bool> ViewZones::needed(std::span<const ViewNumber> views) const {
    std::vector<bool> shown(configuration_.views.size()), out(groups_.size());
    for (ViewNumber view : views) {
        shown[view] = true;
        for (ViewNumber from : configuration_.views[view].zones_from) shown[from] = true;
    }
    for (size_t i = groups_.size(); i-- > 0;) {
        const ZoneGroup& group = groups_[i];
        for (const ZoneListing& listing : group.listings)
            if (shown[listing.view]) out[i] = true;
        if (out[i] && group.base != ZoneGroup::kNone) out[group.base] = true;
    }
    return out;
}

int ViewZones::load(std::span<const ViewNumber> views) {
    groups_ = group_zones(configuration_.zones, configuration_.views);
    loaded_.assign(groups_.size(), nullptr);
    tables_ = ViewTables(random_key(), configuration_.views);
    const std::vector<bool> wanted = needed(views);
    int exit_code = kGood;
    for (size_t i = 0; i < groups_.size(); ++i) {
        const ZoneGroup& group = groups_[i];
        if (!wanted[i]) continue;
        const bool is_overlay = group.base != ZoneGroup::kNone;
        if (is_overlay && loaded_[group.base] == nullptr) continue;  // was said of its base
        exit_code =
            std::max(exit_code, load_row(configuration_.zones[group.row],
                                         is_overlay ? loaded_[group.base] : nullptr, loaded_[i]));
        if (loaded_[i] == nullptr) continue;
        auto served = std::make_shared<ServedZone>(
            loaded_[i]->loaded.zone->origin(), static_cast<uint32_t>(i), loaded_[i]->loaded.zone,
            std::make_shared<ZoneOptions>(),
            std::shared_ptr<const dns::Sources>(loaded_[i], &loaded_[i]->sources));
        for (const ZoneListing& listing : group.listings) tables_.put(listing.view, served);
    }
    tables_.settle();
    return exit_code;
}

// `out` is null if the zone would be refused, or cannot be read.
int ViewZones::load_row(const ConfiguredZone& row, const std::shared_ptr<LoadedZone>& base,
                        std::shared_ptr<LoadedZone>& out) {
    ZoneRequest request{dns::Name(row.name), std::string(row.file), row.choices->severities};
    if (auto applied = apply_rules(call_, request.severities); !applied.ok())
        return call_at_fault(world_, command_, applied.fault());
    LoadSettings settings = settings_;
    if (settings.include_folder.empty()) settings.include_folder = row.choices->include_folder;
    std::shared_ptr<LoadedZone> zone = base != nullptr
                                           ? load_overlay(world_, request, base, settings)
                                           : load_request(world_, request, settings);
    world_.kept.push_back(zone);
    if (zone->fault)
        return system_at_fault(world_, command_, unreadable_sentence(request.file, *zone->fault));
    if (zone->served()) {
        out = std::move(zone);
        return kGood;
    }
    SourceLines lines(world_.files, zone->sources, zone->loaded.files);
    report(report_of(request, *zone, lines));
    return kInputAtFault;
}

View ViewZones::view(ViewNumber number) const {
    const ConfiguredView& configured = configuration_.views[number];
    View view;
    view.name = configured.name;
    view.follow_view = configured.follow == Follow::view;
    view.zones = tables_[number];
    return view;
}

}  // namespace server
