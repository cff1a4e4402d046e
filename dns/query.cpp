#include "dns/query.h"

#include "dns/compressed_name.h"
#include "dns/tsig_record.h"

namespace dns {

namespace {

constexpr size_t kRecordHead = 10;  // type, class, TTL, rdata length

// The size of a cookie option: the client's part, or both (RFC 7873 4).
bool is_cookie_size(size_t size) {
    return size == 8 || (size >= 16 && size <= 40);
}

void note_option(uint16_t code, Octets content, EdnsRequest& edns) {
    switch (code) {
        case edns_option::nsid:
            edns.nsid = true;
            break;
        case edns_option::expire:
            edns.expire = true;
            break;
        case edns_option::cookie:
            // Of several only the first counts (RFC 7873 5.2).
            if (edns.cookie.empty()) edns.cookie = content;
            break;
        case edns_option::keepalive:
            edns.keepalive = true;
            break;
        case edns_option::padding:
            edns.padding = true;
            break;
        case edns_option::zone_version:
            edns.zone_version = true;
            break;
        default:  // RFC 6891 6.1.2: ignored
            break;
    }
}

// `head` is what follows the owner. Options of a version that is not known are not looked at.
Reading read_opt(const uint8_t* head, Octets rdata, EdnsRequest& edns) {
    edns.present = true;
    edns.udp_size = load16(head + 2);
    edns.version = head[5];
    edns.dnssec_ok = (head[6] & 0x80) != 0;
    if (edns.version != 0) return Reading::bad_version;
    for (size_t at = 0; at < rdata.size();) {
        if (rdata.size() - at < 4) return Reading::format_error;
        uint16_t code = load16(rdata.data() + at);
        size_t size = load16(rdata.data() + at + 2);
        at += 4;
        if (rdata.size() - at < size) return Reading::format_error;
        bool first_cookie = code == edns_option::cookie && edns.cookie.empty();
        if (first_cookie && !is_cookie_size(size)) return Reading::format_error;
        note_option(code, rdata.subspan(at, size), edns);
        at += size;
    }
    return Reading::good;
}

// The records behind the question, one after another.
class RecordWalk {
  public:
    RecordWalk(Octets message, Query& query)
        : message_(message), query_(query), at_(query.question_end) {}

    Reading read() {
        const uint8_t* header = message_.data();
        // What only the additional section may hold has no business in the others.
        size_t before = size_t{load16(header + 6)} + load16(header + 8);
        size_t count = before + load16(header + 10);
        for (size_t i = 0; i < count; ++i)
            if (!read_record(i >= before, i + 1 == count)) return first_fault_;
        if (at_ != message_.size()) {
            query_.tsig_at = 0;
            find(Reading::format_error);
        }
        return first_fault_;
    }

  private:
    // False if nothing behind can be read. Where a record is out of place or wrong in itself the
    // walk goes on: a TSIG may be to come, and what is wrong is told under a signature then.
    bool read_record(bool additional, bool last) {
        const size_t owner = at_;
        if (owner_.read(message_, at_) != nullptr) return find(Reading::format_error);
        const size_t head = at_;
        if (message_.size() - head < kRecordHead) return find(Reading::format_error);
        size_t size = load16(message_.data() + head + 8);
        at_ = head + kRecordHead;
        if (message_.size() - at_ < size) return find(Reading::format_error);
        Octets rdata = message_.subspan(at_, size);
        at_ += size;
        switch (load16(message_.data() + head)) {
            case type::OPT:
                if (!additional || query_.edns.present || message_[owner] != 0)
                    find(Reading::format_error);
                else
                    find(read_opt(message_.data() + head, rdata, query_.edns));
                return true;
            case kTsigType:  // RFC 8945 5.1
                if (!additional || !last) return find(Reading::format_error);
                query_.tsig_at = owner;
                return true;
            default:
                return true;
        }
    }

    bool find(Reading reading) {
        if (first_fault_ == Reading::good) first_fault_ = reading;
        return false;
    }

    Octets message_;
    Query& query_;
    size_t at_;
    Reading first_fault_ = Reading::good;
    ExpandedName owner_;
};

bool read_question(Octets message, Query& query) {
    size_t size = measure_name(message.data() + kHeaderSize, message.size() - kHeaderSize);
    size_t end = kHeaderSize + size + 4;
    if (size == 0 || message.size() < end) return false;
    query.name = NameView(message.data() + kHeaderSize, size);
    query.type = load16(message.data() + end - 4);
    query.rr_class = load16(message.data() + end - 2);
    query.question_end = end;
    query.has_question = true;
    return true;
}

// What is behind the question of nearly all queries: nothing, or an OPT record alone.
Reading read_rest(Octets message, Query& query) {
    const uint8_t* header = message.data();
    const size_t end = query.question_end;
    const size_t left = message.size() - end;
    if (load32(header + 6) == 0) {
        uint16_t additional = load16(header + 10);
        if (additional == 0) return left == 0 ? Reading::good : Reading::format_error;
        const uint8_t* opt = header + end;
        if (additional == 1 && left >= 1 + kRecordHead && opt[0] == 0 &&
            load16(opt + 1) == type::OPT && load16(opt + 9) == left - 1 - kRecordHead)
            return read_opt(opt + 1, message.subspan(end + 1 + kRecordHead), query.edns);
    }
    return RecordWalk(message, query).read();
}

}  // namespace

Reading read_query(Octets message, Query& query) {
    query = Query{};
    if (message.size() < kHeaderSize) return Reading::silent;
    query.id = load16(message.data());
    query.flags = load16(message.data() + 2);
    if (query.flags & flag::qr) return Reading::silent;

    const uint16_t questions = load16(message.data() + 4);
    Reading reading = Reading::format_error;
    // RFC 9619 4: more than one question is none that could be answered.
    if (questions == 0 || (questions == 1 && read_question(message, query)))
        reading = read_rest(message, query);
    if (query.opcode() != opcode::query)
        return reading == Reading::bad_version ? reading : Reading::not_implemented;
    if (reading == Reading::good && questions == 0 && query.edns.cookie.empty())
        return Reading::format_error;
    return reading;
}

}  // namespace dns
