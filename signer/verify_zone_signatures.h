// The signatures of an RRset, each judged by itself, and then all of them together: each algorithm
// of the DNSKEY set needs one that is good.
//
//   RRSIG -> standing: good | of an absent key | signer | labels | TTL | too early | too late |
//   wrong one algorithm: a good one -> the others are spare     none -> what is wrong with each
#pragma once

#include <vector>

#include "signer/rrsig.h"
#include "signer/verify_zone_keys.h"

namespace signer {

class SignatureWalk {
  public:
    SignatureWalk(VerifyContext& context, const VerifiedKeys& keys)
        : context_(context), keys_(keys) {}

    // All RRsets of a name but the DNSKEY set, and signatures that should not be there.
    void name(const zones::NodeView& node, NameRole role);
    // The DNSKEY set, and which of the keys sign it.
    std::vector<bool> dnskey_set();

  private:
    enum class Standing : uint8_t {
        good,
        revoked_key,  // good, but it says no more than that the key is revoked (RFC 5011 2.1)
        absent_key,
        signer,
        labels,
        original_ttl,
        not_yet_valid,
        expired,
        wrong,
    };
    struct Judged {
        RrsigView rrsig;
        dns::Place place;
        Standing standing;
    };

    void rrset(const zones::NodeView& node, const zones::RrsetView& rrset);
    void judge_all(const zones::NodeView& node, const zones::RrsetView& rrset,
                   const zones::RrsetView& signatures);
    Standing judge(const RrsigView& rrsig, const SignableRrset& rrset, bool keys_too);
    Standing try_keys(const RrsigView& rrsig, const SignableRrset& rrset, bool keys_too);
    void algorithm(const zones::NodeView& node, const zones::RrsetView& rrset, uint8_t algorithm);
    void tell_fault(const zones::NodeView& node, const zones::RrsetView& rrset,
                    const Judged& judged);
    void misplaced(const zones::NodeView& node, NameRole role, const zones::RrsetView& signatures);

    VerifyContext& context_;
    const VerifiedKeys& keys_;
    SignatureCheck check_;
    std::vector<Judged> judged_;   // of one RRset
    std::vector<bool> key_signs_;  // the DNSKEY set: for each key
};

}  // namespace signer
