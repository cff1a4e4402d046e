#include "server/cli/verification.h"

#include "server/cli/moment.h"
#include "server/cli/progress.h"
#include "server/publish/streams.h"
#include "signer/record_text.h"
#include "zoneparser/fields.h"
#include "zoneparser/file_text.h"
#include "zones/rule_functions.h"

namespace server {

dns::Result<signer::VerifyOptions, CallFault> read_verification(const World& world,
                                                                const Call& call,
                                                                const LoadSettings& settings) {
    signer::VerifyOptions options;
    auto now = read_moment(call.value("at", "now"), world.clock.now());
    if (!now.ok()) return now.fault();
    options.now = now.value();
    std::string soon = call.value("soon", "3d");
    if (!zoneparser::parse_period(soon, options.soon))
        return CallFault{"'" + soon + "' is no period of time",
                         "a period is written in seconds, or like 3d or 1d12h"};
    options.threads = settings.threads;
    options.limits = settings.limits;
    return options;
}

void verify_loaded(World& world, LoadedZone& zone, signer::VerifyOptions options) {
    if (!zone.served()) return;
    std::optional<ProgressLine> progress;
    if (world.errors_is_terminal) {
        progress.emplace(world.errors, world.clock, zone.origin);
        options.progress = [&](size_t done, size_t all) {
            progress->counted(done, all, "names verified");
        };
    }
    signer::verify_zone(*zone.loaded.zone, zone.findings, options);
    if (options.must_be_signed || zone.loaded.zone->apex().owns(dns::type::DNSKEY))
        zone.validates = !zone.findings.failed();
    else if (zone.findings.failed())
        zone.validates = false;
    zone.findings.sort(zone.sources);
}

namespace {

dns::Result<std::string> whole_text(const World& world, const std::string& file,
                                    const LoadSettings& settings) {
    if (file == "-" || is_stream(file)) {
        auto text = read_stream(file, settings.limits.stream_octets);
        if (!text.ok()) return text.fault();
        return *text.value();
    }
    auto text = zoneparser::read_file_text(world.files, file);
    if (!text.ok()) return text.fault();
    return std::string(text->text());
}

}  // namespace

dns::Result<std::vector<std::vector<uint8_t>>> read_ds_set(const World& world,
                                                           const std::string& file,
                                                           const dns::Name& origin,
                                                           const LoadSettings& settings) {
    auto text = whole_text(world, file, settings);
    if (!text.ok()) return text.fault();
    std::vector<std::vector<uint8_t>> ds_set;
    auto take = [&](const signer::TextRecord& record) -> dns::Result<void> {
        if (record.type == dns::type::DS && record.owner == origin.view())
            ds_set.emplace_back(record.rdata.begin(), record.rdata.end());
        return {};
    };
    auto read = signer::read_records(text.value(), file, origin, settings.limits, nullptr, take);
    if (!read.ok()) return read.fault();
    if (ds_set.empty()) return dns::Fault{"it has no DS record of '" + dns::to_text(origin) + "'"};
    return ds_set;
}

void leave_to_signer(dns::Severities& severities) {
    severities.set(zones::rule::original_ttl, dns::Severity::off);
}

}  // namespace server
