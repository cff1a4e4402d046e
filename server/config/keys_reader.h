// The tables [[key]]: who may sign requests, with the secrets of each.
#pragma once

#include <map>
#include <string>

#include "server/config/key_text.h"
#include "server/config/table_reader.h"

namespace server {

class KeysReader {
  public:
    KeysReader(const dns::Files& files, const dns::Sources& sources, Configuration& configuration,
               dns::UnixTime now)
        : files_(files), sources_(sources), configuration_(configuration), now_(now) {}

    // Those of one file, in its turn.
    void read(TableReader& reader, const toml::table& top);

  private:
    // What a table says, before it is understood.
    struct Draft {
        std::string name, algorithm, secret;
        const toml::node* secret_node = nullptr;
        ~Draft() { signer::cleanse(secret.data(), secret.size()); }
    };
    void read_key(TableReader& reader, const toml::table& table);
    bool read_secret_file(TableReader& reader, const toml::table& table, Draft& draft);
    bool take_over(TableReader& reader, const toml::node& node, const std::string& path,
                   const char* what, std::string_view said, std::string& value);
    bool read_values(TableReader& reader, const toml::table& table, Draft& draft,
                     ConfiguredKey& key);
    void add(TableReader& reader, const toml::table& table, ConfiguredKey key);

    const dns::Files& files_;
    const dns::Sources& sources_;
    Configuration& configuration_;
    dns::UnixTime now_;
    std::map<std::string, dns::Place> seen_;  // by name, in lower case
};

// The place among the configured keys, size() if there is none of that name.
size_t find_key(const Configuration& configuration, dns::NameView name);

}  // namespace server
