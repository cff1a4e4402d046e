// Any octets as a configuration that may include itself and another, and as the list of [[zones]]:
// no crash, and what is good reads to the same a second time.
#include <cstdlib>

#include "server/answer/network_list.h"
#include "server/config/configuration.h"
#include "tests/support/memory_files.h"

namespace {

class Files : public apex_tests::MemoryFiles {
  public:
    dns::Result<std::vector<std::string>> list(const std::string&) const override {
        return std::vector<std::string>{"apex.toml", "other.toml", "list", "example.com"};
    }
};

dns::Result<void> check_network(std::string_view text) {
    auto network = server::read_network(text);
    if (!network.ok()) return network.fault();
    return {};
}

// What was read, as far as it can be compared.
std::string read(const Files& files, const char* path) {
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    server::ReadingOptions options;
    options.checks.network = check_network;
    auto read = server::read_configuration(files, path, sources, findings, options);
    if (!read.ok()) return read.fault().sentence;
    std::string text = std::to_string(findings.count(dns::Severity::error));
    for (size_t i = 0; i < read->zones.size(); ++i) {
        server::ConfiguredZone zone = read->zones[i];
        text += dns::to_text(zone.name) + std::string(zone.file) + zone.choices->key;
        if (read->zones.find(zone.view, zone.name) != i) std::abort();
    }
    for (const dns::Finding& finding : findings.rows()) text += finding.sentence() + finding.hint;
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    Files files;
    std::string text(reinterpret_cast<const char*>(data), size);
    files.put("apex.toml", text);
    files.put("list", text);
    files.put("other.toml", "[[zone]]\nname = 'other.example'\nfile = 'other'\n[template.t]\n");
    files.put("listed.toml", "[[zones]]\nlist = 'list'\n");
    for (const char* path : {"apex.toml", "listed.toml"})
        if (read(files, path) != read(files, path)) std::abort();
    return 0;
}
