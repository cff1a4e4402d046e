#include "server/config/configuration.h"

#include <fnmatch.h>

#include <algorithm>
#include <deque>
#include <functional>

#include "server/config/keys_reader.h"
#include "server/config/masked_text.h"
#include "server/config/read_text.h"
#include "server/config/rule_choices.h"
#include "server/config/table_reader.h"
#include "server/config/views_reader.h"

namespace server {

namespace {

namespace rule = configuration_rule;

constexpr const dns::Rule* kRules[] = {
    &rule::syntax,      &rule::unknown_key, &rule::wrong_type,
    &rule::missing_key, &rule::bad_value,   &rule::zone_twice,
    &rule::view_twice,  &rule::key_twice,   &rule::secret_in_the_open,
    &rule::unreadable};

// A file and what it says, until the zones are read.
struct File {
    TableReader reader;
    toml::table top;
};

class Reading {
  public:
    Reading(const dns::Files& files, dns::Sources& sources, dns::Findings& findings,
            const ReadingOptions& options)
        : files_(files), sources_(sources), findings_(findings), options_(options) {
        configuration_.zones = ZoneRows(options.key);
    }

    dns::Result<Configuration> run(const std::string& path) {
        auto text = read_text(files_, path, options_.now);
        if (!text.ok()) return text.fault();
        configuration_.folder = path.substr(0, path.rfind('/') + 1);
        configuration_.server.state_folder = configuration_.folder + "apex-state";
        if (!parse(path, std::move(text.value()))) return std::move(configuration_);
        read_includes();
        for (File& file : all_) read_top(file);
        note_secrets();
        read_choices();
        KeysReader keys(files_, sources_, configuration_, options_.now);
        for (File& file : all_) keys.read(file.reader, file.top);
        ViewsReader views(sources_, configuration_);
        for (File& file : all_) views.read_names(file.reader, file.top);
        views.read_views();
        if (options_.zones) read_zones(views);
        return std::move(configuration_);
    }

  private:
    bool parse(const std::string& path, ReadText text);
    void read_includes();
    void read_glob(File& from, const toml::node& node, const std::string& pattern);
    void include(File& from, const toml::node& node, const std::string& path);
    void read_top(File& file);
    void read_section(File& file, const toml::table& table, Section section);
    void read_limits(File& file);
    void note_secrets();
    void read_choices();
    void read_zones(ViewsReader& views);
    // The tables under [template.NAME] or [policy.NAME].
    void for_each_named(File& file, const char* key,
                        const std::function<void(std::string_view, const toml::table&)>& use);
    // Whether the key stands here for the first time among all files; else it is reported.
    bool first_time(File& file, const toml::node& node, std::string_view key);

