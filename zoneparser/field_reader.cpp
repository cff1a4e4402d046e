#include "zoneparser/field_reader.h"

namespace zoneparser {

std::string shown(std::string_view text) {
    constexpr size_t kMost = 40;
    std::string out = "'";
    for (char c : text.substr(0, kMost)) {
        auto octet = static_cast<uint8_t>(c);
        if (octet >= 0x20 && octet < 0x7f) {
            out += c;
            continue;
        }
        out += '\\';
        out += static_cast<char>('0' + octet / 100);
        out += static_cast<char>('0' + octet / 10 % 10);
        out += static_cast<char>('0' + octet % 10);
    }
    if (text.size() > kMost) out += "...";
    return out += '\'';
}

bool FieldReader::fail(FieldFault::Kind kind, std::string reason, const char* hint) {
    fault_.kind = kind;
    fault_.token = at_ > 0 ? at_ - 1 : 0;
    fault_.field = label_;
    fault_.reason = std::move(reason);
    fault_.hint = hint;
    return false;
}

bool FieldReader::missing() {
    fail(FieldFault::Kind::missing, "", "");
    fault_.token = tokens_.size();
    return false;
}

bool FieldReader::extra() {
    return fail(FieldFault::Kind::extra, shown(tokens_[at_ - 1].text()) + " is left over", "");
}

bool FieldReader::invalid(std::string reason, const char* hint) {
    return fail(FieldFault::Kind::invalid, std::move(reason), hint);
}

bool FieldReader::too_long(std::string reason, const char* hint) {
    return fail(FieldFault::Kind::too_long, std::move(reason), hint);
}

bool FieldReader::too_much_rdata() {
    return too_long("the data is longer than 65535 octets");
}

void FieldReader::quoted_word() {
    invalid(shown(tokens_[at_ - 1].text()) + " stands in quotes", "leave the quotes out");
}

}  // namespace zoneparser
