#include "server/config/configuration.h"

#include <algorithm>
#include <map>
#include <set>

// All of toml++ is compiled here, so that its exceptions can be off: Debian's library has them on.
#undef TOML_SHARED_LIB
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "server/config/nearest_word.h"
#include "server/config/options.h"
#include "server/config/rule_choices.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

using dns::Rule;
using dns::Severity;

constexpr bool kFixed = true;
constexpr Rule kSyntax{"configuration-syntax", Severity::error, kFixed, "TOML 1.0", "{}", ""};
constexpr Rule kUnknownKey{"unknown-key",
                           Severity::error,
                           kFixed,
                           "-",
                           "there is no key '{}' in {}",
                           "apex.toml(5) lists all keys"};
constexpr Rule kWrongType{"wrong-type", Severity::error, kFixed, "-", "'{}' must be {}", ""};
constexpr Rule kMissingKey{"missing-key", Severity::error, kFixed, "-", "{} has no '{}'", ""};
constexpr Rule kBadValue{"bad-value", Severity::error, kFixed, "-", "{}", ""};
constexpr Rule kZoneTwice{
    "zone-twice",           Severity::error, kFixed, "-", "zone '{}' stands here a second time",
    "remove one of the two"};
constexpr const Rule* kRules[] = {&kSyntax,     &kUnknownKey, &kWrongType,
                                  &kMissingKey, &kBadValue,   &kZoneTwice};

// A configuration longer than this is none.
constexpr size_t kMostOctets = size_t{1} << 28;

using RuleChoices = std::vector<std::pair<std::string, std::string>>;

void apply_choices(const RuleChoices& choices, dns::Severities& severities) {
    for (const auto& [rule, severity] : choices)
        static_cast<void>(choose_severity(severities, rule, severity));
}

class Reader {
  public:
    Reader(std::string folder, uint32_t source, dns::Findings& findings)
        : folder_(std::move(folder)), source_(source), findings_(findings) {}

    Configuration read(const toml::table& top) {
        check_keys(top, Section::top);
        RuleChoices rules = read_rules(top);
        read_limits(top);
        read_templates(top);
        const toml::array* zones = array_of_tables(top, *find_row(Section::top, "zone"));
        for (size_t i = 0; zones != nullptr && i < zones->size(); ++i)
            read_zone(*zones->get(i)->as_table(), rules);
        return std::move(configuration_);
    }

    void syntax(const toml::parse_error& error) {
        report(kSyntax, error.source(), {error.description()});
    }

  private:
    void report(const Rule& rule, const toml::source_region& where,
                std::initializer_list<std::string_view> words, std::string_view hint = {}) {
        findings_.report_at(rule, source_, where.begin.line, where.begin.column, words, hint);
    }

    void check_keys(const toml::table& table, Section section) {
        for (const auto& [key, value] : table) {
            if (find_row(section, key.str()) != nullptr) continue;
            report(kUnknownKey, key.source(), {key.str(), to_string(section)},
                   nearest_hint(key.str(), keys_of(section)));
        }
    }

    // Null if the key is missing, or is no text (then it is reported).
    const std::string* text(const toml::table& table, Section section, std::string_view key) {
        const ConfigurationRow& row = *find_row(section, key);
        const toml::node* node = table.get(key);
        if (node == nullptr) {
            if (row.required) report(kMissingKey, table.source(), {to_string(section), key});
            return nullptr;
        }
        if (!node->is_string()) return wrong_type(*node, row), nullptr;
        return &node->as_string()->get();
    }

    void wrong_type(const toml::node& node, const ConfigurationRow& row) {
        report(kWrongType, node.source(), {row.key, to_string(row.type)});
    }

    const toml::table* table(const toml::table& parent, const ConfigurationRow& row) {
        const toml::node* node = parent.get(row.key);
        if (node != nullptr && !node->is_table()) wrong_type(*node, row);
        return node != nullptr ? node->as_table() : nullptr;
    }

    const toml::array* array_of_tables(const toml::table& parent, const ConfigurationRow& row) {
        const toml::node* node = parent.get(row.key);
        if (node == nullptr) return nullptr;
        if (node->is_array_of_tables()) return node->as_array();
        wrong_type(*node, row);
        return nullptr;
    }

    RuleChoices read_rules(const toml::table& parent) {
        RuleChoices choices;
        const toml::table* rules = table(parent, *find_row(Section::top, "rules"));
        if (rules == nullptr) return choices;
        for (const auto& [name, value] : *rules) {
            if (!value.is_string()) {
                report(kWrongType, value.source(),
                       {name.str(), "\"error\", \"warning\", \"note\" or \"off\""});
                continue;
            }
            const std::string& severity = value.as_string()->get();
            dns::Severities tried;
            if (auto chosen = choose_severity(tried, name.str(), severity); chosen.ok())
                choices.emplace_back(name.str(), severity);
            else
                report(kBadValue, name.source(), {chosen.fault().sentence}, chosen.fault().hint);
        }
        return choices;
    }

