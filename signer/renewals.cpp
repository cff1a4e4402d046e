#include "signer/renewals.h"

#include <algorithm>
#include <limits>

#include "signer/change_collector.h"
#include "signer/set_signer.h"

namespace signer {

namespace {

struct Due {
    dns::UnixTime time;
    zones::NodeView node;
    uint16_t type;
};

class Renewal {
  public:
    Renewal(const zones::Zone& zone, std::span<const ZoneKey> keys, const SigningOptions& options)
        : zone_(zone),
          keys_(keys),
          old_(zone, keys),
          options_(options),
          signer_(zone.origin(), keys, options_),
          collector_(zone) {
        options_.reuse = &old_;
    }

    dns::Result<Renewals> run(size_t limit) {
        find_due();
        Renewals made;
        made.renewed = std::min(limit, due_.size());
        made.left = due_.size() - made.renewed;
        auto middle = due_.begin() + static_cast<ptrdiff_t>(made.renewed);
        if (made.left > 0)
            std::nth_element(due_.begin(), middle, due_.end(),
                             [](const Due& a, const Due& b) { return a.time < b.time; });
        for (size_t i = 0; i < made.renewed; ++i) {
            auto done = sign(due_[i].node, due_[i].type);
            if (!done.ok()) return done.fault();
        }
        if (made.left > 0) next_due_ = options_.now;
        made.next_due = next_due_;
        if (made.renewed == 0) return made;
        auto whole = finish();
        if (!whole.ok()) return whole.fault();
        made.changes = std::move(whole).value();
        return made;
    }

  private:
    void find_due() {
        for (zones::Zone::Cursor at(zone_); at; at.next()) {
            const zones::NodeView& node = *at;
            for (size_t i = 0; i < node.rrset_count(); ++i) {
                if (node.entries()[i].type != dns::type::RRSIG) continue;
                zones::RrsetView rrset = node.rrset(i);
                dns::UnixTime due = due_time_of(rrset);
                if (due <= options_.now && node.owns(rrset.covered()))
                    due_.push_back({due, node, rrset.covered()});
                else
                    next_due_ = std::min(next_due_, due);
            }
        }
    }

    dns::UnixTime due_time_of(const zones::RrsetView& signatures) const {
        dns::UnixTime first = std::numeric_limits<dns::UnixTime>::max();
        for (zones::RecordView record : signatures) {
            RrsigView rrsig;
            if (read_rrsig(record.rdata(), rrsig))
                first = std::min(first, due_time(options_.policy, rrsig.times(), options_.now));
        }
        return first;
    }

    dns::Result<void> sign(const zones::NodeView& node, uint16_t type) {
        return sign(node.name(), type, node.find(type).wire());
    }

    dns::Result<void> sign(dns::NameView name, uint16_t type, dns::Octets wire) {
        dns::Name owner = zone_.absolute(name);
        auto made = signer_.signatures(name, {owner, type, wire});
        if (!made.ok()) return made.fault();
        for (size_t at = 0; at < made->wire.size();) {
            zones::RecordView record(made->wire.data() + at);
            at += record.wire().size();
            next_due_ = std::min(
                next_due_,
                due_time(options_.policy, RrsigView(record.rdata()).times(), options_.now));
        }
        collector_.set(name, dns::type::RRSIG, type, std::move(made).value());
        return {};
    }

    // The serial, and the digest of all.
    dns::Result<zones::ChangeSet> finish() {
        const SigningPolicy& policy = options_.policy;
        if (policy.serial != SerialPolicy::keep) {
            zones::OwnedRrset soa = next_soa(zones::own(zone_.apex().find(dns::type::SOA)),
                                             policy.serial, options_.now);
            auto done = sign({}, dns::type::SOA, soa.wire);
            if (!done.ok()) return done.fault();
            collector_.set({}, dns::type::SOA, 0, std::move(soa));
        }
        return sealed_changes(zone_, collector_, keys_, options_);
    }

    const zones::Zone& zone_;
    std::span<const ZoneKey> keys_;
    ZoneSignatures old_;
    SigningOptions options_;
    SetSigner signer_;
    ChangeCollector collector_;
    std::vector<Due> due_;
    dns::UnixTime next_due_ = std::numeric_limits<dns::UnixTime>::max();
};

}  // namespace

dns::Result<Renewals> renewals(const zones::Zone& zone, std::span<const ZoneKey> keys,
                               const SigningOptions& options, size_t limit) {
    for (const auto& good : {check_policy(options.policy), check_keys(keys)})
        if (!good.ok()) return good.fault();
    return Renewal(zone, keys, options).run(limit);
}

}  // namespace signer
