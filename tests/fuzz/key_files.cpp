// Any octets as the two files of a key, and as a PEM file: no crash; and what is read as a key is
// written in a form that reads to the same.
#include <cstdlib>

#include "signer/key_file_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto half = signer::read_public_text(text, "key");
    if (half.ok()) {
        auto again = signer::read_public_text(signer::write_public_text(half.value()), "key");
        if (!again.ok() || again->dnskey != half->dnskey || again->times != half->times)
            std::abort();
        signer::key_file_base(half->owner, half->algorithm(), 1);
    }
    auto secret = signer::read_private_text(text, "private");
    if (secret.ok() && secret->secret != nullptr) {
        const signer::SecretText written =
            signer::write_private_text(*secret->secret, secret->times);
        auto again = signer::read_private_text(written.view(), "private");
        if (!again.ok() || again->times != secret->times) std::abort();
    }
    signer::is_pem(text);
    signer::is_key_file_base(text.substr(0, 300), dns::Name());
    return 0;
}
