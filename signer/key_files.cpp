#include "signer/key_files.h"

#include <algorithm>
#include <set>

#include "signer/algorithm.h"

namespace signer {

namespace {

constexpr size_t kMostOctets = 64 * 1024;
constexpr unsigned kPrivateMode = 0600, kPublicMode = 0644;
constexpr std::string_view kPublic = ".key", kPrivate = ".private", kPem = ".pem";
// With all 65536 tags but one in use it would take longer; with a few keys, hardly more than one.
constexpr int kAttempts = 1000;

std::string lower_text(std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered) c = static_cast<char>(dns::lower(static_cast<uint8_t>(c)));
    return lowered;
}

struct ReadSecret {
    SecretText text;
    bool readable_by_others = false;
};

dns::Result<ReadSecret> read_secret(const dns::Files& files, const std::string& path) {
    auto file = files.open(path);
    if (!file.ok()) return dns::Fault{path + ": " + file.fault().sentence};
    const dns::FileIdentity identity = file.value()->opened_as();
    if (identity.size > kMostOctets) return dns::Fault{path + ": it is too large for a key file"};
    ReadSecret read;
    read.readable_by_others = file.value()->readable_by_others();
    read.text.resize(static_cast<size_t>(identity.size));
    auto got = file.value()->read_at(0, {read.text.data(), read.text.size()});
    if (!got.ok()) return dns::Fault{path + ": " + got.fault().sentence};
    auto after = file.value()->identity();
    if (!after.ok()) return dns::Fault{path + ": " + after.fault().sentence};
    if (!(after.value() == identity) || got.value() != read.text.size())
        return dns::Fault{path + ": it changed while it was read; try again"};
    return dns::Result<ReadSecret>(std::move(read));
}

void warn_of_readers(std::vector<std::string>& warnings, const ReadSecret& read,
                     const std::string& path) {
    if (read.readable_by_others)
        warnings.push_back(path +
                           ": others than its owner may read this private key; chmod 600 it");
}

SecretKeyResult read_pem(std::string_view text, const std::string& path, uint8_t algorithm) {
    auto key = key_from_pem(algorithm, text);
    if (!key.ok()) return dns::Fault{path + ": " + key.fault().sentence};
    return key;
}

// Reads one key of a folder.
class KeyLoad {
  public:
    KeyLoad(const dns::Files& files, const KeyNames& names, std::vector<std::string>& warnings)
        : files_(files), names_(names), warnings_(warnings) {}

    dns::Result<StoredKey> run(const std::string& base, dns::NameView owner) {
        const std::string path = names_.path(base + std::string(kPublic));
        auto text = read_secret(files_, path);
        if (!text.ok()) return text.fault();
        auto key = read_public_text(text.value().text.view(), path);
        if (!key.ok()) return key;
        if (!(key->owner.view() == owner))
            return dns::Fault{path + ": this is a key of " + dns::to_text(key->owner) +
                              ", not of " + dns::to_text(owner)};
        key->base = base;
        if (tag_in_base(base) != key->tag())
            warnings_.push_back(path + ": the tag of this key is " + std::to_string(key->tag()) +
                                ", not " + std::to_string(tag_in_base(base)) +
                                " as the name of its file says");
        for (std::string_view ending : {kPrivate, kPem}) {
            if (!names_.has(base + std::string(ending))) continue;
            auto secret = read_private(*key, names_.path(base + std::string(ending)));
            if (!secret.ok()) return secret.fault();
            break;
        }
        return key;
    }

