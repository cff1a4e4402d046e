#include "server/publish/zone_loading.h"

#include <new>

#include "server/config/read_text.h"
#include "zones/load.h"

namespace server {

FileMark mark_of(const dns::FileIdentity& identity, dns::SipKey key) {
    if (identity == dns::FileIdentity()) return 0;
    dns::SipState<1, 3> state(key);
    for (uint64_t word :
         {identity.device, identity.inode, identity.size,
          static_cast<uint64_t>(identity.modified_ns), static_cast<uint64_t>(identity.changed_ns)})
        state.absorb(word);
    FileMark mark = state.digest();
    return mark != 0 ? mark : 1;
}

std::string finding_text(const dns::Finding& finding, const dns::Sources& sources) {
    std::string text;
    if (finding.source != 0) {
        text = sources.at(finding.source).name;
        if (finding.line != 0) text += ":" + std::to_string(finding.line);
        if (finding.column != 0) text += ":" + std::to_string(finding.column);
        text += ": ";
    }
    return text + finding.sentence();
}

std::string first_error(const dns::Findings& findings, const dns::Sources& sources) {
    for (const dns::Finding& finding : findings.rows())
        if (finding.severity == dns::Severity::error) return finding_text(finding, sources);
    return {};
}

std::shared_ptr<const dns::Sources> sources_of_file(std::string_view file) {
    auto sources = std::make_shared<dns::Sources>();
    sources->add({dns::SourceKind::file, std::string(file), dns::Place(), nullptr});
    return sources;
}

ZoneVersion ZoneLoading::load(dns::NameView name, const std::string& file,
                              const ZoneChoices& choices, unsigned threads) const {
    try {
        return read(name, file, choices, threads);
    } catch (const std::bad_alloc&) {
        ZoneVersion version;
        version.reason = file + ": there is not enough memory for the zone";
        version.errors = 1;
        return version;
    }
}

ZoneVersion ZoneLoading::read(dns::NameView name, const std::string& file,
                              const ZoneChoices& choices, unsigned threads) const {
    auto sources = std::make_shared<dns::Sources>();
    dns::Findings findings(choices.severities, {limits_.findings_per_rule, limits_.findings});
    zones::LoadOptions options;
    options.parse.limits = limits_;
    options.parse.threads = threads;
    options.parse.include_folder = choices.include_folder;
    options.key = key_;
    zones::Loader loader(files_, *sources, findings, std::move(options), progress_);
    zones::Loaded loaded = loader.load_file(file, dns::Name(name));
    ZoneVersion version;
    version.zone = std::move(loaded.zone);
    version.errors = findings.count(dns::Severity::error);
    version.warnings = findings.count(dns::Severity::warning);
    // The first is the zone's own; it can be among its included files once more.
    for (size_t i = 0; i < loaded.files.size(); ++i) {
        FileMark mark = mark_of(settled(loaded.files[i].second, now_), key_);
        if (i == 0 && loaded.files[i].first == file)
            version.mark = mark;
        else
            version.included.push_back({std::move(loaded.files[i].first), mark});
    }
    if (version.zone == nullptr) {
        // As they were found: what the parser could not read tells more than what is missing then.
        version.reason = first_error(findings, *sources);
    } else if (sources->count() != 1 || sources->at(1).name != file) {
        version.sources = std::move(sources);
    }
    return version;
}

}  // namespace server
