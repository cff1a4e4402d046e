// apex keygen --tsig: a new key for signed transactions, as text for a configuration.
#include <algorithm>

#include "dns/octet_text.h"
#include "dns/tsig_key.h"
#include "server/cli/key_call.h"
#include "server/publish/system.h"
#include "signer/secret.h"

namespace server {

namespace {

constexpr const char* kUsualAlgorithm = "hmac-sha256";

// What stands in a configuration, in BIND's or ours, without any escapes.
bool is_plain(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

// As long as the hash: more says no more, less is weaker (RFC 2104 3).
signer::SecretOctets new_secret(size_t size) {
    signer::SecretOctets secret;
    while (secret.size() < size) {
        dns::SipKey random = random_key();
        const auto* octets = reinterpret_cast<const uint8_t*>(&random);
        secret.insert(secret.end(), octets, octets + std::min(sizeof random, size - secret.size()));
        signer::cleanse(&random, sizeof random);
    }
    return secret;
}

std::string key_table(std::string_view name, std::string_view algorithm, std::string_view secret) {
    std::string text = "[[key]]\nname = \"";
    text.append(name).append("\"\nalgorithm = \"").append(algorithm).append("\"\nsecret = \"");
    return text.append(secret).append("\"\n");
}

std::string key_statement(std::string_view name, std::string_view algorithm,
                          std::string_view secret) {
    std::string text = "key \"";
    text.append(name).append("\" {\n\talgorithm ").append(algorithm).append(";\n\tsecret \"");
    return text.append(secret).append("\";\n};\n");
}

}  // namespace

int run_tsig_keygen(World& world, const Call& call) {
    for (const char* option : {"ksk", "zsk", "csk", "keys", "bits", "ttl", "publish", "activate",
                               "retire", "revoke", "remove", "pem"})
        if (call.has(option))
            return call_at_fault(world, "keygen",
                                 {"--" + std::string(option) + " is for keys that sign zones",
                                  "--tsig takes --algorithm and --bind"});
    if (call.operands.size() != 1)
        return call_at_fault(
            world, "keygen",
            {call.operands.empty() ? "no key is named" : "more than one key is named",
             "apex keygen --tsig backup.example.com"});
    auto name = read_zone_name(call.operands[0]);
    if (!name.ok()) return call_at_fault(world, "keygen", name.fault());
    const std::string text = dns::to_text(name.value());
    if (!is_plain(text) || name->size() == 1)
        return call_at_fault(world, "keygen",
                             {"'" + call.operands[0] + "' is no name for a key",
                              "it is made of letters, digits, '-', '_' and '.'"});
    const dns::TsigAlgorithmRow* row =
        dns::find_tsig_algorithm(call.value("algorithm", kUsualAlgorithm));
    if (row == nullptr)
        return call_at_fault(world, "keygen",
                             {"that algorithm signs zones, not transactions",
                              "--algorithm hmac-sha256, which is the default, or hmac-sha512"});
    keep_memory_private();
    const signer::SecretOctets secret = new_secret(row->hash_size);
    std::string base64;
    dns::append_base64(base64, secret);
    const std::string_view plain_name = std::string_view(text).substr(0, text.size() - 1);
    world.out.write(call.has("bind") ? key_statement(plain_name, row->word, base64)
                                     : key_table(plain_name, row->word, base64));
    signer::cleanse(base64.data(), base64.size());
    return kGood;
}

}  // namespace server
