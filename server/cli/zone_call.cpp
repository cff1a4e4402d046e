#include "server/cli/zone_call.h"

#include <charconv>

#include "server/cli/progress.h"
#include "server/config/rule_choices.h"
#include "server/publish/streams.h"
#include "server/publish/system.h"
#include "zoneparser/fields.h"
#include "zones/overlay.h"

namespace server {

namespace {

// The part of a file that is looked at for its origin.
constexpr size_t kHeadOctets = 1 << 16;
constexpr unsigned kMostThreads = 1024;

struct Pair {
    std::string_view name, value;
};

std::optional<Pair> split_pair(std::string_view text) {
    size_t equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    return Pair{text.substr(0, equals), text.substr(equals + 1)};
}

CallFault no_pair(std::string_view option, std::string_view value, std::string_view form) {
    return {"'" + std::string(value) + "' is no value for --" + std::string(option),
            "it is written --" + std::string(option) + " " + std::string(form)};
}

bool read_threads(const std::string& text, unsigned& threads) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
    return error == std::errc() && end == text.data() + text.size() && threads <= kMostThreads;
}

dns::Result<dns::Name, CallFault> read_origin(std::string_view text) {
    dns::Name origin;
    std::string reason;
    if (zoneparser::parse_name(text, origin, reason)) return origin;
    return CallFault{"'" + std::string(text) + "' is no origin: " + reason,
                     "a file whose name holds a '=' is written ./NAME"};
}

}  // namespace

dns::Result<LoadSettings, CallFault> read_settings(const World& world, const Call& call,
                                                   bool terminal) {
    LoadSettings settings;
    settings.include_folder = call.value("include-folder", "");
    if (call.has("include-folder")) {
        auto folder = world.files.real_path(settings.include_folder);
        if (!folder.ok())
            return CallFault{
                "--include-folder: '" + settings.include_folder + "': " + folder.fault().sentence,
                "it names a folder that exists"};
    }
    std::string threads = call.value("threads", "0");
    if (!read_threads(threads, settings.threads))
        return CallFault{"'" + threads + "' is no number of threads",
                         "--threads takes 0 to " + std::to_string(kMostThreads)};
    if (settings.threads == 0) settings.threads = usable_cores();
    std::string colour = call.value("color", "auto");
    settings.colour = colour == "always" || (colour == "auto" && terminal && world.colour_allowed);
    return settings;
}

dns::Result<void, CallFault> apply_limits(const Call& call, dns::Limits& limits) {
    for (const Call::Given& given : call.given) {
        if (std::string_view(given.option->name) != "limit") continue;
        std::optional<Pair> pair = split_pair(given.value);
        if (!pair) return no_pair("limit", given.value, given.option->argument);
        auto chosen = choose_limit(limits, pair->name, pair->value);
        if (!chosen.ok()) return CallFault{chosen.fault().sentence, chosen.fault().hint};
    }
    return {};
}

dns::Result<void, CallFault> apply_rules(const Call& call, dns::Severities& severities) {
    for (const Call::Given& given : call.given) {
        if (std::string_view(given.option->name) != "rule") continue;
        std::optional<Pair> pair = split_pair(given.value);
        if (!pair) return no_pair("rule", given.value, given.option->argument);
        auto chosen = choose_severity(severities, pair->name, pair->value);
        if (!chosen.ok()) return CallFault{chosen.fault().sentence, chosen.fault().hint};
    }
    if (call.has("strict")) severities.make_warnings_errors();
    return {};
}

dns::Result<std::vector<ZoneRequest>, CallFault> read_operands(
    const std::vector<std::string>& operands) {
    // What begins like this is a path, whatever else it holds.
    auto is_pair = [](const std::string& word) {
        return word.find('=') != std::string::npos && word[0] != '.' && word[0] != '/';
    };
    std::vector<ZoneRequest> requests;
    bool one_zone = operands.size() <= 2 && !operands.empty() && !is_pair(operands[0]);
    if (one_zone) {
        ZoneRequest request{std::nullopt, operands.back(), {}};
        if (operands.size() == 2) {
            auto origin = read_origin(operands[0]);
            if (!origin.ok()) return origin.fault();
            request.origin = origin.value();
        }
        requests.push_back(std::move(request));
    }
    size_t from_standard_input = 0;
    for (size_t i = 0; !one_zone && i < operands.size(); ++i) {
        if (!is_pair(operands[i]))
            return CallFault{"'" + operands[i] + "' is neither the one zone file nor ORIGIN=FILE",
                             "several zones are written a.example=a.zone b.example=b.zone"};
        Pair pair = *split_pair(operands[i]);
        auto origin = read_origin(pair.name);
        if (!origin.ok()) return origin.fault();
        requests.push_back({origin.value(), std::string(pair.value), {}});
    }
    for (const ZoneRequest& request : requests) {
        if (request.file.empty())
            return CallFault{"the name of a file is empty", "standard input is written -"};
        if (request.file == "-" && ++from_standard_input > 1)
            return CallFault{"standard input is named twice, and can be read only once", ""};
    }
    return requests;
}