    void read_limits(const toml::table& parent) {
        const toml::table* limits = table(parent, *find_row(Section::top, "limits"));
        if (limits == nullptr) return;
        for (const auto& [name, value] : *limits) {
            if (!value.is_integer()) {
                report(kWrongType, value.source(), {name.str(), "a number"});
                continue;
            }
            std::string number = std::to_string(value.as_integer()->get());
            auto chosen = choose_limit(configuration_.limits, name.str(), number);
            if (!chosen.ok())
                report(kBadValue, name.source(), {chosen.fault().sentence}, chosen.fault().hint);
        }
    }

    void read_templates(const toml::table& top) {
        const ConfigurationRow& row = *find_row(Section::top, "template");
        const toml::table* templates = table(top, row);
        if (templates == nullptr) return;
        for (const auto& [name, value] : *templates) {
            if (!value.is_table()) {
                wrong_type(value, row);
                continue;
            }
            check_keys(*value.as_table(), Section::zone_template);
            templates_.emplace(name.str(), read_rules(*value.as_table()));
        }
    }

    void read_zone(const toml::table& zone, const RuleChoices& global) {
        check_keys(zone, Section::zone);
        const std::string* name = text(zone, Section::zone, "name");
        const std::string* file = text(zone, Section::zone, "file");
        const std::string* shared = text(zone, Section::zone, "template");
        ConfiguredZone configured;
        apply_choices(global, configured.severities);
        if (shared != nullptr) take_template(*shared, zone, configured);
        apply_choices(read_rules(zone), configured.severities);
        if (name == nullptr || file == nullptr) return;
        std::string reason;
        if (!zoneparser::parse_name(*name, configured.name, reason)) {
            report(kBadValue, zone.get("name")->source(),
                   {"'" + *name + "' is no zone's name: " + reason});
            return;
        }
        if (!names_.insert(folded(configured.name)).second)
            report(kZoneTwice, zone.get("name")->source(), {*name});
        configured.file = file->substr(0, 1) == "/" ? *file : folder_ + *file;
        configuration_.zones.push_back(std::move(configured));
    }

    void take_template(const std::string& name, const toml::table& zone,
                       ConfiguredZone& configured) {
        if (auto found = templates_.find(name); found != templates_.end()) {
            apply_choices(found->second, configured.severities);
            return;
        }
        std::vector<std::string_view> names;
        for (const auto& [known, choices] : templates_) names.emplace_back(known);
        report(kBadValue, zone.get("template")->source(), {"there is no template '" + name + "'"},
               nearest_hint(name, names));
    }

    static std::string folded(const dns::Name& name) {
        std::string octets(name.size(), 0);
        dns::lower_copy(reinterpret_cast<uint8_t*>(octets.data()), name.data(), name.size());
        return octets;
    }

    std::string folder_;  // with its final slash, or ""
    uint32_t source_;
    dns::Findings& findings_;
    Configuration configuration_;
    std::map<std::string, RuleChoices, std::less<>> templates_;
    std::set<std::string> names_;
};

dns::Result<std::shared_ptr<const std::string>> read_text(const dns::Files& files,
                                                          const std::string& path) {
    auto file = files.open(path);
    if (!file.ok()) return file.fault();
    auto identity = file.value()->identity();
    if (!identity.ok()) return identity.fault();
    if (identity.value().size > kMostOctets) return dns::Fault{"File too large"};
    auto text = std::make_shared<std::string>(identity.value().size, '\0');
    auto got = file.value()->read_at(0, {text->data(), text->size()});
    if (!got.ok()) return got.fault();
    text->resize(got.value());
    return std::shared_ptr<const std::string>(std::move(text));
}

}  // namespace

std::span<const dns::Rule* const> configuration_rules() {
    return kRules;
}

dns::Result<Configuration> read_configuration(const dns::Files& files, const std::string& path,
                                              dns::Sources& sources, dns::Findings& findings) {
    auto text = read_text(files, path);
    if (!text.ok()) return text.fault();
    uint32_t source = sources.add({dns::SourceKind::file, path, dns::Place(), text.value()});
    Reader reader(path.substr(0, path.rfind('/') + 1), source, findings);
    toml::parse_result parsed = toml::parse(std::string_view(*text.value()), path);
    if (!parsed) {
        reader.syntax(parsed.error());
        return Configuration();
    }
    Configuration configuration = reader.read(parsed.table());
    findings.sort(sources);
    return configuration;
}

}  // namespace server