  private:
    dns::Result<void> read_private(StoredKey& key, const std::string& path) {
        auto read = read_secret(files_, path);
        if (!read.ok()) return read.fault();
        warn_of_readers(warnings_, read.value(), path);
        std::string_view text = read.value().text.view();
        if (is_pem(text)) {
            auto secret = read_pem(text, path, key.algorithm());
            if (!secret.ok()) return secret.fault();
            key.secret = std::move(secret.value());
        } else {
            auto parsed = read_private_text(text, path);
            if (!parsed.ok()) return parsed.fault();
            key.secret = std::move(parsed->secret);
            if (!parsed->times.none()) key.times = parsed->times;
            for (std::string& warning : parsed->warnings) warnings_.push_back(std::move(warning));
        }
        dns::Octets public_key = DnskeyView(key.dnskey).public_key();
        dns::Octets computed = key.secret->public_key();
        if (key.secret->algorithm() != key.algorithm() ||
            !std::equal(public_key.begin(), public_key.end(), computed.begin(), computed.end()))
            return dns::Fault{path +
                              ": this private key does not belong to the DNSKEY record of '" +
                              key.base + std::string(kPublic) + "'"};
        return {};
    }

    const dns::Files& files_;
    const KeyNames& names_;
    std::vector<std::string>& warnings_;
};

bool same_public_key(const StoredKey& a, const StoredKey& b) {
    dns::Octets left = DnskeyView(a.dnskey).public_key();
    dns::Octets right = DnskeyView(b.dnskey).public_key();
    return a.algorithm() == b.algorithm() &&
           std::equal(left.begin(), left.end(), right.begin(), right.end());
}

// Revoking with other tools leaves two files of one key: the revoked one counts.
void drop_twins(LoadedKeys& loaded) {
    auto is_outdated = [&](const StoredKey& key) {
        for (const StoredKey& other : loaded.keys) {
            if (&other == &key || !same_public_key(key, other)) continue;
            if (other.was_revoked() == key.was_revoked() ? other.base < key.base
                                                         : other.was_revoked()) {
                loaded.warnings.push_back(key.base + ": this is the same key as " + other.base +
                                          ", which counts");
                return true;
            }
        }
        return false;
    };
    std::vector<StoredKey> kept;
    for (const StoredKey& key : loaded.keys)
        if (!is_outdated(key)) kept.push_back(key);
    loaded.keys = std::move(kept);
}

// Every tag that a new key must not have.
std::set<uint16_t> tags_in_use(const dns::Files& files, const KeyNames& names,
                               dns::NameView owner) {
    std::set<uint16_t> tags;
    for (const std::string& base : names.bases(owner)) {
        tags.insert(tag_in_base(base));
        std::vector<std::string> warnings;
        if (!names.has(base + std::string(kPublic))) continue;
        // A file that cannot be read hides its revoked tag only.
        const std::string path = names.path(base + std::string(kPublic));
        auto text = read_secret(files, path);
        if (!text.ok()) continue;
        auto key = read_public_text(text.value().text.view(), path);
        if (!key.ok()) continue;
        tags.insert(key->tag());
        tags.insert(key_tag(key->revoked_dnskey()));
    }
    return tags;
}

dns::Result<void> write_files(const dns::Files& files, const KeyNames& names, const StoredKey& key,
                              const SecretKey& secret) {
    const std::string path = names.path(key.base + std::string(kPrivate));
    auto written =
        files.write_new(path, write_private_text(secret, key.times).view(), kPrivateMode);
    if (!written.ok()) return dns::Fault{path + ": " + written.fault().sentence};
    const std::string public_path = names.path(key.base + std::string(kPublic));
    written = files.write_new(public_path, write_public_text(key), kPublicMode);
    if (!written.ok())
        return dns::Fault{public_path + ": " + written.fault().sentence + "; '" + path +
                          "' was written, and is of no use without it"};
    return {};
}

}  // namespace

dns::Result<KeyNames> KeyNames::of_folder(const dns::Files& files, const std::string& folder) {
    auto listed = files.list(folder);
    if (!listed.ok()) return dns::Fault{"the folder '" + folder + "': " + listed.fault().sentence};
    KeyNames names;
    names.folder_ = folder;
    for (std::string& name : listed.value())
        if (name.starts_with('K')) names.names_.emplace_back(lower_text(name), std::move(name));
    std::sort(names.names_.begin(), names.names_.end());
    return names;
}

