// Overlays: zones that are another zone with a patch over it. What they rest on is known when they
// are merged: a version that is to be published with them, or the one that is served.
#include <algorithm>

#include "server/publish/system.h"
#include "server/publish/zone_content.h"
#include "server/publish/zone_keeper.h"
#include "signer/apex_records.h"
#include "zones/diff.h"
#include "zones/overlay.h"
#include "zones/parallel.h"
#include "zones/pointers.h"

namespace server {

namespace {

constexpr uint32_t kNone = UINT32_MAX;
// More merges than these at once leave memory behind that is worth giving back.
constexpr size_t kFewMerges = 100;

bool is_of_signing(uint16_t type) {
    return zones::is_made_by_signing(type) || type == dns::type::NSEC3PARAM ||
           type == dns::type::ZONEMD || type == dns::type::DNSKEY || type == dns::type::CDS ||
           type == dns::type::CDNSKEY;
}

// A patch names what is unsigned; keys and the serial are the zone's own.
zones::ChangeSet changes_to_sign(const zones::Zone& below, const zones::Zone& merged) {
    zones::ChangeSet set;
    zones::for_each_change(
        below, merged,
        [&](dns::NameView owner, const zones::RrsetView& before, const zones::RrsetView& after) {
            const uint16_t type = before ? before.type() : after.type();
            if (is_of_signing(type) || type == dns::type::SOA) return;
            set.changes.push_back({below.absolute(owner), zones::own(before), zones::own(after)});
        });
    return set;
}

// All that signing made taken away, in a base of its own: shared by the overlays that want it.
std::shared_ptr<const zones::Zone> without_signing(const zones::Zone& zone) {
    zones::ChangeSet set;
    for (zones::Zone::Cursor at(zone); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i)
            if (const zones::RrsetView rrset = (*at).rrset(i); is_of_signing(rrset.type()))
                set.changes.push_back({zone.absolute((*at).name()), zones::own(rrset), {}});
    auto plain = zone.apply(set);
    return plain.ok() ? (*plain)->fold() : nullptr;
}

}  // namespace

struct ZoneKeeper::MergeBase {
    ZonePointer served;
    std::shared_ptr<const dns::Sources> sources;
    uint64_t content = 0;
    LiveName name;
    bool is_signed = false, is_signed_here = false;
    // Without what signing made, for overlays that are served unsigned; made once one is.
    std::shared_ptr<const zones::Zone> plain;
    // Who points at whom: found out when the first overlay asks, and gone with the merge.
    std::unique_ptr<zones::Pointers> pointers;

