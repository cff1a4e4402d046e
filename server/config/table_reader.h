// One file's TOML, read by the rows of config/options: each value's type, bounds and choices are
// checked here, and what is wrong with it is reported at its place.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/finding.h"
#include "server/config/configuration.h"
#include "server/config/options.h"
#include "server/config/toml_tree.h"

namespace server {

// What a configuration can break; configuration_rules() lists them.
namespace configuration_rule {
extern const dns::Rule syntax;
extern const dns::Rule unknown_key;  // key, section
extern const dns::Rule wrong_type;   // key, what it must be
extern const dns::Rule missing_key;  // section, key
extern const dns::Rule bad_value;    // sentence
extern const dns::Rule zone_twice;   // zone, place of the first
extern const dns::Rule view_twice;   // view, place of the first
extern const dns::Rule key_twice;    // key, file of the first
extern const dns::Rule secret_in_the_open;  // path
extern const dns::Rule unreadable;   // path, what the system said
}  // namespace configuration_rule

class TableReader {
  public:
    TableReader(std::string path, uint32_t source, dns::Findings& findings,
                const TextChecks& checks);

    const std::string& path() const { return path_; }
    const std::string& folder() const { return folder_; }  // with its final slash, or ""
    uint32_t source() const { return source_; }
    dns::Findings& findings() { return findings_; }

    dns::Place place(const toml::source_region& where) const;
    void report(const dns::Rule& rule, const toml::source_region& where,
                std::initializer_list<std::string_view> words, std::string_view hint = {});
    void wrong_type(const toml::node& node, const ConfigurationRow& row);
    void bad_value(const toml::node& node, const std::string& sentence, std::string_view hint = {});

    void check_keys(const toml::table& table, Section section);
    // Null if the key is missing (reported if it is required) or of another type (reported).
    const toml::node* find(const toml::table& table, const ConfigurationRow& row);
    const std::string* text(const toml::table& table, const ConfigurationRow& row);
    const toml::table* table(const toml::table& parent, const ConfigurationRow& row);
    const toml::array* tables(const toml::table& parent, const ConfigurationRow& row);
    // Nothing if the value is missing or wrong.
    std::optional<std::string> path_value(const toml::table& table, const ConfigurationRow& row);
    std::optional<uint32_t> number(const toml::node& node, const ConfigurationRow& row);
    // The number of the row's choice.
    std::optional<size_t> choice(const toml::node& node, const ConfigurationRow& row);
    std::optional<std::vector<std::string>> texts(const toml::node& node,
                                                  const ConfigurationRow& row);
    std::optional<std::vector<std::string>> networks(const toml::table& table,
                                                     const ConfigurationRow& row);

    // Where a path written in this file leads.
    std::string resolved(const std::string& path) const;

    // Reads a value of the server's own into the place that its row names.
    void read_option(const toml::node& node, const ConfigurationRow& row, ServerOptions& options);

  private:
    bool check_text(const toml::node& node, const ConfigurationRow& row, const std::string& text);
    void read_text(const toml::node& node, const ConfigurationRow& row, std::string& out);
    template <class Choice>
    void read_choice(const toml::node& node, const ConfigurationRow& row, Choice& out);

    std::string path_;
    std::string folder_;
    uint32_t source_;
    dns::Findings& findings_;
    TextChecks checks_;
};

}  // namespace server
