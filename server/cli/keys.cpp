// apex keys: what the keys of a zone do now, what they will do, and what would be too soon.
#include <algorithm>

#include "server/cli/key_call.h"
#include "server/cli/moment.h"
#include "server/cli/zone_call.h"
#include "server/control/json_writer.h"
#include "signer/moment.h"
#include "signer/policy.h"
#include "signer/time_line.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

struct PeriodOption {
    const char* option;
    uint32_t signer::TimeLineTtls::*period;
};
constexpr PeriodOption kPeriodOptions[] = {
    {"ttl", &signer::TimeLineTtls::dnskey},
    {"zone-ttl", &signer::TimeLineTtls::greatest},
    {"ds-ttl", &signer::TimeLineTtls::ds},
    {"propagation", &signer::TimeLineTtls::propagation},
};

// The TTLs that a zone has: of its DNSKEY set, and the greatest.
void take_ttls(const zones::Zone& zone, signer::TimeLineTtls& ttls) {
    ttls.greatest = 0;
    for (zones::Zone::Cursor at(zone); at; at.next()) {
        const zones::NodeView& node = *at;
        for (size_t i = 0; i < node.rrset_count(); ++i)
            ttls.greatest = std::max(ttls.greatest, node.rrset(i).ttl());
    }
    zones::NodeView apex = zone.apex();
    for (size_t i = 0; i < apex.rrset_count(); ++i)
        if (apex.rrset(i).type() == dns::type::DNSKEY) ttls.dnskey = apex.rrset(i).ttl();
}

dns::Result<void, CallFault> take_periods(const Call& call, signer::TimeLineTtls& ttls) {
    for (const PeriodOption& row : kPeriodOptions) {
        const std::string* text = call.last(row.option);
        if (text == nullptr) continue;
        uint32_t period = 0;
        if (!zoneparser::parse_period(*text, period))
            return CallFault{"--" + std::string(row.option) + ": '" + *text + "' is no period",
                             "a period is written in seconds, or like 1d or 2h30m"};
        ttls.*row.period = period;
    }
    return {};
}

// The greatest TTL that the key files give the DNSKEY set.
void take_key_ttls(const std::vector<signer::StoredKey>& keys, signer::TimeLineTtls& ttls) {
    uint32_t greatest = 0;
    for (const signer::StoredKey& key : keys) greatest = std::max(greatest, key.ttl.value_or(0));
    if (greatest > 0) ttls.dnskey = greatest;
}

std::string padded(std::string text, size_t size) {
    if (text.size() < size) text.append(size - text.size(), ' ');
    return text;
}

const char* step_word(const signer::TimeLineStep& step) {
    return step.kind == signer::StepKind::state ? signer::row_of(step.state).word : "DS";
}

// One line each: when, role, state, key, what it does.
void print_text(World& world, const signer::TimeLine& line) {
    auto print = [&](const std::string& time, signer::KeyRole role, const char* state,
                     const signer::StoredKey& key, const std::string& says) {
        world.out.write(padded(time, 20) + "  " + signer::role_text(role) + "  " +
                        padded(state, 9) + "  " + key.base + "  " + says + "\n");
    };
    for (const signer::KeyAt& at : line.now.keys)
        print("now", at.role, signer::row_of(at.state).word, *at.key, signer::deeds_text(at));
    for (const signer::TimeLineStep& step : line.steps)
        print(signer::moment_text(step.time), step.role, step_word(step), *step.key, step.says);
    for (const std::string& warning : line.warnings) world.out.write("warning: " + warning + "\n");
}

void print_json(World& world, const dns::Name& origin, dns::UnixTime now,
                const signer::TimeLine& line) {
    JsonWriter json(world.out.buffer());
    json.begin_object().member("zone", dns::to_text(origin));
    json.member("at", signer::moment_text(now)).key("keys").begin_array();
    for (const signer::KeyAt& at : line.now.keys) {
        json.begin_object().member("key", at.key->base);
        json.member("tag", uint64_t{at.zone_key.tag}).member("algorithm", at.key->algorithm());
        json.member("role", signer::role_text(at.role));
        json.member("state", signer::row_of(at.state).word);
        json.key("published").boolean(at.zone_key.published);
        json.key("signs_keys").boolean(at.zone_key.signs_keys);
        json.key("signs_data").boolean(at.zone_key.signs_data);
        json.key("kept").boolean(at.kept).key("held_back").boolean(at.held_back);
        json.key("private").boolean(at.key->secret != nullptr).end_object();
    }
    json.end_array().key("steps").begin_array();
    for (const signer::TimeLineStep& step : line.steps) {
        json.begin_object().member("time", signer::moment_text(step.time));
        json.member("key", step.key->base).member("role", signer::role_text(step.role));
        json.member("step", step_word(step)).member("says", step.says).end_object();
    }
    json.end_array().key("warnings").begin_array();
    for (const std::string& warning : line.warnings) json.text(warning);
    json.end_array().end_object();
    world.out.write("\n");
}

// --zone: how long its records may be cached. False if the command has to end.
bool load_ttls(World& world, const Call& call, const dns::Name& origin, signer::TimeLineTtls& ttls,
               int& exit_code) {
    const std::string* file = call.last("zone");
    if (file == nullptr) return true;
    LoadSettings settings;
    ZoneRequest request{origin, *file, {}};
    std::shared_ptr<LoadedZone> zone = load_request(world, request, settings);
    world.kept.push_back(zone);
    if (zone->fault) {
        exit_code = system_at_fault(world, "keys", unreadable_sentence(*file, *zone->fault));
        return false;
    }
    if (!zone->served()) {
        exit_code =
            input_at_fault(world, "keys", "'" + *file + "' would be refused; apex check tells why");
        return false;
    }
    take_ttls(*zone->loaded.zone, ttls);
    return true;
}

}  // namespace

int run_keys(World& world, const Call& call) {
    if (call.operands.size() != 1)
        return call_at_fault(
            world, "keys",
            {call.operands.empty() ? "no zone is named" : "more than one zone is named",
             "apex keys example.com"});
    auto origin = read_zone_name(call.operands[0]);
    if (!origin.ok()) return call_at_fault(world, "keys", origin.fault());
    auto now = read_moment(call.value("at", "now"), world.clock.now());
    if (!now.ok()) return call_at_fault(world, "keys", now.fault());
    signer::TimeLineTtls ttls;
    ttls.dnskey = signer::SigningPolicy().dnskey_ttl;
    // Said before anything is read.
    if (auto taken = take_periods(call, ttls); !taken.ok())
        return call_at_fault(world, "keys", taken.fault());

    int exit_code = kGood;
    auto loaded = load_zone_keys(world, call, "keys", origin.value(), exit_code);
    if (!loaded) return exit_code;
    if (loaded->keys.empty())
        return input_at_fault(world, "keys",
                              "the folder '" + call.value("keys", ".") + "' has no key of '" +
                                  dns::to_text(origin.value()) + "'; apex keygen makes one");
    take_key_ttls(loaded->keys, ttls);
    if (!load_ttls(world, call, origin.value(), ttls, exit_code)) return exit_code;
    static_cast<void>(take_periods(call, ttls).ok());  // they count most
    signer::TimeLine line = signer::time_line(loaded->keys, now.value(), ttls);
    if (call.has("json"))
        print_json(world, origin.value(), now.value(), line);
    else
        print_text(world, line);
    return kGood;
}

}  // namespace server
