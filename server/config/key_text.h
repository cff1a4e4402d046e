// A key of transactions as text: a secret in base64, and the statement that tsig-keygen prints.
//
//   key "backup.example" {
//           algorithm hmac-sha256;
//           secret "c2VjcmV0IHNlY3JldCBzZWNyZXQ=";
//   };
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dns/base/result.h"
#include "signer/secret.h"

namespace server {

// At least one octet; none if the text is no base64.
std::optional<signer::SecretOctets> read_secret(std::string_view base64);

// What a file of a key says, as it is written; the views point into the text.
struct KeyText {
    std::string_view name, algorithm;  // "": it says none
    std::string_view secret;
};

// A secret alone, or one key statement. The fault says what is wrong, and nothing of the secret.
dns::Result<KeyText> read_key_text(std::string_view text);

}  // namespace server
