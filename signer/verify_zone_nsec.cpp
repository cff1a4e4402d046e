#include "signer/verify_zone_nsec.h"

#include <algorithm>

#include "signer/chain.h"

namespace signer {

namespace {

using zones::NodeView;
using zones::report;
using zones::RrsetView;

dns::NameView next_name(const RrsetView& nsec) {
    dns::Octets rdata = nsec.first().rdata();
    return {rdata.data(), dns::measure_name(rdata.data(), rdata.size())};
}

// Follows the links in canonical order. A fault is told once: a link may also lead to a name whose
// NSEC record is missing, or to one that should have none.
//
//   a  NSEC c    open: a          b, which lacks its NSEC: a might lead here
//   c  NSEC e    c closes a       open: c
class LinkWalk {
  public:
    explicit LinkWalk(VerifyContext& context) : context_(context) {}

    void run() {
        NodeView apex = context_.zone().apex();
        for (size_t rank = 0; rank < context_.roles.size(); ++rank)
            visit(context_.base().by_rank(rank), context_.roles[rank]);
        // The last one leads to the apex (RFC 4034 4.1.1).
        arrive(apex, true);
    }

  private:
    void visit(const NodeView& node, NameRole role) {
        RrsetView nsec = node.find(dns::type::NSEC);
        bool wanted = owns_data(role);
        if (!nsec && !wanted) return;
        if (!nsec) {
            report(context_.rules, rule::nsec_missing, node.rrset(0).place(0), node);
            arrive(node, false);
            return;
        }
        if (nsec.count() > 1)
            report(context_.rules, rule::nsec_several, nsec.place(1), node,
                   static_cast<uint32_t>(nsec.count()));
        if (!wanted) tell_extra(node, role, nsec);
        verify_chain_ttl(context_, nsec, negative_ttl_, ttl_told_);
        if (!node.is_apex()) arrive(node, wanted);
        open_.push_back(node);
        if (open_.size() > kMostOpen) {
            tell_next(open_.front(), node);
            open_.erase(open_.begin());
        }
    }

    void tell_extra(const NodeView& node, NameRole role, const RrsetView& nsec) {
        const char* why = role == NameRole::hidden ? "lies below a cut or a DNAME"
                          : role == NameRole::hashed || role == NameRole::nothing
                              ? "no other records"
                              : "is an empty non-terminal";
        report(context_.rules, rule::nsec_extra, nsec.place(0), node, why);
    }

    // Links that lead to `node` are good; if it is the next name, all others are not.
    void arrive(const NodeView& node, bool is_next) {
        dns::NameView relative;
        auto leads_here = [&](const NodeView& from) {
            dns::NameView next = next_name(from.find(dns::type::NSEC));
            return context_.zone().relative(next, relative) && relative == node.name();
        };
        open_.erase(std::remove_if(open_.begin(), open_.end(), leads_here), open_.end());
        if (!is_next) return;
        for (const NodeView& from : open_) tell_next(from, node);
        open_.clear();
    }

    void tell_next(const NodeView& from, const NodeView& next) {
        RrsetView nsec = from.find(dns::type::NSEC);
        report(context_.rules, rule::nsec_next, nsec.place(0), from, next_name(nsec), next);
    }

    static constexpr size_t kMostOpen = 8;

    VerifyContext& context_;
    const uint32_t negative_ttl_ = zone_negative_ttl(context_.zone().apex());
    bool ttl_told_ = false;
    std::vector<NodeView> open_;  // those with NSEC that have not led anywhere yet
};

}  // namespace

void verify_nsec_links(VerifyContext& context) {
    LinkWalk(context).run();
}

void verify_nsec_bitmap(VerifyContext& context, const NodeView& node, NameRole role) {
    RrsetView nsec = node.find(dns::type::NSEC);
    if (!nsec || !owns_data(role)) return;
    dns::Octets rdata = nsec.first().rdata();
    std::vector<uint16_t> present = types_present(node, role);
    present.insert(present.end(), {dns::type::RRSIG, dns::type::NSEC});
    std::sort(present.begin(), present.end());
    std::string difference =
        bitmap_difference(types_of_bitmap(rdata.subspan(next_name(nsec).size())), present);
    if (!difference.empty())
        report(context.rules, rule::nsec_bitmap, nsec.place(0), node, difference);
}

}  // namespace signer