namespace {

// Loads one request into one LoadedZone.
class RequestLoad {
  public:
    RequestLoad(World& world, const ZoneRequest& request, const LoadSettings& settings,
                LoadedZone& zone)
        : world_(world), request_(request), settings_(settings), zone_(zone) {}

    void run() {
        bool stream = request_.file == "-" || is_stream(request_.file);
        if (stream ? !read_all() : !read_head()) return;
        if (!choose_origin()) return;
        zone_.origin = dns::to_text(origin_);
        std::optional<ProgressLine> progress;
        if (world_.errors_is_terminal) progress.emplace(world_.errors, world_.clock, zone_.origin);
        zones::LoadOptions options;
        options.parse.limits = settings_.limits;
        options.parse.threads = settings_.threads;
        options.parse.include_folder = settings_.include_folder;
        options.key = random_key();
        zones::Loader loader(world_.files, zone_.sources, zone_.findings, std::move(options),
                             progress ? &*progress : nullptr);
        zone_.loaded = stream ? loader.load_text(*text_, source(), origin_)
                              : loader.load_file(request_.file, origin_);
        zone_.findings.sort(zone_.sources);
    }

  private:
    bool read_all() {
        auto text = read_stream(request_.file, settings_.limits.stream_octets);
        if (!text.ok()) return fail(text.fault());
        text_ = text.value();
        head_ = std::string_view(*text_).substr(0, kHeadOctets);
        return true;
    }

    // Also finds out whether the file can be read at all, before the loader is asked.
    bool read_head() {
        auto file = world_.files.open(request_.file);
        if (!file.ok()) return fail(file.fault());
        head_text_.resize(request_.origin ? 1 : kHeadOctets);
        auto got = file.value()->read_at(0, {head_text_.data(), head_text_.size()});
        if (!got.ok()) return fail(got.fault());
        head_ = std::string_view(head_text_).substr(0, got.value());
        return true;
    }

    bool choose_origin() {
        if (request_.origin) {
            origin_ = *request_.origin;
            return true;
        }
        std::string_view path = request_.file;
        std::string_view name = path == "-" ? "" : path.substr(path.rfind('/') + 1);
        std::optional<dns::Name> origin = zoneparser::guess_origin(head_, name);
        if (origin) {
            origin_ = *origin;
            return true;
        }
        zone_.call_fault = {"'" + request_.file + "' does not tell which zone it is",
                            "name it: ORIGIN FILE"};
        return false;
    }

    dns::Source source() const {
        dns::SourceKind kind =
            request_.file == "-" ? dns::SourceKind::standard_input : dns::SourceKind::text;
        return {kind, request_.file, dns::Place(), text_};
    }

    bool fail(const dns::Fault& fault) {
        zone_.fault = fault.sentence;
        return false;
    }

    World& world_;
    const ZoneRequest& request_;
    const LoadSettings& settings_;
    LoadedZone& zone_;
    std::shared_ptr<const std::string> text_;
    std::string head_text_;
    std::string_view head_;
    dns::Name origin_;
};

}  // namespace

std::shared_ptr<LoadedZone> load_request(World& world, const ZoneRequest& request,
                                         const LoadSettings& settings) {
    auto zone = std::make_shared<LoadedZone>(request, settings.limits);
    if (request.origin) zone->origin = dns::to_text(*request.origin);
    RequestLoad(world, request, settings, *zone).run();
    return zone;
}

std::shared_ptr<LoadedZone> load_overlay(World& world, const ZoneRequest& request,
                                         const std::shared_ptr<const LoadedZone>& base,
                                         const LoadSettings& settings) {
    std::shared_ptr<const dns::Sources> base_sources(base, &base->sources);
    auto zone = std::make_shared<LoadedZone>(request, settings.limits, std::move(base_sources));
    zone->origin = dns::to_text(*request.origin);
    if (auto file = world.files.open(request.file); !file.ok()) {
        zone->fault = file.fault().sentence;
        return zone;
    }
    zoneparser::ParseOptions parse;
    parse.limits = settings.limits;
    parse.include_folder = settings.include_folder;
    zones::PatchLoader loader(world.files, zone->sources, zone->findings, std::move(parse));
    zones::LoadedPatch loaded = loader.load_file(request.file, *request.origin);
    zone->loaded.files = std::move(loaded.files);
    zones::OverlayOptions options;
    options.limits = settings.limits;
    if (loaded.patch != nullptr)
        zone->loaded.zone =
            zones::overlay(*base->loaded.zone, *loaded.patch, zone->findings, options);
    zone->findings.sort(zone->sources);
    return zone;
}

