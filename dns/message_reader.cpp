#include "dns/message_reader.h"

#include <algorithm>

#include "dns/compressed_name.h"
#include "dns/rdata_fields.h"

namespace dns {

namespace {

constexpr size_t kRecordHead = 10;  // type, class, TTL, rdata length

const char* section_text(Section section) {
    switch (section) {
        case Section::question:
            return "question";
        case Section::answer:
            return "answer";
        case Section::authority:
            return "authority";
        case Section::additional:
            return "additional";
    }
    return "";
}

// Rdata with its names made whole.
class RdataReader {
  public:
    RdataReader(Octets message, size_t at, size_t size)
        : message_(message.first(at + size)), at_(at) {}

    // Null, or what is wrong; `field` is then its label.
    const char* read(uint16_t type, const char*& field, std::vector<uint8_t>& out) {
        const RrType* row = find_type(type);
        if (row != nullptr && !rest().empty()) {
            for (const Field& one : row->used_fields()) {
                field = one.label;
                if (const char* reason = read_field(one.kind, out)) return reason;
            }
        }
        field = "data";
        // What is left over is not lost on check_rdata.
        return take(rest().size(), out);
    }

  private:
    Octets rest() const { return message_.subspan(at_); }

    const char* take(size_t size, std::vector<uint8_t>& out) {
        if (out.size() + size > kMaxRdata) return "is longer than 65535 octets";
        Octets octets = rest().first(size);
        out.insert(out.end(), octets.begin(), octets.end());
        at_ += size;
        return nullptr;
    }

    const char* read_name(std::vector<uint8_t>& out) {
        Name name;
        if (const char* reason = read_compressed_name(message_, at_, name)) return reason;
        if (out.size() + name.size() > kMaxRdata) return "is longer than 65535 octets";
        out.insert(out.end(), name.data(), name.data() + name.size());
        return nullptr;
    }

    // What stands before the name in IPSECKEY and AMTRELAY, if there is one (RFC 4025, RFC 8777).
    const char* read_gateway(size_t before, uint8_t type_bits, FieldKind kind,
                             std::vector<uint8_t>& out) {
        if (rest().size() < before) return "is cut short";
        if ((rest()[1] & type_bits) != 3) return read_measured(kind, out);
        const char* reason = take(before, out);
        return reason != nullptr ? reason : read_name(out);
    }

    const char* read_measured(FieldKind kind, std::vector<uint8_t>& out) {
        size_t size = measure_field(kind, rest().data(), rest().size());
        return size == kNoField ? "is cut short" : take(size, out);
    }

    const char* read_field(FieldKind kind, std::vector<uint8_t>& out) {
        switch (kind) {
            case FieldKind::name:
                return read_name(out);
            case FieldKind::prefix_name:
                return rest().empty() ? nullptr : read_name(out);
            case FieldKind::names:
                while (!rest().empty())
                    if (const char* reason = read_name(out)) return reason;
                return nullptr;
            case FieldKind::gateway:
                return read_gateway(3, 0xff, kind, out);
            case FieldKind::relay:
                return read_gateway(2, 0x7f, kind, out);
            default:
                return read_measured(kind, out);
        }
    }

    Octets message_;  // to the end of the rdata
    size_t at_;
};

// Reads one message from its first octet to its last.
class MessageReader {
  public:
    explicit MessageReader(Octets message) : octets_(message) {}

    Result<Message> read() {
        if (octets_.size() < kHeaderSize)
            return Fault{"the message is cut short: it has " + std::to_string(octets_.size()) +
                         " octets, and its header alone has 12"};
        message_.id = load16(octets_.data());
        message_.flags = load16(octets_.data() + 2);
        at_ = kHeaderSize;
        for (Section section :
             {Section::question, Section::answer, Section::authority, Section::additional}) {
            const size_t count = load16(octets_.data() + 4 + 2 * static_cast<size_t>(section));
            for (size_t i = 0; i < count; ++i) {
                begin_ = at_;
                const bool good =
                    section == Section::question ? read_question() : read_record(section);
                if (!good) return fault(section, i + 1);
            }
        }
        if (at_ != octets_.size())
            return Fault{std::to_string(octets_.size() - at_) +
                         " octets are left over behind the last record, at octet " +
                         std::to_string(at_)};
        return std::move(message_);
    }

