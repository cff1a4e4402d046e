// apex explain: how the answer to a question comes about. The zones that matter are loaded, and the
// code that answers is asked.
#include "server/cli/explain.h"

#include <charconv>
#include <optional>

#include "server/cli/configured_views.h"
#include "server/cli/explain_json.h"
#include "server/cli/explain_text.h"
#include "server/cli/message_text.h"
#include "server/cli/text_checks.h"
#include "server/cli/zone_call.h"
#include "server/config/configuration.h"
#include "server/config/nearest_word.h"
#include "server/publish/system.h"
#include "server/publish/tsig_keys.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

constexpr const char* kExample = "apex explain www.example.com A example.com=example.com.zone";
constexpr const char* kUsualConfiguration = "apex.toml";
constexpr uint16_t kHesiod = 4;

CallFault unknown_type(const std::string& text) {
    std::vector<std::string_view> names;
    for (const dns::RrType& row : dns::all_types()) names.emplace_back(row.mnemonic);
    std::string hint = nearest_hint(text, names);
    if (text.find_first_of("./") != std::string::npos)
        hint = "a zone file is named together with its zone: ORIGIN=" + text;
    if (hint.empty()) hint = "behind the name stands a type of records: A, MX, TYPE65280";
    return {"there is no record type '" + text + "'", hint};
}

bool read_class(std::string_view text, uint16_t& rr_class) {
    for (uint16_t known : {dns::rr_class::internet, dns::rr_class::chaos, kHesiod}) {
        std::string word = dns::class_text(known);
        if (text.size() != 2 || (text[0] & ~0x20) != word[0] || (text[1] & ~0x20) != word[1])
            continue;
        rr_class = known;
        return true;
    }
    return false;
}

dns::Result<void, CallFault> read_name(const std::string& text, const std::string* type,
                                       dns::Name& name) {
    std::string reason;
    if (!zoneparser::parse_name(text, name, reason))
        return CallFault{"'" + text + "' is no name: " + reason, kExample};
    // dig takes them in either order.
    uint16_t number;
    if (type != nullptr && read_question_type(text, number) && !read_question_type(*type, number))
        return CallFault{"'" + *type + "' is no record type, but '" + text + "' is",
                         "the name comes first: apex explain " + *type + " " + text};
    return {};
}

Address this_machine(bool v4) {
    Address address;
    read_address(v4 ? "127.0.0.1" : "::1", address);
    return address;
}

// `client` was named among the operands, or is null.
dns::Result<void, CallFault> read_addresses(const Call& options, const std::string* client,
                                            Client& out) {
    if (const std::string* given = options.last("client"); given != nullptr) {
        if (client != nullptr)
            return CallFault{"two clients are named, " + *client + " and " + *given, ""};
        client = given;
    }
    auto read = [](const std::string* text, Address otherwise, std::string_view option,
                   Address& address) -> dns::Result<void, CallFault> {
        address = otherwise;
        if (text == nullptr || read_address(*text, address)) return {};
        return CallFault{
            "'" + *text + "' is no address",
            "--" + std::string(option) + " takes one such as 192.0.2.1 or 2001:db8::1"};
    };
    auto taken = read(client, this_machine(true), "client", out.address);
    if (!taken.ok()) return taken;
    return read(options.last("destination"), this_machine(out.address.is_v4()), "destination",
                out.local);
}

dns::Result<void, CallFault> read_size(const Call& options, uint16_t& size) {
    std::string text = options.value("size", "1232");
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size())
        return CallFault{"'" + text + "' is no size of a message",
                         "--size takes 0 to 65535; 0 asks without EDNS"};
    return {};
}

dns::Result<void, CallFault> read_key(const Call& options, std::optional<dns::Name>& key) {
    const std::string* text = options.last("key");
    std::string reason;
    if (text == nullptr || zoneparser::parse_name(*text, key.emplace(), reason)) return {};
    return CallFault{"'" + *text + "' is no key's name: " + reason,
                     "--key takes the name of a [[key]]"};
}

// A zone is in the operands as ORIGIN=FILE; what begins like a path or holds no = is the
// question's.
bool names_zone(const std::string& word) {
    return word.find('=') != std::string::npos && word[0] != '.' && word[0] != '/';
}

