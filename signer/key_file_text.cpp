#include "signer/key_file_text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "dns/octet_text.h"
#include "dns/rdata_text.h"
#include "signer/algorithm.h"
#include "signer/moment.h"
#include "signer/record_text.h"
#include "zoneparser/encodings.h"

namespace signer {

namespace {

constexpr std::string_view kFormat = "Private-key-format";
// What other tools write besides, and what apex has no use for.
constexpr std::string_view kUnused[] = {"Predecessor", "Successor", "MaxTTL", "RollPeriod"};

std::string padded(uint64_t number, size_t digits) {
    std::string text = std::to_string(number);
    return std::string(digits - std::min(digits, text.size()), '0') + text;
}

std::string lower_text(std::string text) {
    for (char& c : text) c = static_cast<char>(dns::lower(static_cast<uint8_t>(c)));
    return text;
}

bool is_plain(uint8_t octet) {
    uint8_t small = dns::lower(octet);
    return (small >= 'a' && small <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' ||
           octet == '_';
}

std::string file_form(dns::NameView owner) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    std::string text;
    for (; !owner.is_root(); owner = owner.parent()) {
        dns::NameView label = owner.first_label();
        for (size_t i = 0; i < label.size(); ++i) {
            uint8_t octet = label.data()[i];
            if (is_plain(octet))
                text += static_cast<char>(dns::lower(octet));
            else
                text += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
        }
        text += '.';
    }
    return text.empty() ? "." : text;
}

// +013+06911
constexpr size_t kTail = 10;
bool is_tail(std::string_view tail) {
    for (size_t i = 0; i < tail.size(); ++i)
        if (i == 0 || i == 4 ? tail[i] != '+' : tail[i] < '0' || tail[i] > '9') return false;
    return tail.size() == kTail;
}

// "; Publish: 20260301120000 (Sun Mar  1 12:00:00 2026)"
std::string time_comment(const char* label, dns::UnixTime time) {
    char text[64];
    std::time_t seconds = time;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    size_t size = std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &parts);
    return std::string("; ") + label + ": " + compact_time(time) + " (" + std::string(text, size) +
           ")\n";
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// "Label: value" line by line.
class LabelLines {
  public:
    explicit LabelLines(std::string_view text) : left_(text) {}

    bool next() {
        while (!left_.empty()) {
            size_t end = std::min(left_.find('\n'), left_.size());
            std::string_view line = trimmed(left_.substr(0, end));
            left_.remove_prefix(std::min(end + 1, left_.size()));
            ++number_;
            if (line.empty()) continue;
            size_t colon = std::min(line.find(':'), line.size());
            label_ = trimmed(line.substr(0, colon));
            value_ = trimmed(line.substr(std::min(colon + 1, line.size())));
            has_colon_ = colon < line.size();
            return true;
        }
        return false;
    }
    std::string_view label() const { return label_; }
    std::string_view value() const { return value_; }
    bool has_colon() const { return has_colon_; }
    size_t number() const { return number_; }

  private:
    std::string_view left_, label_, value_;
    bool has_colon_ = false;
    size_t number_ = 0;
};

// The times in a .key file's comments; what is no time there is a comment and nothing else.
KeyTimes times_of_comments(std::string_view text) {
    KeyTimes times;
    LabelLines lines(text);
    while (lines.next()) {
        if (!lines.label().starts_with(';')) continue;
        const KeyTimeRow* row = find_key_time(trimmed(lines.label().substr(1)));
        dns::UnixTime time = 0;
        std::string_view first = lines.value().substr(0, lines.value().find(' '));
        if (row != nullptr && read_compact_time(first, time)) times[row->time] = time;
    }
    return times;
}

// Reads the lines of a private file, each label once.
class PrivateReader {
  public:
    PrivateReader(std::string_view text, const std::string& file) : lines_(text), file_(file) {}

    dns::Result<PrivateText> run() {
        if (auto head = read_head(); !head.ok()) return head.fault();
        while (lines_.next())
            if (auto line = read_line(); !line.ok()) return line.fault();
        if (read_.algorithm == 0)
            return at_line(lines_.number(), "the line 'Algorithm: ...' is missing");
        auto labels = secret_labels(read_.algorithm);
        std::vector<SecretField> ordered;
        for (const char* label : labels) {
            auto found = std::find_if(
                fields_.begin(), fields_.end(),
                [&](const SecretField& field) { return std::string_view(field.label) == label; });
            if (found == fields_.end())
                return at_line(lines_.number(), "the line '" + std::string(label) +
                                                    ": ...' is missing; the file may be cut short");
            ordered.push_back(std::move(*found));
        }
        auto secret = key_from_fields(read_.algorithm, ordered);
        if (!secret.ok()) return at_line(algorithm_line_, secret.fault().sentence);
        read_.secret = std::move(secret.value());
        return std::move(read_);
    }