  private:
    Fault fault(Section section, size_t number) const {
        std::string sentence = section == Section::question ? "question " : "record ";
        sentence += std::to_string(number);
        if (section != Section::question)
            sentence += std::string(" of the ") + section_text(section) + " section";
        return {sentence + ", at octet " + std::to_string(begin_) + ": " + complaint_};
    }

    bool complain(std::string complaint) {
        complaint_ = std::move(complaint);
        return false;
    }

    // True if `size` more octets may come out.
    bool expand(size_t size) {
        expanded_ += size;
        return expanded_ <= kMostExpanded ||
               complain("the message is too large with its names made whole");
    }

    bool read_name(const char* what, Name& name) {
        if (const char* reason = read_compressed_name(octets_, at_, name))
            return complain(std::string(what) + " " + reason);
        return expand(name.size());
    }

    bool read_question() {
        MessageQuestion question;
        if (!read_name("the name", question.name)) return false;
        if (octets_.size() - at_ < 4) return complain("it is cut short");
        question.type = load16(octets_.data() + at_);
        question.rr_class = load16(octets_.data() + at_ + 2);
        at_ += 4;
        message_.questions.push_back(question);
        return true;
    }

    bool read_record(Section section) {
        MessageRecord record;
        record.section = section;
        record.offset = at_;
        if (!read_name("the owner", record.owner)) return false;
        if (octets_.size() - at_ < kRecordHead) return complain("it is cut short");
        const uint8_t* head = octets_.data() + at_;
        record.type = load16(head);
        record.rr_class = load16(head + 2);
        record.ttl = load32(head + 4);
        const size_t size = load16(head + 8);
        at_ += kRecordHead;
        if (octets_.size() - at_ < size) return complain("its rdata is cut short");
        record.as_sent = octets_.subspan(at_, size);
        if (!read_rdata(record)) return false;
        at_ += size;
        message_.records.push_back(std::move(record));
        return true;
    }

    bool read_rdata(MessageRecord& record) {
        // Updates name RRsets by records without rdata (RFC 2136 2.4, 2.5).
        const bool names_rrset = record.as_sent.empty() && (record.rr_class == rr_class::any ||
                                                            record.rr_class == rr_class::none);
        if (names_rrset) return true;
        const char* field = "";
        const char* reason =
            RdataReader(octets_, at_, record.as_sent.size()).read(record.type, field, record.rdata);
        if (reason == nullptr) {
            auto checked = check_rdata(record.type, record.rdata);
            if (checked) return expand(record.rdata.size());
            field = checked.fault().field;
            reason = checked.fault().reason;
        }
        return complain("its rdata of type " + type_text(record.type) + ": " + field + " " +
                        reason);
    }

    Octets octets_;
    size_t at_ = 0;
    size_t begin_ = 0;  // of the question or record that is being read
    size_t expanded_ = 0;
    std::string complaint_;
    Message message_;
};

}  // namespace

uint16_t Message::rcode() const {
    const MessageRecord* edns = opt();
    const uint32_t upper = edns == nullptr ? 0 : edns->ttl >> 24;
    return static_cast<uint16_t>(upper << 4 | (flags & flag::rcode_mask));
}

const MessageRecord* Message::opt() const {
    for (const MessageRecord& record : records)
        if (record.type == type::OPT && record.section == Section::additional) return &record;
    return nullptr;
}

size_t Message::count(Section section) const {
    if (section == Section::question) return questions.size();
    return static_cast<size_t>(
        std::count_if(records.begin(), records.end(),
                      [=](const MessageRecord& record) { return record.section == section; }));
}

Result<Message> read_message(Octets message) {
    return MessageReader(message).read();
}

const char* read_compressed_name(Octets message, size_t& at, Name& name) {
    ExpandedName expanded;
    const char* reason = expanded.read(message, at);
    if (reason == nullptr) name = Name(expanded.name());
    return reason;
}

bool read_edns_options(Octets rdata, std::vector<EdnsOption>& options) {
    for (size_t at = 0; at < rdata.size();) {
        if (rdata.size() - at < 4) return false;
        const uint16_t code = load16(rdata.data() + at);
        const size_t size = load16(rdata.data() + at + 2);
        at += 4;
        if (rdata.size() - at < size) return false;
        options.push_back({code, rdata.subspan(at, size)});
        at += size;
    }
    return true;
}

}  // namespace dns
