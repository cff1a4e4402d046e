#include "server/control/control_commands.h"

#include <algorithm>

#include "server/control/json_writer.h"
#include "server/control/visible_text.h"
#include "server/control/which_view.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

constexpr size_t kBlock = 512;         // zones a block of a list
constexpr size_t kMostAskedText = 20;  // zones in `stats`
constexpr size_t kMostAskedJson = 1000;

ControlReply input_fault(std::string sentence, std::string hint = {}) {
    return {1, std::move(sentence), std::move(hint), "", nullptr};
}

bool read_name(const std::string& text, dns::Name& name, ControlReply& fault) {
    std::string reason;
    if (zoneparser::parse_name(text, name, reason)) return true;
    fault = input_fault("'" + text + "' is no name: " + reason);
    return false;
}

struct ListedZone {
    ZonePointer zone;
    std::string_view view;
};

// A list on its way: zones in canonical order, told block by block as they are then.
struct ZoneList {
    std::shared_ptr<const Set> set;  // `view` points into it
    std::vector<ListedZone> zones;
    size_t next = 0;
    Totals totals;
    bool json = false;

    // Empty at the end only.
    std::string block(const Publisher& publisher) {
        std::string out;
        for (size_t taken = 0; taken < kBlock && next < zones.size(); ++next) {
            const ServedZone& served = *zones[next].zone;
            std::optional<ZoneStatus> status = publisher.zone(served.number());
            if (!status) continue;  // removed meanwhile
            ZoneLine line{*std::move(status), std::string(zones[next].view), 0};
            if (served.number() < totals.zones.size()) line.queries = totals.zones[served.number()];
            out += json ? zone_json(line) : zone_text(line);
            ++taken;
        }
        return out;
    }
};

std::vector<ListedZone> zones_of(const Set& set, const dns::Name* below) {
    std::vector<ListedZone> zones;
    for (const auto& view : set.views)
        view->zones.for_each([&](const ZonePointer& zone) {
            if (below == nullptr || dns::is_at_or_below(zone->name(), *below))
                zones.push_back({zone, view->name});
        });
    std::stable_sort(zones.begin(), zones.end(), [](const ListedZone& a, const ListedZone& b) {
        return dns::canonical_compare(a.zone->name(), b.zone->name()) < 0;
    });
    return zones;
}

using AskedZone = std::pair<const ServedZone*, uint64_t>;

std::vector<AskedZone> asked_zones(const Set& set, const Totals& totals) {
    std::vector<AskedZone> asked;
    std::vector<bool> seen(totals.zones.size());  // a zone may be in many views
    for (const auto& view : set.views)
        view->zones.for_each([&](const ZonePointer& zone) {
            if (zone->number() >= seen.size() || seen[zone->number()]) return;
            seen[zone->number()] = true;
            if (uint64_t count = totals.zones[zone->number()]; count > 0)
                asked.emplace_back(zone.get(), count);
        });
    return asked;
}

}  // namespace

ControlReply reply_to(const JobReport& report, bool json) {
    ControlReply reply;
    reply.exit_code = report.ok ? 0 : 1;
    if (json) {
        JsonWriter writer(reply.text);
        writer.begin_object().key("ok").boolean(report.ok).member("sentence", report.sentence);
        if (!report.hint.empty()) writer.member("hint", report.hint);
        writer.member("loaded", uint64_t{report.loaded})
            .member("refused", uint64_t{report.refused});
        writer.member("removed", uint64_t{report.removed});
        writer.member("unchanged", uint64_t{report.unchanged}).end_object();
        reply.text += "\n";
    } else if (report.ok) {
        reply.text = visible(report.sentence) + "\n";
    } else {
        reply.fault = report.sentence;
        reply.hint = report.hint;
    }
    return reply;
}

ControlCommands::ControlCommands(Parts parts) : parts_(std::move(parts)) {
    clerk_ = std::thread([this] {
        auto kept = net::asio::make_work_guard(desk_);
        desk_.run();
    });
}

ControlCommands::~ControlCommands() {
    desk_.stop();
    clerk_.join();
}

