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

zoneparser::ParseOptions ZoneLoading::parse_options(const ZoneChoices& choices,
                                                    unsigned threads) const {
    zoneparser::ParseOptions options;
    options.limits = limits_;
    options.threads = threads;
    options.include_folder = choices.include_folder;
    return options;
}

// The first is the zone's own; it can be among its included files once more.
FileMark ZoneLoading::take_marks(const std::string& file,
                                 std::vector<std::pair<std::string, dns::FileIdentity>> files,
                                 std::vector<IncludedFile>& included) const {
    FileMark own = 0;
    for (size_t i = 0; i < files.size(); ++i) {
        FileMark mark = mark_of(settled(files[i].second, now_), key_);
        if (i == 0 && files[i].first == file)
            own = mark;
        else
            included.push_back({std::move(files[i].first), mark});
    }
    return own;
}

PatchVersion ZoneLoading::load_patch(dns::NameView name, const std::string& file,
                                     const ZoneChoices& choices) const {
    PatchVersion version;
    auto sources = std::make_shared<dns::Sources>();
    dns::Findings findings(choices.severities, {limits_.findings_per_rule, limits_.findings});
    zones::PatchLoader loader(files_, *sources, findings, parse_options(choices, 1));
    zones::LoadedPatch loaded = loader.load_file(file, dns::Name(name));
    version.patch = std::move(loaded.patch);
    version.errors = findings.count(dns::Severity::error);
    version.warnings = findings.count(dns::Severity::warning);
    version.mark = take_marks(file, std::move(loaded.files), version.included);
    if (version.patch == nullptr) version.reason = first_error(findings, *sources);
    version.sources = std::move(sources);
    return version;
}

ZoneVersion ZoneLoading::read(dns::NameView name, const std::string& file,
                              const ZoneChoices& choices, unsigned threads) const {
    auto sources = std::make_shared<dns::Sources>();
    dns::Findings findings(choices.severities, {limits_.findings_per_rule, limits_.findings});
    zones::LoadOptions options;
    options.parse = parse_options(choices, threads);
    options.key = key_;
    zones::Loader loader(files_, *sources, findings, std::move(options), progress_);
    zones::Loaded loaded = loader.load_file(file, dns::Name(name));
    ZoneVersion version;
    version.zone = std::move(loaded.zone);
    version.errors = findings.count(dns::Severity::error);
    version.warnings = findings.count(dns::Severity::warning);
    version.mark = take_marks(file, std::move(loaded.files), version.included);
    if (version.zone == nullptr) {
        // As they were found: what the parser could not read tells more than what is missing then.
        version.reason = first_error(findings, *sources);
    } else if (sources->count() != 1 || sources->at(1).name != file) {
        version.sources = std::move(sources);
    }
    return version;
}

}  // namespace server
