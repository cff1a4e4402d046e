#include "server/cli/message_text.h"

#include <algorithm>

#include "dns/message_reader.h"
#include "dns/octet_text.h"
#include "dns/rdata_text.h"

namespace server {

namespace {

using dns::Section;

// Where dig puts TTL, class, type and data.
constexpr size_t kTtlColumn = 24, kClassColumn = 32, kTypeColumn = 40, kDataColumn = 48;
constexpr size_t kTab = 8;
// How dns/message names an option that it does not know.
constexpr std::string_view kUnknownOption = "OPTION";

struct FlagWord {
    uint16_t bit;
    const char* word;
};
constexpr FlagWord kFlagWords[] = {
    {dns::flag::qr, "qr"}, {dns::flag::aa, "aa"}, {dns::flag::tc, "tc"}, {dns::flag::rd, "rd"},
    {dns::flag::ra, "ra"}, {dns::flag::ad, "ad"}, {dns::flag::cd, "cd"},
};

struct QuestionType {
    uint16_t number;
    const char* word;
};
constexpr QuestionType kQuestionTypes[] = {
    {41, "OPT"},   {128, "NXNAME"}, {249, "TKEY"},  {250, "TSIG"}, {251, "IXFR"},
    {252, "AXFR"}, {253, "MAILB"},  {254, "MAILA"}, {255, "ANY"},
};

bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           dns::equal_case_blind(reinterpret_cast<const uint8_t*>(a.data()),
                                 reinterpret_cast<const uint8_t*>(b.data()), a.size());
}

// A line of columns: each begins at its own, or a blank behind the one before.
class ColumnLine {
  public:
    explicit ColumnLine(std::string& out) : out_(out) {}

    ColumnLine& at(size_t column, std::string_view text) {
        if (column > 0) move_to(column);
        out_ += text;
        column_ += text.size();
        return *this;
    }

  private:
    void move_to(size_t column) {
        column = std::max(column, column_ + 1);
        if (size_t tabs = column / kTab - column_ / kTab; tabs > 0) {
            out_.append(tabs, '\t');
            column_ = column / kTab * kTab;
        }
        out_.append(column - column_, ' ');
        column_ = column;
    }

    std::string& out_;
    size_t column_ = 0;
};

std::string visible_octets(dns::Octets octets) {
    std::string text;
    for (uint8_t octet : octets)
        text += octet >= 0x20 && octet < 0x7f ? static_cast<char>(octet) : '.';
    return text;
}

class MessagePrinter {
  public:
    MessagePrinter(const dns::Message& message, size_t size) : message_(message), size_(size) {}

    std::string run() {
        write_header();
        if (const dns::MessageRecord* opt = message_.opt()) write_opt(*opt);
        write_questions();
        write_section(Section::answer, "ANSWER");
        write_section(Section::authority, "AUTHORITY");
        write_section(Section::additional, "ADDITIONAL");
        out_ += "\n;; MSG SIZE  rcvd: " + std::to_string(size_) + "\n";
        return std::move(out_);
    }

  private:
    void write_header() {
        out_ += ";; ->>HEADER<<- opcode: " + dns::opcode_text(message_.opcode());
        out_ += ", status: " + dns::rcode_text(message_.rcode());
        out_ += ", id: " + std::to_string(message_.id);
        std::string flags = header_flags_text(message_.flags);
        out_ += "\n;; flags:" + (flags.empty() ? "" : " " + flags) + "; ";
        if ((message_.flags & dns::flag::z) != 0) out_ += "MBZ: 0x4; ";
        out_ += "QUERY: " + std::to_string(message_.count(Section::question));
        out_ += ", ANSWER: " + std::to_string(message_.count(Section::answer));
        out_ += ", AUTHORITY: " + std::to_string(message_.count(Section::authority));
        out_ += ", ADDITIONAL: " + std::to_string(message_.count(Section::additional)) + "\n";
    }

    // RFC 6891 6.1.3: class is the size of the UDP payload; the TTL holds version and flags.
    void write_opt(const dns::MessageRecord& opt) {
        constexpr uint32_t kDnssecOk = 0x8000;
        out_ += "\n;; OPT PSEUDOSECTION:\n; EDNS: version: ";
        out_ += std::to_string(opt.ttl >> 16 & 0xff);
        out_ += (opt.ttl & kDnssecOk) != 0 ? ", flags: do;" : ", flags:;";
        if (uint32_t others = opt.ttl & 0x7fff; others != 0) {
            const uint8_t octets[] = {static_cast<uint8_t>(others >> 8),
                                      static_cast<uint8_t>(others)};
            out_ += " MBZ: 0x";
            dns::append_lower_hex(out_, octets);
            out_ += ",";
        }
        out_ += " udp: " + std::to_string(opt.rr_class) + "\n";
        std::vector<dns::EdnsOption> options;
        bool whole = dns::read_edns_options(opt.as_sent, options);
        for (const dns::EdnsOption& option : options) write_option(option);
        if (!whole) out_ += "; the options do not fit together\n";
    }

