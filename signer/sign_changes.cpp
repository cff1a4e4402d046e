#include "signer/sign_changes.h"

#include <algorithm>

#include "signer/chain_changes.h"
#include "signer/octets.h"
#include "signer/set_signer.h"
#include "signer/zonemd.h"
#include "zones/diff.h"

namespace signer {

namespace {

// The chain is of another kind, or has other parameters.
bool has_other_chain(const zones::Zone& zone, const SigningPolicy& policy) {
    if (policy.denial == Denial::nsec) return zone.denial_kind() != zones::DenialKind::nsec;
    if (zone.denial_kind() != zones::DenialKind::nsec3 ||
        !same_octets(zone.nsec3_parameters(), nsec3param_rdata(policy)))
        return true;
    HashedOwner label(hash_of(policy, zone, {}));
    zones::NodeView node = zone.find(label.relative());
    zones::RrsetView rrset = node ? node.find(dns::type::NSEC3) : zones::RrsetView();
    if (!rrset || rrset.first().rdata().size() < 2) return true;
    return ((rrset.first().rdata()[1] & 1) != 0) != policy.opt_out;
}

// Who signs the SOA record is not who is to sign.
bool has_other_signers(const zones::Zone& zone, std::span<const ZoneKey> keys) {
    zones::RrsetView signatures = zone.apex().find(dns::type::RRSIG, dns::type::SOA);
    zones::RrsetView set = zone.apex().find(dns::type::DNSKEY);
    if (!signatures || !set) return true;
    size_t wanted = 0;
    for (const ZoneKey& key : keys) {
        if (!signs_type(key, dns::type::SOA, true)) continue;
        ++wanted;
        bool published = false, signed_by = false;
        for (zones::RecordView record : set) published |= same_octets(record.rdata(), key.dnskey);
        for (zones::RecordView record : signatures) {
            RrsigView rrsig;
            signed_by |= read_rrsig(record.rdata(), rrsig) && rrsig.key_tag() == key.tag &&
                         rrsig.algorithm() == key.algorithm();
        }
        if (!published || !signed_by) return true;
    }
    return wanted != signatures.count();
}

class ChangeSigning {
  public:
    ChangeSigning(const zones::Zone& before, std::span<const ZoneKey> keys,
                  const SigningOptions& options)
        : before_(before),
          keys_(keys),
          old_(before, keys),
          options_(with_reuse(options, old_)),
          policy_(options_.policy),
          signer_(before.origin(), keys, options_),
          collector_(before) {}

    dns::Result<zones::ChangeSet> run(const zones::ChangeSet& unsigned_changes) {
        collect(unsigned_changes);
        auto next = before_.apply(collector_.changes());
        if (!next.ok()) return next.fault();
        if (has_other_chain(before_, policy_) || has_other_signers(before_, keys_) ||
            zone_negative_ttl(before_.apex()) != zone_negative_ttl((*next)->apex()))
            return sign_all(**next);
        find_visited(**next);
        return sign_visited();
    }

  private:
    static SigningOptions with_reuse(SigningOptions options, const SignatureSource& source) {
        options.reuse = &source;
        return options;
    }

    void collect(const zones::ChangeSet& unsigned_changes) {
        zones::OwnedRrset keys = zones::own(before_.apex().find(dns::type::DNSKEY));
        std::optional<zones::OwnedRrset> soa;
        for (const zones::RrsetChange& change : unsigned_changes.changes) {
            const zones::OwnedRrset& named = change.before.count ? change.before : change.after;
            dns::NameView relative;
            if (!before_.relative(change.owner, relative) || is_made_by_signing(named.type))
                continue;
            bool at_apex = relative.empty();
            if (at_apex && (named.type == dns::type::NSEC3PARAM || named.type == dns::type::ZONEMD))
                continue;
            if (at_apex && named.type == dns::type::DNSKEY)
                keys = change.after;
            else if (at_apex && named.type == dns::type::SOA)
                soa = change.after;
            else
                collector_.set(relative, named.type, 0, change.after);
        }
        collector_.set({}, dns::type::DNSKEY, 0, key_set(keys, keys_, policy_));
        collector_.set({}, dns::type::NSEC3PARAM, 0, nsec3param(policy_));
        collect_zonemd();
        zones::OwnedRrset old_soa = zones::own(before_.apex().find(dns::type::SOA));
        if (soa) collector_.set({}, dns::type::SOA, 0, *soa);
        if (policy_.serial == SerialPolicy::keep || collector_.changes().empty()) return;
        collector_.set(
            {}, dns::type::SOA, 0,
            next_soa(soa.value_or(old_soa), policy_.serial, options_.now, before_.serial()));
    }

    // That there is one; which, is seen when all else is done.
    void collect_zonemd() {
        zones::RrsetView old = before_.apex().find(dns::type::ZONEMD);
        if (!policy_.zonemd)
            collector_.remove({}, dns::type::ZONEMD);
        else if (!old)
            collector_.set({}, dns::type::ZONEMD, 0, empty_zonemd(0, 0));
    }

