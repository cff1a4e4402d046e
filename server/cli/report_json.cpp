// Findings as one JSON document: what apex-check(1) describes under "--format json".
#include "server/cli/report.h"
#include "server/cli/version.h"
#include "server/control/json_writer.h"

namespace server {

namespace {

class JsonReport : public Report {
  public:
    explicit JsonReport(Output& out) : out_(out), json_(text_) {
        json_.begin_object().member("apex", kVersion).key("zones").begin_array();
    }

    void zone(const ZoneReport& zone) override {
        json_.begin_object();
        if (zone.zone.empty())
            json_.member("configuration", zone.file);
        else
            json_.member("zone", zone.zone).member("file", zone.file);
        if (!zone.views.empty()) {
            json_.key("views").begin_array();
            for (const std::string& view : zone.views) json_.text(view);
            json_.end_array();
        }
        json_.member("outcome", to_string(zone.outcome));
        if (!zone.fault.empty()) json_.member("fault", zone.fault);
        if (zone.loaded)
            json_.member("names", zone.names)
                .member("records", zone.records)
                .member("serial", zone.serial);
        if (zone.findings != nullptr) write_findings(zone);
        json_.end_object();
        out_.write(text_);
        text_.clear();
    }

    void finish(int exit_code) override {
        json_.end_array().member("exit_code", static_cast<uint64_t>(exit_code)).end_object();
        out_.write(text_ + "\n");
        text_.clear();
    }

  private:
    void write_findings(const ZoneReport& zone) {
        const dns::Findings& findings = *zone.findings;
        json_.member("errors", findings.count(dns::Severity::error))
            .member("warnings", findings.count(dns::Severity::warning))
            .member("notes", findings.count(dns::Severity::note));
        json_.key("findings").begin_array();
        for (const dns::Finding& finding : findings.rows()) write_finding(finding, zone);
        json_.end_array().key("omitted").begin_array();
        for (const dns::Findings::Omitted& row : findings.omitted())
            json_.begin_object()
                .member("rule", row.rule->name)
                .member("count", row.count)
                .end_object();
        json_.end_array();
    }

    void write_finding(const dns::Finding& finding, const ZoneReport& zone) {
        ReportedPlace place = reported_place(finding, zone);
        json_.begin_object()
            .member("rule", finding.rule->name)
            .member("severity", dns::to_string(finding.severity));
        write_place(place.file, place.line, place.column);
        if (place.step > 0) json_.member("generate_step", place.step);
        json_.member("sentence", finding.sentence());
        if (std::string_view hint = hint_of(finding); !hint.empty()) json_.member("hint", hint);
        json_.member("reference", finding.rule->reference).key("included_from").begin_array();
        for (const ReportedPlace::Include& include : place.included_from) {
            json_.begin_object();
            write_place(include.file, include.line, include.column);
            json_.end_object();
        }
        json_.end_array().end_object();
    }

    void write_place(const std::string& file, uint32_t line, uint32_t column) {
        json_.member("file", file);
        if (line > 0) json_.member("line", line);
        if (line > 0 && column > 0) json_.member("column", column);
    }

    Output& out_;
    std::string text_;
    JsonWriter json_;
};

}  // namespace

std::unique_ptr<Report> json_report(Output& out) {
    return std::make_unique<JsonReport>(out);
}

}  // namespace server
