#include "server/config/rule_choices.h"

#include <charconv>
#include <optional>
#include <vector>

#include "server/config/leak_rules.h"
#include "server/config/nearest_word.h"
#include "server/config/view_rules.h"
#include "signer/rules.h"
#include "zoneparser/rules.h"
#include "zones/rules.h"

namespace server {

namespace {

std::vector<const dns::Rule*> gather_rules() {
    std::vector<const dns::Rule*> rules;
    for (const dns::Rule* rule : zoneparser::rules()) rules.push_back(rule);
    for (const zones::RuleRow& row : zones::rules()) rules.push_back(row.rule);
    for (const dns::Rule* rule : signer::rules()) rules.push_back(rule);
    for (const dns::Rule* rule : view_rules()) rules.push_back(rule);
    for (const dns::Rule* rule : leak_rules()) rules.push_back(rule);
    return rules;
}

std::string in_quotes(std::string_view word) {
    return "'" + std::string(word) + "'";
}

std::optional<dns::Severity> read_severity(std::string_view word) {
    for (dns::Severity severity :
         {dns::Severity::off, dns::Severity::note, dns::Severity::warning, dns::Severity::error})
        if (word == dns::to_string(severity)) return severity;
    return std::nullopt;
}

}  // namespace

std::span<const dns::Rule* const> all_rules() {
    static const std::vector<const dns::Rule*> rules = gather_rules();
    return rules;
}

const dns::Rule* find_rule(std::string_view name) {
    for (const dns::Rule* rule : all_rules())
        if (name == rule->name) return rule;
    return nullptr;
}

dns::Result<void, ChoiceFault> choose_severity(dns::Severities& severities, std::string_view name,
                                               std::string_view severity) {
    const dns::Rule* rule = find_rule(name);
    if (rule == nullptr) {
        std::vector<std::string_view> names;
        for (const dns::Rule* known : all_rules()) names.emplace_back(known->name);
        std::string hint = nearest_hint(name, names);
        if (hint.empty()) hint = "all rules: apex help rules";
        return ChoiceFault{"there is no rule " + in_quotes(name), hint};
    }
    std::optional<dns::Severity> chosen = read_severity(severity);
    if (!chosen)
        return ChoiceFault{in_quotes(severity) + " is no severity",
                           "a rule is made error, warning, note or off"};
    if (rule->fixed && *chosen != rule->severity)
        return ChoiceFault{"rule " + in_quotes(name) + " is fixed: what breaks it cannot be served",
                           "correct the zone where the rule reports it"};
    severities.set(*rule, *chosen);
    return {};
}

dns::Result<void, ChoiceFault> choose_limit(dns::Limits& limits, std::string_view name,
                                            std::string_view value) {
    const dns::LimitRow* row = nullptr;
    std::vector<std::string_view> names;
    for (const dns::LimitRow& known : dns::kLimitRows) {
        names.emplace_back(known.name);
        if (name == known.name) row = &known;
    }
    if (row == nullptr) {
        std::string hint = nearest_hint(name, names);
        if (hint.empty()) hint = "all limits: apex help limits";
        return ChoiceFault{"there is no limit " + in_quotes(name), hint};
    }
    size_t number = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (value.empty() || error != std::errc() || end != value.data() + value.size())
        return ChoiceFault{in_quotes(value) + " is no number that a limit can have",
                           "a limit is a decimal number without a sign"};
    limits.*row->value = number;
    return {};
}

}  // namespace server
