#include "signer/verify_zone_signatures.h"

#include <algorithm>

namespace signer {

namespace {

using zones::NodeView;
using zones::report;
using zones::RrsetView;
using zones::TypeWord;

// RFC 4034 3.1.5: times are compared as serial numbers.
int32_t ahead_of(uint32_t time, dns::UnixTime now) {
    return static_cast<int32_t>(time - static_cast<uint32_t>(now));
}

}  // namespace

void SignatureWalk::name(const NodeView& node, NameRole role) {
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        RrsetView set = node.rrset(i);
        if (set.type() == dns::type::RRSIG)
            misplaced(node, role, set);
        else if (is_signed_at(role, set.type()) && set.type() != dns::type::DNSKEY)
            rrset(node, set);
    }
}

std::vector<bool> SignatureWalk::dnskey_set() {
    NodeView apex = context_.zone().apex();
    key_signs_.assign(keys_.all().size(), false);
    if (RrsetView set = apex.find(dns::type::DNSKEY)) rrset(apex, set);
    return key_signs_;
}

void SignatureWalk::misplaced(const NodeView& node, NameRole role, const RrsetView& signatures) {
    uint16_t covered = signatures.covered();
    dns::Place place = signatures.place(0);
    if (role == NameRole::hidden)
        return report(context_.rules, rule::signature_misplaced, place, node, TypeWord{covered},
                      "it lies below a cut or a DNAME");
    if (covered == dns::type::RRSIG)
        return report(context_.rules, rule::signature_misplaced, place, node, TypeWord{covered},
                      "signatures are not signed");
    if (!is_signed_at(role, covered))
        return report(context_.rules, rule::signature_misplaced, place, node, TypeWord{covered},
                      "the name is delegated");
    if (!node.find(covered))
        report(context_.rules, rule::signature_over_nothing, place, node, TypeWord{covered});
}

void SignatureWalk::rrset(const NodeView& node, const RrsetView& rrset) {
    judged_.clear();
    RrsetView signatures = node.find(dns::type::RRSIG, rrset.type());
    if (signatures) judge_all(node, rrset, signatures);
    for (uint8_t number : keys_.algorithms()) algorithm(node, rrset, number);
}

void SignatureWalk::judge_all(const NodeView& node, const RrsetView& rrset,
                              const RrsetView& signatures) {
    dns::Name owner = context_.zone().absolute(node.name());
    SignableRrset signable{owner, rrset.type(), rrset.wire()};
    bool keys_too = rrset.type() == dns::type::DNSKEY;
    size_t record = 0;
    for (zones::RecordView signature : signatures) {
        dns::Place place = signatures.place(record++);
        RrsigView rrsig;
        if (!read_rrsig(signature.rdata(), rrsig)) continue;
        Judged judged{rrsig, place, judge(rrsig, signable, keys_too)};
        if (judged.standing == Standing::absent_key)
            report(context_.rules, rule::signature_by_absent_key, place, node,
                   TypeWord{rrset.type()}, uint32_t{rrsig.key_tag()}, uint32_t{rrsig.algorithm()});
        else
            judged_.push_back(judged);
    }
}

SignatureWalk::Standing SignatureWalk::judge(const RrsigView& rrsig, const SignableRrset& rrset,
                                             bool keys_too) {
    if (!(rrsig.signer_name() == context_.zone().origin())) return Standing::signer;
    std::span<const VerifiedKey> keys = keys_.find(rrsig.key_tag(), rrsig.algorithm());
    bool present = std::any_of(keys.begin(), keys.end(), [keys_too](const VerifiedKey& key) {
        return keys_too || !key.revoked;
    });
    if (!present) return Standing::absent_key;
    if (rrsig.labels() != rrsig_labels(rrset.owner)) return Standing::labels;
    if (rrsig.original_ttl() < rrset.ttl()) return Standing::original_ttl;
    if (ahead_of(rrsig.inception(), context_.options.now) > 0) return Standing::not_yet_valid;
    if (ahead_of(rrsig.expiration(), context_.options.now) < 0) return Standing::expired;
    return try_keys(rrsig, rrset, keys_too);
}