    void write_option(const dns::EdnsOption& option) {
        namespace code = dns::edns_option;
        const dns::Octets content = option.content;
        std::string word = dns::edns_option_text(option.code);
        bool known = word.substr(0, kUnknownOption.size()) != kUnknownOption;
        out_ += "; " + (known ? word : "OPT=" + std::to_string(option.code)) + ":";
        if (option.code == code::cookie) {
            out_ += ' ';
            dns::append_lower_hex(out_, content);
        } else if (option.code == code::extended_error && content.size() >= 2) {
            write_extended_error(content);
        } else if (option.code == code::keepalive && content.size() == 2) {
            uint16_t tenths = dns::load16(content.data());
            out_ += ' ' + std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " secs";
        } else if (option.code == code::expire && content.size() == 4) {
            out_ += ' ' + std::to_string(dns::load32(content.data()));
        } else if (option.code == code::zone_version && content.size() == 6 && content[1] == 0) {
            // RFC 9660 7.2: type 0 is the serial of the SOA.
            out_ += " SOA-SERIAL: " + std::to_string(dns::load32(content.data() + 2)) +
                    " (labels: " + std::to_string(content[0]) + ")";
        } else if (option.code == code::padding) {
            out_ += " (" + std::to_string(content.size()) + " bytes)";
        } else {
            write_octets(content);
        }
        out_ += '\n';
    }

    // RFC 8914 2: a code, and a text for people.
    void write_extended_error(dns::Octets content) {
        uint16_t number = dns::load16(content.data());
        out_ += ' ' + std::to_string(number) + " (" + dns::extended_error_text(number) + ')';
        if (content.size() > 2) out_ += ": (" + visible_octets(content.subspan(2)) + ')';
    }

    void write_octets(dns::Octets content) {
        for (size_t at = 0; at < content.size(); ++at) {
            out_ += ' ';
            dns::append_lower_hex(out_, content.subspan(at, 1));
        }
        if (!content.empty()) out_ += " (\"" + visible_octets(content) + "\")";
    }

    void write_questions() {
        if (message_.questions.empty()) return;
        out_ += message_.opt() != nullptr ? "" : "\n";
        out_ += ";; QUESTION SECTION:\n";
        for (const dns::MessageQuestion& question : message_.questions) {
            out_ += ';';
            ColumnLine(out_)
                .at(0, dns::to_text(question.name))
                .at(kClassColumn, dns::class_text(question.rr_class))
                .at(kTypeColumn, question_type_text(question.type));
            out_ += '\n';
        }
    }

    void write_section(Section section, const char* name) {
        bool begun = false;
        for (const dns::MessageRecord& record : message_.records) {
            if (record.section != section || &record == message_.opt()) continue;
            if (!begun) out_ += std::string("\n;; ") + name + " SECTION:\n";
            begun = true;
            ColumnLine(out_)
                .at(0, dns::to_text(record.owner))
                .at(kTtlColumn, std::to_string(record.ttl))
                .at(kClassColumn, dns::class_text(record.rr_class))
                .at(kTypeColumn, question_type_text(record.type))
                .at(kDataColumn, dns::rdata_text(record.type, record.rdata));
            out_ += '\n';
        }
    }

    const dns::Message& message_;
    size_t size_;
    std::string out_;
};

}  // namespace

std::string header_flags_text(uint16_t flags) {
    std::string text;
    for (const FlagWord& flag : kFlagWords)
        if ((flags & flag.bit) != 0) text += (text.empty() ? "" : " ") + std::string(flag.word);
    return text;
}

std::string question_type_text(uint16_t type) {
    for (const QuestionType& row : kQuestionTypes)
        if (row.number == type) return row.word;
    return dns::type_text(type);
}

bool read_question_type(std::string_view text, uint16_t& type) {
    for (const QuestionType& row : kQuestionTypes) {
        if (!same_word(text, row.word)) continue;
        type = row.number;
        return true;
    }
    return dns::read_type(text, type);
}

std::string message_text(dns::Octets message) {
    auto read = dns::read_message(message);
    if (!read.ok()) return ";; this message cannot be read: " + read.fault().sentence + "\n";
    return MessagePrinter(read.value(), message.size()).run();
}

}  // namespace server