// Where zones come from: the operands, or a configuration.
struct ZoneOrigins {
    std::vector<ZoneRequest> named;
    std::optional<Configuration> configuration;
};

// Loads zones of the view that answers as they turn out to matter, and puts them in a set.
class Loading {
  public:
    Loading(World& world, const Call& call, const LoadSettings& settings,
            const ZoneOrigins& origins)
        : world_(world), call_(call), settings_(settings), origins_(origins) {
        const Configuration fallback;
        const Configuration& configuration =
            origins.configuration ? *origins.configuration : fallback;
        views_ = make_views(configuration);
        for (View& view : views_) view.zones = ZoneTable(random_key());
        take_options(configuration.server);
        auto keys = make_tsig_keys(configuration.keys, random_key());
        if (keys.ok())
            keys_ = std::move(keys.value());
        else
            exit_code_ = system_at_fault(world_, "explain", keys.fault().sentence);
    }

    int exit_code() const { return exit_code_; }
    bool follows_view() const { return view_ < views_.size() && views_[view_].follow_view; }

    // Finds the view that answers. False, and said, if there is no such key.
    bool choose(const ExplainCall& question) {
        KeyNumber key = 0;
        if (question.key) {
            const size_t place = keys_ != nullptr ? keys_->find(*question.key) : 0;
            if (keys_ == nullptr || place == keys_->size()) {
                exit_code_ = call_at_fault(world_, "explain",
                                           {"there is no key '" + dns::to_text(*question.key) + "'",
                                            "keys stand in the configuration, each under [[key]]"});
                return false;
            }
            key = static_cast<KeyNumber>(place + 1);
        }
        view_ = choose_view(make_set(), question.client, key);
        return true;
    }

    void load_named() {
        for (const ZoneRequest& request : origins_.named)
            if (exit_code_ == kGood)
                serve(request, load_request_as_chosen(request, settings_), nullptr);
    }

    // Zones of the view at or above `name`. True if one is new.
    bool load_for(dns::NameView name) {
        if (!origins_.configuration || view_ >= views_.size()) return false;
        const ZoneTable& zones = views_[view_].zones;
        const size_t before = zones.size();
        for (;; name = name.parent()) {
            if (zones.find(name) == nullptr && exit_code_ == kGood) load_row_of(name);
            if (name.is_root()) break;
        }
        return zones.size() > before;
    }

    Set make_set() const {
        Set set;
        set.settings = settings_of_set_;
        set.keys = keys_;
        for (const View& view : views_) set.views.push_back(std::make_shared<const View>(view));
        set.zone_numbers = zone_numbers_;
        return set;
    }

  private:
    void take_options(const ServerOptions& options) {
        settings_of_set_.udp_size = static_cast<uint16_t>(options.udp_size);
        settings_of_set_.rotate = options.rotate;
        settings_of_set_.nsid = options.nsid;
        settings_of_set_.version = options.version;
        settings_of_set_.server_id = options.server_id;
    }

    // The view's own zone of that name, or that of the first view that it takes zones from.
    void load_row_of(dns::NameView name) {
        const ZoneRows& rows = origins_.configuration->zones;
        const ConfiguredView& view = origins_.configuration->views[view_];
        size_t row = rows.find(static_cast<ViewNumber>(view_), name);
        for (size_t i = 0; i < view.zones_from.size() && row == rows.size(); ++i)
            row = rows.find(view.zones_from[i], name);
        if (row < rows.size()) load_row(row);
    }

    // A row and what it rests on, from the file up.
    void load_row(size_t number) {
        const ZoneRows& rows = origins_.configuration->zones;
        std::vector<size_t> way{number};
        while (rows[way.back()].source != ZoneSource::file)
            way.push_back(rows.find(rows[way.back()].base, rows[way.back()].name));
        std::shared_ptr<LoadedZone> zone;
        ZoneRequest request;
        for (; !way.empty() && exit_code_ == kGood; way.pop_back()) {
            const ConfiguredZone row = rows[way.back()];
            if (row.source == ZoneSource::shared) continue;
            request = {dns::Name(row.name), std::string(row.file), row.choices->severities};
            LoadSettings settings = settings_;
            if (settings.include_folder.empty())
                settings.include_folder = row.choices->include_folder;
            zone = load_request_as_chosen(request, settings, zone);
        }
        if (exit_code_ == kGood) serve(request, zone, rows[number].choices.get());
    }

