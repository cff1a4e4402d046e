#include "server/publish/version_check.h"

#include "signer/public_key.h"
#include "signer/rrsig.h"

namespace server {

namespace {

// Signatures as a validator sees them, by the keys that are to be served.
class VersionCheck {
  public:
    VersionCheck(const zones::Zone& zone, const std::vector<signer::ZoneKey>& keys) : zone_(zone) {
        for (const signer::ZoneKey& key : keys) {
            signer::DnskeyView dnskey(key.dnskey);
            auto read = signer::read_public_key(dnskey.algorithm(), dnskey.public_key());
            if (read.ok()) keys_.emplace_back(key.tag, std::move(read.value()));
        }
    }

    dns::Result<void> verify(dns::NameView owner, const zones::NodeView& node, uint16_t covered,
                             dns::Octets records) {
        zones::RrsetView rrset = node ? node.find(covered) : zones::RrsetView();
        bool good = static_cast<bool>(rrset);
        for (size_t at = 0; good && at < records.size();) {
            zones::RecordView record(records.data() + at);
            at += record.wire().size();
            signer::RrsigView rrsig;
            good = signer::read_rrsig(record.rdata(), rrsig) &&
                   is_verified(rrsig, {owner, covered, rrset.wire()});
        }
        if (good) return {};
        return dns::Fault{"a signature of " + dns::to_text(owner) + " " + dns::type_text(covered) +
                          " was made and does not verify; the version is not served"};
    }
    dns::Result<void> verify(const zones::NodeView& node) {
        const dns::Name owner = zone_.absolute(node.name());
        for (size_t i = 0; i < node.rrset_count(); ++i) {
            const zones::RrsetView rrsig = node.rrset(i);
            if (rrsig.type() != dns::type::RRSIG) continue;
            if (auto done = verify(owner, node, rrsig.covered(), rrsig.wire()); !done.ok())
                return done;
        }
        return {};
    }

  private:
    bool is_verified(const signer::RrsigView& rrsig, const signer::SignableRrset& rrset) {
        for (const auto& [tag, key] : keys_)
            if (tag == rrsig.key_tag() && check_.verify(rrsig, rrset, *key)) return true;
        return false;
    }

    const zones::Zone& zone_;
    std::vector<std::pair<uint16_t, std::unique_ptr<signer::PublicKey>>> keys_;
    signer::SignatureCheck check_;
};

}  // namespace

dns::Result<void> check_changes(const zones::Zone& zone, const std::vector<signer::ZoneKey>& keys,
                                const zones::ChangeSet& changes) {
    VersionCheck check(zone, keys);
    for (const zones::RrsetChange& change : changes.changes) {
        if (change.after.type != dns::type::RRSIG || change.after.count == 0) continue;
        dns::NameView relative;
        if (!zone.relative(change.owner, relative)) continue;
        auto done = check.verify(change.owner, zone.find(relative), change.after.covered,
                                 change.after.wire);
        if (!done.ok()) return done;
    }
    return {};
}

dns::Result<void> check_names(const zones::Zone& zone, const std::vector<signer::ZoneKey>& keys,
                              const std::vector<dns::Name>& owners) {
    VersionCheck check(zone, keys);
    if (auto done = check.verify(zone.apex()); !done.ok()) return done;
    for (const dns::Name& owner : owners) {
        dns::NameView relative;
        if (!zone.relative(owner, relative)) continue;
        if (auto done = check.verify(zone.find(relative)); !done.ok()) return done;
    }
    return {};
}

}  // namespace server
