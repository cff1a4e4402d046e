#include "server/cli/explain_text.h"

#include "server/cli/message_text.h"

namespace server {

namespace {

using dns::Section;

constexpr std::string_view kBold = "\033[1m", kCyan = "\033[36m", kPlain = "\033[0m";

class TextExplainer {
  public:
    explicit TextExplainer(const Explanation& explanation)
        : explanation_(explanation), colour_(explanation.call().colour) {}

    std::string run() {
        write_question();
        for (auto [stage, title] : {std::pair(Stage::request, "request"),
                                    {Stage::view, "view"},
                                    {Stage::zone, "zone"},
                                    {Stage::search, "search"}})
            write_stage(stage, title);
        for (auto [section, title] : {std::pair(Section::answer, "answer"),
                                      {Section::authority, "authority"},
                                      {Section::additional, "additional"}})
            write_section(section, title);
        write_stage(Stage::left_out, "left out");
        write_stage(Stage::proof, "proof");
        write_message();
        return std::move(out_);
    }

  private:
    void coloured(std::string_view code, std::string_view text) {
        if (colour_) out_ += code;
        out_ += text;
        if (colour_) out_ += kPlain;
    }

    void write_question() {
        const ExplainCall& call = explanation_.call();
        coloured(kBold, dns::to_text(call.name) + " " + dns::class_text(call.rr_class) + " " +
                            question_type_text(call.type));
        out_ += ", asked by " + to_text(call.client.address);
        out_ += call.client.transport == Transport::udp ? " over UDP" : " over TCP";
        if (call.udp_size == 0) {
            out_ += ", without EDNS";
        } else {
            out_ += call.dnssec_ok ? ", EDNS with DO" : ", EDNS without DO";
            if (call.client.transport == Transport::udp)
                out_ += ", room for " + std::to_string(call.udp_size) + " octets";
        }
        out_ += '\n';
    }

    // The title of a stage, once something is said in it.
    void begin(std::string_view title, bool& begun) {
        if (begun) return;
        begun = true;
        out_ += '\n';
        coloured(kBold, title);
        out_ += '\n';
    }

    void write_reference(std::string_view reference) {
        if (reference.empty()) return;
        out_ += ' ';
        coloured(kCyan, "[" + std::string(reference) + "]");
    }

    void write_stage(Stage stage, std::string_view title) {
        bool begun = false;
        // What was left out for its size is told with its records.
        if (stage == Stage::left_out)
            write_items(title, begun, "no room for ",
                        [&](size_t i, const PlanItem&) { return !explanation_.sent(i); });
        bool told_by_parent = false;
        for (const Step& step : explanation_.trace().steps) {
            if (step_row(step.kind).stage != stage || step.kind == StepKind::left_out) continue;
            // What led to the parent tells already why its zone was chosen.
            told_by_parent |= step.kind == StepKind::parent_for_ds;
            if (step.kind == StepKind::zone_chosen && told_by_parent) continue;
            begin(title, begun);
            write_step(step);
        }
        for (const Remark& remark : explanation_.remarks(stage)) {
            begin(title, begun);
            out_ += "  " + remark.sentence;
            write_reference(remark.reference);
            out_ += '\n';
        }
    }

    void write_step(const Step& step) {
        out_ += "  " + explanation_.sentence(step);
        std::vector<ExplainedRecord> records = explanation_.proof_records(step);
        std::string place = records.empty() ? to_text(explanation_.place(step)) : "";
        if (!place.empty()) out_ += " (" + place + ")";
        write_reference(explanation_.reference(step));
        out_ += '\n';
        for (const ExplainedRecord& record : records) write_record(record);
    }

    // Items in a row that are there for the same reason share its line.
    template <class Wanted>
    void write_items(std::string_view title, bool& begun, std::string_view lead, Wanted wanted) {
        const std::vector<PlanItem>& items = explanation_.trace().plan.items;
        const PlanItem* before = nullptr;
        for (size_t i = 0; i < items.size(); ++i) {
            if (!wanted(i, items[i])) continue;
            begin(title, begun);
            if (before == nullptr || before->why != items[i].why) {
                const ReasonRow& row = reason_row(items[i].why);
                out_ += "  " + std::string(lead) + row.sentence;
                write_reference(row.reference);
                out_ += '\n';
            }
            before = &items[i];
            for (const ExplainedRecord& record : explanation_.records(items[i]))
                write_record(record);
        }
    }

    void write_section(Section section, std::string_view title) {
        bool begun = false;
        write_items(title, begun, "", [&](size_t i, const PlanItem& item) {
            return item.section == section && explanation_.sent(i);
        });
    }

    void write_record(const ExplainedRecord& record) {
        out_ += "    ";
        if (std::string place = to_text(record.place); !place.empty()) {
            coloured(kBold, place + ":");
            out_ += ' ';
        }
        out_ += to_text(record) + "\n";
    }

    void write_message() {
        bool begun = false;
        begin("message", begun);
        if (explanation_.reply().empty())
            out_ += "  nothing is sent\n";
        else
            out_ += message_text(explanation_.reply());
    }

    const Explanation& explanation_;
    bool colour_;
    std::string out_;
};

}  // namespace

std::string explain_text(const Explanation& explanation) {
    return TextExplainer(explanation).run();
}

std::string explain_text(const Set& set, const ExplainCall& call, dns::UnixTime now) {
    return explain_text(Explanation(set, call, now));
}

}  // namespace server
