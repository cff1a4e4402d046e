#include "server/publish/overlay_serials.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "server/config/read_text.h"

namespace server {

namespace {

// Takes a number and the tab behind it off the front of a line.
template <class Number>
bool take_number(std::string_view& line, Number& out, int base) {
    const char* end = line.data() + line.size();
    auto [at, fault] = std::from_chars(line.data(), end, out, base);
    if (fault != std::errc() || at == end || *at != '\t') return false;
    line.remove_prefix(static_cast<size_t>(at - line.data()) + 1);
    return true;
}

}  // namespace

OverlaySerials::Key OverlaySerials::key_of(const std::string& view, dns::NameView zone) {
    std::string text = dns::to_text(zone);
    for (char& c : text) c = static_cast<char>(dns::lower(static_cast<uint8_t>(c)));
    return {std::move(text), view};
}

dns::Result<void> OverlaySerials::open(const dns::Files& files, const std::string& folder) {
    path_ = folder + "/" + kName;
    if (!files.identity(path_).ok()) return {};  // there is none yet
    auto read = read_text(files, path_, 0);
    if (!read.ok()) return dns::Fault{"cannot read '" + path_ + "': " + read.fault().sentence};
    std::string_view rest = *read->text;
    for (size_t number = 1; !rest.empty(); ++number) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        OverlaySerial serial;
        const bool numbers =
            take_number(line, serial.serial, 10) && take_number(line, serial.content, 16);
        const size_t tab = line.find('\t');
        if (!numbers || tab == line.npos)
            return dns::Fault{"'" + path_ + "' has a line that cannot be read: line " +
                              std::to_string(number) + "; correct or remove it"};
        serials_[{std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))}] = serial;
    }
    return {};
}

const OverlaySerial* OverlaySerials::find(const std::string& view, dns::NameView zone) const {
    auto found = serials_.find(key_of(view, zone));
    return found != serials_.end() ? &found->second : nullptr;
}

void OverlaySerials::put(const std::string& view, dns::NameView zone, OverlaySerial serial) {
    OverlaySerial& kept = serials_[key_of(view, zone)];
    changed_ = changed_ || !(kept == serial);
    kept = serial;
}

dns::Result<void> OverlaySerials::keep(const dns::Files& files) {
    if (!changed_ || path_.empty()) return {};
    std::string text;
    for (const auto& [key, serial] : serials_) {
        char content[17];
        const auto end = std::to_chars(content, content + sizeof content, serial.content, 16).ptr;
        text += std::to_string(serial.serial) + "\t" + std::string(content, end) + "\t" +
                key.first + "\t" + key.second + "\n";
    }
    auto written = files.write_whole(path_, text);
    if (!written.ok())
        return dns::Fault{"cannot write '" + path_ + "': " + written.fault().sentence};
    changed_ = false;
    return {};
}

}  // namespace server
