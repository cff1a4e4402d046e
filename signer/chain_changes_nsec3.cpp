#include <cstring>
#include <set>

#include "signer/apex_records.h"
#include "signer/chain_changes.h"

namespace signer {

namespace {

// A hash as the label that stands for it: sorts as the hash does.
using Label = std::string;

Label label_of(const dns::Sha1Digest& digest) {
    Label label(dns::kNsec3Label, '\0');
    dns::write_nsec3_label(digest, reinterpret_cast<uint8_t*>(label.data()));
    return label;
}
Label label_of(dns::NameView relative) {
    Label label(relative.size(), '\0');
    dns::lower_copy(reinterpret_cast<uint8_t*>(label.data()), relative.data(), relative.size());
    return label;
}
dns::NameView view(const Label& label) {
    return {reinterpret_cast<const uint8_t*>(label.data()), label.size()};
}

// A name that has, had, or may have a place in the chain.
struct Candidate {
    dns::Name name;
    dns::Sha1Digest digest;
    bool had = false;
    bool has = false;
};

class Nsec3Change {
  public:
    explicit Nsec3Change(const ChainChange& change)
        : change_(change), ttl_(zone_negative_ttl(change.next.apex())) {}

    dns::Result<NameSet> run() {
        auto found = find_candidates();
        if (!found.ok()) return found.fault();
        for (const auto& [label, candidate] : candidates_) {
            if (!candidate.had || candidate.has) continue;
            change_.collector.remove(view(label), dns::type::NSEC3);
            change_.collector.remove(view(label), dns::type::RRSIG, dns::type::NSEC3);
        }
        auto without = change_.before.apply(change_.collector.changes());
        if (!without.ok()) return without.fault();
        // Behind each owner that stays: what comes there.
        std::map<Label, std::vector<const Candidate*>> stretches;
        for (const auto& [label, candidate] : candidates_) {
            if (candidate.had == candidate.has) continue;
            Label head = label_of((*without)->denial_at_or_before(view(label)).name());
            auto& added = stretches[head];
            if (candidate.has) added.push_back(&candidate);
        }
        for (const auto& [head, added] : stretches) link(head, added);
        for (const auto& [label, candidate] : candidates_)
            if (candidate.had && candidate.has && stretches.count(label) == 0)
                put(label, next_before(label));
        return std::move(touched_);
    }

  private:
    // The visited names and all above them, which may be empty non-terminals.
    dns::Result<void> find_candidates() {
        NameSet names = change_.visited;
        for (const auto& [key, name] : change_.visited) {
            dns::LabelOffsets labels(name);
            for (size_t i = 1; i < labels.count; ++i)
                insert_name(names, name.view().suffix(labels.at[i]));
        }
        for (const auto& [key, name] : names) {
            Candidate candidate;
            candidate.name = name;
            candidate.digest = hash_of(change_.policy, change_.next, name);
            Label label = label_of(candidate.digest);
            zones::NodeView was = change_.before.find(view(label));
            candidate.had = was && was.owns(dns::type::NSEC3);
            candidate.has = belongs(key, name, candidate.had);
            auto [at, is_new] = candidates_.try_emplace(label, candidate);
            if (!is_new) return hash_collision(change_.next, at->second.name, name);
            if (candidate.had && !change_.before.find(name))
                return hash_collision(change_.next, name, view(label));
        }
        return {};
    }

    bool belongs(const std::string& key, dns::NameView name, bool had) const {
        NameRole role = role_in(change_.next, name);
        if (role != NameRole::path) return in_chain(change_.policy, change_.next.find(name), role);
        return !change_.policy.opt_out || leads_to_owner(key, name, had);
    }

    // Whether an empty non-terminal is needed: a name below it is in the chain.
    bool leads_to_owner(const std::string& key, dns::NameView name, bool had) const {
        auto owner = [&](dns::NameView below) {
            NameRole role = role_in(change_.next, below);
            return owns_data(role) && in_chain(change_.policy, change_.next.find(below), role);
        };
        for (auto at = change_.visited.upper_bound(key);
             at != change_.visited.end() && at->first.starts_with(key); ++at)
            if (owner(at->second)) return true;
        // If it was not needed before, nothing that was not visited needs it.
        if (!had) return false;
        bool found = false;
        for_names_below(change_.next, name, [&](const zones::NodeView& below) {
            found = owner(below.name());
            return !found;
        });
        return found;
    }

    dns::Octets rdata_before(const Label& label) const {
        return change_.before.find(view(label)).find(dns::type::NSEC3).first().rdata();
    }
    size_t next_at() const { return 5 + change_.policy.salt.size() + 1; }
    dns::Sha1Digest next_before(const Label& label) const {
        dns::Sha1Digest next;
        std::memcpy(next.data(), rdata_before(label).data() + next_at(), next.size());
        return next;
    }

    void link(const Label& head, const std::vector<const Candidate*>& added) {
        dns::Sha1Digest behind = next_before(head);
        for (;;) {
            auto at = candidates_.find(label_of(behind));
            if (at == candidates_.end() || at->second.has) break;
            behind = next_before(at->first);
        }
        // The stretch behind the last owner goes on with the first hashes.
        std::vector<const Candidate*> order;
        for (bool wrapped : {false, true})
            for (const Candidate* candidate : added)
                if ((label_of(candidate->digest) < head) == wrapped) order.push_back(candidate);
        Label owner = head;
        for (const Candidate* candidate : order) {
            put(owner, candidate->digest);
            owner = label_of(candidate->digest);
        }
        put(owner, behind);
    }

    void put(const Label& owner, const dns::Sha1Digest& next) {
        std::vector<uint8_t> rdata;
        auto at = candidates_.find(owner);
        if (at != candidates_.end()) {
            const dns::Name& name = at->second.name;
            write_nsec3_rdata(change_.policy, next, change_.next.find(name),
                              role_in(change_.next, name), rdata);
        } else {
            // Only the link changes; whose hash this is, need not be known.
            dns::Octets old = rdata_before(owner);
            rdata.assign(old.begin(), old.end());
            std::memcpy(rdata.data() + next_at(), next.data(), next.size());
        }
        change_.collector.set(view(owner), dns::type::NSEC3, 0,
                              single_record(dns::type::NSEC3, ttl_, rdata));
        insert_name(touched_, view(owner));
    }

    const ChainChange& change_;
    uint32_t ttl_;
    std::map<Label, Candidate> candidates_;
    NameSet touched_;
};

}  // namespace

dns::Result<NameSet> change_nsec3(const ChainChange& change) {
    return Nsec3Change(change).run();
}

}  // namespace signer
