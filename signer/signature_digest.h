// Digests under which signatures are kept and found again: of one RRset with the key that signs it,
// and of a stretch of names with all that is signed in it.
//
//   name     relative owner, RRsets without RRSIG        -> digest of a name
//   stretch  origin, keys that sign | name | name | ...  -> digest of a stretch
//
// They find what changed; they keep no enemy out, whose records are his own to sign wrongly.
#pragma once

#include "dns/siphash.h"
#include "signer/rrsig.h"

namespace signer {

struct SignatureDigest {
    uint64_t first = 0, second = 0;
    bool operator==(const SignatureDigest&) const = default;
};
SignatureDigest signature_digest(const SignableRrset& rrset, const ZoneKey& key);

class DigestState {
  public:
    void absorb(uint64_t word) { state_.absorb(word); }
    void absorb(dns::Octets octets);
    SignatureDigest digest() const {
        dns::SipState<1, 3> more = state_;
        more.absorb(kMore);
        return {state_.digest(), more.digest()};
    }

  private:
    static constexpr uint64_t kMore = 0x7365636f6e642121;
    // Known to all: files move between machines.
    dns::SipState<1, 3> state_{{0x6170657820736967, 0x6e61747572652031}};
};

class StretchDigest {
  public:
    StretchDigest(dns::NameView origin, std::span<const ZoneKey> keys);

    void begin() { state_ = start_; }
    void add(SignatureDigest of_name) {
        state_.absorb(of_name.first);
        state_.absorb(of_name.second);
    }
    SignatureDigest digest() const { return state_.digest(); }

  private:
    DigestState start_, state_;
};

// What a name adds to the digest of a whole zone, which is their sum: the order of the names is
// part of the names. Of a signature, its times, its key and a few octets speak for all.
class ContentDigest {
  public:
    explicit ContentDigest(SignatureDigest of_name) : state_({of_name.first, of_name.second}) {}
    void add_signature(dns::Octets rrsig);
    uint64_t digest() const { return state_.digest(); }

  private:
    dns::SipState<1, 3> state_;
};
uint64_t name_content(const zones::NodeView& node);

}  // namespace signer
