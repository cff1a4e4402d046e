// apex views: which names get another answer in some view, and which one: a row for each, a column
// for each view.
#include <algorithm>
#include <map>

#include "dns/message_reader.h"
#include "dns/rdata_text.h"
#include "server/cli/diff_report.h"
#include "server/cli/message_text.h"
#include "server/cli/view_zones.h"
#include "server/control/json_writer.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

constexpr const char* kUsualConfiguration = "apex.toml";

// What a view says, in few words: the data asked for, or why there is none.
std::string short_answer(dns::Octets reply, uint16_t type, bool with_additional) {
    auto message = dns::read_message(reply);
    if (!message.ok()) return "?";
    std::string data, alias, servers, additional;
    auto add = [](std::string& to, const dns::MessageRecord& record) {
        to += (to.empty() ? "" : ", ") + dns::rdata_text(record.type, record.rdata);
    };
    for (const dns::MessageRecord& record : message->records) {
        if (record.section == dns::Section::answer && record.type == type) add(data, record);
        if (record.section == dns::Section::answer && record.type == dns::type::CNAME)
            alias = dns::rdata_text(record.type, record.rdata);
        if (record.section == dns::Section::authority && record.type == dns::type::NS)
            add(servers, record);
        if (record.section == dns::Section::additional && record.type != dns::type::OPT)
            add(additional, record);
    }
    std::string text;
    if (!data.empty())
        text = data;
    else if (message->rcode() != dns::rcode::no_error)
        text = dns::rcode_text(message->rcode());
    else if (!alias.empty())
        text = "CNAME " + alias;
    else if (!servers.empty())
        text = "NS " + servers;
    else
        text = "no data";
    if (with_additional && !additional.empty()) text += " with " + additional;
    return text;
}

// A row: questions that at least one view answers differently.
struct MatrixRow {
    AnswerChange change;  // as the first view that differs has it
    uint16_t type = 0;    // 0: all types, or all but a few
    AskedQuestion question;
    std::vector<std::string> cells;  // by column; "=": as the first one
};

class Matrix {
  public:
    Matrix(const View& reference, std::vector<View> others, const std::optional<dns::Name>& below,
           size_t most_rows)
        : reference_(reference), others_(std::move(others)), below_(below), most_rows_(most_rows) {}

    void make() {
        AnswerDiffOptions options;
        options.ignore_serial = true;  // views number their versions each for itself
        for (const View& view : others_)
            compare_answers(reference_, view, options,
                            [&](const AnswerChange& change) { add(change); });
        for (auto& [key, row] : rows_) row.cells.resize(others_.size() + 1, "=");
        for (size_t column = 1; column <= others_.size(); ++column) fill(column);
    }

    size_t left_out() const { return left_out_; }
    // In canonical order of the names.
    std::vector<const MatrixRow*> rows() const {
        std::vector<const MatrixRow*> out;
        for (const auto& [key, row] : rows_) out.push_back(&row);
        std::stable_sort(out.begin(), out.end(), [](const MatrixRow* a, const MatrixRow* b) {
            return dns::canonical_compare(a->change.name, b->change.name) < 0;
        });
        return out;
    }
    bool differs(size_t column) const {
        return std::any_of(rows_.begin(), rows_.end(), [column](const auto& entry) {
            return entry.second.cells[column] != "=";
        });
    }

  private:
    void add(const AnswerChange& change) {
        if (below_ && !dns::is_at_or_below(change.name, *below_)) return;
        if (change.all_but_types) return add_row(change, 0, change.example);
        for (uint16_t type : change.types)
            if (type != dns::type::ANY || change.types.size() == 1)
                add_row(change, type, {change.example.name, type});
    }

    void add_row(const AnswerChange& change, uint16_t type, const AskedQuestion& question) {
        std::string key = dns::to_text(change.name);
        std::transform(key.begin(), key.end(), key.begin(), [](char c) {
            return static_cast<char>(dns::lower(static_cast<uint8_t>(c)));
        });
        key += " " + std::to_string(static_cast<int>(change.covers)) + " " + std::to_string(type);
        if (rows_.find(key) != rows_.end()) return;
        if (rows_.size() >= most_rows_) {
            ++left_out_;
            return;
        }
        rows_.emplace(std::move(key), MatrixRow{change, type, question, {}});
    }

    void fill(size_t column) {
        TwoAnswers asking(reference_, others_[column - 1], false);
        for (auto& [key, row] : rows_) {
            bool additional = row.change.additional_only;
            TwoAnswers::Replies replies = asking.replies(row.question);
            row.cells[0] = short_answer(replies.before, row.question.type, additional);
            if (!compare_replies(replies.before, replies.after).differs) continue;
            row.cells[column] = short_answer(replies.after, row.question.type, additional);
        }
    }

    const View& reference_;
    std::vector<View> others_;
    const std::optional<dns::Name>& below_;
    size_t most_rows_;
    std::map<std::string, MatrixRow> rows_;
    size_t left_out_ = 0;
};

