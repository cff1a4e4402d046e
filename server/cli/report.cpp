#include "server/cli/report.h"

namespace server {

namespace {

class NoReport : public Report {
  public:
    void zone(const ZoneReport&) override {}
    void finish(int) override {}
};

}  // namespace

std::unique_ptr<Report> no_report() {
    return std::make_unique<NoReport>();
}

std::string_view hint_of(const dns::Finding& finding) {
    return finding.hint.empty() ? std::string_view(finding.rule->hint) : finding.hint;
}

std::string_view to_string(Verdict outcome) {
    static constexpr std::string_view kWords[] = {"served", "refused", "valid", "bogus",
                                                  "unreadable"};
    return kWords[static_cast<size_t>(outcome)];
}

ReportedPlace reported_place(const dns::Finding& finding, const ZoneReport& zone) {
    ReportedPlace place{zone.file, finding.source, finding.line, finding.column, 0, {}};
    if (finding.source == 0) {
        place.line = place.column = 0;
        return place;
    }
    // Sources that led to a source have smaller numbers, so that this ends.
    const dns::Source* source = &zone.sources->at(place.source);
    while (source->kind == dns::SourceKind::generate && source->from.source() < place.source) {
        place.step = place.line;
        place.source = source->from.source();
        place.line = source->from.line();
        place.column = source->from.column();
        source = &zone.sources->at(place.source);
    }
    place.file = source->name;
    uint32_t inner = place.source;
    while (source->from.known() && source->from.source() < inner) {
        inner = source->from.source();
        const dns::Source& outer = zone.sources->at(inner);
        place.included_from.push_back({outer.name, source->from.line(), source->from.column()});
        source = &outer;
    }
    return place;
}

}  // namespace server
