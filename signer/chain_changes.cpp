#include "signer/chain_changes.h"

#include "signer/apex_records.h"

namespace signer {

NameRole role_in(const zones::Zone& zone, dns::NameView relative) {
    zones::NodeView node = zone.find(relative);
    if (!node) return NameRole::nothing;
    zones::NodeView crossing = zone.locate(relative).crossing;
    if (crossing && crossing.name().size() < relative.size()) return NameRole::hidden;
    NameRole role = role_of(node);
    return owns_data(role) || node.children() == 0 ? role : NameRole::path;
}

namespace {

// What changes behind an owner that stays.
struct Stretch {
    dns::Name kept;
    std::vector<dns::Name> added;
};

class NsecChange {
  public:
    explicit NsecChange(const ChainChange& change)
        : change_(change), ttl_(zone_negative_ttl(change.next.apex())) {}

    NameSet run() {
        NameSet kept;
        for (const auto& [key, name] : change_.visited) {
            zones::NodeView was = change_.before.find(name);
            bool had = was && was.owns(dns::type::NSEC);
            bool has = owns_data(role_in(change_.next, name));
            if (had && has) kept.insert({key, name});
            if (had && !has) removed_.insert({key, name});
            if (had == has) continue;
            dns::Name head(change_.next.denial_at_or_before(name).name());
            Stretch& stretch = stretches_[order_key(head)];
            stretch.kept = head;
            if (has) stretch.added.push_back(name);
        }
        for (const auto& [key, stretch] : stretches_) link(stretch);
        for (const auto& [key, name] : kept)
            if (stretches_.count(key) == 0) put(name, next_before(name));
        return std::move(touched_);
    }

  private:
    // Relative; the apex behind the last.
    dns::Name next_before(dns::NameView owner) const {
        dns::Octets rdata = change_.before.find(owner).find(dns::type::NSEC).first().rdata();
        dns::NameView next(rdata.data(), dns::measure_name(rdata.data(), rdata.size()));
        dns::NameView relative;
        return change_.before.relative(next, relative) ? dns::Name(relative)
                                                       : dns::Name(dns::NameView());
    }

    void link(const Stretch& stretch) {
        dns::Name behind = next_before(stretch.kept);
        while (removed_.count(order_key(behind)) > 0) behind = next_before(behind);
        dns::Name owner = stretch.kept;
        for (const dns::Name& added : stretch.added) {
            put(owner, added);
            owner = added;
        }
        put(owner, behind);
    }

    void put(dns::NameView owner, dns::NameView next) {
        zones::NodeView node = change_.next.find(owner);
        std::vector<uint8_t> rdata;
        write_nsec_rdata(change_.next.absolute(next), node, role_of(node), rdata);
        change_.collector.set(owner, dns::type::NSEC, 0,
                              single_record(dns::type::NSEC, ttl_, rdata));
        insert_name(touched_, owner);
    }

    const ChainChange& change_;
    uint32_t ttl_;
    NameSet removed_;
    std::map<std::string, Stretch> stretches_;
    NameSet touched_;
};

}  // namespace

NameSet change_nsec(const ChainChange& change) {
    return NsecChange(change).run();
}

}  // namespace signer
