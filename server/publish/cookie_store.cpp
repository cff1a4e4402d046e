#include "server/publish/cookie_store.h"

#include <array>
#include <optional>

#include "server/config/read_text.h"
#include "server/publish/system.h"

namespace server {

namespace {

constexpr const char* kOwnFile = "/cookie-secret";
constexpr size_t kOctets = 16;

std::optional<dns::SipKey> read_secret(std::string_view text) {
    if (text.size() != 2 * kOctets) return std::nullopt;
    std::array<uint8_t, kOctets> octets{};
    for (size_t i = 0; i < text.size(); ++i) {
        size_t digit = std::string_view("0123456789abcdefABCDEF").find(text[i]);
        if (digit == std::string_view::npos) return std::nullopt;
        if (digit > 15) digit -= 6;
        octets[i / 2] = static_cast<uint8_t>(octets[i / 2] << 4 | digit);
    }
    return dns::cookie_key(octets.data());
}

std::string new_secret() {
    dns::SipKey random = random_key();
    std::string text;
    for (uint64_t word : {random.k0, random.k1})
        for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15];
    return text;
}

dns::Result<dns::CookieSecrets> read_file(const std::string& path, const dns::Files& files) {
    auto read = read_text(files, path, 0);
    if (!read.ok())
        return dns::Fault{"cannot read the cookie secrets in '" + path +
                          "': " + read.fault().sentence};
    dns::CookieSecrets secrets;
    std::string_view rest = *read->text;
    while (!rest.empty()) {
        size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        auto secret = read_secret(line);
        if (!secret || secrets.count == secrets.keys.size())
            return dns::Fault{
                "'" + path +
                "' is to hold one or two secrets, a line of 32 hexadecimal digits each"};
        secrets.keys[secrets.count++] = *secret;
    }
    if (secrets.count == 0) return dns::Fault{"'" + path + "' holds no secret"};
    return secrets;
}

}  // namespace

dns::Result<dns::CookieSecrets> cookie_secrets(const ServerOptions& options,
                                               const std::string& state_folder,
                                               const dns::Files& files) {
    dns::CookieSecrets secrets;
    for (const std::string& text : options.cookie_secrets)
        if (auto secret = read_secret(text); secret && secrets.count < secrets.keys.size())
            secrets.keys[secrets.count++] = *secret;
    if (secrets.count > 0) return secrets;
    if (!options.cookie_secret_file.empty()) return read_file(options.cookie_secret_file, files);
    if (state_folder.empty()) {
        secrets.keys[0] = random_key();
        secrets.count = 1;
        return secrets;
    }
    std::string path = state_folder + kOwnFile;
    if (!files.identity(path).ok()) {
        auto written = files.write_whole(path, new_secret() + "\n");
        if (!written.ok())
            return dns::Fault{"cannot write '" + path + "': " + written.fault().sentence};
    }
    return read_file(path, files);
}

}  // namespace server
