#include "server/control/log_line.h"

#include <ctime>

#include "server/control/json_writer.h"
#include "server/control/visible_text.h"

namespace server {

namespace {

// Sentences are shorter; a name has at most 1,009 characters as text.
constexpr size_t kLongestValue = 2000;

std::string_view cut(std::string_view value) {
    if (value.size() <= kLongestValue) return value;
    size_t size = kLongestValue;
    // Not in the middle of a character of UTF-8.
    while (size > kLongestValue - 4 && (static_cast<unsigned char>(value[size]) & 0xc0) == 0x80)
        --size;
    return value.substr(0, size);
}

}  // namespace

std::string time_text(dns::UnixTime time) {
    std::time_t seconds = time;
    std::tm parts{};
    char text[64];
    if (::gmtime_r(&seconds, &parts) == nullptr) return std::to_string(time);
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void append_logfmt_value(std::string& out, std::string_view value) {
    std::string text = visible(value);
    if (!text.empty() && text.find_first_of(" =\"\\") == std::string::npos) {
        out += text;
        return;
    }
    out += '"';
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

LogLine::LogLine(LogFormat format, dns::UnixTime time) : format_(format) {
    if (format_ == LogFormat::json) text_ = "{";
    add("time", time_text(time));
}

void LogLine::add_key(std::string_view key) {
    if (text_.size() > 1) text_ += format_ == LogFormat::json ? ',' : ' ';
    if (format_ == LogFormat::json)
        append_json_string(text_, key);
    else
        text_ += key;
    text_ += format_ == LogFormat::json ? ':' : '=';
}

LogLine& LogLine::add(std::string_view key, std::string_view value) {
    add_key(key);
    std::string_view kept = cut(value);
    std::string whole;
    if (kept.size() < value.size()) {
        whole = std::string(kept) + "...";
        kept = whole;
    }
    if (format_ == LogFormat::json)
        append_json_string(text_, kept);
    else
        append_logfmt_value(text_, kept);
    return *this;
}

LogLine& LogLine::add(std::string_view key, uint64_t value) {
    add_key(key);
    text_ += std::to_string(value);
    return *this;
}

std::string LogLine::finish() {
    if (format_ == LogFormat::json) text_ += '}';
    text_ += '\n';
    return std::move(text_);
}

}  // namespace server