  private:
    static std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }
    dns::Fault at_line(size_t line, const std::string& sentence) const {
        return {file_ + ":" + std::to_string(std::max<size_t>(line, 1)) + ": " + sentence};
    }
    dns::Fault here(const std::string& sentence) const {
        return at_line(lines_.number(), sentence);
    }

    dns::Result<void> read_head() {
        bool any = lines_.next();
        if (!any || lines_.label() != kFormat)
            return here("a private key file begins with 'Private-key-format: v1.3'");
        unsigned minor = 0;
        std::string_view version = lines_.value();
        bool known = version.starts_with("v1.");
        if (known) {
            version.remove_prefix(3);
            auto [end, error] =
                std::from_chars(version.data(), version.data() + version.size(), minor);
            known = error == std::errc() && end == version.data() + version.size();
        }
        if (!known)
            return here("the format " + quoted(lines_.value()) +
                        " is not known here; v1.2 and v1.3 are");
        return {};
    }

    dns::Result<void> read_line() {
        std::string_view label = lines_.label();
        if (label.starts_with(';')) return {};
        // The line may be a part of a secret, so it is not shown.
        if (!lines_.has_colon()) return here("this line is no 'Label: value'");
        if (label == "Algorithm") return read_algorithm();
        if (label == "Engine" || label == "Label")
            return here("the key lives in a device, which apex cannot use");
        if (const KeyTimeRow* row = find_key_time(label)) return read_time(*row);
        if (read_.algorithm != 0)
            for (const char* known : secret_labels(read_.algorithm))
                if (label == known) return read_secret(known);
        if (std::find(std::begin(kUnused), std::end(kUnused), label) == std::end(kUnused))
            read_.warnings.push_back(
                here(quoted(label) + " is not known here; the line is left out of account")
                    .sentence);
        return {};
    }

    dns::Result<void> read_algorithm() {
        std::string_view number = lines_.value().substr(0, lines_.value().find(' '));
        uint8_t value = 0;
        auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
        if (error != std::errc() || end != number.data() + number.size())
            return here(quoted(number) + " is no number of an algorithm");
        const Algorithm* row = find_algorithm(value);
        if (row == nullptr || !row->signs)
            return here("algorithm " + std::to_string(value) + " is not one that apex signs with");
        if (read_.algorithm != 0) return here("'Algorithm' is there twice");
        read_.algorithm = value;
        algorithm_line_ = lines_.number();
        return {};
    }

    dns::Result<void> read_time(const KeyTimeRow& row) {
        dns::UnixTime time = 0;
        if (!read_compact_time(lines_.value(), time))
            return here(quoted(lines_.value()) + " is no time; " + row.label +
                        " is written YYYYMMDDHHmmSS");
        if (read_.times[row.time]) return here(quoted(row.label) + " is there twice");
        read_.times[row.time] = time;
        return {};
    }

    dns::Result<void> read_secret(const char* label) {
        for (const SecretField& field : fields_)
            if (field.label == label) return here(quoted(label) + " is there twice");
        SecretField field{label,
                          SecretOctets(zoneparser::Base64Decoder::room(lines_.value().size()))};
        uint8_t* end = field.octets.data();
        zoneparser::Base64Decoder decoder;
        if (lines_.value().empty() || !decoder.feed(lines_.value(), end) || !decoder.complete())
            return here(std::string(label) + " is no base64");
        field.octets.resize(static_cast<size_t>(end - field.octets.data()));
        fields_.push_back(std::move(field));
        return {};
    }