    // Null, and said, if it cannot be served. `base`: what an overlay lies over.
    std::shared_ptr<LoadedZone> load_request_as_chosen(
        ZoneRequest request, const LoadSettings& settings,
        const std::shared_ptr<const LoadedZone>& base = nullptr) {
        if (auto applied = apply_rules(call_, request.severities); !applied.ok()) {
            exit_code_ = call_at_fault(world_, "explain", applied.fault());
            return nullptr;
        }
        std::shared_ptr<LoadedZone> zone = base != nullptr
                                               ? load_overlay(world_, request, base, settings)
                                               : load_request(world_, request, settings);
        world_.kept.push_back(zone);
        if (zone->fault)
            exit_code_ =
                system_at_fault(world_, "explain", unreadable_sentence(request.file, *zone->fault));
        else if (!zone->served())
            report(request, *zone);
        return zone;
    }

    void serve(const ZoneRequest& request, const std::shared_ptr<LoadedZone>& zone,
               const ZoneChoices* choices) {
        if (exit_code_ != kGood) return;
        auto options = std::make_shared<ZoneOptions>();
        if (choices != nullptr && choices->allow_query)
            options->allow_query = network_list(*choices->allow_query);
        views_[view_].zones.put(std::make_shared<ServedZone>(
            *request.origin, zone_numbers_++, zone->loaded.zone, std::move(options),
            std::shared_ptr<const dns::Sources>(zone, &zone->sources)));
    }

    void report(const ZoneRequest& request, const LoadedZone& zone) {
        SourceLines lines(world_.files, zone.sources, zone.loaded.files);
        std::unique_ptr<Report> report = text_report(world_.errors, {.colour = settings_.colour});
        report->zone(report_of(request, zone, lines));
        report->finish(kInputAtFault);
        exit_code_ = kInputAtFault;
    }

    World& world_;
    const Call& call_;
    const LoadSettings& settings_;
    const ZoneOrigins& origins_;
    std::vector<View> views_;
    size_t view_ = 0;  // that answers; their count if none does
    std::shared_ptr<const dns::TsigKeys> keys_;
    Settings settings_of_set_;
    uint32_t zone_numbers_ = 0;
    int exit_code_ = kGood;
};

// All names that the answer touched: zones at or above them may matter.
std::vector<dns::Name> names_of(const Trace& trace) {
    std::vector<dns::Name> names;
    for (const Step& step : trace.steps) names.push_back(step.name);
    for (size_t i = 0; i < trace.plan.chain_size; ++i) names.push_back(trace.plan.chain[i]);
    for (const PlanItem& item : trace.plan.items)
        if (item.chain == PlanItem::kNodeOwner)
            names.push_back(item.zone->zone().absolute(item.node.name()));
    return names;
}

int explain(World& world, const Call& call, const ExplainCall& question,
            const LoadSettings& settings, const ZoneOrigins& origins) {
    Loading loading(world, call, settings, origins);
    if (loading.exit_code() != kGood || !loading.choose(question)) return loading.exit_code();
    loading.load_named();
    loading.load_for(question.name);
    const dns::UnixTime now = world.clock.now();
    for (;;) {
        if (loading.exit_code() != kGood) return loading.exit_code();
        Set set = loading.make_set();
        Explanation explanation(set, question, now);
        bool more = false;
        if (loading.follows_view())
            for (const dns::Name& name : names_of(explanation.trace()))
                more |= loading.load_for(name);
        if (more || loading.exit_code() != kGood) continue;
        world.out.write(call.has("json") ? explain_json(explanation) : explain_text(explanation));
        return kGood;
    }
}

