// Findings as SARIF 2.1.0, the form that code hosts and editors read. One run, one result a
// finding; every rule of the tables is described, used or not.
#include <algorithm>
#include <unordered_map>

#include "server/control/json_writer.h"
#include "server/cli/report.h"
#include "server/cli/version.h"
#include "server/config/configuration.h"
#include "server/config/rule_choices.h"

namespace server {

namespace {

std::string_view sarif_level(dns::Severity severity) {
    return severity == dns::Severity::off ? "none" : dns::to_string(severity);
}

// A path as a relative or file reference (RFC 3986): octets that have a meaning there as %XX.
std::string uri_of(std::string_view path) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    static constexpr std::string_view kKept =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
    std::string uri = path.substr(0, 1) == "/" ? "file://" : "";
    for (char octet : path) {
        if (kKept.find(octet) != std::string_view::npos) {
            uri += octet;
        } else {
            uri += '%';
            uri += kHex[static_cast<unsigned char>(octet) >> 4];
            uri += kHex[octet & 15];
        }
    }
    return uri;
}

class SarifReport : public Report {
  public:
    explicit SarifReport(Output& out) : out_(out), json_(text_) {
        json_.begin_object()
            .member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            .member("version", "2.1.0")
            .key("runs")
            .begin_array()
            .begin_object();
        write_tool();
        json_.member("columnKind", "unicodeCodePoints");
        json_.key("results").begin_array();
    }

    void zone(const ZoneReport& zone) override {
        if (!zone.fault.empty()) faults_.push_back(zone.file + ": " + zone.fault);
        if (zone.findings == nullptr) return;
        for (const dns::Finding& finding : zone.findings->rows()) write_result(finding, zone);
        out_.write(text_);
        text_.clear();
    }

    void finish(int exit_code) override {
        json_.end_array().key("invocations").begin_array().begin_object();
        json_.key("executionSuccessful").boolean(exit_code < 2);
        json_.member("exitCode", static_cast<uint64_t>(exit_code));
        json_.key("toolExecutionNotifications").begin_array();
        for (const std::string& fault : faults_) {
            json_.begin_object().member("level", "error").key("message").begin_object();
            json_.member("text", fault).end_object().end_object();
        }
        json_.end_array().end_object().end_array();
        json_.end_object().end_array().end_object();
        out_.write(text_ + "\n");
        text_.clear();
    }

  private:
    void write_tool() {
        json_.key("tool").begin_object().key("driver").begin_object();
        json_.member("name", "apex").member("version", kVersion).key("rules").begin_array();
        for (const dns::Rule* rule : all_rules()) write_rule(*rule);
        for (const dns::Rule* rule : configuration_rules()) write_rule(*rule);
        json_.end_array().end_object().end_object();
    }

    void write_rule(const dns::Rule& rule) {
        rule_index_.emplace(&rule, rule_index_.size());
        json_.begin_object().member("id", rule.name);
        json_.key("shortDescription").begin_object().member("text", rule.sentence).end_object();
        if (*rule.hint != 0)
            json_.key("help").begin_object().member("text", rule.hint).end_object();
        json_.key("defaultConfiguration").begin_object();
        json_.member("level", sarif_level(rule.severity)).end_object();
        json_.key("properties").begin_object().member("reference", rule.reference);
        json_.key("fixed").boolean(rule.fixed).end_object().end_object();
    }

    void write_result(const dns::Finding& finding, const ZoneReport& zone) {
        ReportedPlace place = reported_place(finding, zone);
        place.column = in_code_points(place, zone);
        json_.begin_object().member("ruleId", finding.rule->name);
        if (auto found = rule_index_.find(finding.rule); found != rule_index_.end())
            json_.member("ruleIndex", found->second);
        json_.member("level", sarif_level(finding.severity));
        std::string message = finding.sentence();
        if (place.step > 0) message += " (step " + std::to_string(place.step) + " of $GENERATE)";
        if (std::string_view hint = hint_of(finding); !hint.empty())
            message += "; hint: " + std::string(hint);
        json_.key("message").begin_object().member("text", message).end_object();
        json_.key("locations").begin_array();
        write_location(place.file, place.line, place.column);
        json_.end_array();
        if (!place.included_from.empty()) {
            json_.key("relatedLocations").begin_array();
            for (const ReportedPlace::Include& include : place.included_from)
                write_location(include.file, include.line, include.column);
            json_.end_array();
        }
        json_.end_object();
    }

    // SARIF counts characters where apex counts octets. Far to the right in a long line, only the
    // characters near the column are looked at.
    static uint32_t in_code_points(const ReportedPlace& place, const ZoneReport& zone) {
        if (zone.lines == nullptr || place.column < 2) return place.column;
        auto part = zone.lines->around(place.source, place.line, place.column);
        if (!part) return place.column;
        auto column = part->octets.begin() + static_cast<std::ptrdiff_t>(part->column);
        auto inner = std::count_if(part->octets.begin(), column,
                                   [](char octet) { return (octet & 0xc0) == 0x80; });
        return place.column - static_cast<uint32_t>(inner);
    }

    void write_location(const std::string& file, uint32_t line, uint32_t column) {
        json_.begin_object().key("physicalLocation").begin_object();
        json_.key("artifactLocation").begin_object();
        json_.member("uri", file == "-" ? "stdin" : uri_of(file)).end_object();
        if (line > 0) {
            json_.key("region").begin_object().member("startLine", line);
            if (column > 0) json_.member("startColumn", column);
            json_.end_object();
        }
        json_.end_object().end_object();
    }

    Output& out_;
    std::string text_;
    JsonWriter json_;
    std::unordered_map<const dns::Rule*, size_t> rule_index_;
    std::vector<std::string> faults_;
};

}  // namespace

std::unique_ptr<Report> sarif_report(Output& out) {
    return std::make_unique<SarifReport>(out);
}

}  // namespace server
