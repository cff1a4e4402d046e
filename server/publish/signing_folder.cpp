#include "server/publish/signing_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "dns/sha1.h"
#include "dns/siphash.h"
#include "server/config/read_text.h"
#include "server/publish/disk_files.h"

namespace server {

namespace {

// Of a file's name, with room for what writers add to it.
constexpr size_t kLongestName = 200;
// Finds what the disk or an editor did to a record, not what an enemy did.
constexpr dns::SipKey kChecksumKey{0x61706578'7265636f, 0x72642e63'6865636b};

uint64_t checksum(std::string_view text) {
    return dns::siphash24(kChecksumKey, reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

std::string hexadecimal(uint64_t number) {
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[number >> shift & 15];
    return text;
}

dns::Result<void> make_folder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return sync_folder_of(path);
    if (errno == EEXIST) return {};
    return dns::Fault{"cannot make the folder '" + path + "': " + system_fault(errno).sentence};
}

// "serial 17": the number behind the word, taken off the front of the text.
template <class Number>
bool take(std::string_view& text, std::string_view word, int base, Number& number) {
    if (!text.starts_with(word) || text.size() <= word.size() || text[word.size()] != ' ')
        return false;
    text.remove_prefix(word.size() + 1);
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc() || end == text.data() + text.size() || *end != '\n') return false;
    text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
    return true;
}

// An octet of a name as part of a file's name, whatever it is.
void append_escaped(std::string& text, uint8_t octet, bool capitals) {
    bool plain = (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') ||
                 (capitals && octet >= 'A' && octet <= 'Z') || octet == '-' || octet == '_';
    if (plain) {
        text += static_cast<char>(octet);
        return;
    }
    text += '%';
    text += "0123456789abcdef"[octet >> 4];
    text += "0123456789abcdef"[octet & 15];
}

std::string view_text(const std::string& view) {
    std::string text;
    for (char c : view) append_escaped(text, static_cast<uint8_t>(c), true);
    return text;
}

}  // namespace

std::string folder_name(dns::NameView zone) {
    std::string text;
    bool first = true;
    for (size_t at = 0; zone.data()[at] != 0; at += zone.data()[at] + size_t{1}) {
        if (!first) text += '.';
        first = false;
        for (size_t i = 1; i <= zone.data()[at]; ++i)
            append_escaped(text, dns::lower(zone.data()[at + i]), false);
    }
    if (text.empty()) return "%root";
    if (text.size() <= kLongestName) return text;
    std::array<uint8_t, dns::kMaxName> octets;
    dns::lower_copy(octets.data(), zone.data(), zone.size());
    dns::Sha1Digest digest = dns::sha1({octets.data(), zone.size()});
    std::array<uint8_t, dns::kNsec3Label> label;
    dns::write_nsec3_label(digest, label.data());
    return text.substr(0, kLongestName - label.size()) + "%" +
           std::string(reinterpret_cast<const char*>(label.data()) + 1, label.size() - 1);
}

std::string mark_name(dns::NameView zone, const std::string& view) {
    return view.empty() ? folder_name(zone) : folder_name(zone) + "@" + view_text(view);
}

SigningFolder::SigningFolder(const dns::Files& files, const std::string& state, dns::NameView zone,
                             const std::string& view)
    : files_(files),
      state_(state),
      path_(state + "/signing/" + folder_name(zone)),
      own_(view.empty() ? path_ : path_ + "/view-" + view_text(view)),
      mark_(state + "/signed/" + mark_name(zone, view)),
      default_mark_(state + "/signed/" + folder_name(zone)) {}

dns::Result<void> SigningFolder::make() const {
    for (const std::string& folder : {state_ + "/signing", state_ + "/signed", path_, own_})
        if (auto made = make_folder(folder); !made.ok()) return made;
    return {};
}

bool SigningFolder::was_signed() const {
    struct stat status;
    return ::stat(mark_.c_str(), &status) == 0;
}

bool SigningFolder::default_was_signed() const {
    struct stat status;
    return ::stat(default_mark_.c_str(), &status) == 0;
}

dns::Result<void> SigningFolder::mark_signed() const {
    if (was_signed()) return {};
    auto written = files_.write_whole(mark_, "");
    if (written.ok()) return {};
    return dns::Fault{"cannot write '" + mark_ + "': " + written.fault().sentence};
}

dns::Result<void> SigningFolder::mark_unsigned() const {
    if (::unlink(mark_.c_str()) != 0 && errno != ENOENT)
        return dns::Fault{"cannot remove '" + mark_ + "': " + system_fault(errno).sentence};
    return sync_folder_of(mark_);
}

dns::Result<std::optional<SigningRecord>> SigningFolder::read() const {
    const std::string path = own_ + "/record";
    struct stat status;
    if (::stat(path.c_str(), &status) != 0 && errno == ENOENT)
        return std::optional<SigningRecord>();
    auto text = read_text(files_, path, 0);
    if (!text.ok()) return dns::Fault{"cannot read '" + path + "': " + text.fault().sentence};
    SigningRecord record;
    std::string_view rest = *text->text;
    uint64_t sum = 0;
    bool good =
        take(rest, "serial", 10, record.serial) && take(rest, "content", 16, record.content) &&
        take(rest, "since", 10, record.since) && take(rest, "longest-ttl", 10, record.longest_ttl);
    std::string_view summed(text->text->data(), text->text->size() - rest.size());
    good = good && take(rest, "checksum", 16, sum) && rest.empty() && sum == checksum(summed);
    if (good) return std::optional<SigningRecord>(record);
    return dns::Fault{"'" + path + "' is not as it was written; put it back from a backup"};
}

dns::Result<void> SigningFolder::write(const SigningRecord& record) const {
    std::string text = "serial " + std::to_string(record.serial) + "\ncontent " +
                       hexadecimal(record.content) + "\nsince " + std::to_string(record.since) +
                       "\nlongest-ttl " + std::to_string(record.longest_ttl) + "\n";
    text += "checksum " + hexadecimal(checksum(text)) + "\n";
    auto written = files_.write_whole(own_ + "/record", text);
    if (written.ok()) return {};
    return dns::Fault{"cannot write '" + own_ + "/record': " + written.fault().sentence};
}

}  // namespace server
