#include "server/cli/explain_json.h"

#include "dns/message_reader.h"
#include "dns/octet_text.h"
#include "server/cli/message_text.h"
#include "server/control/json_writer.h"

namespace server {

namespace {

using dns::Section;

constexpr const char* kStageWords[] = {"request", "view", "zone", "search", "left-out", "proof"};
constexpr const char* kSectionWords[] = {"question", "answer", "authority", "additional"};

class JsonExplainer {
  public:
    explicit JsonExplainer(const Explanation& explanation) : explanation_(explanation) {}

    std::string run() {
        json_.begin_object();
        write_question();
        write_result();
        json_.key("steps").begin_array();
        for (const Step& step : explanation_.trace().steps) write_step(step);
        json_.end_array();
        write_remarks();
        for (Section section : {Section::answer, Section::authority, Section::additional})
            write_section(section);
        write_message();
        json_.end_object();
        out_ += '\n';
        return std::move(out_);
    }

  private:
    void write_question() {
        const ExplainCall& call = explanation_.call();
        json_.key("question").begin_object();
        json_.member("name", dns::to_text(call.name)).member("type", question_type_text(call.type));
        json_.member("class", dns::class_text(call.rr_class));
        json_.member("client", to_text(call.client.address));
        json_.member("destination", to_text(call.client.local));
        json_.member("transport", to_string(call.client.transport));
        json_.key("edns").boolean(call.udp_size > 0);
        if (call.udp_size > 0) {
            json_.key("do").boolean(call.dnssec_ok);
            json_.member("udp_size", call.udp_size);
        }
        json_.end_object();
    }

    void write_result() {
        const Outcome& outcome = explanation_.outcome();
        json_.member("rcode", dns::rcode_text(outcome.rcode));
        json_.key("truncated").boolean(outcome.truncated);
        if (outcome.extended_error != dns::extended_error::none)
            json_.member("extended_error", outcome.extended_error);
        if (explanation_.zone() != nullptr) write_zone("zone", *explanation_.zone());
    }

    void write_zone(std::string_view key, const ServedZone& zone) {
        json_.member(key, dns::to_text(zone.name()));
    }

    void write_step(const Step& step) {
        const StepRow& row = step_row(step.kind);
        json_.begin_object().member("stage", kStageWords[static_cast<size_t>(row.stage)]);
        json_.member("step", row.word).member("sentence", explanation_.sentence(step));
        if (std::string_view reference = explanation_.reference(step); !reference.empty())
            json_.member("reference", reference);
        if (step.zone != nullptr) write_zone("zone", *step.zone);
        if (step.view != nullptr) json_.member("view", step.view->name);
        write_place(explanation_.place(step));
        json_.end_object();
    }

    void write_place(const RecordPlace& place) {
        if (!place.known()) return;
        json_.member("file", place.file).member("line", place.line).member("column", place.column);
        if (place.step > 0) json_.member("generate_step", place.step);
    }

    void write_remarks() {
        json_.key("remarks").begin_array();
        for (size_t i = 0; i < std::size(kStageWords); ++i)
            for (const Remark& remark : explanation_.remarks(static_cast<Stage>(i))) {
                json_.begin_object().member("stage", kStageWords[i]);
                json_.member("sentence", remark.sentence);
                if (*remark.reference != 0) json_.member("reference", remark.reference);
                json_.end_object();
            }
        json_.end_array();
    }

    void write_section(Section section) {
        const std::vector<PlanItem>& items = explanation_.trace().plan.items;
        json_.key(kSectionWords[static_cast<size_t>(section)]).begin_array();
        for (size_t i = 0; i < items.size(); ++i) {
            if (items[i].section != section) continue;
            const ReasonRow& row = reason_row(items[i].why);
            json_.begin_object().member("reason", row.word).member("sentence", row.sentence);
            json_.member("reference", row.reference).key("sent").boolean(explanation_.sent(i));
            if (items[i].zone != nullptr) write_zone("zone", *items[i].zone);
            json_.key("records").begin_array();
            for (const ExplainedRecord& record : explanation_.records(items[i]))
                write_record(record);
            json_.end_array().end_object();
        }
        json_.end_array();
    }

    void write_record(const ExplainedRecord& record) {
        json_.begin_object().member("name", record.owner).member("ttl", record.ttl);
        json_.member("class", "IN").member("type", dns::type_text(record.type));
        json_.member("rdata", record.rdata);
        write_place(record.place);
        json_.end_object();
    }

    void write_message() {
        dns::Octets reply = explanation_.reply();
        if (reply.empty()) return;
        std::string hex;
        dns::append_lower_hex(hex, reply);
        json_.key("message").begin_object().member("size", reply.size());
        json_.member("flags", header_flags_text(dns::load16(reply.data() + 2)));
        for (Section section :
             {Section::question, Section::answer, Section::authority, Section::additional}) {
            size_t number = static_cast<size_t>(section);
            json_.member(kSectionWords[number], dns::load16(reply.data() + 4 + 2 * number));
        }
        json_.member("octets", hex).member("text", message_text(reply)).end_object();
    }

    const Explanation& explanation_;
    std::string out_;
    JsonWriter json_{out_};
};

}  // namespace

std::string explain_json(const Explanation& explanation) {
    return JsonExplainer(explanation).run();
}

std::string explain_json(const Set& set, const ExplainCall& call, dns::UnixTime now) {
    return explain_json(Explanation(set, call, now));
}

}  // namespace server
