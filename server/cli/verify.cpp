// apex verify: would whoever validates take the answers of this signed zone?
#include <algorithm>

#include "server/cli/verification.h"
#include "server/config/rule_choices.h"
#include "signer/rules.h"

namespace server {

namespace {

// Of the rules of loading only those that refuse a zone, and those about DNSSEC, are of interest
// here; --rule brings others back.
void choose_rules(dns::Severities& severities) {
    auto is_in = [](std::span<const dns::Rule* const> rules, const dns::Rule* rule) {
        return std::find(rules.begin(), rules.end(), rule) != rules.end();
    };
    for (const dns::Rule* rule : all_rules())
        if (!rule->fixed && !is_in(signer::rules(), rule) &&
            !is_in(signer::rules_of_loading(), rule))
            severities.set(*rule, dns::Severity::off);
}

int verify_request(World& world, const Call& call, const ZoneRequest& request,
                   const LoadSettings& settings, signer::VerifyOptions options) {
    std::shared_ptr<LoadedZone> zone = load_request(world, request, settings);
    world.kept.push_back(zone);
    if (!zone->call_fault.sentence.empty()) return call_at_fault(world, "verify", zone->call_fault);
    int exit_code = kGood;
    if (zone->fault) {
        exit_code =
            system_at_fault(world, "verify", unreadable_sentence(request.file, *zone->fault));
    } else if (zone->served()) {
        if (const std::string* file = call.last("ds")) {
            dns::Name origin = zone->loaded.zone->absolute({});
            auto ds_set = read_ds_set(world, *file, origin, settings);
            if (!ds_set.ok())
                return call_at_fault(
                    world, "verify",
                    {"the DS records of '" + *file + "' cannot be used: " + ds_set.fault().sentence,
                     "apex ds prints what is meant: example.com. IN DS 4711 13 2 ..."});
            options.ds = std::move(ds_set.value());
        }
        verify_loaded(world, *zone, std::move(options));
    }
    if (!zone->fault && zone->validates != true) exit_code = kInputAtFault;
    SourceLines lines(world.files, zone->sources, zone->loaded.files);
    std::unique_ptr<Report> report = make_report(world, call, settings);
    report->zone(report_of(request, *zone, lines));
    report->finish(exit_code);
    return exit_code;
}

}  // namespace

int run_verify(World& world, const Call& call) {
    dns::Severities severities;
    choose_rules(severities);
    auto read =
        read_zone_call(world, call, "verify", "apex verify example.com example.com.zone.signed",
                       world.out_is_terminal, severities);
    if (!read.ok()) return call_at_fault(world, "verify", read.fault());
    auto options = read_verification(world, call, read->settings);
    if (!options.ok()) return call_at_fault(world, "verify", options.fault());
    return verify_request(world, call, read->request, read->settings, std::move(options.value()));
}

}  // namespace server
