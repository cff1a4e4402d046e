// What differs from what is served, and what is to become of it; zone_jobs.cpp publishes it.
#include <algorithm>
#include <tuple>

#include "server/config/rule_choices.h"
#include "server/publish/zone_content.h"
#include "server/publish/zone_keeper.h"
#include "zones/diff.h"
#include "zones/parallel.h"

namespace server {

namespace {

constexpr size_t kMostConfigurationFaults = 10;

bool shrinks_more(size_t before, size_t after, uint32_t percent) {
    return after < before && (before - after) * 100 > before * size_t{percent};
}

// Records but those that come and go with signing.
size_t data_count(const zones::Zone& zone) {
    auto is_data = [](uint16_t type) {
        return !zones::is_made_by_signing(type) && type != dns::type::DNSKEY &&
               type != dns::type::CDS && type != dns::type::CDNSKEY &&
               type != dns::type::NSEC3PARAM && type != dns::type::ZONEMD;
    };
    size_t count = 0;
    for (zones::Zone::Cursor at(zone); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i)
            if (const zones::RrsetView rrset = (*at).rrset(i); is_data(rrset.type()))
                count += rrset.count();
    return count;
}

// What max-shrink compares: a zone that is signed no longer loses nothing by that.
std::pair<size_t, size_t> data_counts(const zones::Zone& before, const zones::Zone& after) {
    auto is_signed = [](const zones::Zone& zone) { return zone.apex().owns(dns::type::DNSKEY); };
    if (!is_signed(before) && !is_signed(after))
        return {before.record_count(), after.record_count()};
    return {data_count(before), data_count(after)};
}

}  // namespace

// ---- plan --------------------------------------------------------------------------------------

// What the configuration says now, if it differs and can be used.
void ZoneKeeper::plan_configuration(Plan& plan) {
    if (settings_.configuration_file.empty()) return;
    if (are_unchanged(configuration_.files, files_)) return;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    ReadingOptions reading = settings_.reading;
    reading.now = clock_.now();
    auto next =
        read_configuration(files_, settings_.configuration_file, sources, findings, reading);
    if (!next.ok()) {
        plan.faults.push_back("cannot read '" + settings_.configuration_file +
                              "': " + next.fault().sentence);
    } else if (findings.failed()) {
        for (const dns::Finding& finding : findings.rows())
            if (plan.faults.size() < kMostConfigurationFaults)
                plan.faults.push_back(finding_text(finding, sources));
    } else if (auto set = make_set(next.value()); !set.ok()) {
        plan.faults.push_back(set.fault().sentence);
    } else {
        plan.set = std::move(set.value());
        take_configuration(plan, std::move(next.value()));
        return;
    }
    for (const std::string& fault : plan.faults)
        log_.event(LogLevel::error, "configuration-refused",
                   fault + "; what was read before still holds", {});
}

void ZoneKeeper::take_configuration(Plan& plan, Configuration next) {
    ZoneRows rows = std::move(next.zones);
    next.zones = ZoneRows(settings_.reading.key);
    std::vector<ConfiguredView> old_views = std::move(configuration_.views);
    configuration_ = std::move(next);
    options_.clear();
    if (watches())
        for (const ReadFile& file : configuration_.files) new_files_.push_back(file.path);
    plan_rows(plan, rows, old_views);
    plan_added(plan);
    plan_moved(plan, old_views);
    log_.event(LogLevel::info, "configuration-read", "", {{"zones", rows.size()}});
    if (settings_.configured) settings_.configured(configuration_);
}

void ZoneKeeper::plan_rows(Plan& plan, const ZoneRows& rows,
                           std::span<const ConfiguredView> old_views) {
    for (uint32_t i = 0; i < states_.numbers(); ++i)
        if (ZoneState* state = states_.find(i)) state->listed = false;
    const std::vector<ConfiguredView>& views = configuration_.views;
    // A view is known again by its name.
    std::vector<std::optional<ViewNumber>> old_numbers(views.size());
    for (size_t i = 0; i < views.size(); ++i)
        for (size_t old = 0; old < old_views.size() && !old_numbers[i]; ++old)
            if (old_views[old].name == views[i].name) old_numbers[i] = static_cast<ViewNumber>(old);
    plan.views = views.size() > 1 || old_views.size() > 1;
    plan_groups(plan, rows, group_zones(rows, views), old_numbers);
}

void ZoneKeeper::plan_groups(Plan& plan, const ZoneRows& rows, std::vector<ZoneGroup> groups,
                             std::span<const std::optional<ViewNumber>> old_numbers) {
    auto find_before = [&](const ZoneGroup& group, auto fits) -> ZoneState* {
        for (const ZoneListing& listing : group.listings) {
            ZoneState* state = nullptr;
            if (const auto& old = old_numbers[listing.view])
                state = find(*old, rows[group.row].name);
            if (state != nullptr && !state->listed && fits(*state)) return state;
        }
        return nullptr;
    };
    // What is as it was comes first, so that no other takes its place.
    std::vector<ZoneState*> states(groups.size());
    for (size_t i = 0; i < groups.size(); ++i) {
        const ConfiguredZone row = rows[groups[i].row];
        const bool rests = row.source == ZoneSource::overlay;
        states[i] = find_before(groups[i], [&](const ZoneState& state) {
            return !state.added && state.path() == row.file &&
                   (state.overlay() != nullptr) == rests;
        });
        if (states[i] != nullptr) states[i]->listed = true;
    }
    overlays_.clear();
    for (size_t i = 0; i < groups.size(); ++i) {
        ZoneGroup& group = groups[i];
        const ConfiguredZone row = rows[group.row];
        ZoneState* state = states[i];
        const bool known = state != nullptr;
        std::optional<OverlayState> overlay;
        if (row.source == ZoneSource::overlay) {
            overlay.emplace();
            if (group.base != ZoneGroup::kNone) overlay->base = states[group.base]->number;
        }
        if (!known) state = find_before(group, [](const ZoneState&) { return true; });
        bool same = known && state->choices->key == row.choices->key;
        if (same && overlay) same = state->overlay()->base == overlay->base;
        if (same) {
            state->choices = row.choices;
        } else {
            ZoneChange& change = plan.changes.emplace_back(row.name);
            if (state == nullptr) {
                std::lock_guard lock(mutex_);
                state = &states_.make();
            }
            change.state = state;
            change.file = row.file;
            change.choices = row.choices;
            change.rests = overlay.has_value();
            change.overlay = overlay;
        }
        for (const ZoneListing& listing : group.listings) {
            const auto& old = old_numbers[listing.view];
            if (!same && (!old || find(*old, row.name) != state)) plan.newly_shown.insert(state);
        }
        state->listed = true;
        states[i] = state;
        if (overlay) overlays_.push_back({state->number, group.height});
        if (plan.views) list(plan, state, std::move(group.listings));
    }
    std::stable_sort(overlays_.begin(), overlays_.end(),
                     [](const Overlay& a, const Overlay& b) { return a.height < b.height; });
}

// Zones that no view lists any more; and those that the state folder knows by another view from now
// on: they are signed anew under that name.
void ZoneKeeper::plan_moved(Plan& plan, std::span<const ConfiguredView> old_views) {
    for (uint32_t i = 0; i < states_.numbers(); ++i) {
        ZoneState* state = states_.find(i);
        if (state == nullptr || state->served == nullptr) continue;
        const bool last = state->view + size_t{1} == old_views.size();
        LiveName before{dns::Name(state->served->name()), last ? "" : old_views[state->view].name};
        if (!state->listed && !state->added) {
            plan.gone.push_back(state);
            plan.gone_names.push_back(std::move(before));
            continue;
        }
        if (!signing_.knows(before) || live_name(plan, *state).view == before.view) continue;
        plan.moved_names.push_back(std::move(before));
        auto is_it = [state](const ZoneChange& change) { return change.state == state; };
        if (std::none_of(plan.changes.begin(), plan.changes.end(), is_it)) plan_again(plan, *state);
    }
}

// Zones that were added take on what their templates say now.
void ZoneKeeper::plan_added(Plan& plan) {
    for (uint32_t i = 0; i < states_.numbers(); ++i) {
        ZoneState* state = states_.find(i);
        if (state == nullptr || !state->added || state->listed) continue;
        if (plan.views)
            list(plan, state,
                 {{static_cast<ViewNumber>(configuration_.views.size() - 1), nullptr}});
        std::shared_ptr<const ZoneChoices> choices = configuration_.choices;
        std::string template_name = state->rare != nullptr ? state->rare->template_name : "";
        if (!template_name.empty()) {
            auto found = configuration_.templates.find(template_name);
            // A template that is no more: what it said holds on.
            if (found == configuration_.templates.end())
                tell_no_template(state->served->name(), template_name);
            choices = found != configuration_.templates.end() ? found->second : state->choices;
        }
        if (state->choices->key == choices->key) {
            state->choices = choices;
            continue;
        }
        plan_again(plan, *state).choices = choices;
    }
}

// Zones whose files are others than were read.
void ZoneKeeper::plan_files(Plan& plan) {
    std::vector<bool> planned(states_.numbers());
    for (const ZoneChange& change : plan.changes)
        if (change.state != nullptr) planned[change.state->number] = true;
    for (const ZoneState* state : plan.gone) planned[state->number] = true;
    std::mutex mutex;
    std::vector<std::pair<uint32_t, uint64_t>> others;  // numbers and sizes
    std::atomic<size_t> unchanged{0};
    constexpr size_t kStretch = 256;
    size_t stretches = (planned.size() + kStretch - 1) / kStretch;
    zones::share_out(settings_.threads, stretches, [&](size_t stretch) {
        size_t end = std::min(planned.size(), (stretch + 1) * kStretch);
        for (size_t i = stretch * kStretch; i < end && !stopping_; ++i) {
            const ZoneState* state = states_.find(static_cast<uint32_t>(i));
            if (state == nullptr || state->served == nullptr || planned[i]) continue;
            uint64_t size = 0;
            if (is_same(*state, size)) {
                ++unchanged;
                continue;
            }
            std::lock_guard lock(mutex);
            others.emplace_back(state->number, size);
        }
    });
    plan.unchanged = unchanged;
    std::sort(others.begin(), others.end());
    for (auto [number, size] : others) {
        ZoneChange& change = plan_again(plan, *states_.find(number));
        change.size = size;
    }
}

// A zone with all that it is already.
ZoneChange& ZoneKeeper::plan_again(Plan& plan, ZoneState& state) const {
    ZoneChange& change = plan.changes.emplace_back(state.served->name());
    change.state = &state;
    change.file = state.path();
    change.choices = state.choices;
    change.added = state.added;
    change.live_view = live_name(plan, state).view;
    if (state.rare != nullptr) change.template_name = state.rare->template_name;
    if (const OverlayState* overlay = state.overlay()) {
        change.rests = true;
        change.overlay = {overlay->base, nullptr, nullptr, 0};
    }
    return change;
}

// What was refused is always tried again: the cause may lie in a file that could not be read.
bool ZoneKeeper::is_same(const ZoneState& state, uint64_t& size) const {
    auto mark_now = [&](const std::string& path) {
        auto identity = files_.identity(path);
        if (!identity.ok()) return FileMark{0};
        size = std::max(size, identity->size);
        return mark_of(identity.value(), settings_.reading.key);
    };
    FileMark mark = mark_now(state.path());
    if (mark == 0 || mark != state.mark || state.is_refused() || !state.served->loaded())
        return false;
    if (state.rare == nullptr) return true;
    return std::all_of(state.rare->included.begin(), state.rare->included.end(),
                       [&](const IncludedFile& file) {
                           return file.mark != 0 && mark_now(file.path) == file.mark;
                       });
}

// ---- load --------------------------------------------------------------------------------------

// Which views list a zone from now on; the state folder knows it by the first that shows it as it
// is.
void ZoneKeeper::list(Plan& plan, ZoneState* state, std::vector<ZoneListing> listings) {
    auto home = std::find_if(listings.begin(), listings.end(),
                             [](const ZoneListing& listing) { return listing.choices == nullptr; });
    plan.homes[state] = (home != listings.end() ? *home : listings.front()).view;
    plan.listed.emplace_back(state, std::move(listings));
}

// By which view the state folder knows each zone.
void ZoneKeeper::name_views(Plan& plan) const {
    for (ZoneChange& change : plan.changes) {
        if (change.state == nullptr) continue;
        auto home = plan.homes.find(change.state);
        change.live_view = live_view(home != plan.homes.end() ? home->second : change.state->view);
    }
}

void ZoneKeeper::load(Plan& plan) {
    name_views(plan);
    unsigned threads = settings_.threads;
    auto is_big = [&](const ZoneChange& change) {
        return threads > 1 && (change.size >= kSharedFile || plan.changes.size() == 1);
    };
    zones::share_out(threads, plan.changes.size(), [&](size_t i) {
        ZoneChange& change = plan.changes[i];
        if (!change.rests && !is_big(change) && !stopping_) load(change, 1);
    });
    for (ZoneChange& change : plan.changes)
        if (!change.rests && is_big(change) && !stopping_) load(change, threads);
    for (ZoneChange& change : plan.changes)
        if (!change.rests) serve(change, !plan.newly_shown.contains(change.state));
}

void ZoneKeeper::load(ZoneChange& change, unsigned threads) {
    change.version = loading().load(change.name, change.file, *change.choices, threads);
    const bool served = change.is_served();
    sign({change.name, change.live_view}, *change.choices,
         served ? &change.state->served->zone() : nullptr, threads, change.version);
    if (change.version.zone == nullptr)
        change.refused = change.version.reason;
    else
        compare(change);
    // What rests on it is merged with what is served.
    if (change.refuses()) signing_.take_back({change.name, change.live_view});
}

// Against the version that is served, if there is one.
void ZoneKeeper::compare(ZoneChange& change) {
    if (!change.is_served()) return;
    const ServedZone& served = *change.state->served;
    const zones::Zone& next = *change.version.zone;
    size_t before = 0, after = 0;
    if (change.choices->max_shrink < 100)
        std::tie(before, after) = data_counts(served.zone(), next);
    if (shrinks_more(before, after, change.choices->max_shrink)) {
        change.refused =
            "it would shrink from " + std::to_string(before) + " to " + std::to_string(after) +
            " records, by more than max-shrink = " + std::to_string(change.choices->max_shrink) +
            " percent";
        return;
    }
    // What a new base changes in all that rests on it is told of the base.
    if (change.rests && &next.base() != &served.zone().base()) return;
    change.report.emplace(served.name(), served.negative_ttl());
    zones::for_each_change(
        served.zone(), next,
        [&](dns::NameView owner, const zones::RrsetView& old, const zones::RrsetView& now) {
            change.report->add(owner, old, now);
        });
    static const dns::Rule* const rule = find_rule("serial-not-advanced");
    // A zone that is signed live owns its serial.
    bool behind = rule != nullptr && !change.rests && change.choices->dnssec != Dnssec::sign &&
                  change.report->count() > 0 && !is_ahead(next.serial(), served.serial());
    if (!behind || change.choices->severities.of(*rule) == dns::Severity::off) return;
    dns::Finding finding;
    finding.rule = rule;
    finding.words = {std::to_string(next.serial()), std::to_string(served.serial())};
    if (change.choices->severities.of(*rule) == dns::Severity::error)
        change.refused = finding.sentence();
    else
        log_.event(LogLevel::warning, "serial-not-advanced", finding.sentence(),
                   {{"zone", dns::to_text(change.name)}});
}

// What will be served of the zone: the new version, or the old one with what is chosen now; for a
// zone that has none, nothing but the reason. On the jobs' thread.
void ZoneKeeper::serve(ZoneChange& change, bool may_go_on) {
    if (stopping_) return;
    if (change.state != nullptr) {
        change.before = change.state->served;
    } else {
        std::lock_guard lock(mutex_);
        change.state = &states_.make();
    }
    auto zone = change.version.zone;
    auto sources = change.version.sources;
    std::string reason;
    if (change.refuses()) {
        zone = may_go_on && change.before != nullptr ? change.before->shared_zone() : nullptr;
        sources = zone != nullptr ? change.before->sources() : nullptr;
        if (zone == nullptr) reason = change.refused;
    }
    change.after =
        std::make_shared<const ServedZone>(change.name, change.state->number, std::move(zone),
                                           options_of(change.choices), std::move(sources), reason);
}

}  // namespace server
