#include "server/cli/help.h"

#include <algorithm>

#include "dns/base/limits.h"
#include "dns/rr_types.h"
#include "server/cli/version.h"
#include "server/config/nearest_word.h"
#include "server/config/options.h"
#include "server/config/rule_choices.h"
#include "server/control/control_request.h"

namespace server {

namespace {

constexpr size_t kColumns = 79;
constexpr size_t kIndent = 6;

std::string padded(std::string_view text, size_t columns) {
    std::string out(text);
    out.append(columns > out.size() ? columns - out.size() : 1, ' ');
    return out;
}

// Text as roff: a backslash and a leading dot or quote mean something there; a hyphen that a user
// types is \-.
std::string roff(std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        if (i == 0 && (text[i] == '.' || text[i] == '\'')) out += "\\&";
        if (text[i] == '\\')
            out += "\\e";
        else if (text[i] == '-')
            out += "\\-";
        else
            out += text[i];
    }
    return out;
}

std::string roff_item(std::string_view term, std::string_view text) {
    return ".TP\n.B " + roff(term) + "\n" + roff(text) + "\n";
}

std::string with_placeholders(const char* sentence) {
    std::string out;
    for (const char* at = sentence; *at != 0; ++at) {
        if (at[0] == '{' && at[1] == '}') {
            out += "...";
            ++at;
        } else {
            out += *at;
        }
    }
    return out;
}

std::string rule_facts(const dns::Rule& rule) {
    std::string text(dns::to_string(rule.severity));
    if (rule.fixed) text += ", fixed";
    if (std::string_view(rule.reference) != "-") text += std::string(", ") + rule.reference;
    return text;
}

std::string rules_text() {
    std::string text =
        "Rules that a zone can break, the severity of each, and where it comes from. The\n"
        "severity of a fixed rule cannot be changed: what breaks it cannot be served.\n\n";
    for (const dns::Rule* rule : all_rules()) {
        text += std::string(rule->name) + " (" + rule_facts(*rule) + ")\n";
        text += folded(with_placeholders(rule->sentence), kIndent);
        if (*rule->hint != 0) text += folded("hint: " + std::string(rule->hint), kIndent);
    }
    return text;
}

std::string rules_roff() {
    std::string text;
    for (const dns::Rule* rule : all_rules())
        text += roff_item(std::string(rule->name) + " (" + rule_facts(*rule) + ")",
                          with_placeholders(rule->sentence));
    return text;
}

std::string type_facts(const dns::RrType& type) {
    std::string text;
    auto add = [&](const std::string& fact) { text += (text.empty() ? "" : ", ") + fact; };
    for (const dns::Field& field : type.used_fields()) add(field.label);
    if (type.has(dns::type_flag::obsolete)) text += " (obsolete)";
    return text;
}

std::string types_text() {
    std::string text =
        "Record types that are known by name, their numbers and their data. Any other is\n"
        "written TYPEnnn with its data as \\# length hex (RFC 3597).\n\n";
    for (const dns::RrType& type : dns::all_types())
        text += padded(type.mnemonic, 12) + padded(std::to_string(type.number), 7) +
                type_facts(type) + "\n";
    return text;
}

std::string types_roff() {
    std::string text;
    for (const dns::RrType& type : dns::all_types()) {
        std::string facts = type_facts(type);
        if (*type.reference != 0) facts += std::string("; ") + type.reference;
        text +=
            roff_item(std::string(type.mnemonic) + " (" + std::to_string(type.number) + ")", facts);
    }
    return text;
}

std::string limits_text() {
    std::string text = "Limits on what grows with a zone, and their defaults.\n\n";
    for (const dns::LimitRow& row : dns::kLimitRows)
        text += padded(row.name, 20) + padded(std::to_string(dns::Limits().*row.value), 12) +
                row.sentence + "\n";
    return text;
}

std::string limits_roff() {
    std::string text;
    for (const dns::LimitRow& row : dns::kLimitRows)
        text +=
            roff_item(std::string(row.name) + " (" + std::to_string(dns::Limits().*row.value) + ")",
                      row.sentence);
    return text;
}

std::string config_text() {
    std::string text = "Keys of the configuration file, by section.\n";
    const char* between = "\n";
    Section section = Section::top;
    text += "\n" + std::string(to_string(section)) + ":\n";
    for (const ConfigurationRow& row : configuration_rows()) {
        if (row.section != section) {
            section = row.section;
            text += between + std::string(to_string(section)) + ":\n";
        }
        text += "  " + std::string(row.key) + ": " + value_text(row) + "\n";
        text += folded(row.sentence, kIndent);
        text +=
            folded(row.required ? "required" : "default: " + std::string(row.fallback), kIndent);
        if (row.at_start) text += folded("changed by a restart only", kIndent);
    }
    return text;
}

std::string config_roff() {
    std::string text;
    Section section = Section::top;
    bool first = true;
    for (const ConfigurationRow& row : configuration_rows()) {
        if (first || row.section != section)
            text += ".SS " + roff("Keys of " + std::string(to_string(row.section))) + "\n";
        first = false;
        section = row.section;
        std::string facts = std::string(row.sentence) + ". It is " + value_text(row) +
                            (row.required ? "; required." : "; default: ");
        if (!row.required) facts += std::string(row.fallback) + ".";
        if (row.at_start) facts += " It is changed by a restart only.";
        text += roff_item(row.key, facts);
    }
    return text;
}

std::string request_synopsis(const ControlRow& row) {
    return row.words + std::string(*row.operands != 0 ? " " : "") + row.operands;
}

std::string requests_text() {
    std::string text = "What `apex ctl` can ask a running server.\n\n";
    for (const ControlRow& row : control_rows())
        text += "  " + request_synopsis(row) + "\n" + folded(row.sentence, kIndent);
    return text;
}

std::string requests_roff() {
    std::string text;
    for (const ControlRow& row : control_rows())
        text += roff_item(request_synopsis(row), row.sentence + std::string("."));
    return text;
}

constexpr TopicRow kTopics[] = {
    {"rules", "rules that a zone can break", rules_text, rules_roff},
    {"types", "record types that are known by name", types_text, types_roff},
    {"limits", "limits on what grows with a zone", limits_text, limits_roff},
    {"config", "keys of the configuration file", config_text, config_roff},
    {"requests", "what `apex ctl` can ask a running server", requests_text, requests_roff},
    {"completion", "completion for bash", bash_completion, nullptr},
};

}  // namespace