    bool loaded() const { return served->loaded(); }
    bool serves_plain(const ZoneChange& change) const {
        return is_signed && change.choices->dnssec == Dnssec::insecure;
    }
    // It is signed by itself, as if it were a file.
    bool signs_itself(const ZoneChange& change) const {
        return !is_signed_here && change.choices->dnssec == Dnssec::sign;
    }
    const zones::Zone& zone_for(const ZoneChange& change) const {
        return serves_plain(change) ? *plain : served->zone();
    }
};

// ---- plan --------------------------------------------------------------------------------------

// The overlays that are to be merged: their patch is another, or their base. `change_of` tells the
// place of each zone's change in the plan, by its number.
std::vector<size_t> ZoneKeeper::plan_merges(Plan& plan, std::span<const Overlay> overlays,
                                            std::vector<uint32_t>& change_of) const {
    std::vector<size_t> due;
    for (const Overlay& overlay : overlays) {
        uint32_t& at = change_of[overlay.number];
        if (at == kNone) {
            ZoneState& state = *const_cast<ZoneStates&>(states_).find(overlay.number);
            const OverlayState& rests = *state.overlay();
            const uint32_t below = rests.base == kNone ? kNone : change_of[rests.base];
            if (below == kNone || !plan.changes[below].has_new_zone()) continue;
            at = static_cast<uint32_t>(plan.changes.size());
            ZoneChange& change = plan_again(plan, state);
            // The patch is what it was.
            change.overlay = rests;
            change.version.mark = state.mark;
            change.version.included = state.rare->included;
            change.keeps_refusal = rests.patch != nullptr ? state.rare->refused : "";
        }
        // What was renewed is merged already.
        if (plan.changes[at].version.zone == nullptr) due.push_back(at);
    }
    return due;
}

// ---- merge -------------------------------------------------------------------------------------

// At the start: what all overlays are.
void ZoneKeeper::merge_first() {
    Plan plan;
    for (const Overlay& overlay : overlays_) plan_again(plan, *states_.find(overlay.number));
    merge(plan);
    if (stopping_) return;
    for (const ZoneChange& change : plan.changes) {
        settle(change);
        if (change.refuses()) change.state->rare_facts().refused = change.refused;
    }
}

void ZoneKeeper::merge(Plan& plan) {
    if (overlays_.empty()) return;
    std::vector<uint32_t> change_of(states_.numbers(), kNone);
    for (size_t i = 0; i < plan.changes.size(); ++i)
        change_of[plan.changes[i].state->number] = static_cast<uint32_t>(i);
    for (size_t first = 0, end; first < overlays_.size() && !stopping_; first = end) {
        end = first;
        while (end < overlays_.size() && overlays_[end].height == overlays_[first].height) ++end;
        std::vector<size_t> due =
            plan_merges(plan, {overlays_.data() + first, end - first}, change_of);
        std::map<uint32_t, MergeBase> bases;
        std::vector<const MergeBase*> base_of(due.size());
        for (size_t i = 0; i < due.size(); ++i) {
            const ZoneChange& change = plan.changes[due[i]];
            const uint32_t number = change.overlay->base;
            if (number == kNone) continue;
            auto [found, is_new] = bases.try_emplace(number);
            MergeBase& base = found->second;
            if (is_new) fill_base(base, plan, number, change_of);
            if (base.loaded() && base.plain == nullptr && base.serves_plain(change))
                base.plain = without_signing(base.served->zone());
            base_of[i] = &base;
        }
        auto for_all = [&](auto work) {
            zones::share_out(settings_.threads, due.size(), [&](size_t i) {
                if (!stopping_) work(plan.changes[due[i]], base_of[i], i);
            });
        };
        for_all([&](ZoneChange& change, const MergeBase* base, size_t) { merge(change, base); });
        std::vector<std::vector<std::string>> views(due.size());
        std::vector<uint32_t> serials(due.size());
        for (size_t i = 0; i < due.size(); ++i) {
            const ZoneChange& change = plan.changes[due[i]];
            if (change.refuses()) continue;
            views[i] = views_of(plan, *change.state);
            serials[i] = next_serial(change, views[i]);
        }
        for_all([&](ZoneChange& change, const MergeBase* base, size_t i) {
            if (!change.refuses()) finish_merge(change, *base, serials[i]);
        });
        for (size_t i = 0; i < due.size(); ++i) {
            ZoneChange& change = plan.changes[due[i]];
            if (!change.refuses()) compare(change);
            if (change.refuses()) continue;
            for (const std::string& view : views[i])
                overlay_serials_.put(view, change.name,
                                     {change.version.zone->serial(), change.overlay->content});
        }
        keep_serials(plan);
        // What rests on them is merged with what is served.
        for (size_t index : due)
            if (const ZoneChange& change = plan.changes[index]; change.refuses())
                signing_.take_back({change.name, change.live_view});
        bases.clear();
        if (due.size() > kFewMerges) give_back_memory();
        for (size_t index : due) {
            ZoneChange& change = plan.changes[index];
            serve(change, !plan.newly_shown.contains(change.state));
        }
    }
}

// `change_of`: the places of changes in the plan, by number. What is planned counts, not what was.
void ZoneKeeper::fill_base(MergeBase& base, const Plan& plan, uint32_t number,
                           std::span<const uint32_t> change_of) const {
    auto planned = [&](uint32_t at) {
        return change_of[at] != kNone ? &plan.changes[change_of[at]] : nullptr;
    };
    auto overlay_of = [&](uint32_t at) {
        const ZoneChange* change = planned(at);
        if (change == nullptr) return states_.find(at)->overlay();
        return change->overlay ? &*change->overlay : nullptr;
    };
    const ZoneChange* change = planned(number);
    base.served = change != nullptr ? change->after : states_.find(number)->served;
    if (!base.loaded()) return;
    base.pointers = std::make_unique<zones::Pointers>(base.served->zone());
    base.sources = base.served->sources();
    if (base.sources == nullptr)
        base.sources =
            sources_of_file(change != nullptr ? change->file : states_.find(number)->path());
    const OverlayState* overlay = overlay_of(number);
    base.content = overlay != nullptr ? overlay->content : content_of(base.served->zone());
    base.is_signed = base.served->apex().owns(dns::type::DNSKEY);
    // What rests on a zone that is signed here is signed with its keys, however high.
    for (uint32_t at = number; at != kNone && !base.is_signed_here;) {
        const ZoneChange* below = planned(at);
        base.name = below != nullptr ? LiveName{below->name, below->live_view}
                                     : live_name(plan, *states_.find(at));
        base.is_signed_here = signing_.is_signing(base.name);
        const OverlayState* rests = overlay_of(at);
        at = rests != nullptr ? rests->base : kNone;
    }
}

// One overlay: its patch over its base, checked. Its serial comes later.
void ZoneKeeper::merge(ZoneChange& change, const MergeBase* base) const {
    if (change.overlay->patch == nullptr) {
        PatchVersion patch = loading().load_patch(change.name, change.file, *change.choices);
        change.version.mark = patch.mark;
        change.version.included = std::move(patch.included);
        change.version.warnings = patch.warnings;
        change.version.errors = patch.errors;
        change.overlay->patch = std::move(patch.patch);
        change.overlay->sources = std::move(patch.sources);
        if (change.overlay->patch == nullptr) {
            change.refused = patch.reason;
            // What could be read last is what goes on.
            if (const OverlayState* before = change.state->overlay()) change.overlay = *before;
            return;
        }
    }
    if (base == nullptr) {
        change.refused = "there is no zone that the overlay could rest on";
        return;
    }
    if (!base->loaded()) {
        change.refused =
            "the zone that it rests on is not loaded: " + std::string(base->served->reason());
        return;
    }
    const bool is_plain = base->serves_plain(change);
    if (base->is_signed && !base->is_signed_here && !is_plain && !base->signs_itself(change)) {
        change.refused =
            "the zone that it rests on is signed, and its private keys are not here: what the "
            "patch changes cannot be signed. dnssec = \"insecure\" serves it unsigned in this view";
        return;
    }
    if (is_plain && base->plain == nullptr) {
        change.refused = "there is not enough memory for the zone without its signatures";
        return;
    }
    const dns::Limits& limits = configuration_.limits;
    dns::Findings findings(change.choices->severities, {limits.findings_per_rule, limits.findings});
    auto sources = zones::joined_sources(base->sources, *change.overlay->sources);
    zones::OverlayOptions options;
    options.limits = limits;
    options.source_shift = static_cast<uint32_t>(base->sources->count());
    options.pointers = base->serves_plain(change) ? nullptr : base->pointers.get();
    change.version.zone =
        zones::overlay(base->zone_for(change), *change.overlay->patch, findings, options);
    change.version.errors += findings.count(dns::Severity::error);
    change.version.warnings += findings.count(dns::Severity::warning);
    if (change.version.zone == nullptr) {
        change.refused = first_error(findings, *sources);
        return;
    }
    change.version.sources = std::move(sources);
    change.overlay->content =
        content_over(base->content, base->zone_for(change), *change.version.zone);
}

// The names of the views that list the zone, as the configuration has them now.
std::vector<std::string> ZoneKeeper::views_of(const Plan& plan, const ZoneState& state) const {
    std::vector<std::string> names;
    auto add = [&](ViewNumber view) { names.push_back(configuration_.views[view].name); };
    auto planned = std::find_if(plan.listed.begin(), plan.listed.end(),
                                [&](const auto& listed) { return listed.first == &state; });
    if (planned == plan.listed.end())
        state.for_each_view(add);
    else
        for (const ZoneListing& listing : planned->second) add(listing.view);
    return names;
}

// ---- serials -----------------------------------------------------------------------------------

// The base's serial (or the patch's) where that is ahead, else the last, one more if anything else
// was served with it.
uint32_t ZoneKeeper::next_serial(const ZoneChange& change,
                                 const std::vector<std::string>& views) const {
    uint32_t serial = change.version.zone->serial();
    for (const std::string& view : views) {
        const OverlaySerial* last = overlay_serials_.find(view, change.name);
        if (last == nullptr || is_ahead(serial, last->serial)) continue;
        serial = last->content == change.overlay->content ? last->serial : last->serial + 1;
    }
    return serial;
}

// The merged zone with its serial, signed where its base is.
void ZoneKeeper::finish_merge(ZoneChange& change, const MergeBase& base, uint32_t serial) {
    const zones::Zone& merged = *change.version.zone;
    const zones::Zone& below = base.zone_for(change);
    dns::Result<SharedZone> made = change.version.zone;
    zones::ChangeSet changes;
    const LiveName own{change.name, change.live_view};
    // What signed itself leaves that, or may not, as a zone of a file.
    const bool leaves = !base.is_signed_here && signing_.knows(own);
    if (base.signs_itself(change) || leaves) {
        const ServedZone* served = change.state->served.get();
        made = signing_.sign(own, change.version.zone,
                             served != nullptr && served->loaded() ? &served->zone() : nullptr,
                             *change.choices, 1);
    } else if (!base.is_signed_here || base.serves_plain(change)) {
        if (merged.serial() == serial) return;
        changes.changes.push_back(soa_change(merged, serial));
        made = merged.apply(changes);
    } else {
        changes = changes_to_sign(below, merged);
        changes.changes.push_back(soa_change(merged, serial));
        changes.changes.back().before = zones::own(below.apex().find(dns::type::SOA));
        signing_.forget(own);
        made = signing_.sign_over(base.name, below, std::move(changes));
    }
    if (made.ok())
        change.version.zone = std::move(made.value());
    else
        change.refused = "not merged: " + made.fault().sentence;
}

// Before any of them is served. What could not be kept is not served.
void ZoneKeeper::keep_serials(Plan& plan) {
    auto kept = overlay_serials_.keep(files_);
    if (kept.ok()) return;
    for (ZoneChange& change : plan.changes)
        if (change.rests && change.after == nullptr && !change.refuses())
            change.refused = kept.fault().sentence;
}

}  // namespace server