    LabelLines lines_;
    const std::string& file_;
    PrivateText read_;
    size_t algorithm_line_ = 0;
    std::vector<SecretField> fields_;
};

dns::Result<void> take_dnskey(const TextRecord& record, StoredKey& key) {
    if (record.type != dns::type::DNSKEY)
        return dns::Fault{"a key file has a DNSKEY record, and this is " +
                          dns::type_text(record.type)};
    if (!key.dnskey.empty())
        return dns::Fault{"a key file has one DNSKEY record, and this is another"};
    key.owner = dns::Name(record.owner);
    key.dnskey.assign(record.rdata.begin(), record.rdata.end());
    key.ttl = record.ttl;
    DnskeyView view(key.dnskey);
    if ((view.flags() & key_flag::zone) && view.protocol() == 3) return {};
    return dns::Fault{
        "this is no key of a zone: its flags have no 256, or its protocol is not 3 "
        "(RFC 4034 2.1)"};
}

void append_secret_base64(SecretText& out, const SecretOctets& octets) {
    size_t size = (octets.size() + 2) / 3 * 4;
    SecretOctets text(size + 1);  // OpenSSL ends it with a zero
    EVP_EncodeBlock(text.data(), octets.data(), static_cast<int>(octets.size()));
    out += {reinterpret_cast<const char*>(text.data()), size};
}

}  // namespace

std::string key_file_base(dns::NameView owner, uint8_t algorithm, uint16_t tag) {
    return "K" + file_form(owner) + "+" + padded(algorithm, 3) + "+" + padded(tag, 5);
}

std::vector<std::string> key_file_starts(dns::NameView owner) {
    std::vector<std::string> starts = {"k" + lower_text(file_form(owner)) + "+"};
    std::string other = "k" + lower_text(dns::to_text(owner)) + "+";
    if (other != starts[0]) starts.push_back(std::move(other));
    return starts;
}

bool is_key_file_base(std::string_view base, dns::NameView owner) {
    if (base.size() <= kTail || base[0] != 'K' || !is_tail(base.substr(base.size() - kTail)))
        return false;
    std::string start = lower_text(std::string(base.substr(0, base.size() - kTail + 1)));
    std::vector<std::string> starts = key_file_starts(owner);
    return std::find(starts.begin(), starts.end(), start) != starts.end();
}

uint16_t tag_in_base(std::string_view base) {
    unsigned tag = 0;
    if (base.size() > 5)
        std::from_chars(base.data() + base.size() - 5, base.data() + base.size(), tag);
    return static_cast<uint16_t>(tag);
}

std::string write_public_text(const StoredKey& key) {
    std::string owner = dns::to_text(key.owner);
    std::string text = "; This is a ";
    if (key.was_revoked()) text += "revoked ";
    text += key.has_entry_point() ? "key-signing" : "zone-signing";
    text += " key, keyid " + std::to_string(key.tag()) + ", for " + owner + "\n";
    for (const KeyTimeRow& row : key_time_rows())
        if (auto time = key.times[row.time]) text += time_comment(row.label, *time);
    text += owner;
    if (key.ttl) text += " " + std::to_string(*key.ttl);
    text += " IN DNSKEY " + dns::rdata_text(dns::type::DNSKEY, key.dnskey) + "\n";
    return text;
}

SecretText write_private_text(const SecretKey& key, const KeyTimes& times) {
    SecretText text;
    text += std::string(kFormat) + ": v1.3\nAlgorithm: " + std::to_string(key.algorithm()) + " (" +
            find_algorithm(key.algorithm())->mnemonic + ")\n";
    for (const SecretField& field : key.fields()) {
        text += field.label;
        text += ": ";
        append_secret_base64(text, field.octets);
        text += "\n";
    }
    for (const KeyTimeRow& row : key_time_rows())
        if (auto time = times[row.time])
            text += std::string(row.label) + ": " + compact_time(*time) + "\n";
    return text;
}

bool is_pem(std::string_view text) {
    return text.find("-----BEGIN ") != std::string_view::npos;
}

dns::Result<StoredKey> read_public_text(std::string_view text, const std::string& file) {
    StoredKey key;
    dns::Limits limits;
    limits.generate_records = 0;
    auto read = read_records(text, file, dns::Name(), limits, nullptr,
                             [&](const TextRecord& record) { return take_dnskey(record, key); });
    if (!read.ok()) return read.fault();
    if (key.dnskey.empty()) return dns::Fault{file + ":1: there is no DNSKEY record in it"};
    key.times = times_of_comments(text);
    return key;
}

dns::Result<PrivateText> read_private_text(std::string_view text, const std::string& file) {
    return PrivateReader(text, file).run();
}

}  // namespace signer
