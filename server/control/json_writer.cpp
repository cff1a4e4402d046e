#include "server/control/json_writer.h"

#include "server/control/visible_text.h"

namespace server {

namespace {
constexpr char kHex[] = "0123456789abcdef";
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        TextUnit unit = first_unit(text);
        unsigned char first = static_cast<unsigned char>(text[0]);
        if (unit.escaped && first < 0x80) {
            out += "\\u00";
            out += kHex[first >> 4];
            out += kHex[first & 15];
        } else {
            if (unit.escaped || first == '"' || first == '\\') out += '\\';
            append_unit(out, text, unit);
        }
        text.remove_prefix(unit.octets);
    }
    out += '"';
}

void JsonWriter::separate() {
    if (!first_) out_ += ',';
    first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_json_string(out_, name);
    out_ += ':';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    separate();
    append_json_string(out_, value);
    return *this;
}

JsonWriter& JsonWriter::number(uint64_t value) {
    separate();
    out_ += std::to_string(value);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    separate();
    out_ += value ? "true" : "false";
    return *this;
}

}  // namespace server
