// Signatures on the disk, so that a restart signs only what changed. A file that blocks are added
// to; each stands by itself, so a torn one at the end costs its own signatures and nothing else.
//
//   "apexsig1" | block | block | ...
//
//   block   size of the entries (4) | checksum (8) | entries
//   entry   digest of what is signed (16) | size (2) | RRSIG rdata
//
// The digest is over owner, RRset and key, so a signature is found only for the very octets that it
// was made for. What is wrong in the file is never used, and made again; nothing here can keep a
// zone from being served.
#pragma once

#include <string>
#include <vector>

#include "dns/base/result.h"
#include "signer/signature_source.h"
#include "zoneparser/record_batch.h"

namespace server {

// The end of the path to a signature: which octets, which key.
struct SignatureDigest {
    uint64_t first = 0, second = 0;
    bool operator==(const SignatureDigest&) const = default;
};
SignatureDigest signature_digest(const signer::SignableRrset& rrset, const signer::ZoneKey& key);

class SignatureStore : public signer::SignatureSource {
  public:
    explicit SignatureStore(std::string path) : path_(std::move(path)) {}

    // Reads what there is; nothing if there is no file. A fault says what was left out.
    dns::Result<void> read();
    size_t size() const { return count_; }
    // Gives the memory back; the file stays.
    void forget();

    dns::Octets find(dns::NameView relative, const signer::SignableRrset& rrset,
                     const signer::ZoneKey& key) const override;

    // Adds the signatures of `changes` (made by `keys`) to the file.
    dns::Result<void> append(const zones::Zone& zone, const zones::ChangeSet& changes,
                             std::span<const signer::ZoneKey> keys);
    // The signatures of a zone, and no others. Replaces the file when it is on the disk.
    dns::Result<void> rewrite(const zones::Zone& zone, std::span<const signer::ZoneKey> keys);
    // Most of the file says nothing any more.
    bool wants_rewriting(size_t live_signatures) const {
        return written_ > 2 * live_signatures + kSpare;
    }

  private:
    static constexpr size_t kSpare = 10'000;
    struct Slot {
        uint64_t first = 0;  // half of the digest; the other half stands in front of the size
        uint64_t at = 0;     // of the size, in octets_; 0: free
    };

    bool take_block(dns::Octets entries);
    void put(SignatureDigest digest, uint64_t at);
    void grow(size_t slots);
    const Slot* slot_of(SignatureDigest digest) const;
    uint64_t second_at(uint64_t at) const;

    std::string path_;
    zoneparser::OctetBuffer octets_;
    std::vector<Slot> slots_;
    size_t count_ = 0;
    size_t written_ = 0;  // entries in the file
    uint64_t good_ = 0;   // octets of it that can be read
};

}  // namespace server
