// The keys in a folder: found, read, made and written. A key exists when its .key file does; its
// private half lies beside it as .private, or as .pem:
//
//   keys/Kexample.com.+013+06911.key       0644, written last
//   keys/Kexample.com.+013+06911.private   0600, written first
//
// New files only: what exists is never written over, nor written to through a link.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "dns/base/files.h"
#include "signer/key_file_text.h"

namespace signer {

// What a folder holds, ready to be asked for the files of one zone or of many.
class KeyNames {
  public:
    static dns::Result<KeyNames> of_folder(const dns::Files& files, const std::string& folder);

    const std::string& folder() const { return folder_; }
    // "folder/NAME", or NAME alone in the folder ".".
    std::string path(const std::string& name) const;
    bool has(const std::string& name) const;
    // The bases of `owner`'s files, each once, in order; also of those without a .key file.
    std::vector<std::string> bases(dns::NameView owner) const;

  private:
    std::string folder_;
    std::vector<std::pair<std::string, std::string>> names_;  // in lower case, and as it is; sorted
};

struct LoadedKeys {
    std::vector<StoredKey> keys;  // by algorithm, then tag
    std::vector<std::string> faults;
    std::vector<std::string> warnings;
};
// All keys of a zone. A key with a fault is left out of `keys`: do not sign without knowing why.
LoadedKeys load_keys(const dns::Files& files, const KeyNames& names, dns::NameView owner);

struct KeyRequest {
    dns::Name owner;
    uint8_t algorithm = 0;
    uint16_t flags = key_flag::zone;
    unsigned rsa_bits = kUsualRsaBits;
    std::optional<uint32_t> ttl;
    KeyTimes times;
};
using KeyMaker = std::function<SecretKeyResult(uint8_t algorithm, unsigned rsa_bits)>;

// Makes a key that shares no tag with those that the folder has for the zone, revoked or not, and
// writes its files.
dns::Result<StoredKey> make_key(const dns::Files& files, const KeyNames& names,
                                const KeyRequest& request, const KeyMaker& maker = generate_key);

// Reads a private key in PEM; of `algorithm`, or (0) of the one algorithm that it can be of.
SecretKeyResult load_pem(const dns::Files& files, const std::string& path, uint8_t algorithm,
                         std::vector<std::string>& warnings);

}  // namespace signer
