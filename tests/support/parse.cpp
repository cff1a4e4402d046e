#include "tests/support/parse.h"

#include <ostream>
#include <sstream>

#include "dns/rdata_text.h"
#include "zoneparser/fields.h"

namespace apex_tests {

namespace {

std::string source_name(const dns::Sources& sources, uint32_t number) {
    const dns::Source& source = sources.at(number);
    if (source.kind != dns::SourceKind::generate) return source.name;
    return source_name(sources, source.from.source()) + "#" + std::to_string(source.from.line());
}

Parsed as_values(const zoneparser::ParsedZone& zone, dns::Findings& findings,
                 const dns::Sources& sources) {
    Parsed parsed;
    for (const auto& batch : zone.batches) {
        for (const zoneparser::OwnerRun& run : batch->runs) {
            const zoneparser::RecordHead* head = batch->first_record(run);
            for (uint32_t i = 0; i < run.record_count; ++i, head = head->next()) {
                dns::Place place = batch->place(*head);
                parsed.records.push_back({source_name(sources, place.source()), place.line(),
                                          place.column(), dns::to_text(batch->owner(run)),
                                          head->ttl, dns::type_text(head->type),
                                          dns::rdata_text(head->type, head->octets())});
            }
        }
    }
    findings.sort(sources);
    for (const dns::Finding& finding : findings.rows())
        parsed.findings.push_back({source_name(sources, finding.source), finding.line,
                                   finding.column, finding.rule->name, finding.sentence(),
                                   finding.hint.empty() ? finding.rule->hint : finding.hint});
    for (const auto& [path, identity] : zone.files) parsed.files.push_back(path);
    parsed.errors = findings.count(dns::Severity::error);
    return parsed;
}

dns::Name example_com() {
    dns::Name origin;
    std::string reason;
    zoneparser::parse_name("example.com.", origin, reason);
    return origin;
}

}  // namespace

Parsed parse_zone(std::string_view text, const zoneparser::ParseOptions& options) {
    MemoryFiles files;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    zoneparser::Parser parser(files, sources, findings, options);
    auto zone =
        parser.parse_text(text, {dns::SourceKind::text, "text", {}, nullptr}, example_com());
    return as_values(zone, findings, sources);
}

Parsed parse_files(const MemoryFiles& files, const std::string& path,
                   const zoneparser::ParseOptions& options) {
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    zoneparser::Parser parser(files, sources, findings, options);
    auto zone = parser.parse_file(path, example_com());
    return as_values(zone, findings, sources);
}

std::string Parsed::record(size_t i) const {
    const ParsedRecord& record = records.at(i);
    return record.owner + " " + std::to_string(record.ttl) + " " + record.type + " " + record.rdata;
}

std::string Parsed::finding(size_t i) const {
    const ParsedFinding& finding = findings.at(i);
    return std::to_string(finding.line) + ":" + std::to_string(finding.column) + " " + finding.rule;
}

std::ostream& operator<<(std::ostream& out, const ParsedRecord& record) {
    return out << record.source << ":" << record.line << ":" << record.column << " " << record.owner
               << " " << record.ttl << " " << record.type << " " << record.rdata;
}

std::ostream& operator<<(std::ostream& out, const ParsedFinding& finding) {
    return out << finding.source << ":" << finding.line << ":" << finding.column << " "
               << finding.rule << ": " << finding.sentence;
}

}  // namespace apex_tests
