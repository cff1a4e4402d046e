#include "signer/verify_zone.h"

#include <algorithm>
#include <atomic>
#include <deque>

#include "signer/verify_zone_nsec.h"
#include "signer/verify_zone_nsec3.h"
#include "signer/verify_zone_signatures.h"
#include "signer/verify_zone_zonemd.h"
#include "zones/glue_targets.h"
#include "zones/parallel.h"

namespace signer {

namespace {

using zones::NodeView;
using zones::report;
using zones::RrsetView;

// Between two looks at whether somebody wants it to end: some milliseconds.
constexpr size_t kNamesPerLook = 32;

// Half of what a signer makes, at the apex; null if there is both or neither.
const char* half_signed(const NodeView& apex) {
    bool keys = apex.owns(dns::type::DNSKEY);
    bool signatures = apex.find(dns::type::RRSIG, dns::type::SOA) ||
                      apex.find(dns::type::RRSIG, dns::type::DNSKEY);
    if (keys && !signatures) return "it has a DNSKEY set, but no signatures";
    if (!keys && signatures) return "it has signatures, but no DNSKEY set";
    bool chain = apex.owns(dns::type::NSEC) || apex.owns(dns::type::NSEC3PARAM);
    return !keys && chain ? "it has records that deny names, but no DNSKEY set" : nullptr;
}

// One zone, without changes of its own.
class Verification {
  public:
    Verification(const zones::Zone& zone, dns::Findings& findings, const VerifyOptions& options)
        : glue_(zone),
          rules_{zone, findings, options.limits, glue_},
          options_(options),
          roles_(name_roles(zone.base())),
          context_{rules_, options_, roles_} {}

    void run() {
        if (!is_signed()) return;
        VerifiedKeys keys(context_);
        std::vector<bool> signing = SignatureWalk(context_, keys).dnskey_set();
        verify_entry(context_, keys, signing);
        verify_child_records(context_, keys, signing);
        prepare_chains();
        walk(keys);
        for (HashedChain& chain : hashed_) chain.finish(context_);
        verify_zonemd(context_);
    }

  private:
    bool is_signed() {
        NodeView apex = context_.zone().apex();
        const char* half = half_signed(apex);
        if (half == nullptr && apex.owns(dns::type::DNSKEY)) return true;
        RrsetView soa = apex.find(dns::type::SOA);
        if (half != nullptr || options_.must_be_signed)
            report(rules_, rule::not_signed, soa ? soa.place(0) : dns::Place(), apex,
                   half != nullptr ? half : "it has no DNSKEY set");
        return false;
    }

    bool has_nsec() const {
        for (size_t rank = 0; rank < roles_.size(); ++rank)
            if (context_.base().by_rank(rank).owns(dns::type::NSEC)) return true;
        return false;
    }

    // NSEC3PARAM with flags is of a chain that does not deny anything yet, or any more.
    bool has_nsec3_parameters() const {
        RrsetView set = context_.zone().apex().find(dns::type::NSEC3PARAM);
        if (!set) return false;
        for (zones::RecordView record : set)
            if (record.rdata().size() > 1 && record.rdata()[1] == 0) return true;
        return false;
    }

    void prepare_chains() {
        nsec_ =
            context_.zone().apex().owns(dns::type::NSEC) || (!has_nsec3_parameters() && has_nsec());
        if (nsec_) verify_nsec_links(context_);
        std::vector<HashParameters> all = usable_chains(context_);
        for (const HashParameters& parameters : all)
            hashed_.emplace_back(context_, parameters, all);
        if (!nsec_ && !has_nsec3_parameters()) {
            RrsetView soa = context_.zone().apex().find(dns::type::SOA);
            report(rules_, rule::no_chain, soa ? soa.place(0) : dns::Place());
        }
    }

    void walk(const VerifiedKeys& keys) {
        size_t names = roles_.size();
        // Few shares, because each keeps findings of its own; enough that none is waited for.
        size_t shares =
            std::clamp<size_t>(names / kNamesPerShare, 1, size_t{options_.threads} * 32);
        size_t per_share = (names + shares - 1) / shares;
        const dns::Findings& all = rules_.findings;
        std::vector<dns::Findings> found(shares, dns::Findings(all.severities(), all.limits()));
        std::atomic<size_t> done{0};
        zones::share_out(options_.threads, shares, [&](size_t share) {
            zones::RuleContext rules{context_.zone(), found[share], options_.limits, glue_};
            VerifyContext context{rules, options_, roles_};
            SignatureWalk signatures(context, keys);
            size_t first = std::min(names, share * per_share);
            size_t end = std::min(names, first + per_share);
            for (size_t rank = first; rank < end; ++rank) {
                if (rank % kNamesPerLook == 0 && options_.stop && options_.stop()) return;
                name(context, signatures, rank);
                if ((rank - first + 1) % kNamesPerShare == 0) tell(done += kNamesPerShare);
            }
            tell(done += (end - first) % kNamesPerShare);
        });
        for (dns::Findings& of_share : found) rules_.findings.take(std::move(of_share));
    }

    void name(VerifyContext& context, SignatureWalk& signatures, size_t rank) {
        NodeView node = context.base().by_rank(rank);
        NameRole role = roles_[rank];
        signatures.name(node, role);
        if (nsec_) verify_nsec_bitmap(context, node, role);
        for (HashedChain& chain : hashed_) chain.verify_name(context, node, role);
    }

    void tell(size_t done) const {
        if (options_.progress) options_.progress(done, roles_.size());
    }

    zones::GlueTargets glue_;
    zones::RuleContext rules_;
    const VerifyOptions& options_;
    const std::vector<NameRole> roles_;
    VerifyContext context_;
    bool nsec_ = false;
    std::deque<HashedChain> hashed_;
};

}  // namespace

void verify_zone(const zones::Zone& zone, dns::Findings& findings, const VerifyOptions& options) {
    // Names are walked by their ranks, which a zone with changes of its own does not have.
    if (zone.changes().empty()) return Verification(zone, findings, options).run();
    std::shared_ptr<const zones::Zone> folded = zone.fold();
    Verification(*folded, findings, options).run();
}

}  // namespace signer
