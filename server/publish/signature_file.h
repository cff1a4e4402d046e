// The form of a file of signatures (signature_store.h), written and read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"
#include "signer/signature_source.h"

namespace server {

inline constexpr std::string_view kSignatureMagic = "apexsig2";

// In front of each block:
//
//   kind (1) | 0 | size of the first name (1) | of the last (1) | names (4) | signatures (4) |
//   size of the body (4) | digest of the stretch (16) | checksum of the body (8) |
//   checksum of what stands above and of the names (8)
struct SignatureBlock {
    enum Kind : uint8_t { kStretch = 1, kLoose = 2 };
    static constexpr size_t kHead = 48;
    static constexpr size_t kDigest = 16;

    Kind kind = kLoose;
    uint8_t first_size = 0, last_size = 0;
    uint32_t names = 0, signatures = 0, body_size = 0;
    signer::SignatureDigest digest;
    uint64_t body_checksum = 0;

    size_t names_size() const { return size_t{first_size} + last_size; }
    // Of the digests, their checksum in front.
    size_t digests_size() const { return kind == kStretch ? 8 + size_t{signatures} * kDigest : 0; }
    size_t size() const { return kHead + names_size() + body_size + digests_size(); }

    // `octets` hold kHead octets and the names behind them, as far as they are there.
    static bool read(dns::Octets octets, SignatureBlock& out);
    void write(dns::Octets names_of_stretch, std::vector<uint8_t>& out) const;
};

// Finds what a disk does to octets: a word that changed, or moved.
uint64_t signature_checksum(dns::Octets octets);

// One RRset's signatures in the body of a stretch; false at its end or where it is not well formed.
bool next_set(dns::Octets body, size_t& at, signer::StretchSignatures::Set& set);
// One signature in the body of a loose block.
struct LooseSignature {
    static constexpr size_t kHead = 18;
    signer::SignatureDigest digest;
    dns::Octets rrsig;
};
bool next_loose(dns::Octets body, size_t& at, LooseSignature& loose);

// Blocks on their way to a file.
class SignatureWriter {
  public:
    explicit SignatureWriter(int descriptor) : descriptor_(descriptor) {}

    // All signatures of a zone that were made by `keys`.
    void write_zone(const zones::Zone& zone, std::span<const signer::ZoneKey> keys);
    // Of one RRset, loose.
    void add_loose(const signer::SignableRrset& rrset, dns::Octets rrsig_records,
                   std::span<const signer::ZoneKey> keys);
    // What was added last; then the result counts.
    void flush();
    size_t signatures() const { return signatures_; }
    size_t loose() const { return loose_; }
    uint64_t octets() const { return octets_; }
    const dns::Result<void>& written() const { return written_; }

  private:
    void add_name(const zones::Zone& zone, const zones::NodeView& node,
                  std::span<const signer::ZoneKey> keys, signer::StretchDigest& digest);
    void flush_stretch(signer::StretchDigest& digest);
    void write_block(SignatureBlock& block, dns::Octets names, const std::vector<uint8_t>& body,
                     const std::vector<uint8_t>& digests);

    int descriptor_;
    std::vector<uint8_t> body_, digests_, names_, out_;
    size_t first_name_ = 0;  // its size
    uint32_t names_in_stretch_ = 0, signatures_in_stretch_ = 0;
    std::vector<uint8_t> loose_body_;
    uint32_t loose_in_block_ = 0;
    size_t signatures_ = 0, loose_ = 0;
    uint64_t octets_ = 0;
    dns::Result<void> written_;
};

}  // namespace server
