#include "server/cli/diff_report.h"

#include <algorithm>

#include "dns/message_reader.h"
#include "dns/rdata_text.h"
#include "server/cli/message_text.h"
#include "server/control/json_writer.h"
#include "server/control/reports.h"

namespace server {

namespace {

using dns::Section;

struct GroupRow {
    QuestionGroup group;
    const char* word;  // for programs, and in the line that counts
    const char* heading;
};

constexpr GroupRow kGroups[] = {
    {QuestionGroup::zone, "zones", "zones that one side alone serves"},
    {QuestionGroup::soa, "soa", "the SOA, and with it every negative answer"},
    {QuestionGroup::name, "names", "names"},
    {QuestionGroup::wildcard, "wildcards", "wildcards, and names that they stand for"},
    {QuestionGroup::empty_non_terminal, "empty-non-terminals", "empty non-terminals"},
    {QuestionGroup::cut, "delegations", "delegations"},
    {QuestionGroup::redirect, "redirects", "names below a DNAME"},
    {QuestionGroup::no_match, "no-match", "names that do not exist"},
};
static_assert(std::size(kGroups) == kQuestionGroups);

constexpr const char* kCoversWords[] = {"name", "below", "name-and-below", "some-below"};
constexpr const char* kSectionWords[] = {"question", "answer", "authority", "additional"};

std::string types_text(const AnswerChange& change) {
    std::string list;
    for (uint16_t type : change.types)
        list += (list.empty() ? "" : ", ") + question_type_text(type);
    if (!change.all_but_types) return list;
    return list.empty() ? "any type" : "any type but " + list;
}

std::string subject_text(const AnswerChange& change) {
    std::string name = dns::to_text(change.name);
    switch (change.covers) {
        case Covers::name:
            return name;
        case Covers::name_and_below:
            return name + " and all below";
        case Covers::some_below:
            return change.group == QuestionGroup::redirect ? "names below " + name
                                                           : "some names in " + name;
        case Covers::below:
            break;
    }
    bool is_all = change.group == QuestionGroup::cut || change.group == QuestionGroup::redirect;
    return (is_all ? "all below " : "other names below ") + name;
}

// A reply as lines: its status, then a record each.
struct AnswerLines {
    std::string status;
    std::vector<std::string> records;
};

std::string record_text(const dns::MessageRecord& record) {
    return dns::to_text(record.owner) + " " + std::to_string(record.ttl) + " " +
           dns::type_text(record.type) + " " + dns::rdata_text(record.type, record.rdata);
}

AnswerLines lines_of(dns::Octets reply) {
    AnswerLines lines;
    auto message = dns::read_message(reply);
    if (!message.ok()) return lines;
    lines.status = dns::rcode_text(message->rcode());
    // All replies have qr.
    std::string flags = header_flags_text(message->flags & static_cast<uint16_t>(~dns::flag::qr));
    if (!flags.empty()) lines.status += " " + flags;
    for (const dns::MessageRecord& record : message->records) {
        if (record.type == dns::type::OPT) continue;
        std::string section = kSectionWords[static_cast<size_t>(record.section)];
        section.resize(12, ' ');
        lines.records.push_back(section + record_text(record));
    }
    return lines;
}

void write_line(Output& out, char mark, const std::string& line) {
    out.write("    " + std::string(1, mark) + " " + line + "\n");
}

// What both have stands once; else the old one's lines, then the new one's.
void write_answers(Output& out, const AnswerLines& old, const AnswerLines& now) {
    if (old.status == now.status) {
        write_line(out, '=', old.status);
    } else {
        write_line(out, '-', old.status);
        write_line(out, '+', now.status);
    }
    auto has = [](const AnswerLines& lines, const std::string& line) {
        return std::find(lines.records.begin(), lines.records.end(), line) != lines.records.end();
    };
    for (const std::string& line : old.records) write_line(out, has(now, line) ? '=' : '-', line);
    for (const std::string& line : now.records)
        if (!has(old, line)) write_line(out, '+', line);
}

void write_json_answer(JsonWriter& json, std::string_view key, dns::Octets reply) {
    json.key(key).begin_object();
    if (auto message = dns::read_message(reply); message.ok()) {
        json.member("rcode", dns::rcode_text(message->rcode()));
        json.member("flags", header_flags_text(message->flags));
        for (Section section : {Section::answer, Section::authority, Section::additional}) {
            json.key(kSectionWords[static_cast<size_t>(section)]).begin_array();
            for (const dns::MessageRecord& record : message->records)
                if (record.section == section && record.type != dns::type::OPT)
                    json.text(record_text(record));
            json.end_array();
        }
    }
    json.end_object();
}

}  // namespace

std::string_view covers_word(Covers covers) {
    return kCoversWords[static_cast<size_t>(covers)];
}

void DiffReport::compare(const std::string& subject, const View& before, const View& after,
                         const AnswerDiffOptions& options) {
    for (Group& group : groups_) group = {};
    compare_answers(before, after, options, [&](const AnswerChange& change) {
        Group& group = groups_[static_cast<size_t>(change.group)];
        ++group.count;
        ++totals_[static_cast<size_t>(change.group)];
        ++total_;
        if (group.shown.size() >= limits_.findings_per_rule || shown_ >= limits_.findings) return;
        group.shown.push_back(change);
        ++shown_;
    });
    TwoAnswers asking(before, after, options.dnssec_ok);
    if (!json_) return write_text(subject, asking);
    for (const Group& group : groups_)
        for (const AnswerChange& change : group.shown) write_json(subject, change, asking);
}

void DiffReport::write_text(const std::string& subject, TwoAnswers& asking) {
    bool is_headed = subject.empty();
    for (const GroupRow& row : kGroups) {
        const Group& group = groups_[static_cast<size_t>(row.group)];
        if (group.count == 0) continue;
        if (!is_headed) out_.write(subject + "\n");
        is_headed = true;
        out_.write(std::string(row.heading) + ": " + std::to_string(group.count) + "\n");
        for (const AnswerChange& change : group.shown) write_class(change, asking);
        if (size_t more = group.count - group.shown.size(); more > 0)
            out_.write("  and " + std::to_string(more) + " more\n");
    }
}

void DiffReport::write_class(const AnswerChange& change, TwoAnswers& asking) {
    std::string line = "  " + subject_text(change) + " " + types_text(change);
    if (change.additional_only) line += ", additional data alone";
    if (change.held > 0) line += ", in caches for up to " + duration_text(change.held);
    out_.write(line + "\n");
    out_.write("    example: " + dns::to_text(change.example.name) + " " +
               question_type_text(change.example.type) + "\n");
    TwoAnswers::Replies replies = asking.replies(change.example);
    write_answers(out_, lines_of(replies.before), lines_of(replies.after));
}

void DiffReport::write_json(const std::string& subject, const AnswerChange& change,
                            TwoAnswers& asking) {
    JsonWriter json(out_.buffer());
    json.begin_object();
    if (!subject.empty()) json.member("views", subject);
    json.member("group", kGroups[static_cast<size_t>(change.group)].word);
    json.member("name", dns::to_text(change.name));
    json.member("covers", covers_word(change.covers));
    json.key(change.all_but_types ? "types_but" : "types").begin_array();
    for (uint16_t type : change.types) json.text(question_type_text(type));
    json.end_array();
    json.key("additional_only").boolean(change.additional_only);
    json.member("held", change.held);
    json.key("example").begin_object();
    json.member("name", dns::to_text(change.example.name));
    json.member("type", question_type_text(change.example.type)).end_object();
    TwoAnswers::Replies replies = asking.replies(change.example);
    write_json_answer(json, "before", replies.before);
    write_json_answer(json, "after", replies.after);
    json.end_object();
    out_.write("\n");
}

void DiffReport::one_sided(const std::string& view, bool is_new) {
    ++total_;
    ++one_sided_;
    if (json_) {
        JsonWriter json(out_.buffer());
        json.begin_object().member("views", view).member("group", "views");
        json.member("only", is_new ? "after" : "before").end_object();
        out_.write("\n");
        return;
    }
    out_.write("view " + view + ": the " + (is_new ? "new" : "old") +
               " configuration alone has it\n");
}

void DiffReport::finish() {
    if (json_) {
        JsonWriter json(out_.buffer());
        json.begin_object().key("same").boolean(same());
        json.member("classes", total_).key("groups").begin_object();
        if (one_sided_ > 0) json.member("views", one_sided_);
        for (const GroupRow& row : kGroups)
            if (uint64_t count = totals_[static_cast<size_t>(row.group)]; count > 0)
                json.member(row.word, count);
        json.end_object().end_object();
        out_.write("\n");
        return;
    }
    if (same()) {
        out_.write("every question gets the same answer\n");
        return;
    }
    std::string counts;
    auto add = [&counts](std::string_view word, uint64_t count) {
        if (count > 0)
            counts +=
                (counts.empty() ? "" : ", ") + std::string(word) + " " + std::to_string(count);
    };
    add("views", one_sided_);
    for (const GroupRow& row : kGroups) add(row.word, totals_[static_cast<size_t>(row.group)]);
    out_.write(std::to_string(total_) + (total_ == 1 ? " class" : " classes") +
               " of questions: " + counts + "\n");
}

}  // namespace server