// A configuration's faults are printed as `check` prints them.
int read_configured(World& world, const Call& call, const std::string& file, LoadSettings& settings,
                    ZoneOrigins& origins) {
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    ReadingOptions options;
    options.checks = text_checks();
    options.key = random_key();
    auto read = read_configuration(world.files, file, sources, findings, options);
    if (!read.ok())
        return system_at_fault(world, "explain", unreadable_sentence(file, read.fault().sentence));
    if (findings.failed()) {
        const SourceLines::Identities no_files;
        SourceLines lines(world.files, sources, no_files);
        ZoneReport report;
        report.file = file;
        report.findings = &findings;
        report.sources = &sources;
        report.lines = &lines;
        text_report(world.errors, {.colour = settings.colour})->zone(report);
        return kInputAtFault;
    }
    settings.limits = read->limits;
    if (auto applied = apply_limits(call, settings.limits); !applied.ok())
        return call_at_fault(world, "explain", applied.fault());
    origins.configuration = std::move(read.value());
    return kGood;
}

dns::Result<void, CallFault> read_named(const std::vector<std::string>& words,
                                        ZoneOrigins& origins) {
    auto requests = read_operands(words);
    if (!requests.ok()) return requests.fault();
    origins.named = std::move(requests.value());
    for (size_t i = 0; i < origins.named.size(); ++i)
        for (size_t k = 0; k < i; ++k)
            if (*origins.named[i].origin == *origins.named[k].origin)
                return CallFault{
                    "zone " + dns::to_text(*origins.named[i].origin) + " is named twice",
                    "leave out one of the two"};
    return {};
}

}  // namespace

dns::Result<ExplainCall, CallFault> read_explain_call(std::span<const std::string> operands,
                                                      const Call& options) {
    ExplainCall call;
    if (operands.empty()) return CallFault{"no name is given", kExample};
    const std::string* type = nullptr;
    const std::string* client = nullptr;
    for (const std::string& word : operands.subspan(1)) {
        Address address;
        if (read_class(word, call.rr_class)) continue;
        const std::string*& taken = read_address(word, address) ? client : type;
        if (taken != nullptr)
            return CallFault{"'" + word + "' is one word too many",
                             "NAME TYPE, and zones as ORIGIN=FILE"};
        taken = &word;
    }
    auto read = read_name(operands[0], type, call.name);
    if (!read.ok()) return read.fault();
    if (type != nullptr && !read_question_type(*type, call.type)) return unknown_type(*type);
    call.client.transport = options.has("tcp") ? Transport::tcp : Transport::udp;
    call.dnssec_ok = options.has("do");
    read = read_addresses(options, client, call.client);
    if (read.ok()) read = read_size(options, call.udp_size);
    if (read.ok()) read = read_key(options, call.key);
    if (!read.ok()) return read.fault();
    if (call.dnssec_ok && call.udp_size == 0)
        return CallFault{"--do needs EDNS, and --size 0 asks without it",
                         "leave out one of the two"};
    return call;
}

dns::Result<ExplainCall, CallFault> read_explain_words(std::span<const std::string> words) {
    auto call = read_call(words, kQuestionOptions);
    if (!call.ok()) return call.fault();
    return read_explain_call(call->operands, call.value());
}

int run_explain(World& world, const Call& call) {
    std::vector<std::string> words, zones;
    for (const std::string& word : call.operands)
        (names_zone(word) ? zones : words).push_back(word);
    auto question = read_explain_call(words, call);
    if (!question.ok()) return call_at_fault(world, "explain", question.fault());
    auto settings = read_settings(world, call, world.out_is_terminal);
    if (!settings.ok()) return call_at_fault(world, "explain", settings.fault());
    question->colour = settings->colour;
    if (auto applied = apply_limits(call, settings->limits); !applied.ok())
        return call_at_fault(world, "explain", applied.fault());
    ZoneOrigins origins;
    std::string file = call.value("config", "");
    if (!file.empty() && !zones.empty())
        return call_at_fault(world, "explain",
                             {"a configuration and zone files are both named",
                              "name either -c FILE or ORIGIN=FILE ..."});
    if (file.empty() && zones.empty()) {
        if (!world.files.open(kUsualConfiguration).ok())
            return call_at_fault(world, "explain",
                                 {"no zone is named, and there is no apex.toml here", kExample});
        file = kUsualConfiguration;
    }
    if (file.empty()) {
        if (auto named = read_named(zones, origins); !named.ok())
            return call_at_fault(world, "explain", named.fault());
    } else if (int fault = read_configured(world, call, file, settings.value(), origins)) {
        return fault;
    }
    return explain(world, call, question.value(), settings.value(), origins);
}

}  // namespace server
