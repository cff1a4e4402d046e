#include "tests/properties/zone_text.h"

#include <algorithm>
#include <cctype>

namespace apex_tests {

using reference::Name;
using reference::Record;
namespace type = reference::type;

namespace {

size_t number_at(const std::string& octets, size_t at, size_t size) {
    size_t value = 0;
    for (size_t i = 0; i < size; ++i)
        value = value << 8 | static_cast<unsigned char>(octets[at + i]);
    return value;
}

std::string hex(const std::string& octets) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (char octet : octets) {
        text += kDigits[static_cast<unsigned char>(octet) >> 4];
        text += kDigits[static_cast<unsigned char>(octet) & 15];
    }
    return text;
}

const char* mnemonic(uint16_t number) {
    switch (number) {
        case type::A:
            return "A";
        case type::NS:
            return "NS";
        case type::CNAME:
            return "CNAME";
        case type::SOA:
            return "SOA";
        case type::PTR:
            return "PTR";
        case type::MX:
            return "MX";
        case type::TXT:
            return "TXT";
        case type::AAAA:
            return "AAAA";
        case type::SRV:
            return "SRV";
        case type::DNAME:
            return "DNAME";
        case type::DS:
            return "DS";
        case type::RRSIG:
            return "RRSIG";
        case type::NSEC:
            return "NSEC";
        default:
            return nullptr;
    }
}

// Writes with the choices that `random` makes, or plainly without one.
class Writer {
  public:
    Writer(Random* random, Name origin) : random_(random), origin_(std::move(origin)) {}

    void write(const Record& record) {
        if (chance(8)) directive(record);
        bool same_owner = !first_ && record.owner == last_owner_;
        out_ += same_owner && chance(2) ? " " : name(record.owner);
        first_ = false;
        last_owner_ = record.owner;
        std::string ttl = stated_ttl_ && default_ttl_ == record.ttl && chance(2)
                              ? ""
                              : " " + std::to_string(record.ttl);
        std::string in = !random_ ? " IN" : chance(3) ? " in" : chance(3) ? " CLASS1" : "";
        out_ += chance(2) ? in + ttl : ttl + in;
        std::string data = type_and_rdata(record);
        if (chance(10)) {
            // A group: newlines and comments between tokens are blanks.
            size_t blank = data.find(' ', 1);
            data = data.substr(0, blank) + " ( ; \"a comment\n" + data.substr(blank + 1) + "\n )";
        }
        out_ += data;
        if (chance(20)) out_ += " ; ( a comment";
        out_ += chance(20) ? "\r\n" : "\n";
        if (chance(30)) out_ += "\n ; nothing here\n";
    }
    std::string text() { return std::move(out_); }

  private:
    bool chance(size_t of) { return random_ != nullptr && random_->one_in(of); }

    void directive(const Record& record) {
        if (chance(2)) {
            stated_ttl_ = true;
            default_ttl_ = record.ttl;
            out_ += (chance(2) ? "$TTL " : "$ttl ") + std::to_string(record.ttl) + "\n";
        } else {
            Name to = reference::last_labels(record.owner, random_->below(record.owner.size() + 1));
            out_ += "$ORIGIN " + name(to) + "\n";
            origin_ = to;
        }
    }

    std::string octet_text(char octet, bool quoted) {
        auto value = static_cast<unsigned char>(octet);
        bool plain = value < 0x80 && (std::isalnum(value) || octet == '-' || octet == '_' ||
                                      octet == '*' || (quoted && octet == ' '));
        if (plain && !chance(30)) return std::string(1, octet);
        if (value > 0x20 && value < 0x7f && !std::isdigit(value) && chance(2))
            return std::string("\\") + octet;
        std::string digits = std::to_string(value);
        return "\\" + std::string(3 - digits.size(), '0') + digits;
    }

    std::string labels(const Name& list) {
        std::string text;
        for (const std::string& label : list) {
            if (!text.empty()) text += '.';
            for (char octet : label) text += octet_text(octet, false);
        }
        return text;
    }

