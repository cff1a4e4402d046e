#include "server/config/keys_reader.h"

#include "server/config/derived_zones.h"
#include "server/config/nearest_word.h"
#include "server/config/read_text.h"
#include "zoneparser/fields.h"

namespace server {

namespace rule = configuration_rule;

namespace {

constexpr Section kSection = Section::key;
constexpr std::string_view kDefaultAlgorithm = "hmac-sha256";

const ConfigurationRow& row(const char* key) {
    return *find_row(kSection, key);
}

std::string lower_text(dns::NameView name) {
    std::string text = dns::to_text(name);
    for (char& letter : text) letter = static_cast<char>(dns::lower(static_cast<uint8_t>(letter)));
    return text;
}

}  // namespace

void KeysReader::read(TableReader& reader, const toml::table& top) {
    const toml::array* tables = reader.tables(top, *find_row(Section::top, "key"));
    for (size_t i = 0; tables != nullptr && i < tables->size(); ++i)
        read_key(reader, *tables->get(i)->as_table());
}

void KeysReader::read_key(TableReader& reader, const toml::table& table) {
    reader.check_keys(table, kSection);
    Draft draft;
    ConfiguredKey key;
    for (auto [word, value] : {std::pair{"name", &draft.name}, {"algorithm", &draft.algorithm}}) {
        const std::string* text = reader.text(table, row(word));
        if (text != nullptr) *value = *text;
        if (text == nullptr && table.contains(word)) return;
    }
    const std::string* secret = reader.text(table, row("secret"));
    const bool has_secret = table.contains("secret"), has_file = table.contains("secret-file");
    if (has_secret && secret == nullptr) return;
    if (has_secret == has_file)
        return reader.report(
            rule::bad_value, table.source(),
            {has_secret ? "there are 'secret' and 'secret-file'"
                        : "there is neither 'secret' nor 'secret-file'"},
            has_secret ? "leave out one of the two" : "`apex keygen --tsig NAME` prints a key");
    draft.secret_node = table.get(has_secret ? "secret" : "secret-file");
    if (has_secret) draft.secret = *secret;
    if (has_file && !read_secret_file(reader, table, draft)) return;
    if (!read_values(reader, table, draft, key)) return;
    add(reader, table, std::move(key));
}

// The file may say name and algorithm, too.
bool KeysReader::read_secret_file(TableReader& reader, const toml::table& table, Draft& draft) {
    auto path = reader.path_value(table, row("secret-file"));
    if (!path) return false;
    const toml::node& node = *draft.secret_node;
    auto file = files_.open(*path);
    if (file.ok() && file.value()->readable_by_others())
        reader.report(rule::secret_in_the_open, node.source(), {*path});
    auto read = read_text(files_, *path, now_);
    if (!read.ok()) {
        reader.report(rule::unreadable, node.source(), {*path, read.fault().sentence});
        return false;
    }
    configuration_.files.push_back({*path, read->identity});
    auto said = read_key_text(*read->text);
    if (!said.ok()) {
        reader.bad_value(node, "'" + *path + "' is no file of a key: " + said.fault().sentence,
                         "it holds a secret in base64, or what tsig-keygen prints");
        return false;
    }
    draft.secret = said->secret;
    return take_over(reader, node, *path, "name", said->name, draft.name) &&
           take_over(reader, node, *path, "algorithm", said->algorithm, draft.algorithm);
}

// False if the table and the file say two different things.
bool KeysReader::take_over(TableReader& reader, const toml::node& node, const std::string& path,
                           const char* what, std::string_view said, std::string& value) {
    if (said.empty()) return true;
    auto same = [](std::string_view a, std::string_view b) {
        dns::Name one, other;
        std::string reason;
        return zoneparser::parse_name(a, one, reason) && zoneparser::parse_name(b, other, reason) &&
               one == other;
    };
    if (!value.empty() && !same(value, said)) {
        reader.bad_value(node, "'" + path + "' is of another '" + what + "': " + std::string(said),
                         std::string("leave out '") + what + "' here");
        return false;
    }
    value = said;
    return true;
}

bool KeysReader::read_values(TableReader& reader, const toml::table& table, Draft& draft,
                             ConfiguredKey& key) {
    auto node_of = [&](const char* word) {
        const toml::node* node = table.get(word);
        return node != nullptr ? node : draft.secret_node;
    };
    if (draft.name.empty() && !table.contains("name")) {
        reader.report(rule::missing_key, table.source(), {to_string(kSection), "name"});
        return false;
    }
    std::string reason;
    if (!zoneparser::parse_name(draft.name, key.name, reason)) {
        reader.bad_value(*node_of("name"), "'" + draft.name + "' is no key's name: " + reason);
        return false;
    }
    const std::string_view word =
        draft.algorithm.empty() ? kDefaultAlgorithm : std::string_view(draft.algorithm);
    const dns::TsigAlgorithmRow* algorithm = dns::find_tsig_algorithm(word);
    if (algorithm == nullptr) {
        reader.bad_value(*node_of("algorithm"),
                         "'algorithm' must be " + value_text(row("algorithm")),
                         nearest_hint(word, choices_of(row("algorithm"))));
        return false;
    }
    key.algorithm = algorithm->algorithm;
    auto secret = read_secret(draft.secret);
    if (!secret) {
        reader.bad_value(*draft.secret_node, "the secret is not base64 of at least one octet",
                         "`apex keygen --tsig NAME` prints a key");
        return false;
    }
    key.secret = std::move(*secret);
    if (const toml::node* node = reader.find(table, row("least-mac"))) {
        auto octets = reader.number(*node, row("least-mac"));
        if (!octets) return false;
        key.least_mac = *octets;
        if (*octets != 0 && (*octets < algorithm->least_mac() || *octets > algorithm->mac_size)) {
            reader.bad_value(*node, "MACs of " + std::string(algorithm->word) + " have " +
                                        std::to_string(algorithm->least_mac()) + " to " +
                                        std::to_string(algorithm->mac_size) + " octets");
            return false;
        }
    }
    return true;
}

void KeysReader::add(TableReader& reader, const toml::table& table, ConfiguredKey key) {
    const toml::node* name = table.get("name");
    const toml::source_region& where = name != nullptr ? name->source() : table.source();
    key.place = reader.place(where);
    auto [found, first] = seen_.try_emplace(lower_text(key.name), key.place);
    if (!first)
        return reader.report(rule::key_twice, where,
                             {dns::to_text(key.name), place_text(sources_, found->second)});
    const size_t most = std::min(configuration_.limits.keys, dns::TsigKeys::kMost);
    if (configuration_.keys.size() < most)
        configuration_.keys.push_back(std::move(key));
    else if (seen_.size() == most + 1)
        reader.report(
            rule::bad_value, where,
            {"there are more keys than the limit of " + std::to_string(most)},
            "limits = { keys = NUMBER } raises it, up to " + std::to_string(dns::TsigKeys::kMost));
}

size_t find_key(const Configuration& configuration, dns::NameView name) {
    size_t place = 0;
    while (place < configuration.keys.size() && !(configuration.keys[place].name.view() == name))
        ++place;
    return place;
}

}  // namespace server