std::string name_text(const AnswerChange& change) {
    std::string name = dns::to_text(change.name);
    switch (change.covers) {
        case Covers::name:
            return name;
        case Covers::name_and_below:
            return name + " and below";
        case Covers::below:
        case Covers::some_below:
            break;
    }
    return "below " + name;
}

std::string type_text_of(const MatrixRow& row) {
    return row.type == 0 ? "any" : question_type_text(row.type);
}

void write_table(Output& out, const std::vector<std::vector<std::string>>& lines) {
    std::vector<size_t> widths(lines[0].size());
    for (const auto& line : lines)
        for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
    for (const auto& line : lines) {
        std::string text;
        for (size_t i = 0; i < line.size(); ++i) {
            text += line[i];
            if (i + 1 < line.size()) text.append(widths[i] + 2 - line[i].size(), ' ');
        }
        out.write(text + "\n");
    }
}

// Columns of views in which nothing differs are named in a line of their own.
void write_text(Output& out, const Matrix& matrix, const std::vector<std::string>& names) {
    std::vector<size_t> columns{0};
    std::string same;
    for (size_t column = 1; column < names.size(); ++column) {
        if (matrix.differs(column))
            columns.push_back(column);
        else
            same += (same.empty() ? "" : ", ") + names[column];
    }
    if (columns.size() > 1) {
        std::vector<std::vector<std::string>> lines;
        std::vector<std::string>& head = lines.emplace_back();
        head = {"name", "type"};
        for (size_t column : columns) head.push_back(names[column]);
        for (const MatrixRow* row : matrix.rows()) {
            std::vector<std::string>& line = lines.emplace_back();
            line = {name_text(row->change), type_text_of(*row)};
            for (size_t column : columns) line.push_back(row->cells[column]);
        }
        write_table(out, lines);
    }
    if (matrix.left_out() > 0) out.write("and " + std::to_string(matrix.left_out()) + " more\n");
    if (!same.empty()) out.write("the same answers as " + names[0] + ": " + same + "\n");
    if (names.size() == 1) out.write("there is one view: " + names[0] + "\n");
}

void write_json(Output& out, const Matrix& matrix, const std::vector<std::string>& names) {
    for (const MatrixRow* row : matrix.rows()) {
        JsonWriter json(out.buffer());
        json.begin_object().member("name", dns::to_text(row->change.name));
        json.member("covers", covers_word(row->change.covers));
        json.member("type", type_text_of(*row));
        json.key("example").begin_object();
        json.member("name", dns::to_text(row->question.name));
        json.member("type", question_type_text(row->question.type)).end_object();
        json.key("views").begin_object();
        for (size_t column = 0; column < names.size(); ++column)
            json.member(names[column], row->cells[column]);
        json.end_object().end_object();
        out.write("\n");
    }
}

// The view that others are held against: the default one, or the first if that serves nothing.
size_t reference_of(const ViewZones& zones) {
    size_t last = zones.configuration().views.size() - 1;
    return zones.view(static_cast<ViewNumber>(last)).zones.size() > 0 ? last : 0;
}

}  // namespace

int run_views(World& world, const Call& call) {
    auto settings = read_settings(world, call, world.errors_is_terminal);
    if (!settings.ok()) return call_at_fault(world, "views", settings.fault());
    std::optional<dns::Name> below;
    if (call.operands.size() > 1)
        return call_at_fault(world, "views",
                             {"'" + call.operands[1] + "' is one word too many",
                              "apex views example.com -c apex.toml"});
    if (!call.operands.empty()) {
        std::string reason;
        if (!zoneparser::parse_name(call.operands[0], below.emplace(), reason))
            return call_at_fault(world, "views",
                                 {"'" + call.operands[0] + "' is no name: " + reason, ""});
    }
    ViewZones zones(world, call, "views", settings.value());
    if (int failed = zones.read(call.value("config", kUsualConfiguration))) return failed;
    std::vector<ViewNumber> numbers;
    for (size_t i = 0; i < zones.configuration().views.size(); ++i)
        numbers.push_back(static_cast<ViewNumber>(i));
    if (int failed = zones.load(numbers)) return failed;
    const size_t first = reference_of(zones);
    const View reference = zones.view(static_cast<ViewNumber>(first));
    std::vector<View> others;
    std::vector<std::string> names{reference.name};
    for (ViewNumber number : numbers) {
        // A default view that nobody wrote and that serves nothing is none.
        View view = zones.view(number);
        bool is_unused = size_t{number} + 1 == numbers.size() && view.zones.size() == 0;
        if (number == first || is_unused) continue;
        names.push_back(view.name);
        others.push_back(std::move(view));
    }
    Matrix matrix(reference, std::move(others), below, zones.configuration().limits.findings);
    matrix.make();
    if (call.has("json"))
        write_json(world.out, matrix, names);
    else
        write_text(world.out, matrix, names);
    return kGood;
}

}  // namespace server
