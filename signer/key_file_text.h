// The two files of a key, as text: BIND's form, which ldns and others read as well.
//
//   Kexample.com.+013+06911.key                       Kexample.com.+013+06911.private
//   ; This is a zone-signing key, keyid 6911, ...     Private-key-format: v1.3
//   ; Created: 20260301120000 (Sun Mar  1 ...)        Algorithm: 13 (ECDSAP256SHA256)
//   ; Publish: ...                                    PrivateKey: <base64>
//   example.com. IN DNSKEY 256 3 13 <base64>          Created: 20260301120000
//                                                     Publish: ...
//
// Times in a private file count; those in the comments of a .key file count where it has none (a
// PEM file cannot have any). Faults begin with "file:line: ".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "signer/openssl_keys.h"
#include "signer/stored_key.h"

namespace signer {

// "Kexample.com.+013+06911": the owner in lower case, and what is neither letter, digit, '-' nor
// '_' in a label as %XX.
std::string key_file_base(dns::NameView owner, uint8_t algorithm, uint16_t tag);
// What the bases of an owner's keys begin with, in lower case: as above, and as ldns writes names,
// without such escapes.
std::vector<std::string> key_file_starts(dns::NameView owner);
// Is this the base of a key of `owner`? In any case of letters.
bool is_key_file_base(std::string_view base, dns::NameView owner);
// The tag that stands in a base.
uint16_t tag_in_base(std::string_view base);

std::string write_public_text(const StoredKey& key);
SecretText write_private_text(const SecretKey& key, const KeyTimes& times);

// Reads the DNSKEY record of a .key file; `base` and `secret` are left empty.
dns::Result<StoredKey> read_public_text(std::string_view text, const std::string& file);

struct PrivateText {
    uint8_t algorithm = 0;
    std::shared_ptr<const SecretKey> secret;
    KeyTimes times;
    std::vector<std::string> warnings;
};
dns::Result<PrivateText> read_private_text(std::string_view text, const std::string& file);

bool is_pem(std::string_view text);

}  // namespace signer
