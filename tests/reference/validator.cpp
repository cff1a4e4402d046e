#include "tests/reference/validator.h"

#include <algorithm>
#include <optional>

#include "tests/reference/denial.h"
#include "tests/reference/denial_proof.h"
#include "tests/reference/numbers.h"

namespace apex_tests::reference {

const char* to_string(Security security) {
    static constexpr const char* kWords[] = {"secure", "insecure", "bogus"};
    return kWords[static_cast<size_t>(security)];
}

// ---- signatures ---------------------------------------------------------------------------------

namespace {

// Labels without a leading wildcard (RFC 4034 3.1.3).
size_t signed_labels(const Name& owner) {
    return owner.size() - (!owner.empty() && owner.front() == "*");
}

std::string u16(size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

uint32_t number(const std::string& octets, size_t at, size_t count) {
    uint32_t value = 0;
    for (size_t i = 0; i < count; ++i)
        value = value << 8 | (at + i < octets.size() ? static_cast<uint8_t>(octets[at + i]) : 0);
    return value;
}

dns::Octets octets_of(const std::string& text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// RRSIG rdata, taken apart (RFC 4034 3.1).
struct Signature {
    uint8_t algorithm, labels;
    uint32_t original_ttl;
    int64_t inception, expiration;
    uint16_t key_tag;
    Name signer;
    std::string head;  // all in front of the signer's name
    std::string octets;

    // Times are those nearest to `now` (RFC 4034 3.1.5).
    Signature(const std::string& rdata, int64_t now)
        : algorithm(static_cast<uint8_t>(number(rdata, 2, 1))),
          labels(static_cast<uint8_t>(number(rdata, 3, 1))),
          original_ttl(number(rdata, 4, 4)),
          inception(nearest(number(rdata, 12, 4), now)),
          expiration(nearest(number(rdata, 8, 4), now)),
          key_tag(static_cast<uint16_t>(number(rdata, 16, 2))),
          head(rdata.substr(0, 18)) {
        size_t at = 18;
        for (; at < rdata.size() && rdata[at] != 0; at += size_t{1} + number(rdata, at, 1))
            signer.push_back(rdata.substr(at + 1, number(rdata, at, 1)));
        if (at < rdata.size()) octets = rdata.substr(at + 1);
    }
    static int64_t nearest(uint32_t time, int64_t now) {
        return now + static_cast<int32_t>(time - static_cast<uint32_t>(now));
    }
};

// RFC 4034 3.1.8.1; a name that a wildcard stood for counts as the wildcard (RFC 4035 5.3.2).
std::string signed_octets(const Rrset& rrset, const Signature& signature) {
    Name owner = lower(rrset.owner);
    if (signature.labels < owner.size()) owner = child("*", last_labels(owner, signature.labels));
    std::string prefix = to_wire(owner) + u16(rrset.type) + u16(1) +
                         u16(signature.original_ttl >> 16) + u16(signature.original_ttl & 0xffff);
    std::vector<std::string> records;
    for (const std::string& rdata : rrset.rdata)
        records.push_back(canonical_rdata(rrset.type, rdata));
    std::sort(records.begin(), records.end(), [](const std::string& a, const std::string& b) {
        return std::lexicographical_compare(
            a.begin(), a.end(), b.begin(), b.end(),
            [](char x, char y) { return static_cast<uint8_t>(x) < static_cast<uint8_t>(y); });
    });
    std::string octets = signature.head + to_wire(lower(signature.signer));
    for (const std::string& rdata : records) octets += prefix + u16(rdata.size()) + rdata;
    return octets;
}

// RFC 4035 5.3.1 and 5.3.3; empty if the signature is good.
std::string fault_of(const Rrset& rrset, const Signature& signature, const TrustedZone& zone) {
    if (!same(signature.signer, zone.name)) return "its signer is another zone";
    if (signature.labels > signed_labels(rrset.owner))
        return "it counts more labels than the name has";
    if (signature.labels < signed_labels(zone.name))
        return "it counts fewer labels than the zone has";
    if (zone.signatures_taken) return "";
    if (signature.inception > zone.now) return "it is not valid yet";
    if (signature.expiration < zone.now) return "it has expired";
    std::string octets = signed_octets(rrset, signature);
    std::string why = "there is no such key";
    for (const std::string& dnskey : zone.dnskeys) {
        bool zone_key = (number(dnskey, 0, 2) & 0x0100) != 0 && number(dnskey, 2, 1) == 3;
        if (!zone_key || number(dnskey, 3, 1) != signature.algorithm ||
            key_tag_of(dnskey) != signature.key_tag)
            continue;
        auto key = zone.read_key(signature.algorithm, octets_of(dnskey).subspan(4));
        if (!key.ok())
            why = "its key cannot be used: " + key.fault().sentence;
        else if (key.value()->verify(octets_of(octets), octets_of(signature.octets)))
            return "";
        else
            why = "it is not of these records";
    }
    return why;
}

}  // namespace

uint16_t key_tag_of(const std::string& dnskey) {
    if (number(dnskey, 3, 1) == 1)
        return static_cast<uint16_t>(number(dnskey, dnskey.size() - 3, 2));
    uint32_t sum = 0;
    for (size_t i = 0; i < dnskey.size(); ++i)
        sum += i % 2 == 1 ? number(dnskey, i, 1) : number(dnskey, i, 1) * 256;
    return static_cast<uint16_t>(sum + (sum >> 16 & 0xffff));
}

RrsetJudgement judge_rrset(const Rrset& rrset, const Rrset* signatures, const TrustedZone& zone) {
    RrsetJudgement judgement{"there is no signature", 0};
    if (signatures == nullptr) return judgement;
    for (const std::string& rdata : signatures->rdata) {
        Signature signature(rdata, zone.now);
        judgement.reason = fault_of(rrset, signature, zone);
        judgement.labels = signature.labels;
        if (judgement.reason.empty()) break;
    }
    return judgement;
}

// ---- the reply ----------------------------------------------------------------------------------

namespace {

// A server may end a chain here (DESIGN 3), with whatever it has collected.
constexpr size_t kMostLinks = 16;

class Validation {
  public:
    Validation(const Message& reply, const Question& question, const TrustedZone& zone)
        : reply_(reply),
          question_(question),
          zone_(zone),
          answer_(rrsets_of(reply.sections[kAnswer])),
          authority_(rrsets_of(reply.sections[kAuthority])) {}

    Judgement run() {
        uint16_t rcode = reply_.rcode();
        if (rcode != code::NoError && rcode != code::NXDomain && rcode != code::YXDomain)
            return bogus("the rcode is no answer");
        if (!is_at_or_below(question_.name, zone_.name)) return insecure("not of this zone");
        std::vector<Rrset> denials;
        for (const std::vector<Rrset>* section : {&answer_, &authority_}) {
            for (const Rrset& rrset : *section)
                if (std::string why = judge(rrset, *section, denials); !why.empty())
                    return bogus(to_text(rrset.owner) + " type " + std::to_string(rrset.type) +
                                 ": " + why);
        }
        proof_.emplace(zone_.name, denials);
        Judgement judgement = follow();
        if (judgement.security == Security::secure && opt_out_) return insecure("opt-out");
        return judgement;
    }

  private:
    static Judgement bogus(std::string reason) { return {Security::bogus, std::move(reason)}; }
    static Judgement insecure(std::string reason) {
        return {Security::insecure, std::move(reason)};
    }

    static const Rrset* find(const std::vector<Rrset>& section, const Name& owner, uint16_t type,
                             uint16_t covered = 0) {
        for (const Rrset& rrset : section)
            if (rrset.type == type && rrset.covered == covered && same(rrset.owner, owner))
                return &rrset;
        return nullptr;
    }

    // Each RRset of the zone needs a good signature, apart from what has none by its nature.
    std::string judge(const Rrset& rrset, const std::vector<Rrset>& section,
                      std::vector<Rrset>& denials) {
        if (rrset.type == type::RRSIG || !is_at_or_below(rrset.owner, zone_.name)) return "";
        bool referral =
            rrset.type == type::NS && &section == &authority_ && !same(rrset.owner, zone_.name);
        if (referral || synthesized(rrset)) return "";
        RrsetJudgement judgement =
            judge_rrset(rrset, find(section, rrset.owner, type::RRSIG, rrset.type), zone_);
        if (!judgement.reason.empty()) return judgement.reason;
        bool denial = rrset.type == type::NSEC || rrset.type == type::NSEC3;
        size_t labels = signed_labels(rrset.owner);
        // One made from a wildcard proves nothing.
        if (denial && judgement.labels == labels) denials.push_back(rrset);
        if (judgement.labels < labels) expanded_.push_back({&rrset, judgement.labels});
        return "";
    }

    // The DNAME above an alias that needs no signature (RFC 6672 5.3.1).
    const Rrset* redirect_above(const Name& name) const {
        for (size_t labels = zone_.name.size(); labels < name.size(); ++labels)
            if (const Rrset* dname = find(answer_, last_labels(name, labels), type::DNAME))
                return dname;
        return nullptr;
    }

    static Name target_of(const Rrset& alias) {
        return from_wire({reinterpret_cast<const uint8_t*>(alias.rdata.front().data()),
                          alias.rdata.front().size()});
    }

    static std::optional<Name> redirected(const Name& name, const Rrset& dname) {
        Name target = target_of(dname), prefix = name;
        prefix.resize(name.size() - dname.owner.size());
        Name whole = joined(prefix, target);
        if (!is_legal(whole)) return std::nullopt;
        return whole;
    }

    bool synthesized(const Rrset& rrset) const {
        if (rrset.type != type::CNAME || rrset.rdata.size() != 1) return false;
        const Rrset* dname = redirect_above(rrset.owner);
        if (dname == nullptr) return false;
        std::optional<Name> target = redirected(rrset.owner, *dname);
        return target && same(*target, target_of(rrset));
    }

    // If a wildcard stood for the owner, that nothing nearer exists (RFC 4035 5.3.4).
    std::string wildcard_fault(const Rrset& rrset) {
        for (const auto& [expanded, labels] : expanded_) {
            if (expanded != &rrset) continue;
            Proven proven = proof_->from_wildcard(rrset.owner, last_labels(rrset.owner, labels));
            if (proven == Proven::no) return "nothing proves that the wildcard stands for it";
            opt_out_ = opt_out_ || proven == Proven::with_opt_out;
        }
        return "";
    }

    Judgement follow() {
        Name name = question_.name;
        for (size_t links = 0; links <= kMostLinks; ++links) {
            if (!is_at_or_below(name, zone_.name)) return {};  // another zone's to say
            if (std::optional<Judgement> end = answer_at(name)) return *end;
            if (const Rrset* dname = redirect_above(name)) {
                if (std::string why = wildcard_fault(*dname); !why.empty()) return bogus(why);
                std::optional<Name> target = redirected(name, *dname);
                if (!target)
                    return reply_.rcode() == code::YXDomain
                               ? Judgement{}
                               : bogus("the redirected name is too long");
                // RFC 6672 3.1: the alias goes along.
                const Rrset* alias = find(answer_, name, type::CNAME);
                if (alias == nullptr || !synthesized(*alias))
                    return bogus("the alias is not there");
                bool asked_for = question_.type == type::CNAME || question_.type == type::ANY;
                if (asked_for || seen(name)) return {};
                name = *target;
                continue;
            }
            const Rrset* alias = find(answer_, name, type::CNAME);
            if (alias == nullptr) return links >= kMostLinks ? Judgement{} : missing(name);
            if (std::string why = wildcard_fault(*alias); !why.empty()) return bogus(why);
            if (seen(name)) return {};
            name = target_of(*alias);
        }
        return {};
    }

    // A loop ends where it began.
    bool seen(const Name& name) {
        for (const Name& other : visited_)
            if (same(other, name)) return true;
        visited_.push_back(name);
        return false;
    }

    std::optional<Judgement> answer_at(const Name& name) {
        bool any = question_.type == type::ANY;
        for (const Rrset& rrset : answer_) {
            if (!same(rrset.owner, name)) continue;
            if (rrset.type == type::RRSIG && (any || question_.type == type::RRSIG)) {
                if (!any) return insecure("signatures are not signed");
                continue;
            }
            if (rrset.type != question_.type && !any) continue;
            if (synthesized(rrset)) continue;
            if (std::string why = wildcard_fault(rrset); !why.empty()) return bogus(why);
            if (reply_.rcode() != code::NoError) return bogus("there is an answer, and an rcode");
            return Judgement{};
        }
        return std::nullopt;
    }

    Judgement missing(const Name& name) {
        if (const Rrset* cut = referral_over(name)) return referral(*cut);
        if (find(authority_, zone_.name, type::SOA) == nullptr)
            return bogus("there is no SOA record for " + to_text(name));
        Proven proven = reply_.rcode() == code::NXDomain ? proof_->no_name(name)
                                                         : proof_->no_type(name, question_.type);
        if (proven == Proven::no)
            return bogus(
                "nothing proves that " + to_text(name) +
                (reply_.rcode() == code::NXDomain ? " does not exist" : " has no such records"));
        opt_out_ = opt_out_ || proven == Proven::with_opt_out;
        return {};
    }

    const Rrset* referral_over(const Name& name) const {
        for (const Rrset& rrset : authority_)
            if (rrset.type == type::NS && is_below(rrset.owner, zone_.name) &&
                is_at_or_below(name, rrset.owner))
                return &rrset;
        return nullptr;
    }

    Judgement referral(const Rrset& cut) {
        if (reply_.rcode() != code::NoError) return bogus("a referral has no rcode");
        if (find(authority_, cut.owner, type::DS) != nullptr) return {};
        if (proof_->no_ds_at_cut(cut.owner) == Proven::no)
            return bogus("nothing proves that " + to_text(cut.owner) + " is not signed");
        return insecure("an unsigned delegation");
    }

    struct Expanded {
        const Rrset* rrset;
        size_t labels;
    };

    const Message& reply_;
    const Question& question_;
    const TrustedZone& zone_;
    const std::vector<Rrset> answer_, authority_;
    std::vector<Expanded> expanded_;
    std::optional<DenialProof> proof_;
    std::vector<Name> visited_;
    bool opt_out_ = false;
};

}  // namespace

Judgement validate(const Message& reply, const Question& question, const TrustedZone& zone) {
    return Validation(reply, question, zone).run();
}

}  // namespace apex_tests::reference