    const dns::Files& files_;
    dns::Sources& sources_;
    dns::Findings& findings_;
    const ReadingOptions& options_;
    Configuration configuration_;
    ChoicesReader choices_;
    std::deque<File> all_;                                  // the main file first
    std::map<std::string, std::string, std::less<>> seen_;  // keys and the place of each
};

bool Reading::parse(const std::string& path, ReadText text) {
    configuration_.files.push_back({path, text.identity});
    uint32_t source = sources_.add({dns::SourceKind::file, path, dns::Place(), masked(text.text)});
    TableReader reader(path, source, findings_, options_.checks);
    toml::parse_result parsed = toml::parse(std::string_view(*text.text), path);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        reader.report(rule::syntax, error.source(), {error.description()});
        return false;
    }
    all_.push_back({std::move(reader), std::move(parsed).table()});
    return true;
}

void Reading::read_includes() {
    File& main = all_.front();
    const ConfigurationRow& row = *find_row(Section::top, "include");
    const toml::node* node = main.reader.find(main.top, row);
    if (node == nullptr) return;
    auto patterns = main.reader.texts(*node, row);
    if (!patterns) return;
    for (const std::string& pattern : *patterns)
        read_glob(main, *node, main.reader.resolved(pattern));
}

void Reading::read_glob(File& from, const toml::node& node, const std::string& pattern) {
    size_t slash = pattern.rfind('/') + 1;  // 0 if there is none
    std::string folder = pattern.substr(0, slash), name = pattern.substr(slash);
    if (folder.find_first_of("*?") != std::string::npos)
        return from.reader.bad_value(node, "'" + pattern + "' has * or ? in the name of a folder",
                                     "they stand in the names of files only");
    if (name.find_first_of("*?") == std::string::npos) return include(from, node, pattern);
    std::string place = folder.empty() ? "./" : folder;
    auto identity = files_.identity(place);
    auto names = files_.list(place);
    if (!identity.ok() || !names.ok()) {
        const dns::Fault& fault = identity.ok() ? names.fault() : identity.fault();
        return from.reader.report(rule::unreadable, node.source(), {place, fault.sentence});
    }
    configuration_.files.push_back({place, settled(identity.value(), options_.now)});
    std::sort(names->begin(), names->end());
    for (const std::string& found : names.value())
        if (::fnmatch(name.c_str(), found.c_str(), FNM_PERIOD | FNM_NOESCAPE) == 0)
            include(from, node, folder + found);
}

void Reading::include(File& from, const toml::node& node, const std::string& path) {
    for (const File& other : all_)
        if (other.reader.path() == path)
            return from.reader.bad_value(node, "'" + path + "' is included twice");
    auto text = read_text(files_, path, options_.now);
    if (!text.ok())
        return from.reader.report(rule::unreadable, node.source(), {path, text.fault().sentence});
    if (!parse(path, std::move(text.value()))) return;
    File& file = all_.back();
    if (const toml::node* nested = file.top.get("include"))
        file.reader.bad_value(*nested, "an included file includes no others",
                              "name them in " + from.reader.path());
}

bool Reading::first_time(File& file, const toml::node& node, std::string_view key) {
    std::string here =
        file.reader.path() + ":" + std::to_string(uint32_t{node.source().begin.line});
    auto [found, first] = seen_.emplace(key, here);
    if (!first) file.reader.report(rule::key_twice, node.source(), {key, found->second});
    return first;
}

void Reading::read_top(File& file) {
    file.reader.check_keys(file.top, Section::top);
    read_section(file, file.top, Section::top);
    for (Section section : {Section::tcp, Section::rate_limit, Section::log}) {
        std::string_view name = to_string(section);
        const ConfigurationRow& row =
            *find_row(Section::top, name.substr(1, name.size() - 2));  // without [ ]
        const toml::table* table = file.reader.table(file.top, row);
        if (table == nullptr) continue;
        file.reader.check_keys(*table, section);
        read_section(file, *table, section);
    }
    read_limits(file);
}

void Reading::read_section(File& file, const toml::table& table, Section section) {
    for (const auto& [key, node] : table) {
        const ConfigurationRow* row = find_row(section, key.str());
        bool ours = row != nullptr && !std::holds_alternative<std::monostate>(row->target);
        if (!ours) continue;
        std::string name =
            section == Section::top ? row->key : std::string(to_string(section)) + " " + row->key;
        if (!first_time(file, node, name)) continue;
        if (section == Section::top && row->type == ValueType::networks) {
            if (auto list = file.reader.networks(table, *row))
                configuration_.server.allow_query = std::move(*list);
        } else {
            file.reader.read_option(node, *row, configuration_.server);
        }
    }
}

void Reading::read_limits(File& file) {
    const toml::table* limits = file.reader.table(file.top, *find_row(Section::top, "limits"));
    if (limits == nullptr) return;
    for (const auto& [name, value] : *limits) {
        if (!value.is_integer()) {
            file.reader.report(rule::wrong_type, value.source(), {name.str(), "a number"});
            continue;
        }
        if (!first_time(file, value, "limits." + std::string(name.str()))) continue;
        std::string number = std::to_string(value.as_integer()->get());
        auto chosen = choose_limit(configuration_.limits, name.str(), number);
        if (!chosen.ok())
            file.reader.report(rule::bad_value, name.source(), {chosen.fault().sentence},
                               chosen.fault().hint);
    }
}

// Of the file of cookie secrets it is only known here when it changes.
void Reading::note_secrets() {
    const std::string& path = configuration_.server.cookie_secret_file;
    if (path.empty()) return;
    if (auto identity = files_.identity(path); identity.ok())
        configuration_.files.push_back({path, settled(identity.value(), options_.now)});
}

// All that is chosen at a top holds for the templates of every file.
void Reading::read_choices() {
    for (File& file : all_)
        for_each_named(file, "policy", [&](std::string_view name, const toml::table& table) {
            if (name == kUnsign || name == kInsecure)
                file.reader.report(rule::bad_value, table.source(),
                                   {"a policy cannot be called '" + std::string(name) +
                                    "': `dnssec` has a use for that word"});
            else if (auto policy = read_policy(file.reader, name, table))
                choices_.add_policy(policy);
        });
    for (File& file : all_) {
        for (const char* key : {"rules", "max-shrink", "include-folder", "dnssec"})
            if (const toml::node* node = file.top.get(key)) first_time(file, *node, key);
        configuration_.choices =
            choices_.read(file.reader, file.top, Section::top, configuration_.choices);
    }
    for (File& file : all_)
        for_each_named(file, "template", [&](std::string_view name, const toml::table& table) {
            file.reader.check_keys(table, Section::zone_template);
            configuration_.templates.emplace(
                name,
                choices_.read(file.reader, table, Section::zone_template, configuration_.choices));
        });
}

void Reading::read_zones(ViewsReader& views) {
    ZonesReader zones(files_, sources_, configuration_, choices_, options_.now);
    for (File& file : all_) zones.read(file.reader, file.top);
    views.read_zones(zones);
    zones.finish();
}

void Reading::for_each_named(File& file, const char* key,
                             const std::function<void(std::string_view, const toml::table&)>& use) {
    const ConfigurationRow& row = *find_row(Section::top, key);
    const toml::table* tables = file.reader.table(file.top, row);
    if (tables == nullptr) return;
    for (const auto& [name, value] : *tables) {
        if (!value.is_table())
            file.reader.wrong_type(value, row);
        else if (first_time(file, value, std::string(key) + "." + std::string(name.str())))
            use(name.str(), *value.as_table());
    }
}

}  // namespace

std::span<const dns::Rule* const> configuration_rules() {
    return kRules;
}

dns::Result<Configuration> read_configuration(const dns::Files& files, const std::string& path,
                                              dns::Sources& sources, dns::Findings& findings,
                                              const ReadingOptions& options) {
    auto read = Reading(files, sources, findings, options).run(path);
    findings.sort(sources);
    return read;
}

bool are_unchanged(std::span<const ReadFile> read, const dns::Files& files) {
    return std::all_of(read.begin(), read.end(), [&](const ReadFile& file) {
        auto now = files.identity(file.path);
        return now.ok() && now.value() == file.identity;
    });
}

}  // namespace server