    dns::Result<zones::ChangeSet> sign_all(const zones::Zone& next) {
        SigningOptions options = options_;
        options.policy.serial = SerialPolicy::keep;
        auto made = sign_zone(next, keys_, options);
        if (!made.ok()) return made.fault();
        return zones::diff(before_, **made);
    }

    // The names of changed records; and where something begins or ceases to hide what is below it,
    // that.
    void find_visited(const zones::Zone& next) {
        insert_name(visited_, dns::NameView());
        for (const zones::RrsetChange& change : collector_.changes().changes) {
            dns::NameView relative;
            if (before_.relative(change.owner, relative)) insert_name(visited_, relative);
        }
        NameSet below;
        for (const auto& [key, name] : visited_) {
            constexpr uint8_t kHides = zones::fact::cut | zones::fact::redirect;
            zones::NodeView was = before_.find(name), is = next.find(name);
            if ((was && was.has(kHides)) == (is && is.has(kHides))) continue;
            for_names_below(next, name, [&](const zones::NodeView& node) {
                if (!node.has(zones::fact::hashed_owner)) insert_name(below, node.name());
                return true;
            });
        }
        visited_.merge(below);
    }

    dns::Result<zones::ChangeSet> sign_visited() {
        auto next = before_.apply(collector_.changes());
        if (!next.ok()) return next.fault();
        for (const auto& [key, name] : visited_)
            if (!owns_data(role_in(**next, name))) drop_dnssec(name);
        next = before_.apply(collector_.changes());
        if (!next.ok()) return next.fault();
        ChainChange chain{before_, **next, policy_, visited_, collector_};
        bool hashed = policy_.denial == Denial::nsec3;
        auto touched = hashed ? change_nsec3(chain) : change_nsec(chain);
        if (!touched.ok()) return touched.fault();
        for (const auto& [key, name] : visited_) {
            auto done = sign_data(**next, name);
            if (!done.ok()) return done.fault();
        }
        auto chained = before_.apply(collector_.changes());
        if (!chained.ok()) return chained.fault();
        uint16_t type = hashed ? dns::type::NSEC3 : dns::type::NSEC;
        for (const auto& [key, name] : *touched) {
            auto done = sign(name, (*chained)->find(name).find(type));
            if (!done.ok()) return done.fault();
        }
        return sealed_changes(before_, collector_, keys_, options_);
    }

    // Signatures of a chain of NSEC3 belong to the hash that stands there, not to the name.
    void drop_dnssec(dns::NameView name) {
        collector_.remove(name, dns::type::NSEC);
        for_old_signatures(name, [&](uint16_t covered) {
            if (covered != dns::type::NSEC3) collector_.remove(name, dns::type::RRSIG, covered);
        });
    }

    template <class Use>
    void for_old_signatures(dns::NameView name, Use use) const {
        zones::NodeView was = before_.find(name);
        for (size_t i = 0; was && i < was.rrset_count(); ++i)
            if (was.entries()[i].type == dns::type::RRSIG) use(was.entries()[i].covered);
    }

    // The signatures over a name's data; those of the chain are left alone.
    dns::Result<void> sign_data(const zones::Zone& next, dns::NameView name) {
        NameRole role = role_in(next, name);
        if (!owns_data(role)) return {};
        zones::NodeView node = next.find(name);
        auto is_signed = [&](uint16_t type) {
            return !is_made_by_signing(type) && is_signed_at(role, type) &&
                   !(name.empty() && type == dns::type::ZONEMD);
        };
        for_old_signatures(name, [&](uint16_t covered) {
            bool of_chain = covered == dns::type::NSEC || covered == dns::type::NSEC3;
            bool of_digest = name.empty() && covered == dns::type::ZONEMD && policy_.zonemd;
            if (!of_chain && !of_digest && !(is_signed(covered) && node.owns(covered)))
                collector_.remove(name, dns::type::RRSIG, covered);
        });
        for (size_t i = 0; i < node.rrset_count(); ++i) {
            if (!is_signed(node.entries()[i].type)) continue;
            auto done = sign(name, node.rrset(i));
            if (!done.ok()) return done;
        }
        return {};
    }

    dns::Result<void> sign(dns::NameView name, const zones::RrsetView& rrset) {
        dns::Name owner = before_.absolute(name);
        auto made = signer_.signatures(name, {owner, rrset.type(), rrset.wire()});
        if (!made.ok()) return made.fault();
        collector_.set(name, dns::type::RRSIG, rrset.type(), std::move(made).value());
        return {};
    }

    const zones::Zone& before_;
    std::span<const ZoneKey> keys_;
    ZoneSignatures old_;
    SigningOptions options_;
    const SigningPolicy& policy_;
    SetSigner signer_;
    ChangeCollector collector_;
    NameSet visited_;
};

}  // namespace

dns::Result<zones::ChangeSet> sign_changes(const zones::Zone& before,
                                           const zones::ChangeSet& unsigned_changes,
                                           std::span<const ZoneKey> keys,
                                           const SigningOptions& options) {
    for (const auto& good : {check_policy(options.policy), check_keys(keys),
                             check_room_for_hashes(options.policy, before.origin())})
        if (!good.ok()) return good.fault();
    return ChangeSigning(before, keys, options).run(unsigned_changes);
}

}  // namespace signer