std::string KeyNames::path(const std::string& name) const {
    if (folder_ == "." || folder_.empty()) return name;
    return folder_.back() == '/' ? folder_ + name : folder_ + "/" + name;
}

bool KeyNames::has(const std::string& name) const {
    return std::binary_search(names_.begin(), names_.end(), std::pair(lower_text(name), name));
}

std::vector<std::string> KeyNames::bases(dns::NameView owner) const {
    std::vector<std::string> bases;
    for (const std::string& start : key_file_starts(owner)) {
        auto at = std::lower_bound(names_.begin(), names_.end(), std::pair(start, std::string()));
        for (; at != names_.end() && at->first.starts_with(start); ++at)
            for (std::string_view ending : {kPublic, kPrivate, kPem}) {
                const std::string& name = at->second;
                if (!name.ends_with(ending)) continue;
                std::string base = name.substr(0, name.size() - ending.size());
                if (is_key_file_base(base, owner)) bases.push_back(std::move(base));
            }
    }
    std::sort(bases.begin(), bases.end());
    bases.erase(std::unique(bases.begin(), bases.end()), bases.end());
    return bases;
}

LoadedKeys load_keys(const dns::Files& files, const KeyNames& names, dns::NameView owner) {
    LoadedKeys loaded;
    KeyLoad load(files, names, loaded.warnings);
    for (const std::string& base : names.bases(owner)) {
        if (!names.has(base + std::string(kPublic))) continue;
        auto key = load.run(base, owner);
        if (key.ok())
            loaded.keys.push_back(std::move(key.value()));
        else
            loaded.faults.push_back(key.fault().sentence);
    }
    drop_twins(loaded);
    std::sort(loaded.keys.begin(), loaded.keys.end(), [](const StoredKey& a, const StoredKey& b) {
        return std::pair(a.algorithm(), a.tag()) < std::pair(b.algorithm(), b.tag());
    });
    return loaded;
}

dns::Result<StoredKey> make_key(const dns::Files& files, const KeyNames& names,
                                const KeyRequest& request, const KeyMaker& maker) {
    const std::set<uint16_t> tags = tags_in_use(files, names, request.owner);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        auto secret = maker(request.algorithm, request.rsa_bits);
        if (!secret.ok()) return secret.fault();
        StoredKey key;
        key.owner = request.owner;
        key.dnskey = make_dnskey(request.flags, request.algorithm, secret.value()->public_key());
        key.ttl = request.ttl;
        key.times = request.times;
        key.secret = secret.value();
        uint16_t tag = key.tag();
        if (tags.count(tag) != 0 || tags.count(key_tag(key.revoked_dnskey())) != 0) continue;
        key.base = key_file_base(request.owner, request.algorithm, tag);
        if (auto written = write_files(files, names, key, *secret.value()); !written.ok())
            return written.fault();
        return key;
    }
    return dns::Fault{"no key with a tag of its own was found in " + std::to_string(kAttempts) +
                      " attempts; move keys that are out of use to another folder"};
}

SecretKeyResult load_pem(const dns::Files& files, const std::string& path, uint8_t algorithm,
                         std::vector<std::string>& warnings) {
    auto read = read_secret(files, path);
    if (!read.ok()) return read.fault();
    warn_of_readers(warnings, read.value(), path);
    std::string_view text = read.value().text.view();
    if (algorithm == 0) {
        std::vector<uint8_t> possible = algorithms_of_pem(text);
        if (possible.size() > 1)
            return dns::Fault{path + ": the key can be of more than one algorithm; name it"};
        if (possible.size() == 1) algorithm = possible[0];
    }
    if (algorithm == 0)
        return dns::Fault{path +
                          ": it holds no private key in PEM form, free of a password, of an "
                          "algorithm that apex signs with"};
    return read_pem(text, path, algorithm);
}

}  // namespace signer
