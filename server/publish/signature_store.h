// Signatures on the disk, so that a restart signs only what changed. A file that blocks are added
// to; each stands by itself, so a torn one at the end costs its own signatures and nothing else.
//
//   "apexsig2" | block | block | ...
//
//   block     head | names, of a stretch | body | digests, of a stretch       signature_file.h
//   stretch   names that follow each other in the zone, with all their signatures in its order:
//             what a start copies beside the names, without a search
//     body      for each RRset: number of the name (2) | records (2) | octets (4) | RRSIG records
//     digests   of each of those records (16): read only where names or records differ
//   loose     what came later, and the apex: one by one, found by their digests
//     body      digest (16) | size (2) | RRSIG rdata
//
// Digests are over names, records and keys (signer/signature_digest.h), so a signature is found
// only for the very octets that it was made for. What is wrong in the file is never used, and made
// again; nothing here can keep a zone from being served.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "server/publish/signature_file.h"
#include "signer/signature_source.h"
#include "zoneparser/record_batch.h"

namespace server {

class SignatureStore : public signer::SignatureSource {
  public:
    explicit SignatureStore(std::string path);
    ~SignatureStore() override;

    // Finds out what there is; nothing if there is no file. A fault says what was left out.
    dns::Result<void> read();
    // Signatures, those of stretches counted.
    size_t size() const { return in_stretches_ + count_; }
    // Gives the memory back; the file stays.
    void forget();

    dns::Octets find(dns::NameView relative, const signer::SignableRrset& rrset,
                     const signer::ZoneKey& key) const override;
    std::span<const signer::SignatureStretch> stretches() const override { return stretches_; }
    std::unique_ptr<signer::StretchSignatures> make_room() const override;
    bool load(size_t stretch, signer::StretchSignatures& room) const override;

    // Whether a stretch that was to be loaded was not as it was written.
    bool met_damage() const { return met_damage_; }

    // Adds the signatures of `changes` (made by `keys`) to the file.
    dns::Result<void> append(const zones::Zone& zone, const zones::ChangeSet& changes,
                             std::span<const signer::ZoneKey> keys);
    // The signatures of a zone, and no others. Replaces the file when it is on the disk.
    dns::Result<void> rewrite(const zones::Zone& zone, std::span<const signer::ZoneKey> keys);
    // So much stands loose in the file that the next start would be slow.
    bool wants_rewriting() const { return loose_ > stored_ / 4 + kSpare; }

  private:
    static constexpr size_t kSpare = 10'000;
    struct Slot {
        uint64_t first = 0;  // half of the digest; the other half stands in front of the size
        uint64_t at = 0;     // of the size, in octets_; 0: free
    };
    class Room;

    bool read_block(uint64_t at, uint64_t end, uint64_t& next);
    bool take_stretch(const SignatureBlock& head, uint64_t body, const uint8_t* names);
    bool take_loose(const SignatureBlock& head, uint64_t body);
    void put(signer::SignatureDigest digest, uint64_t at);
    void grow(size_t slots);
    const Slot* slot_of(signer::SignatureDigest digest) const;
    uint64_t second_at(uint64_t at) const;

    std::string path_;
    int descriptor_ = -1;  // while there is something to load
    mutable std::atomic<bool> met_damage_{false};
    std::vector<signer::SignatureStretch> stretches_;
    std::vector<std::unique_ptr<uint8_t[]>> names_;  // of the stretches
    std::vector<SignatureBlock> heads_;
    std::vector<uint64_t> bodies_;  // where they stand in the file
    size_t in_stretches_ = 0;
    zoneparser::OctetBuffer octets_;  // loose ones
    std::vector<Slot> slots_;
    size_t count_ = 0;
    size_t stored_ = 0, loose_ = 0;  // signatures in the file, and those of them in loose blocks
    uint64_t good_ = 0;              // octets of it that can be read
};

}  // namespace server
