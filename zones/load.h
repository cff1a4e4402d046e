// Zone text to a zone that can be served, as one function: the first of the two ways through the
// house. Parse, build, check; the caller publishes.
#pragma once

#include <memory>
#include <string>

#include "zones/builder.h"
#include "zones/rules.h"

namespace zones {

struct LoadOptions {
    zoneparser::ParseOptions parse;
    dns::SipKey key;
};

struct Loaded {
    // Null if the zone cannot be served; `findings` say why.
    std::shared_ptr<const Zone> zone;
    std::vector<std::pair<std::string, dns::FileIdentity>> files;
    uint64_t records_read = 0;
};

class Loader {
public:
    Loader(const dns::Files& files, dns::Sources& sources, dns::Findings& findings,
           LoadOptions options, zoneparser::Progress* progress = nullptr)
        : files_(files), sources_(sources), findings_(findings), options_(std::move(options)),
          progress_(progress) {}

    Loaded load_file(const std::string& path, const dns::Name& origin);
    Loaded load_text(std::string_view text, const dns::Source& source, const dns::Name& origin);

private:
    Loaded finish(zoneparser::ParsedZone parsed, const dns::Name& origin);

    const dns::Files& files_;
    dns::Sources& sources_;
    dns::Findings& findings_;
    LoadOptions options_;
    zoneparser::Progress* progress_;
    size_t errors_before_ = 0;  // of other zones that share the findings
};

}  // namespace zones
