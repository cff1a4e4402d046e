// Configurations for tests: read from memory, with folders, and the cases of faults.txt.
#pragma once

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/config/rule_choices.h"
#include "tests/support/memory_files.h"
#include "tests/support/octets.h"
#include "tests/support/zone_text.h"

namespace apex_tests {

inline dns::Name name(std::string_view text) {
    return make_name(text);
}

// Files in memory whose folders can be listed.
class FolderFiles : public MemoryFiles {
  public:
    void put(const std::string& path, std::string octets) {
        MemoryFiles::put(path, std::move(octets));
        paths_.insert(path);
    }
    dns::Result<std::vector<std::string>> list(const std::string& folder) const override {
        std::string start = folder.ends_with('/') ? folder : folder + "/";
        std::vector<std::string> names;
        for (const std::string& path : paths_)
            if (path.starts_with(start) && path.find('/', start.size()) == std::string::npos)
                names.push_back(path.substr(start.size()));
        if (names.empty()) return dns::Fault{"No such file or directory"};
        return names;
    }
    dns::Result<dns::FileIdentity> identity(const std::string& path) const override {
        if (paths_.count(path) > 0) return MemoryFiles::identity(path);
        auto names = list(path);
        if (!names.ok()) return names.fault();
        return dns::FileIdentity{2, 1, names->size(), 1, 1};
    }

  private:
    std::set<std::string> paths_;
};

struct ReadConfiguration {
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings{severities};
    server::Configuration configuration;

    explicit ReadConfiguration(const std::string& text, const std::string& path = "conf/apex.toml",
                               const server::ReadingOptions& options = {}) {
        FolderFiles files;
        files.put(path, text);
        read(files, path, options);
    }
    ReadConfiguration(const dns::Files& files, const std::string& path,
                      const server::ReadingOptions& options = {}) {
        read(files, path, options);
    }
    // "line:column rule | hint" of one finding; the rule's own hint does not count.
    std::string finding(size_t i = 0) const {
        if (i >= findings.rows().size()) return "none";
        const dns::Finding& row = findings.rows()[i];
        return std::to_string(row.line) + ":" + std::to_string(row.column) + " " + row.rule->name +
               (row.hint.empty() ? "" : " | " + row.hint);
    }
    // All findings, a line each; with the file where there are several.
    std::string told() const {
        std::string all;
        for (size_t i = 0; i < findings.rows().size(); ++i) {
            if (sources.count() > 1) all += sources.at(findings.rows()[i].source).name + " ";
            all += finding(i) + "\n";
        }
        return all;
    }
    dns::Severity severity(size_t zone, const char* rule) const {
        return configuration.zones[zone].choices->severities.of(*server::find_rule(rule));
    }

  private:
    void read(const dns::Files& files, const std::string& path,
              const server::ReadingOptions& options) {
        auto result = server::read_configuration(files, path, sources, findings, options);
        REQUIRE(result.ok());
        configuration = std::move(result.value());
    }
};

struct ConfigurationCase {
    std::string text;
    std::string expected;  // a line a finding
};

// The cases of faults.txt; its head says how they are written.
inline std::vector<ConfigurationCase> configuration_cases() {
    std::string all = read_whole_file(source_folder() + "/tests/server/config/faults.txt");
    std::vector<ConfigurationCase> cases;
    for (size_t at = 0; at < all.size();) {
        size_t end = std::min(all.find('\n', at), all.size());
        std::string line = all.substr(at, end - at);
        at = end + 1;
        if (line.starts_with("===")) {
            cases.emplace_back();
        } else if (line.starts_with("> ") && !cases.empty()) {
            cases.back().expected += line.substr(2) + "\n";
        } else if (!cases.empty()) {
            cases.back().text += line + "\n";
        }
    }
    return cases;
}

}  // namespace apex_tests
