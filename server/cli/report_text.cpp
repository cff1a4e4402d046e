// Findings as lines for people (and for programs that read compilers' messages):
//
//   example.com.zone:4:20: error: invalid address in A: ... [bad-rdata]
//       www 3600 IN A 192.0.2.300
//                     ^
//     in the file included at main.zone:3:1
//     hint: ...
//   example.com: 12 names, 30 records, serial 2026010100: would be served, 2 warnings
#include "server/cli/excerpt.h"
#include "server/cli/report.h"
#include "server/control/visible_text.h"

namespace server {

namespace {

constexpr std::string_view kBold = "\033[1m", kRed = "\033[1;31m", kYellow = "\033[1;33m",
                           kCyan = "\033[36m", kGreen = "\033[32m", kPlain = "\033[0m";

std::string counted(uint64_t count, std::string_view noun) {
    std::string text = std::to_string(count) + " " + std::string(noun);
    if (count != 1) text += 's';
    return text;
}

std::string without_final_dot(const std::string& name) {
    bool dotted = name.size() > 1 && name.back() == '.';
    return dotted ? name.substr(0, name.size() - 1) : name;
}

class TextReport : public Report {
  public:
    TextReport(Output& out, TextStyle style) : out_(out), style_(style) {}

    void zone(const ZoneReport& zone) override {
        if (zone.findings != nullptr) {
            for (const dns::Finding& finding : zone.findings->rows()) write_finding(finding, zone);
            write_omitted(*zone.findings);
        }
        if (style_.summaries && zone.outcome != Verdict::unreadable) write_summary(zone);
        out_.write(text_);
        text_.clear();
    }
    void finish(int) override {}

  private:
    void colour(std::string_view code) {
        if (style_.colour) text_ += code;
    }
    void coloured(std::string_view code, std::string_view text) {
        colour(code);
        text_ += text;
        colour(kPlain);
    }

    void write_place(const std::string& file, uint32_t line, uint32_t column) {
        append_visible(text_, file);
        if (line > 0) text_ += ":" + std::to_string(line);
        if (line > 0 && column > 0) text_ += ":" + std::to_string(column);
    }

    void write_finding(const dns::Finding& finding, const ZoneReport& zone) {
        ReportedPlace place = reported_place(finding, zone);
        colour(kBold);
        write_place(place.file, place.line, place.column);
        text_ += ':';
        colour(kPlain);
        text_ += ' ';
        coloured(colour_of(finding.severity), dns::to_string(finding.severity));
        text_ += ": ";
        append_visible(text_, finding.sentence());
        text_ += " [";
        text_ += finding.rule->name;
        text_ += "]\n";
        write_excerpt(place, zone);
        write_way(place);
        if (std::string_view hint = hint_of(finding); !hint.empty()) {
            text_ += "  ";
            coloured(kCyan, "hint:");
            text_ += ' ';
            append_visible(text_, hint);
            text_ += '\n';
        }
    }

    static std::string_view colour_of(dns::Severity severity) {
        if (severity == dns::Severity::error) return kRed;
        return severity == dns::Severity::warning ? kYellow : kCyan;
    }

    void write_excerpt(const ReportedPlace& place, const ZoneReport& zone) {
        if (zone.lines == nullptr || place.source == 0) return;
        auto part = zone.lines->around(place.source, place.line, place.column);
        if (!part || part->octets.empty()) return;
        Excerpt excerpt = make_excerpt(*part);
        text_ += "    " + excerpt.line + "\n";
        if (place.column == 0) return;
        text_ += "    " + excerpt.caret.substr(0, excerpt.caret.size() - 1);
        coloured(kGreen, "^");
        text_ += '\n';
    }

    void write_way(const ReportedPlace& place) {
        if (place.step > 0)
            text_ += "  in step " + std::to_string(place.step) + " of this $GENERATE\n";
        for (const ReportedPlace::Include& include : place.included_from) {
            text_ += "  in the file included at ";
            write_place(include.file, include.line, include.column);
            text_ += '\n';
        }
    }

    void write_omitted(const dns::Findings& findings) {
        std::vector<dns::Findings::Omitted> rows = findings.omitted();
        for (const dns::Findings::Omitted& row : rows)
            text_ += "and " + std::to_string(row.count) + " more of [" + row.rule->name + "]\n";
        if (!rows.empty())
            text_ += "  more are shown with --limit findings-per-rule=N and --limit findings=N\n";
    }

    void write_counts(const dns::Findings& findings) {
        for (dns::Severity severity :
             {dns::Severity::error, dns::Severity::warning, dns::Severity::note}) {
            size_t count = findings.count(severity);
            if (count > 0) text_ += ", " + counted(count, dns::to_string(severity));
        }
    }

    static std::string_view verdict_on(const ZoneReport& zone) {
        switch (zone.outcome) {
            case Verdict::served:
                return zone.zone.empty() ? "would be taken" : "would be served";
            case Verdict::valid:
                return "validates";
            case Verdict::bogus:
                return "does not validate";
            default:
                return "would be refused";
        }
    }

    // " (inside, lab)": zones of one name are told apart by it.
    void write_views(const std::vector<std::string>& views) {
        constexpr size_t kShown = 4;
        for (size_t i = 0; i < views.size() && i < kShown; ++i)
            text_ += (i == 0 ? " (" : ", ") + views[i];
        if (views.size() > kShown)
            text_ += " and " + std::to_string(views.size() - kShown) + " more";
        if (!views.empty()) text_ += ')';
    }

    void write_summary(const ZoneReport& zone) {
        bool good = zone.outcome == Verdict::served || zone.outcome == Verdict::valid;
        std::string subject = zone.zone.empty() ? zone.file : without_final_dot(zone.zone);
        append_visible(text_, subject);
        write_views(zone.views);
        text_ += ": ";
        if (zone.loaded)
            text_ += counted(zone.names, "name") + ", " + counted(zone.records, "record") +
                     ", serial " + std::to_string(zone.serial) + ": ";
        coloured(good ? kGreen : kRed, verdict_on(zone));
        if (zone.findings != nullptr) write_counts(*zone.findings);
        text_ += '\n';
    }

    Output& out_;
    TextStyle style_;
    std::string text_;
};

}  // namespace

std::unique_ptr<Report> text_report(Output& out, TextStyle style) {
    return std::make_unique<TextReport>(out, style);
}

}  // namespace server
