// The jobs: each makes a plan, publishes what comes of it at once, and tells.
#include "server/config/nearest_word.h"
#include "server/publish/zone_keeper.h"

namespace server {

namespace {

JobReport fault(std::string sentence, std::string hint = {}) {
    JobReport report;
    report.ok = false;
    report.sentence = std::move(sentence);
    report.hint = std::move(hint);
    return report;
}

std::string in_quotes(std::string_view text) {
    return "'" + std::string(text) + "'";
}

// Of what is served now, and was not before.
void gather_pages(const ZoneChange& change) {
    if (!change.after->loaded()) return;
    const zones::Base& base = change.after->zone().base();
    if (change.before == nullptr || !change.before->loaded() ||
        &change.before->zone().base() != &base)
        base.gather_pages();
}

bool is_same_service(const ZoneChange& change) {
    return change.before != nullptr && change.after != nullptr &&
           change.before->shared_zone() == change.after->shared_zone() &&
           change.before->shared_options() == change.after->shared_options() &&
           change.before->reason() == change.after->reason();
}

}  // namespace

// ---- publish -----------------------------------------------------------------------------------

void ZoneKeeper::commit(Plan& plan) {
    if (stopping_) return;
    const bool anew = plan.set != nullptr;
    std::shared_ptr<Set> set = anew ? std::move(plan.set) : std::make_shared<Set>(*current_);
    bool differs = anew || plan.views || !plan.gone.empty();
    for (const ZoneChange& change : plan.changes) {
        if (!change.added && change.state->added && added_ != nullptr) adopt(change.name);
        differs = differs || !is_same_service(change);
    }
    for (const auto* names : {&plan.gone_names, &plan.moved_names})
        for (const LiveName& name : *names) signing_.forget(name);
    std::shared_ptr<const Set> published;
    {
        std::lock_guard lock(mutex_);
        if (!plan.views)
            for (const ZoneState* state : plan.gone)
                tables_.remove(state->view, state->served->name());
        for (const ZoneChange& change : plan.changes) take(change);
        for (ZoneState* state : plan.gone) drop(*state);
        for (auto& [state, listings] : plan.listed) state->set_listings(std::move(listings));
        status_.last_reload = clock_.now();
        if (!differs) return;
        if (plan.views)
            fill_tables();
        else
            for (const ZoneChange& change : plan.changes)
                if (!is_same_service(change)) put_into_tables(*change.state);
        publish(std::move(set), anew);
        published = current_;
    }
    if (settings_.deliver) settings_.deliver(std::move(published));
}

// Under the lock.
void ZoneKeeper::take(const ZoneChange& change) {
    ZoneState& state = *change.state;
    if (state.served != nullptr) count(*state.served, state.is_refused(), -1);
    settle(change);
    count(*state.served, state.is_refused(), 1);
    if (watches())
        use_files(state, [this](const std::string& file) { new_files_.push_back(file); });
}

// The state of the zone as the change leaves it.
void ZoneKeeper::settle(const ZoneChange& change) {
    ZoneState& state = *change.state;
    bool accepted = !change.refuses();
    if (accepted && change.keeps_refusal.empty()) state.since = clock_.now();
    state.served = change.after;
    state.choices = change.choices;
    if (state.folder == nullptr || state.path() != change.file)
        states_.set_path(state, change.file);
    state.mark = accepted ? change.version.mark : 0;
    state.added = change.added;
    ZoneState::Rare rare;
    rare.included = change.version.included;
    rare.refused = change.refuses() ? change.refused : change.keeps_refusal;
    if (change.added) rare.template_name = change.template_name;
    rare.overlay = change.overlay;
    if (state.rare != nullptr) rare.more_views = std::move(state.rare->more_views);
    if (rare.is_plain())
        state.rare.reset();
    else
        state.rare_facts() = std::move(rare);
}

// Under the lock.
void ZoneKeeper::drop(ZoneState& state) {
    count(*state.served, state.is_refused(), -1);
    states_.remove(state);
}

// Under the lock.
void ZoneKeeper::count(const ServedZone& zone, bool refused, int by) {
    auto add = [by](size_t& counter, size_t count) { counter += static_cast<size_t>(by) * count; };
    add(status_.zones, 1);
    if (!zone.loaded()) return add(status_.not_loaded, 1);
    add(status_.records, zone.zone().record_count());
    if (refused) add(status_.refused, 1);
}

// A zone that was added stands in the configuration now, which has it from here on.
void ZoneKeeper::adopt(const dns::Name& zone) {
    std::string name = dns::to_text(zone);
    if (auto removed = added_->remove(zone); !removed.ok())
        log_.event(LogLevel::error, "state-not-written", removed.fault().sentence,
                   {{"zone", name}});
    tell_adopted(zone);
}

void ZoneKeeper::tell_adopted(const dns::Name& zone) const {
    log_.event(LogLevel::info, "zone-adopted",
               "the zone was added, and stands in the configuration now: that one is served",
               {{"zone", dns::to_text(zone)}});
}

// All that is added, in one go.
void ZoneKeeper::rewrite_added() {
    auto written = added_->rewrite(files_, [this](const auto& use) {
        for (uint32_t i = 0; i < states_.numbers(); ++i) {
            const ZoneState* state = states_.find(i);
            if (state == nullptr || !state->added) continue;
            use({dns::Name(state->served->name()),
                 state->rare != nullptr ? state->rare->template_name : "", state->path()});
        }
    });
    // The longer list says the same.
    if (!written.ok())
        log_.event(LogLevel::warning, "state-not-written", written.fault().sentence, {});
}

// ---- tell --------------------------------------------------------------------------------------

void ZoneKeeper::tell(const ZoneChange& change) const {
    if (!change.refuses()) return tell_accepted(change);
    std::string name = dns::to_text(change.name), view = view_text(*change.state);
    if (change.after->loaded())
        log_.event(LogLevel::warning, "zone-refused",
                   change.refused + "; the zone goes on with serial " +
                       std::to_string(change.after->serial()),
                   {{"zone", name}, {"view", view}, {"errors", change.version.errors}});
    else
        log_.event(LogLevel::error, "zone-not-loaded",
                   change.refused + "; the zone is answered with SERVFAIL",
                   {{"zone", name}, {"view", view}, {"errors", change.version.errors}});
}

void ZoneKeeper::tell_accepted(const ZoneChange& change) const {
    std::string name = dns::to_text(change.name), view = view_text(*change.state);
    const ServedZone& zone = *change.after;
    const bool first = change.before == nullptr || !change.before->loaded();
    if (first) {
        log_.event(LogLevel::info, "zone-loaded", "",
                   {{"zone", name},
                    {"view", view},
                    {"serial", zone.serial()},
                    {"records", zone.zone().record_count()},
                    {"warnings", change.version.warnings}});
        return;
    }
    // What a new base changes in the zones that rest on it is told of the base alone.
    const bool follows = !change.report;
    if (change.is_quiet()) {
        log_.event(LogLevel::debug, "zone-unchanged", "", {{"zone", name}, {"view", view}});
        return;
    }
    log_.event(follows ? LogLevel::debug : LogLevel::info, "zone-changed", "",
               {{"zone", name},
                {"view", view},
                {"serial", zone.serial()},
                {"was", change.before->serial()},
                {"rrsets", follows ? 0 : change.report->count()},
                {"signatures", follows ? 0 : change.report->signatures()},
                {"records", zone.zone().record_count()},
                {"warnings", change.version.warnings}});
    if (follows) return;
    for (const std::string& line : change.report->lines(clock_.now()))
        log_.event(LogLevel::info, "changed", line, {{"zone", name}, {"view", view}});
}

JobReport ZoneKeeper::report(const Plan& plan) const {
    JobReport report;
    report.unchanged = plan.unchanged;
    report.removed = plan.gone.size();
    std::string refused;
    for (const ZoneChange& change : plan.changes) {
        if (change.refuses()) {
            ++report.refused;
            if (refused.empty()) refused = dns::to_text(change.name) + " " + change.refused;
        } else if (change.is_quiet()) {
            ++report.unchanged;
        } else {
            ++report.loaded;
        }
    }
    std::string& text = report.sentence;
    text = std::to_string(report.loaded) + " loaded, " + std::to_string(report.refused) +
           " refused, " + std::to_string(report.removed) + " removed, " +
           std::to_string(report.unchanged) + " unchanged";
    if (!refused.empty()) text += "; " + refused;
    report.ok = report.refused == 0 && plan.faults.empty();
    if (!plan.faults.empty()) text = plan.faults.front() + "; zones: " + text;
    return report;
}

void ZoneKeeper::settle_signing(const ZoneChange& change) {
    const LiveName name{change.name, change.live_view};
    if (change.refuses())
        signing_.take_back(name);
    else
        signing_.settle(name, *change.version.zone);
}

// Loads, publishes and tells what is planned.
JobReport ZoneKeeper::finish(Plan& plan) {
    load(plan);
    merge(plan);
    if (stopping_) return fault("the server stops");
    for (const ZoneChange& change : plan.changes) settle_signing(change);
    commit(plan);
    for (const ZoneChange& change : plan.changes) {
        tell(change);
        if (change.refuses()) continue;
        gather_pages(change);
        check_signatures(*change.after, {change.name, change.live_view});
    }
    for (const LiveName& name : plan.gone_names)
        log_.event(LogLevel::info, "zone-removed", "",
                   {{"zone", dns::to_text(name.zone)}, {"view", name.view}});
    return report(plan);
}

// ---- jobs --------------------------------------------------------------------------------------

JobReport ZoneKeeper::reload() {
    int64_t began = clock_.steady_ns();
    Plan plan;
    signing_.look_again();
    plan_configuration(plan);
    plan_files(plan);
    JobReport told = finish(plan);
    log_.event(LogLevel::info, "reloaded", "",
               {{"loaded", told.loaded},
                {"refused", told.refused},
                {"removed", told.removed},
                {"unchanged", told.unchanged},
                {"milliseconds", (clock_.steady_ns() - began) / 1'000'000}});
    return told;
}

JobReport ZoneKeeper::renew() {
    Plan plan;
    for (const LiveName& name : signing_.due_zones(clock_.now())) {
        ZoneState* state = nullptr;
        for (size_t view = 0; view < tables_.size() && state == nullptr; ++view)
            if (live_view(static_cast<ViewNumber>(view)) == name.view)
                state = find(static_cast<ViewNumber>(view), name.zone);
        if (state == nullptr) {
            signing_.forget(name);
            continue;
        }
        if (!state->served->loaded()) {
            signing_.postpone(name);
            continue;
        }
        auto next = signing_.renew(name, state->served->zone());
        if (!next.ok()) {
            log_.event(LogLevel::error, "not-renewed",
                       next.fault().sentence +
                           "; the signatures that are there stay, until they "
                           "expire",
                       {{"zone", dns::to_text(name.zone)}, {"view", name.view}});
            continue;
        }
        if (next.value() == nullptr) continue;
        ZoneChange& change = plan_again(plan, *state);
        change.version.zone = std::move(next.value());
        change.version.sources = state->served->sources();
        change.version.mark = state->mark;
        if (state->rare != nullptr) {
            change.version.included = state->rare->included;
            change.keeps_refusal = state->rare->refused;
            change.overlay = state->rare->overlay;
        }
        serve(change);
        signing_.settle(name, *change.version.zone);
    }
    if (plan.changes.empty()) return {};
    merge(plan);
    commit(plan);
    for (const ZoneChange& change : plan.changes) {
        log_.event(LogLevel::debug, "zone-renewed", "",
                   {{"zone", dns::to_text(change.name)}, {"serial", change.after->serial()}});
        gather_pages(change);
    }
    return report(plan);
}

void ZoneKeeper::after_start() {
    for (uint32_t i = 0; i < states_.numbers() && !stopping_; ++i) {
        const ZoneState* state = states_.find(i);
        if (state == nullptr || !state->served->loaded()) continue;
        state->served->zone().base().gather_pages();
        signing_.settle(live_name(*state), state->served->zone());
        check_signatures(*state->served, live_name(*state));
    }
}

void ZoneKeeper::check_signatures(const ServedZone& zone, const LiveName& name) {
    if (!zone.apex().owns(dns::type::DNSKEY)) return;
    checks_.ask(
        {zone.shared_zone(), sources_of(zone), configuration_.limits, signing_.is_signing(name)});
}

JobReport ZoneKeeper::reload_zone(const dns::Name& name, bool always) {
    const std::vector<ZoneState*> states = find_all(name);
    if (states.empty())
        return fault("there is no zone " + in_quotes(dns::to_text(name)),
                     "apex ctl reload reads the configuration, too");
    Plan plan;
    signing_.look_again();
    for (ZoneState* state : states) {
        uint64_t size = 0;
        const bool same = is_same(*state, size);
        if (same && !always)
            ++plan.unchanged;
        else
            plan_again(plan, *state).size = size;
    }
    return finish(plan);
}

JobReport ZoneKeeper::add_zone(const dns::Name& name, std::string file, std::string template_name) {
    std::string text = dns::to_text(name);
    if (added_ == nullptr) return fault("there is no state folder to keep the zone in");
    if (find(default_view(), name) != nullptr)
        return fault("there is a zone " + in_quotes(text) + " already",
                     "apex ctl zone reload " + text + " reads its file again");
    Plan plan;
    ZoneChange& change = plan.changes.emplace_back(name);
    change.added = true;
    change.choices = configuration_.choices;
    if (!template_name.empty()) {
        auto found = configuration_.templates.find(template_name);
        if (found == configuration_.templates.end()) {
            std::vector<std::string_view> names;
            for (const auto& [known, choices] : configuration_.templates) names.push_back(known);
            return fault("there is no template " + in_quotes(template_name),
                         nearest_hint(template_name, names));
        }
        change.choices = found->second;
        change.template_name = template_name;
    }
    change.file = file.starts_with('/') ? file : configuration_.folder + file;
    load(change, settings_.threads);
    // Nothing is announced before it is durable.
    auto kept = change.refuses() ? dns::Result<void>(dns::Fault{change.refused})
                                 : added_->add({name, change.template_name, change.file});
    if (!kept.ok()) {
        signing_.take_back({name, change.live_view});
        signing_.forget({name, change.live_view});
        return fault(kept.fault().sentence,
                     change.refuses() ? "apex check " + text + " " + change.file : "");
    }
    serve(change);
    settle_signing(change);
    plan.listed.emplace_back(change.state, std::vector<ZoneListing>{{default_view(), nullptr}});
    commit(plan);
    tell(change);
    gather_pages(change);
    check_signatures(*change.after, {name, change.live_view});
    JobReport told = report(plan);
    told.sentence = text + " is served with serial " + std::to_string(change.after->serial());
    return told;
}

JobReport ZoneKeeper::remove_zone(const dns::Name& name) {
    ZoneState* state = find(default_view(), name);
    std::string text = dns::to_text(name);
    if (state == nullptr) return fault("there is no zone " + in_quotes(text));
    if (!state->added)
        return fault("zone " + in_quotes(text) + " stands in the configuration",
                     "remove it there, and reload");
    auto kept = added_->remove(name);
    if (!kept.ok()) return fault(kept.fault().sentence);
    Plan plan;
    plan.gone.push_back(state);
    plan.gone_names.push_back(live_name(*state));
    JobReport told = finish(plan);
    told.sentence = text + " is served no longer";
    if (added_->wants_rewriting()) rewrite_added();
    return told;
}

}  // namespace server
