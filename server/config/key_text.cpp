#include "server/config/key_text.h"

#include "zoneparser/encodings.h"

namespace server {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

// The words of a statement: in quotes or not, with { } ; as words of their own. Comments are
// passed over.
class Words {
  public:
    explicit Words(std::string_view text) : rest_(text) {}

    // "" at the end.
    std::string_view next() {
        pass_blanks();
        if (rest_.empty()) return {};
        if (std::string_view("{};").find(rest_[0]) != std::string_view::npos) return take(1);
        if (rest_[0] != '"')
            return take(std::min(rest_.find_first_of(" \t\r\n{};\""), rest_.size()));
        const size_t end = rest_.find('"', 1);
        if (end == std::string_view::npos) return take(rest_.size());
        std::string_view word = take(end + 1);
        return word.substr(1, word.size() - 2);
    }

  private:
    std::string_view take(size_t size) {
        std::string_view word = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return word;
    }
    void pass_blanks() {
        for (;;) {
            rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
            std::string_view end;
            if (rest_.starts_with("#") || rest_.starts_with("//"))
                end = "\n";
            else if (rest_.starts_with("/*"))
                end = "*/";
            else
                return;
            const size_t at = rest_.find(end);
            rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
        }
    }

    std::string_view rest_;
};

}  // namespace

std::optional<signer::SecretOctets> read_secret(std::string_view base64) {
    signer::SecretOctets secret(zoneparser::Base64Decoder::room(base64.size()));
    zoneparser::Base64Decoder decoder;
    uint8_t* end = secret.data();
    if (!decoder.feed(base64, end) || !decoder.complete() || end == secret.data())
        return std::nullopt;
    secret.resize(static_cast<size_t>(end - secret.data()));
    return secret;
}

dns::Result<KeyText> read_key_text(std::string_view text) {
    KeyText key;
    // One word alone is a secret, though it may begin as comments do.
    const size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
    const size_t end = text.find_last_not_of(kBlank) + 1;
    if (begin < end && text.find_first_of(kBlank, begin) >= end &&
        text.find_first_of("{\"#", begin) >= end) {
        key.secret = text.substr(begin, end - begin);
        return key;
    }
    Words words(text);
    const std::string_view first = words.next();
    if (first.empty()) return dns::Fault{"it is empty"};
    if (first != "key") {
        key.secret = first;
        if (!words.next().empty())
            return dns::Fault{"it holds more than a secret, and is no key statement"};
        return key;
    }
    key.name = words.next();
    if (words.next() != "{") return dns::Fault{"'{' is missing behind the key's name"};
    for (std::string_view word = words.next(); word != "}"; word = words.next()) {
        if (word != "algorithm" && word != "secret")
            return dns::Fault{"its statement has something else than 'algorithm' and 'secret'"};
        std::string_view& value = word == "secret" ? key.secret : key.algorithm;
        if (!value.empty()) return dns::Fault{"'" + std::string(word) + "' stands there twice"};
        value = words.next();
        if (value.empty() || words.next() != ";")
            return dns::Fault{"';' is missing behind '" + std::string(word) + "'"};
    }
    std::string_view last = words.next();
    if (last == ";") last = words.next();
    if (!last.empty()) return dns::Fault{"there is something behind its key statement"};
    if (key.secret.empty()) return dns::Fault{"its key statement has no 'secret'"};
    return key;
}

}  // namespace server
