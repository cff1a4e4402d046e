// The configuration file, read: what it says about the server and its zones, with everything
// inherited filled in.
//
//   apex.toml ---+--> TOML trees --> rows of config/options --> Configuration    faults -> Findings
//   include -----+                        |
//                     lists and folders of [[zones]]
//
// The trees are freed when reading ends. A key without a row is an error, with the nearest known
// one as a hint.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dns/base/clock.h"
#include "dns/base/files.h"
#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "server/config/configured_key.h"
#include "server/config/configured_view.h"
#include "server/config/server_options.h"
#include "server/config/zone_rows.h"

namespace server {

// A file or a folder that the configuration was read from, and what it was like before.
struct ReadFile {
    std::string path;  // of a folder: with its final slash
    dns::FileIdentity identity;
};

struct Configuration {
    dns::Limits limits;
    ServerOptions server;
    // At least one: the last is "default", whether it is written or not.
    std::vector<ConfiguredView> views = std::vector<ConfiguredView>(1);
    ZoneRows zones;
    std::vector<ConfiguredKey> keys;  // no two of one name
    // For zones that come later: what holds without a template, and what each template says.
    std::shared_ptr<const ZoneChoices> choices = std::make_shared<const ZoneChoices>();
    std::map<std::string, std::shared_ptr<const ZoneChoices>, std::less<>> templates;
    std::string folder;  // of the file, with its final slash, or ""
    std::vector<ReadFile> files;
};

// What this part keeps as text, other parts understand: they say what is wrong with it, so that the
// error stands at its place. Null: not asked.
struct TextChecks {
    dns::Result<void> (*network)(std::string_view) = nullptr;   // of allow-query and exempt
    dns::Result<void> (*endpoint)(std::string_view) = nullptr;  // of listen
};

struct ReadingOptions {
    TextChecks checks;
    dns::SipKey key;  // of hash tables; random in a server
    // Files that were changed just before it will count as changed again; 0: none will.
    dns::UnixTime now = 0;
    // False: zones, lists and folders of them are passed over, whatever they hold.
    bool zones = true;
};

// The rules that a configuration can break.
std::span<const dns::Rule* const> configuration_rules();

// A fault if the system does not give the file. What is wrong in it is in `findings`; if they have
// errors, the configuration is not to be used.
dns::Result<Configuration> read_configuration(const dns::Files& files, const std::string& path,
                                              dns::Sources& sources, dns::Findings& findings,
                                              const ReadingOptions& options = {});

// False if a file or folder is another than when it was read, or was so young then that its
// identity proves nothing.
bool are_unchanged(std::span<const ReadFile> read, const dns::Files& files);

}  // namespace server
