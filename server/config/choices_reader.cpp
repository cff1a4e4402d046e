#include "server/config/choices_reader.h"

#include "server/config/nearest_word.h"
#include "server/config/rule_choices.h"

namespace server {

namespace rule = configuration_rule;

ChoicesReader::ChoicesReader() {
    add_policy(std::make_shared<const DnssecPolicy>());
}

void ChoicesReader::read_dnssec(TableReader& reader, const toml::node& node,
                                const ConfigurationRow& row, ZoneChoices& choices) {
    std::string_view name = kDefaultPolicy;
    choices.dnssec = Dnssec::off;
    choices.policy = nullptr;
    if (node.is_boolean()) {
        if (!node.as_boolean()->get()) return;
    } else if (node.is_string()) {
        name = node.as_string()->get();
    } else {
        return reader.wrong_type(node, row);
    }
    if (name == kUnsign) {
        choices.dnssec = Dnssec::unsign;
        return;
    }
    if (name == kInsecure) {
        if (row.section != Section::view_zone)
            return reader.bad_value(node, "'dnssec = \"insecure\"' is said of overlays only",
                                    "they stand under [[view.zone]]");
        choices.dnssec = Dnssec::insecure;
        return;
    }
    auto found = policies_.find(name);
    if (found != policies_.end()) {
        choices.dnssec = Dnssec::sign;
        choices.policy = found->second;
        return;
    }
    std::vector<std::string_view> names{kUnsign};
    for (const auto& [known, policy] : policies_) names.emplace_back(known);
    reader.bad_value(node, "there is no policy '" + std::string(name) + "'",
                     nearest_hint(name, names));
}

bool ChoicesReader::read_rules(TableReader& reader, const toml::table& parent, Section section) {
    const toml::table* rules = reader.table(parent, *find_row(section, "rules"));
    if (rules == nullptr) return false;
    for (const auto& [name, value] : *rules) {
        if (!value.is_string()) {
            reader.report(rule::wrong_type, value.source(),
                          {name.str(), "\"error\", \"warning\", \"note\" or \"off\""});
            continue;
        }
        const std::string& severity = value.as_string()->get();
        dns::Severities tried;
        auto chosen = choose_severity(tried, name.str(), severity);
        if (chosen.ok())
            rules_[std::string(name.str())] = severity;
        else
            reader.report(rule::bad_value, name.source(), {chosen.fault().sentence},
                          chosen.fault().hint);
    }
    return true;
}

std::shared_ptr<const ZoneChoices> ChoicesReader::keep(ZoneChoices choices) {
    std::string& key = choices.key;
    choices.severities = dns::Severities();
    for (const auto& [name, severity] : rules_) {
        static_cast<void>(choose_severity(choices.severities, name, severity));
        key += name + "=" + severity + "\n";
    }
    key += choices.include_folder + "\n" + std::to_string(choices.max_shrink) + "\n";
    key += std::to_string(static_cast<int>(choices.dnssec)) + " ";
    key += (choices.policy ? choices.policy->key() : "") + "\n";
    if (choices.allow_query)
        for (const std::string& network : *choices.allow_query) key += network + "\n";
    auto [found, added] = drafts_.try_emplace(key);
    if (added) found->second = {rules_, std::make_shared<const ZoneChoices>(std::move(choices))};
    return found->second.made;
}

std::shared_ptr<const ZoneChoices> ChoicesReader::read(
    TableReader& reader, const toml::table& table, Section section,
    const std::shared_ptr<const ZoneChoices>& from) {
    auto inherited = drafts_.find(from->key);
    rules_ = inherited == drafts_.end() ? Rules() : inherited->second.rules;
    bool chosen = read_rules(reader, table, section);
    ZoneChoices choices = *from;
    choices.key.clear();
    if (auto folder = reader.path_value(table, *find_row(section, "include-folder"))) {
        choices.include_folder = *folder;
        chosen = true;
    }
    const ConfigurationRow& shrink = *find_row(section, "max-shrink");
    if (const toml::node* node = reader.find(table, shrink)) {
        if (auto percent = reader.number(*node, shrink)) choices.max_shrink = *percent;
        chosen = true;
    }
    const ConfigurationRow& dnssec = *find_row(section, "dnssec");
    if (const toml::node* node = reader.find(table, dnssec)) {
        read_dnssec(reader, *node, dnssec, choices);
        chosen = true;
    }
    if (section != Section::top) {
        if (auto list = reader.networks(table, *find_row(section, "allow-query"))) {
            choices.allow_query = std::move(list);
            chosen = true;
        }
    }
    return chosen ? keep(std::move(choices)) : from;
}

}  // namespace server