void ControlCommands::handle(const ControlRequest& request, Reply reply) {
    auto by_clerk = [&](ControlReply (ControlCommands::*make)(const ControlRequest&) const) {
        net::asio::post(desk_, [this, make, request, reply] { reply((this->*make)(request)); });
    };
    ControlReply made;
    switch (request.command) {
        case ControlCommand::status:
            made.text = request.json ? status_json(parts_.status()) : status_text(parts_.status());
            return reply(std::move(made));
        case ControlCommand::zones:
            return by_clerk(&ControlCommands::list_zones);
        case ControlCommand::stats:
            return by_clerk(&ControlCommands::count);
        case ControlCommand::which:
            return reply(which(request));
        case ControlCommand::explain:
            return by_clerk(&ControlCommands::explain);
        case ControlCommand::reload:
            if (!request.operands.empty()) return zone_job(request, std::move(reply));
            return parts_.reload([reply, json = request.json](const JobReport& report) {
                reply(reply_to(report, json));
            });
        case ControlCommand::zone_add:
        case ControlCommand::zone_remove:
        case ControlCommand::zone_reload:
            return zone_job(request, std::move(reply));
        case ControlCommand::log_reopen:
            parts_.reopen_logs();
            made.text = request.json ? "{\"ok\":true}\n" : "the logs are opened anew\n";
            return reply(std::move(made));
        case ControlCommand::stop:
            made.text = request.json ? "{\"ok\":true}\n" : "";
            reply(std::move(made));
            return parts_.stop();
    }
}

void ControlCommands::zone_job(const ControlRequest& request, Reply reply) {
    dns::Name name;
    ControlReply fault;
    if (!read_name(request.operands[0], name, fault)) return reply(std::move(fault));
    Done done = [reply, json = request.json](const JobReport& report) {
        reply(reply_to(report, json));
    };
    if (request.command == ControlCommand::zone_add)
        parts_.publisher->add_zone(name, request.operands[1],
                                   request.operands.size() > 2 ? request.operands[2] : "",
                                   std::move(done));
    else if (request.command == ControlCommand::zone_remove)
        parts_.publisher->remove_zone(name, std::move(done));
    else
        parts_.publisher->reload_zone(name, request.command == ControlCommand::zone_reload,
                                      std::move(done));
}

ControlReply ControlCommands::list_zones(const ControlRequest& request) const {
    dns::Name below;
    ControlReply reply;
    bool some = !request.operands.empty();
    if (some && !read_name(request.operands[0], below, reply)) return reply;
    auto list = std::make_shared<ZoneList>();
    list->set = parts_.publisher->current();
    if (list->set == nullptr) return input_fault("the zones are being loaded");
    list->zones = zones_of(*list->set, some ? &below : nullptr);
    if (some && list->zones.empty())
        return input_fault("no zone is at or below '" + request.operands[0] + "'");
    list->totals = parts_.totals();
    list->json = request.json;
    if (!request.json) reply.text = zones_heading();
    reply.more = [list, publisher = parts_.publisher] { return list->block(*publisher); };
    return reply;
}

ControlReply ControlCommands::count(const ControlRequest& request) const {
    std::shared_ptr<const Set> set = parts_.publisher->current();
    if (set == nullptr) return input_fault("the zones are being loaded");
    NamedTotals stats;
    stats.totals = parts_.totals();
    stats.started = parts_.started;
    stats.now = parts_.clock->now();
    for (const auto& view : set->views)
        if (view->number < stats.totals.views.size())
            stats.views.emplace_back(view->name, stats.totals.views[view->number]);
    std::vector<AskedZone> asked = asked_zones(*set, stats.totals);
    size_t kept = std::min(asked.size(), request.json ? kMostAskedJson : kMostAskedText);
    std::partial_sort(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(kept), asked.end(),
                      [](const AskedZone& a, const AskedZone& b) {
                          if (a.second != b.second) return a.second > b.second;
                          return dns::canonical_compare(a.first->name(), b.first->name()) < 0;
                      });
    for (size_t i = 0; i < kept; ++i)
        stats.zones.emplace_back(dns::to_text(asked[i].first->name()), asked[i].second);
    stats.zones_left_out = asked.size() - kept;
    ControlReply reply;
    reply.text = request.json ? stats_json(stats) : stats_text(stats);
    return reply;
}

ControlReply ControlCommands::which(const ControlRequest& request) const {
    std::shared_ptr<const Set> set = parts_.publisher->current();
    if (set == nullptr) return input_fault("the zones are being loaded");
    return which_view(request, *set, *parts_.publisher, parts_.totals());
}

ControlReply ControlCommands::explain(const ControlRequest& request) const {
    if (parts_.explain == nullptr) return {3, "this server cannot explain", "", "", nullptr};
    std::shared_ptr<const Set> set = parts_.publisher->current();
    if (set == nullptr) return input_fault("the zones are being loaded");
    return parts_.explain(set, *parts_.publisher, request.operands, request.json);
}

}  // namespace server