    std::string name(const Name& name) {
        if (name == origin_ && chance(2)) return "@";
        bool below =
            name.size() > origin_.size() && reference::last_labels(name, origin_.size()) == origin_;
        if (below && random_ != nullptr && !chance(3))
            return labels(
                Name(name.begin(), name.end() - static_cast<std::ptrdiff_t>(origin_.size())));
        return name.empty() ? "." : labels(name) + ".";
    }

    std::string name_at(const std::string& rdata, size_t& at) {
        Name found = reference::from_wire(
            {reinterpret_cast<const uint8_t*>(rdata.data()) + at, rdata.size() - at});
        at += reference::wire_size(found);
        return " " + name(found);
    }

    std::string type_and_rdata(const Record& record) {
        const char* word = mnemonic(record.type);
        std::string text =
            " " + (word && !chance(20) ? std::string(word) : "TYPE" + std::to_string(record.type));
        if (chance(4))
            for (char& octet : text) octet = static_cast<char>(std::tolower(octet));
        std::string data = chance(10) ? "" : own_notation(record.type, record.rdata);
        if (data.empty()) {
            data = " \\# " + std::to_string(record.rdata.size());
            if (!record.rdata.empty()) data += " " + hex(record.rdata);
        }
        return text + data;
    }

    std::string numbers(const std::string& rdata, size_t at, size_t count, size_t size) {
        std::string text;
        for (; count > 0; --count, at += size)
            text += " " + std::to_string(number_at(rdata, at, size));
        return text;
    }

    // Empty for types that are written in generic form here.
    std::string own_notation(uint16_t number, const std::string& rdata) {
        size_t at = 0;
        switch (number) {
            case type::A: {
                std::string text = numbers(rdata, 0, 4, 1).substr(1);
                std::replace(text.begin(), text.end(), ' ', '.');
                return " " + text;
            }
            case type::AAAA: {
                std::string text = " ";
                for (size_t i = 0; i < 16; i += 2)
                    text += (i == 0 ? "" : ":") + hex(rdata.substr(i, 2));
                return text;
            }
            case type::NS:
            case type::CNAME:
            case type::DNAME:
            case type::PTR:
                return name_at(rdata, at);
            case type::MX:
                at = 2;
                return numbers(rdata, 0, 1, 2) + name_at(rdata, at);
            case type::SRV:
                at = 6;
                return numbers(rdata, 0, 3, 2) + name_at(rdata, at);
            case type::SOA: {
                std::string names = name_at(rdata, at);
                names += name_at(rdata, at);
                return names + numbers(rdata, at, 5, 4);
            }
            case type::DS:
                return numbers(rdata, 0, 1, 2) + numbers(rdata, 2, 2, 1) + " " +
                       hex(rdata.substr(4));
            case type::TXT: {
                std::string text;
                while (at < rdata.size()) {
                    text += " \"";
                    size_t size = static_cast<unsigned char>(rdata[at++]);
                    for (; size > 0; --size) text += octet_text(rdata[at++], true);
                    text += '"';
                }
                return text;
            }
            default:
                return "";
        }
    }

    Random* random_;
    Name origin_;
    Name last_owner_;
    bool first_ = true;
    bool stated_ttl_ = false;
    uint32_t default_ttl_ = 0;
    std::string out_;
};

}  // namespace

std::string plain_text(const Name& origin, const Records& records) {
    Writer writer(nullptr, origin);
    for (const Record& record : records) writer.write(record);
    return "$ORIGIN " + reference::to_text(origin) + "\n" + writer.text();
}

std::string random_text(Random& random, const Name& origin, const Records& records) {
    Writer writer(&random, origin);
    for (const Record& record : records) writer.write(record);
    std::string text = writer.text();
    if (random.one_in(5) && text.ends_with("\n") && !text.ends_with("\r\n")) text.pop_back();
    return text;
}

}  // namespace apex_tests