SignatureWalk::Standing SignatureWalk::try_keys(const RrsigView& rrsig, const SignableRrset& rrset,
                                                bool keys_too) {
    for (const VerifiedKey& key : keys_.find(rrsig.key_tag(), rrsig.algorithm())) {
        if (key.revoked && !keys_too) continue;
        // What cannot be checked is taken as good; the key itself is told of.
        if (key.key != nullptr && !check_.verify(rrsig, rrset, *key.key)) continue;
        if (keys_too) key_signs_[static_cast<size_t>(&key - keys_.all().data())] = true;
        return key.revoked ? Standing::revoked_key : Standing::good;
    }
    return Standing::wrong;
}

void SignatureWalk::algorithm(const NodeView& node, const RrsetView& rrset, uint8_t algorithm) {
    const Judged* best = nullptr;
    bool any = false;
    for (const Judged& judged : judged_) {
        if (judged.rrsig.algorithm() != algorithm || judged.standing == Standing::revoked_key)
            continue;
        any = true;
        if (judged.standing != Standing::good) continue;
        if (best == nullptr || ahead_of(judged.rrsig.expiration(), context_.options.now) >
                                   ahead_of(best->rrsig.expiration(), context_.options.now))
            best = &judged;
    }
    if (!any)
        return report(context_.rules, rule::missing_signature, rrset.place(0), node,
                      TypeWord{rrset.type()}, uint32_t{algorithm});
    if (best != nullptr && ahead_of(best->rrsig.expiration(), context_.options.now) <
                               static_cast<int64_t>(context_.options.soon))
        report(context_.rules, rule::signature_expires_soon, best->place, node,
               TypeWord{rrset.type()}, uint32_t{best->rrsig.key_tag()},
               time_text(best->rrsig.expiration(), context_.options.now));
    static constexpr const char* kWhy[] = {
        "",
        "",
        "",
        "it names another signer",
        "it counts other labels",
        "its original TTL is below the TTL",
        "it is not valid yet",
        "it has expired",
        "it is not of these records and this key",
    };
    for (const Judged& judged : judged_) {
        if (judged.rrsig.algorithm() != algorithm || judged.standing <= Standing::revoked_key)
            continue;
        if (best == nullptr)
            tell_fault(node, rrset, judged);
        else
            report(context_.rules, rule::signature_spare, judged.place, node,
                   TypeWord{rrset.type()}, uint32_t{judged.rrsig.key_tag()},
                   kWhy[static_cast<size_t>(judged.standing)]);
    }
}

void SignatureWalk::tell_fault(const NodeView& node, const RrsetView& rrset, const Judged& judged) {
    const RrsigView& rrsig = judged.rrsig;
    TypeWord type{rrset.type()};
    uint32_t tag = rrsig.key_tag();
    auto tell = [&](const dns::Rule& rule, const auto&... words) {
        report(context_.rules, rule, judged.place, node, type, tag, words...);
    };
    switch (judged.standing) {
        case Standing::good:
        case Standing::revoked_key:
        case Standing::absent_key:
            return;
        case Standing::signer:
            return tell(rule::signature_signer, rrsig.signer_name());
        case Standing::labels:
            return tell(rule::signature_labels, uint32_t{rrsig.labels()},
                        uint32_t{rrsig_labels(context_.zone().absolute(node.name()))});
        case Standing::original_ttl:
            return tell(rule::signature_original_ttl, rrsig.original_ttl(), rrset.ttl());
        case Standing::not_yet_valid:
            return tell(rule::signature_not_yet_valid,
                        time_text(rrsig.inception(), context_.options.now));
        case Standing::expired:
            return tell(rule::signature_expired,
                        time_text(rrsig.expiration(), context_.options.now));
        case Standing::wrong:
            return tell(rule::signature_wrong);
    }
}

}  // namespace signer
