#include "zones/load.h"

namespace zones {

Loaded Loader::load_file(const std::string& path, const dns::Name& origin) {
    errors_before_ = findings_.count(dns::Severity::error);
    zoneparser::Parser parser(files_, sources_, findings_, options_.parse, preparation(origin),
                              progress_);
    return finish(parser.parse_file(path, origin), origin);
}

Loaded Loader::load_text(std::string_view text, const dns::Source& source,
                         const dns::Name& origin) {
    errors_before_ = findings_.count(dns::Severity::error);
    zoneparser::Parser parser(files_, sources_, findings_, options_.parse, preparation(origin),
                              progress_);
    return finish(parser.parse_text(text, source, origin), origin);
}

Loaded Loader::finish(zoneparser::ParsedZone parsed, const dns::Name& origin) {
    BuildOptions build_options{options_.parse.limits, options_.parse.threads, options_.key};
    Loaded loaded;
    loaded.files = std::move(parsed.files);
    loaded.records_read = parsed.record_count;
    std::shared_ptr<const Zone> zone = build(parsed, origin, findings_, build_options);
    parsed.batches.clear();
    if (zone != nullptr)
        check(*zone, findings_, options_.parse.limits, options_.parse.threads);
    bool refused = findings_.count(dns::Severity::error) > errors_before_;
    if (!refused) loaded.zone = std::move(zone);
    return loaded;
}

}  // namespace zones
