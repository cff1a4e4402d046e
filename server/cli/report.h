// What a run says about zones, in one of three forms. A command tells a Report of each zone as soon
// as it is loaded; text is written at once, JSON and SARIF are one document that ends with
// finish().
//
//   zones/ -> Findings (rule, place, words) -> ZoneReport -> text | JSON | SARIF
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/finding.h"
#include "server/cli/output.h"
#include "server/cli/source_lines.h"

namespace server {

enum class Verdict : uint8_t {
    served,  // would be served
    refused,
    valid,       // would be served, and whoever validates takes its answers (signer/verify_zone.h)
    bogus,       // would be served, but whoever validates does not take all of its answers
    unreadable,  // the system does not give the file
};

// A zone, or (with an empty `zone`) the configuration, and what was found about it.
struct ZoneReport {
    std::string zone;  // its origin, absolute
    std::string file;
    std::vector<std::string> views;  // that list it; empty where there is one view only
    Verdict outcome = Verdict::refused;
    std::string fault;    // why it is unreadable
    bool loaded = false;  // the three below are known
    uint64_t names = 0;
    uint64_t records = 0;
    uint32_t serial = 0;
    const dns::Findings* findings = nullptr;
    const dns::Sources* sources = nullptr;
    SourceLines* lines = nullptr;
};

class Report {
  public:
    virtual ~Report() = default;
    virtual void zone(const ZoneReport& zone) = 0;
    // `exit_code` is that of the whole run.
    virtual void finish(int exit_code) = 0;
};

// How findings are shown as text.
struct TextStyle {
    bool colour = false;
    bool summaries = true;  // a line a zone at its end
};
std::unique_ptr<Report> text_report(Output& out, TextStyle style);
std::unique_ptr<Report> json_report(Output& out);
std::unique_ptr<Report> sarif_report(Output& out);
// Says nothing.
std::unique_ptr<Report> no_report();

// Where a finding stands for people: a line of a file, and the way that led there. A $GENERATE is
// no file: its findings stand at the directive, with the step.
struct ReportedPlace {
    std::string file;
    uint32_t source = 0;
    uint32_t line = 0;    // 0: the file as a whole
    uint32_t column = 0;  // 0: the line as a whole
    uint64_t step = 0;    // of the $GENERATE at that place, 0 for none
    struct Include {
        std::string file;
        uint32_t line, column;
    };
    std::vector<Include> included_from;  // innermost first
};
ReportedPlace reported_place(const dns::Finding& finding, const ZoneReport& zone);

// The hint of a finding, its rule's if it has none of its own.
std::string_view hint_of(const dns::Finding& finding);

std::string_view to_string(Verdict outcome);

}  // namespace server