std::span<const TopicRow> topics() {
    return kTopics;
}

std::string folded(std::string_view text, size_t indent) {
    std::string out;
    size_t column = 0;
    while (!text.empty()) {
        size_t end = std::min(text.find_first_of(" \n"), text.size());
        std::string_view word = text.substr(0, end);
        bool fits = column + 1 + word.size() <= kColumns;
        if (column > 0) out += fits ? " " : "\n";
        if (column > 0 && fits)
            ++column;
        else
            column = indent, out.append(indent, ' ');
        out += word;
        column += word.size();
        if (end < text.size() && text[end] == '\n') {
            out += "\n";
            column = 0;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out + "\n";
}

std::string overview_text() {
    std::string text =
        std::string("apex ") + kVersion +
        ": an authoritative DNS nameserver\n\nusage: apex COMMAND [ARGUMENT ...]\n\n";
    for (const CommandRow& row : commands())
        text += "  " + padded(row.name, 10) + row.sentence + "\n";
    text += "\nmore: apex help COMMAND, and the lists\n\n";
    for (const TopicRow& row : topics())
        text += "  apex help " + padded(row.name, 12) + row.sentence + "\n";
    return text;
}

std::string command_text(const CommandRow& row) {
    std::string text;
    std::string before = "usage: apex ";
    for (const char* synopsis : row.synopses) {
        text += before + row.name + (*synopsis != 0 ? " " : "") + synopsis + "\n";
        before = "       apex ";
    }
    text += "\n" + folded(std::string("apex ") + row.name + " " + row.sentence + ".", 0);
    if (*row.details != 0) text += folded(row.details, 0);
    text += "\noptions:\n";
    for (const OptionRow& option : row.options) {
        const char* indent = option.letter != 0 ? "  " : "      ";
        text += indent + option_synopsis(option) + "\n" + folded(option.sentence, 10);
    }
    return text;
}

std::string command_roff(const CommandRow& row) {
    std::string text;
    for (const OptionRow& option : row.options)
        text += roff_item(option_synopsis(option), std::string(option.sentence) + ".");
    return text;
}

int run_help(World& world, const Call& call) {
    if (call.operands.empty()) {
        world.out.write(overview_text());
        return kGood;
    }
    if (call.operands.size() > 1)
        return call_at_fault(world, "help", {"help takes one word", "apex help check"});
    bool as_roff = call.value("format", "text") == "roff";
    const std::string& word = call.operands[0];
    std::vector<std::string_view> names;
    for (const CommandRow& row : commands()) {
        names.emplace_back(row.name);
        if (word != row.name) continue;
        world.out.write(as_roff ? command_roff(row) : command_text(row));
        return kGood;
    }
    for (const TopicRow& row : topics()) {
        names.emplace_back(row.name);
        if (word != row.name) continue;
        world.out.write(as_roff && row.roff != nullptr ? row.roff() : row.text());
        return kGood;
    }
    return call_at_fault(world, "help",
                         {"there is no help about '" + word + "'", nearest_hint(word, names)});
}

}  // namespace server
