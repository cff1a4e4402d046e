#include "server/config/table_reader.h"

#include <algorithm>

#include "server/config/nearest_word.h"

namespace server {

using dns::Rule;
using dns::Severity;

namespace configuration_rule {

constexpr bool kFixed = true;
const Rule syntax{"configuration-syntax", Severity::error, kFixed, "TOML 1.0", "{}", ""};
const Rule unknown_key{"unknown-key",
                       Severity::error,
                       kFixed,
                       "-",
                       "there is no key '{}' in {}",
                       "apex.toml(5) lists all keys"};
const Rule wrong_type{"wrong-type", Severity::error, kFixed, "-", "'{}' must be {}", ""};
const Rule missing_key{"missing-key", Severity::error, kFixed, "-", "{} has no '{}'", ""};
const Rule bad_value{"bad-value", Severity::error, kFixed, "-", "{}", ""};
const Rule zone_twice{"zone-twice",
                      Severity::error,
                      kFixed,
                      "-",
                      "zone '{}' stands here a second time; it stands first at {}",
                      "remove one of the two"};
const Rule view_twice{"view-twice",
                      Severity::error,
                      kFixed,
                      "-",
                      "view '{}' stands here a second time; it stands first at {}",
                      "put the zones of both into one"};
const Rule key_twice{"key-twice",
                     Severity::error,
                     kFixed,
                     "-",
                     "'{}' stands here a second time; it stands first at {}",
                     "remove one of the two"};
const Rule secret_in_the_open{"secret-in-the-open",
                              Severity::warning,
                              false,
                              "-",
                              "'{}' holds a secret, and others than its owner may read it",
                              "chmod 600, or 640 for a group that only the server is in"};
const Rule unreadable{"unreadable", Severity::error, kFixed, "-", "cannot read '{}': {}", ""};

}  // namespace configuration_rule

namespace rule = configuration_rule;

TableReader::TableReader(std::string path, uint32_t source, dns::Findings& findings,
                         const TextChecks& checks)
    : path_(std::move(path)),
      folder_(path_.substr(0, path_.rfind('/') + 1)),
      source_(source),
      findings_(findings),
      checks_(checks) {}

dns::Place TableReader::place(const toml::source_region& where) const {
    return {source_, where.begin.line, where.begin.column};
}

void TableReader::report(const Rule& rule, const toml::source_region& where,
                         std::initializer_list<std::string_view> words, std::string_view hint) {
    findings_.report_at(rule, source_, where.begin.line, where.begin.column, words, hint);
}

void TableReader::wrong_type(const toml::node& node, const ConfigurationRow& row) {
    report(rule::wrong_type, node.source(), {row.key, value_text(row)});
}

void TableReader::bad_value(const toml::node& node, const std::string& sentence,
                            std::string_view hint) {
    report(rule::bad_value, node.source(), {sentence}, hint);
}

void TableReader::check_keys(const toml::table& table, Section section) {
    for (const auto& [key, value] : table) {
        if (find_row(section, key.str()) != nullptr) continue;
        report(rule::unknown_key, key.source(), {key.str(), to_string(section)},
               nearest_hint(key.str(), keys_of(section)));
    }
}

const toml::node* TableReader::find(const toml::table& table, const ConfigurationRow& row) {
    const toml::node* node = table.get(row.key);
    if (node == nullptr && row.required)
        report(rule::missing_key, table.source(), {to_string(row.section), row.key});
    return node;
}

const std::string* TableReader::text(const toml::table& table, const ConfigurationRow& row) {
    const toml::node* node = find(table, row);
    if (node == nullptr) return nullptr;
    if (!node->is_string()) return wrong_type(*node, row), nullptr;
    return &node->as_string()->get();
}

const toml::table* TableReader::table(const toml::table& parent, const ConfigurationRow& row) {
    const toml::node* node = find(parent, row);
    if (node != nullptr && !node->is_table()) wrong_type(*node, row);
    return node != nullptr ? node->as_table() : nullptr;
}

const toml::array* TableReader::tables(const toml::table& parent, const ConfigurationRow& row) {
    const toml::node* node = find(parent, row);
    if (node == nullptr) return nullptr;
    if (node->is_array_of_tables()) return node->as_array();
    wrong_type(*node, row);
    return nullptr;
}

std::string TableReader::resolved(const std::string& path) const {
    return path.substr(0, 1) == "/" ? path : folder_ + path;
}

std::optional<std::string> TableReader::path_value(const toml::table& table,
                                                   const ConfigurationRow& row) {
    const std::string* value = text(table, row);
    if (value == nullptr) return std::nullopt;
    // A folder of "" would be that of the configuration, and a file of "" is none.
    if (value->empty() && row.required) {
        bad_value(*table.get(row.key), "'" + std::string(row.key) + "' is empty");
        return std::nullopt;
    }
    return value->empty() ? std::string() : resolved(*value);
}

std::optional<uint32_t> TableReader::number(const toml::node& node, const ConfigurationRow& row) {
    if (!node.is_integer()) return wrong_type(node, row), std::nullopt;
    int64_t value = node.as_integer()->get();
    if (value >= row.least && value <= row.most) return static_cast<uint32_t>(value);
    bad_value(node, "'" + std::string(row.key) + "' must be " + value_text(row) + ", not " +
                        std::to_string(value));
    return std::nullopt;
}

bool TableReader::check_text(const toml::node& node, const ConfigurationRow& row,
                             const std::string& text) {
    auto check = row.type == ValueType::endpoints  ? checks_.endpoint
                 : row.type == ValueType::networks ? checks_.network
                                                   : nullptr;
    if (row.type == ValueType::secrets) {
        bool hexadecimal = text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
        if (text.size() == 32 && hexadecimal) return true;
        // The secret itself belongs into no log.
        bad_value(node, "a secret has 32 hexadecimal digits", "openssl rand -hex 16");
        return false;
    }
    if (check == nullptr) return true;
    auto checked = check(text);
    if (!checked.ok()) bad_value(node, checked.fault().sentence);
    return checked.ok();
}

std::optional<std::vector<std::string>> TableReader::texts(const toml::node& node,
                                                           const ConfigurationRow& row) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return wrong_type(node, row), std::nullopt;
    std::vector<std::string> texts;
    bool good = true;
    for (const toml::node& element : *array) {
        if (!element.is_string()) {
            wrong_type(element, row);
            good = false;
            continue;
        }
        texts.push_back(element.as_string()->get());
        good = check_text(element, row, texts.back()) && good;
    }
    if (!good) return std::nullopt;
    if (row.type == ValueType::secrets && texts.size() > 2) {
        bad_value(node, "there are more than two secrets",
                  "one that makes cookies, and the one before");
        return std::nullopt;
    }
    if (row.type == ValueType::endpoints && texts.empty()) {
        bad_value(node, "'" + std::string(row.key) + "' is empty", "a server listens somewhere");
        return std::nullopt;
    }
    return texts;
}

