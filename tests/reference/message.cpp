#include "tests/reference/message.h"

#include <algorithm>

#include "dns/rdata_text.h"

namespace apex_tests::reference {

namespace {

using Octets = std::span<const uint8_t>;
constexpr uint16_t kOpt = 41, kTsig = 250;
constexpr uint16_t kCookie = 10;

std::string u16(size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

struct Cursor {
    Octets octets;
    size_t at = 0;
    bool ok = true;
    bool into_header = false;  // a pointer led to before the question

    size_t left() const { return octets.size() - at; }
    size_t number(size_t size) {
        if (left() < size) ok = false;
        if (!ok) return 0;
        size_t value = 0;
        for (; size > 0; --size) value = value << 8 | octets[at++];
        return value;
    }
    std::string bytes(size_t size) {
        if (left() < size) ok = false;
        if (!ok) return {};
        at += size;
        return {reinterpret_cast<const char*>(octets.data()) + at - size, size};
    }
    Name name(bool may_be_compressed);
};

// RFC 1035 4.1.4: a pointer leads to "a prior occurrence", so each leads further back and there is
// an end. More pointers than a name has labels is taken for an attack, not a name.
Name Cursor::name(bool may_be_compressed) {
    Name name;
    size_t here = at, piece = at, size = 1, pointers = 0;
    bool jumped = false;
    while (ok) {
        if (here >= octets.size()) break;
        size_t length = octets[here];
        if (length >= 0xc0) {
            if (!may_be_compressed || here + 1 >= octets.size()) break;
            size_t target = (length & 0x3f) << 8 | octets[here + 1];
            if (target >= piece || ++pointers > 127) break;
            if (target < 12) into_header = true;
            if (!jumped) at = here + 2;
            jumped = true;
            here = piece = target;
            continue;
        }
        if (length > 63 || length + 1 > octets.size() - here) break;
        if (length == 0) {
            if (!jumped) at = here + 1;
            return name;
        }
        size += length + 1;
        if (size > 255) break;
        name.emplace_back(reinterpret_cast<const char*>(octets.data()) + here + 1, length);
        here += length + 1;
    }
    ok = false;
    return {};
}

bool read_question(Cursor& cursor, Message& message) {
    size_t from = cursor.at;
    Question question;
    question.name = cursor.name(false);
    question.type = static_cast<uint16_t>(cursor.number(2));
    question.rr_class = static_cast<uint16_t>(cursor.number(2));
    if (!cursor.ok) return false;
    question.octets.assign(reinterpret_cast<const char*>(cursor.octets.data()) + from,
                           cursor.at - from);
    message.question = std::move(question);
    return true;
}

bool read_options(const std::string& rdata, Edns& edns) {
    Cursor cursor{{reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()}};
    while (cursor.ok && cursor.left() > 0) {
        Option option;
        option.code = static_cast<uint16_t>(cursor.number(2));
        option.octets = cursor.bytes(cursor.number(2));
        if (cursor.ok) edns.options.push_back(std::move(option));
    }
    return cursor.ok;
}

Edns edns_of(const MessageRecord& record) {
    Edns edns;
    edns.udp_size = record.rr_class;
    edns.extended_rcode = static_cast<uint8_t>(record.ttl >> 24);
    edns.version = static_cast<uint8_t>(record.ttl >> 16);
    edns.dnssec_ok = (record.ttl & 0x8000) != 0;
    edns.other_flags = record.ttl & 0x7fff;
    return edns;
}

// How many names of rdata may be compressed (RFC 3597 4: those of RFC 1035 only), and what stands
// before and behind them.
struct NamesInRdata {
    size_t before, names, behind;
};
std::optional<NamesInRdata> compressible(uint16_t type) {
    switch (type) {
        case type::NS:
        case 3:  // MD, MF
        case 4:
        case type::CNAME:
        case 7:  // MB, MG, MR
        case 8:
        case 9:
        case type::PTR:
            return NamesInRdata{0, 1, 0};
        case type::SOA:
            return NamesInRdata{0, 2, 20};
        case 14:  // MINFO
            return NamesInRdata{0, 2, 0};
        case type::MX:
            return NamesInRdata{2, 1, 0};
        default:
            return std::nullopt;
    }
}

bool read_record(Cursor& cursor, MessageRecord& record, bool open_rdata) {
    record.owner = cursor.name(true);
    record.type = static_cast<uint16_t>(cursor.number(2));
    record.rr_class = static_cast<uint16_t>(cursor.number(2));
    record.ttl = static_cast<uint32_t>(cursor.number(4));
    size_t size = cursor.number(2);
    if (!cursor.ok || cursor.left() < size) return false;
    size_t end = cursor.at + size;
    if (std::optional<NamesInRdata> names = compressible(record.type); names && open_rdata) {
        record.rdata = cursor.bytes(names->before);
        for (size_t i = 0; i < names->names; ++i) record.rdata += to_wire(cursor.name(true));
        record.rdata += cursor.bytes(names->behind);
        return cursor.ok && cursor.at == end;
    }
    record.rdata = cursor.bytes(size);
    return cursor.ok;
}

}  // namespace

const Option* Edns::find(uint16_t code) const {
    for (const Option& option : options)
        if (option.code == code) return &option;
    return nullptr;
}

size_t Edns::wire_size() const {
    size_t size = 11;
    for (const Option& option : options) size += 4 + option.octets.size();
    return size;
}

std::optional<Message> read_message(Octets octets, std::string& why) {
    Message message;
    message.size = octets.size();
    Cursor cursor{octets};
    message.id = static_cast<uint16_t>(cursor.number(2));
    message.flags = static_cast<uint16_t>(cursor.number(2));
    size_t questions = cursor.number(2);
    size_t counts[3];
    for (size_t& count : counts) count = cursor.number(2);
    auto fault = [&](const std::string& what) {
        why = what + " at octet " + std::to_string(cursor.at);
        return std::nullopt;
    };
    if (!cursor.ok) return fault("no header");
    if (questions > 1) return fault("more than one question");
    if (questions == 1 && !read_question(cursor, message)) return fault("no question");
    for (size_t section = 0; section < 3; ++section) {
        for (size_t i = 0; i < counts[section]; ++i) {
            MessageRecord record;
            if (!read_record(cursor, record, true)) return fault("a record cannot be read");
            if (record.type != kOpt) {
                message.sections[section].push_back(std::move(record));
                continue;
            }
            if (message.edns || section != kAdditional || !record.owner.empty())
                return fault("an OPT record is where none may be");
            message.edns = edns_of(record);
            if (!read_options(record.rdata, *message.edns)) return fault("an option is cut short");
        }
    }
    if (cursor.into_header) return fault("a pointer leads into the header");
    if (cursor.left() > 0) return fault("octets are left");
    return message;
}

namespace {

bool cookie_has_legal_length(const Edns& edns) {
    for (const Option& option : edns.options)
        if (option.code == kCookie && option.octets.size() != 8 &&
            (option.octets.size() < 16 || option.octets.size() > 40))
            return false;
    return true;
}

// The records of a request; false for a format error. OPT is taken where it stands. What is wrong with
// it ends nothing: a TSIG may follow.
bool read_records(Cursor& cursor, const size_t (&counts)[3], ReadRequest& out) {
    bool broken_opt = false;
    for (size_t section = 0; section < 3; ++section) {
        for (size_t i = 0; i < counts[section]; ++i) {
            MessageRecord record;
            if (!read_record(cursor, record, false)) return false;
            if (record.type == kTsig) {
                out.doubtful = true;
                // RFC 8945 5.1: the last record of the message, and class ANY.
                if (section != kAdditional || i + 1 != counts[section]) return false;
            }
            if (record.type != kOpt) continue;
            // RFC 6891 6.1.1: one at most, in the additional section, its owner the root.
            if (out.message.edns || section != kAdditional || !record.owner.empty()) {
                broken_opt = true;
                continue;
            }
            out.message.edns = edns_of(record);
            if (!read_options(record.rdata, *out.message.edns)) broken_opt = true;
        }
    }
    if (cursor.left() > 0 || broken_opt) return false;
    return !out.message.edns || cookie_has_legal_length(*out.message.edns);
}

}  // namespace

ReadRequest read_request(Octets octets) {
    ReadRequest out;
    Cursor cursor{octets};
    out.message.size = octets.size();
    out.message.id = static_cast<uint16_t>(cursor.number(2));
    out.message.flags = static_cast<uint16_t>(cursor.number(2));
    size_t questions = cursor.number(2);
    size_t counts[3];
    for (size_t& count : counts) count = cursor.number(2);
    if (!cursor.ok || out.message.has(0x8000)) {
        out.verdict = Verdict::silent;
        return out;
    }
    bool good = questions <= 1 && (questions == 0 || read_question(cursor, out.message));
    if (good) good = read_records(cursor, counts, out);
    bool cookie = out.message.edns && out.message.edns->find(kCookie) != nullptr;
    // RFC 7873 5.4: a query without a question asks for a cookie.
    if (questions == 0 && !cookie) good = false;
    if (cursor.into_header) out.doubtful = true;
    bool unknown_version = out.message.edns && out.message.edns->version > 0;
    if (unknown_version && (!good || (out.message.flags & 0x7800) != 0)) out.doubtful = true;
    if ((out.message.flags & 0x7800) != 0)
        out.verdict = Verdict::not_implemented;
    else if (unknown_version)
        out.verdict = Verdict::bad_version;
    else
        out.verdict = good ? Verdict::good : Verdict::format_error;
    return out;
}

std::vector<Rrset> rrsets_of(const std::vector<MessageRecord>& records) {
    std::vector<Rrset> found;
    for (const MessageRecord& record : records) {
        uint16_t covered = Record{{}, record.type, 0, record.rdata}.covered();
        auto same_set = [&](const Rrset& rrset) {
            return rrset.type == record.type && rrset.covered == covered &&
                   same(rrset.owner, record.owner);
        };
        auto rrset = std::find_if(found.begin(), found.end(), same_set);
        if (rrset == found.end()) {
            found.push_back({record.owner, record.type, covered, record.ttl, {}, {}});
            rrset = found.end() - 1;
        }
        // One TTL in an RRset (RFC 2181 5.2): another shows as a second RRset of that name.
        if (rrset->ttl != record.ttl)
            found.push_back({record.owner, record.type, covered, record.ttl, {record.rdata}, {}});
        else
            rrset->rdata.push_back(record.rdata);
    }
    return found;
}

std::string to_octets(const Edns& edns) {
    std::string options;
    for (const Option& option : edns.options)
        options += u16(option.code) + u16(option.octets.size()) + option.octets;
    return std::string(1, '\0') + u16(kOpt) + u16(edns.udp_size) +
           static_cast<char>(edns.extended_rcode) + static_cast<char>(edns.version) +
           u16((edns.dnssec_ok ? 0x8000u : 0u) | edns.other_flags) + u16(options.size()) + options;
}

std::string to_octets(const Ask& ask) {
    return u16(ask.id) + u16(ask.flags) + u16(1) + u16(0) + u16(0) + u16(ask.edns ? 1 : 0) +
           to_wire(ask.name) + u16(ask.type) + u16(ask.rr_class) +
           (ask.edns ? to_octets(*ask.edns) : "");
}

std::string to_text(const Rrset& rrset) {
    std::string text;
    for (const std::string& rdata : rrset.rdata) {
        text += to_text(rrset.owner) + " " + std::to_string(rrset.ttl) + " ";
        dns::append_type(text, rrset.type);
        text += ' ';
        dns::append_rdata_text(text, rrset.type,
                               {reinterpret_cast<const uint8_t*>(rdata.data()), rdata.size()});
        text += '\n';
    }
    return text;
}

std::string to_text(const Message& message) {
    std::string text = "rcode " + std::to_string(message.rcode()) + ", flags";
    static constexpr std::pair<uint16_t, const char*> kFlags[] = {
        {0x400, " aa"}, {0x200, " tc"}, {0x100, " rd"}, {0x80, " ra"}, {0x20, " ad"}, {0x10, " cd"},
    };
    for (auto& [flag, word] : kFlags)
        if (message.has(flag)) text += word;
    text += ", " + std::to_string(message.size) + " octets\n";
    if (message.edns) {
        text += "OPT version " + std::to_string(message.edns->version) +
                (message.edns->dnssec_ok ? " do" : "") + " size " +
                std::to_string(message.edns->udp_size);
        for (const Option& option : message.edns->options)
            text += " option " + std::to_string(option.code) + " of " +
                    std::to_string(option.octets.size());
        text += '\n';
    }
    static const char* const kSections[] = {"answer:\n", "authority:\n", "additional:\n"};
    for (size_t section = 0; section < 3; ++section) {
        if (message.sections[section].empty()) continue;
        text += kSections[section];
        for (const Rrset& rrset : rrsets_of(message.sections[section])) text += to_text(rrset);
    }
    return text;
}

}  // namespace apex_tests::reference
