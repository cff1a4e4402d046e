// A validator: what a resolver that knows a zone's keys makes of a reply of that zone. Written from
// RFC 4035 5, RFC 5155 8, RFC 6672 5.3, RFC 6840 and RFC 9276 over plain records; of signer/ it has
// the cryptography of public keys alone, and of dns/ nothing.
//
//   reply -> RRsets of the zone, each with a good signature, or bogus          (judge_rrset)
//         -> the chain of aliases from the question's name on                  (this file)
//         -> what is said to be missing at its end, proved                     (denial_proof.h)
//
// It is strict where a resolver may be lenient: every RRset of the zone in answer and authority has
// to be good, needed or not.
#pragma once

#include <functional>
#include <memory>

#include "signer/public_key.h"
#include "tests/reference/message.h"

namespace apex_tests::reference {

enum class Security { secure, insecure, bogus };
const char* to_string(Security security);

struct Judgement {
    Security security = Security::secure;
    std::string reason;  // what is wrong, or why it is insecure
};

// The zone as the validator knows it before it asks.
struct TrustedZone {
    Name name;
    std::vector<std::string> dnskeys;  // rdata
    int64_t now = 0;
    // Signatures are taken as good if they are there and name the zone and enough labels: for zones
    // whose signatures are made up.
    bool signatures_taken = false;
    std::function<dns::Result<std::unique_ptr<signer::PublicKey>>(uint8_t, dns::Octets)> read_key =
        signer::read_public_key;
};

Judgement validate(const Message& reply, const Question& question, const TrustedZone& zone);

// One RRset with its signatures. `labels` is how many labels of the owner were signed: fewer than
// it has if a wildcard stood for it. The reason is empty if one signature is good.
struct RrsetJudgement {
    std::string reason;
    size_t labels = 0;
};
RrsetJudgement judge_rrset(const Rrset& rrset, const Rrset* signatures, const TrustedZone& zone);

// RFC 4034 appendix B, also for algorithms that nobody uses any more.
uint16_t key_tag_of(const std::string& dnskey);

}  // namespace apex_tests::reference