std::optional<std::vector<std::string>> TableReader::networks(const toml::table& table,
                                                              const ConfigurationRow& row) {
    const toml::node* node = find(table, row);
    if (node == nullptr) return std::nullopt;
    auto list = texts(*node, row);
    // An empty list could be meant as everyone or as nobody.
    if (list && list->empty()) {
        bad_value(*node, "'" + std::string(row.key) + "' is empty",
                  "everyone is [\"any\"], nobody is [\"none\"]");
        return std::nullopt;
    }
    return list;
}

void TableReader::read_text(const toml::node& node, const ConfigurationRow& row, std::string& out) {
    const auto* value = node.as_string();
    if (value == nullptr) return wrong_type(node, row);
    const std::string& text = value->get();
    if (row.type == ValueType::path) {
        out = text.empty() ? text : resolved(text);
        return;
    }
    out = text;
    if (row.type == ValueType::octets && text.substr(0, 2) == "0x") {
        out.clear();
        auto digit = [](char c) {
            size_t value = std::string_view("0123456789abcdefABCDEF").find(c);
            return value > 15 && value < 22 ? value - 6 : value;
        };
        for (size_t at = 2; at < text.size(); at += 2) {
            size_t high = digit(text[at]);
            size_t low = at + 1 < text.size() ? digit(text[at + 1]) : std::string::npos;
            if (high > 15 || low > 15)
                return bad_value(node, "'" + text + "' is no even number of hexadecimal digits");
            out.push_back(static_cast<char>(high << 4 | low));
        }
    }
    // All of these go into one character string or option of an answer.
    if (out.size() > 255)
        bad_value(node, "'" + std::string(row.key) + "' is longer than 255 octets");
}

std::optional<size_t> TableReader::choice(const toml::node& node, const ConfigurationRow& row) {
    if (!node.is_string()) return wrong_type(node, row), std::nullopt;
    const std::string& word = node.as_string()->get();
    std::vector<std::string_view> choices = choices_of(row);
    auto found = std::find(choices.begin(), choices.end(), word);
    if (found != choices.end()) return static_cast<size_t>(found - choices.begin());
    bad_value(node, "'" + std::string(row.key) + "' must be " + value_text(row),
              nearest_hint(word, choices));
    return std::nullopt;
}

template <class Choice>
void TableReader::read_choice(const toml::node& node, const ConfigurationRow& row, Choice& out) {
    if (auto chosen = choice(node, row)) out = static_cast<Choice>(*chosen);
}

void TableReader::read_option(const toml::node& node, const ConfigurationRow& row,
                              ServerOptions& options) {
    struct Reading {
        TableReader& reader;
        const toml::node& node;
        const ConfigurationRow& row;
        ServerOptions& options;

        void operator()(std::monostate) {}
        void operator()(uint32_t ServerOptions::*member) {
            if (auto value = reader.number(node, row)) options.*member = *value;
        }
        void operator()(bool ServerOptions::*member) {
            if (const auto* value = node.as_boolean())
                options.*member = value->get();
            else
                reader.wrong_type(node, row);
        }
        void operator()(std::string ServerOptions::*member) {
            reader.read_text(node, row, options.*member);
        }
        void operator()(std::vector<std::string> ServerOptions::*member) {
            if (auto value = reader.texts(node, row)) options.*member = std::move(*value);
        }
        void operator()(Follow ServerOptions::*member) {
            reader.read_choice(node, row, options.*member);
        }
        void operator()(LogForm ServerOptions::*member) {
            reader.read_choice(node, row, options.*member);
        }
        void operator()(LogWeight ServerOptions::*member) {
            reader.read_choice(node, row, options.*member);
        }
    };
    std::visit(Reading{*this, node, row, options}, row.target);
}

}  // namespace server