ZoneRequest overlay_request(const LoadedZone& base, const std::string& file) {
    return {dns::Name(base.loaded.zone->origin()), file, base.severities};
}

std::vector<std::string> read_overlays(const Call& call) {
    std::vector<std::string> files;
    for (const Call::Given& given : call.given)
        if (std::string_view(given.option->name) == "overlay") files.push_back(given.value);
    return files;
}

dns::Result<ZoneCall, CallFault> read_zone_call(const World& world, const Call& call,
                                                const std::string& command,
                                                const std::string& example, bool terminal,
                                                const dns::Severities& severities) {
    auto settings = read_settings(world, call, terminal);
    if (!settings.ok()) return settings.fault();
    if (call.operands.empty()) return CallFault{"no zone file is named", example};
    auto requests = read_operands(call.operands);
    if (!requests.ok()) return requests.fault();
    if (requests->size() > 1)
        return CallFault{"more than one zone is named", command + " them one after the other"};
    ZoneCall read{std::move(settings.value()), std::move(requests->front()), read_overlays(call)};
    read.request.severities = severities;
    auto applied = apply_rules(call, read.request.severities);
    if (applied.ok()) applied = apply_limits(call, read.settings.limits);
    if (!applied.ok()) return applied.fault();
    return read;
}

namespace {

// The zone if it would be served; else what is wrong with it has been told.
std::shared_ptr<LoadedZone> if_served(World& world, const std::string& command,
                                      const ZoneRequest& request, const LoadSettings& settings,
                                      std::shared_ptr<LoadedZone> zone, int& exit_code) {
    world.kept.push_back(zone);
    if (!zone->call_fault.sentence.empty()) {
        exit_code = call_at_fault(world, command, zone->call_fault);
        return nullptr;
    }
    if (zone->fault) {
        exit_code =
            system_at_fault(world, command, unreadable_sentence(request.file, *zone->fault));
        return nullptr;
    }
    if (zone->served()) return zone;
    SourceLines lines(world.files, zone->sources, zone->loaded.files);
    std::unique_ptr<Report> report = text_report(world.errors, {.colour = settings.colour});
    report->zone(report_of(request, *zone, lines));
    report->finish(exit_code = kInputAtFault);
    return nullptr;
}

}  // namespace

std::shared_ptr<LoadedZone> load_served(World& world, const std::string& command,
                                        const ZoneCall& call, int& exit_code) {
    auto zone = if_served(world, command, call.request, call.settings,
                          load_request(world, call.request, call.settings), exit_code);
    for (const std::string& file : call.overlays) {
        if (zone == nullptr) break;
        ZoneRequest request = overlay_request(*zone, file);
        zone = if_served(world, command, request, call.settings,
                         load_overlay(world, request, zone, call.settings), exit_code);
    }
    return zone;
}

std::unique_ptr<Report> make_report(World& world, const Call& call, const LoadSettings& settings) {
    if (call.has("quiet")) return no_report();
    std::string format = call.value("format", "text");
    if (format == "json") return json_report(world.out);
    if (format == "sarif") return sarif_report(world.out);
    return text_report(world.out, {.colour = settings.colour});
}

ZoneReport report_of(const ZoneRequest& request, const LoadedZone& zone, SourceLines& lines) {
    ZoneReport report;
    report.zone = zone.origin.empty() ? "." : zone.origin;
    report.file = request.file;
    report.views = request.views;
    if (zone.fault) {
        report.outcome = Verdict::unreadable;
        report.fault = *zone.fault;
        return report;
    }
    report.outcome = zone.served() ? Verdict::served : Verdict::refused;
    if (zone.validates) report.outcome = *zone.validates ? Verdict::valid : Verdict::bogus;
    if (zone.loaded.zone != nullptr) {
        report.loaded = true;
        report.names = zone.loaded.zone->name_count();
        report.records = zone.loaded.zone->record_count();
        report.serial = zone.loaded.zone->serial();
    }
    report.findings = &zone.findings;
    report.sources = &zone.sources;
    report.lines = &lines;
    return report;
}

std::string unreadable_sentence(const std::string& file, const std::string& reason) {
    std::string subject = file == "-" ? "standard input" : "'" + file + "'";
    std::string sentence = "cannot read " + subject + ": " + reason;
    if (reason == "No such file or directory")
        sentence += "; check the path, and the folder from which apex is called";
    else if (reason == "Permission denied")
        sentence += "; let this user read the file, and search the folders above it";
    else if (reason == "Is a directory")
        sentence += "; name the zone file in it";
    return sentence;
}

}  // namespace server
