#include "signer/record_text.h"

#include <algorithm>

#include "zoneparser/parser.h"

namespace signer {

namespace {

// A line before the text gives all that lack a TTL this one, which no other record should have.
constexpr uint32_t kNoTtl = 0x7fffffff;

struct NoFiles : dns::Files {
    dns::Result<std::unique_ptr<dns::OpenFile>> open(const std::string&) const override {
        return dns::Fault{"No file is read here"};
    }
    dns::Result<std::string> real_path(const std::string&) const override {
        return dns::Fault{"No file is read here"};
    }
    dns::Result<void> write_whole(const std::string&, std::string_view) const override {
        return dns::Fault{"No file is written here"};
    }
};

class RecordReading {
  public:
    RecordReading(const std::string& file, const dns::Files* files)
        : file_(file), files_(files), findings_(severities_) {}

    dns::Result<void> run(std::string_view text, dns::NameView origin, const dns::Limits& limits,
                          const std::function<dns::Result<void>(const TextRecord&)>& take) {
        const std::string whole = "$TTL " + std::to_string(kNoTtl) + "\n" + std::string(text);
        zoneparser::ParseOptions options;
        options.limits = limits;
        options.allow_include = files_ != nullptr;
        const NoFiles no_files;
        zoneparser::Parser parser(files_ != nullptr ? *files_ : no_files, sources_, findings_,
                                  options);
        zoneparser::ParsedZone parsed =
            parser.parse_text(whole, {dns::SourceKind::text, file_, {}, nullptr}, origin);
        findings_.sort(sources_);
        for (const dns::Finding& finding : findings_.rows())
            if (finding.severity == dns::Severity::error)
                return fault(finding.source, finding.line, finding.sentence());
        for (const auto& batch : parsed.batches)
            for (const zoneparser::OwnerRun& run : batch->runs)
                if (auto taken = show(*batch, run, take); !taken.ok()) return taken;
        return {};
    }

  private:
    dns::Result<void> show(const zoneparser::RecordBatch& batch, const zoneparser::OwnerRun& run,
                           const std::function<dns::Result<void>(const TextRecord&)>& take) {
        const zoneparser::RecordHead* record = batch.first_record(run);
        for (uint32_t i = 0; i < run.record_count; ++i, record = record->next()) {
            dns::Place place = batch.place(*record);
            TextRecord shown{batch.owner(run), std::nullopt, record->type, record->octets(),
                             line_of(place.source(), place.line())};
            if (record->ttl != kNoTtl) shown.ttl = record->ttl;
            if (auto taken = take(shown); !taken.ok())
                return fault(place.source(), place.line(), taken.fault().sentence);
        }
        return {};
    }

    // The text itself is the first source, and began a line late.
    static uint32_t line_of(uint32_t source, uint32_t line) {
        return source == 1 ? std::max(line, 2u) - 1 : line;
    }
    dns::Fault fault(uint32_t source, uint32_t line, const std::string& sentence) const {
        const std::string& name = source == 0 ? file_ : sources_.at(source).name;
        return {name + ":" + std::to_string(line_of(source, line)) + ": " + sentence};
    }

    const std::string& file_;
    const dns::Files* files_;
    dns::Sources sources_;
    dns::Severities severities_;
    dns::Findings findings_;
};

}  // namespace

dns::Result<void> read_records(std::string_view text, const std::string& file, dns::NameView origin,
                               const dns::Limits& limits, const dns::Files* files,
                               const std::function<dns::Result<void>(const TextRecord&)>& take) {
    return RecordReading(file, files).run(text, origin, limits, take);
}

}  // namespace signer
