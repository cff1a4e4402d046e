// The owners of a chain, many more than a group of samples holds, named so that keys agree: the one
// at or before a name is that of a sorted list, through changes and folding.
#include <doctest/doctest.h>

#include <set>

#include "tests/properties/property.h"
#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

using reference::Name;
namespace type = reference::type;

struct InOrder {
    bool operator()(const Name& a, const Name& b) const { return reference::compare(a, b) < 0; }
};
using Owners = std::set<Name, InOrder>;

const std::string kParameters("\1\0\0\0\0", 5);

class Chain {
  public:
    explicit Chain(Random& random) : random_(random), hashed_(random.one_in(2)) {
        for (std::string& prefix : prefixes_)
            prefix = std::string(random.below(40), random.one_in(2) ? 'x' : '0');
    }

    uint16_t type() const { return hashed_ ? uint16_t{dns::type::NSEC3} : uint16_t{type::NSEC}; }
    std::string rdata() const {
        if (hashed_) return kParameters + '\x14' + std::string(20, 'h');
        return std::string("\0\0\1\x40", 4);
    }
    // Evenly spread hashes, or names that share what comes first.
    Name name() {
        static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
        std::string label = hashed_ && random_.one_in(2) ? "" : random_.pick(prefixes_);
        if (label.empty())
            for (int i = 0; i < 32; ++i) label += kDigits[random_.below(32)];
        else
            label += std::to_string(random_.below(300));
        Name made = reference::child(label, origin_);
        if (!hashed_ && random_.one_in(3))
            made = reference::child(std::to_string(random_.below(9)), made);
        return made;
    }
    Records records(const Owners& owners) const {
        Records records{{origin_, type::A, 60, "\1\2\3\4", 1}};
        if (hashed_) records.push_back({origin_, dns::type::NSEC3PARAM, 60, kParameters, 2});
        for (const Name& owner : owners)
            records.push_back({owner, type(), 60, rdata(), records.size()});
        return records;
    }
    zones::OwnedRrset rrset() const {
        zones::OwnedRrset made{type(), 0, 1, {}, {dns::Place()}};
        std::string octets = rdata();
        zones::append_record(made.wire, type(), 60,
                             {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()});
        return made;
    }
    bool hashed() const { return hashed_; }
    const Name& origin() const { return origin_; }

  private:
    Random& random_;
    bool hashed_;
    Name origin_ = reference::from_text("example.");
    std::string prefixes_[3];
};

Complaint differences(const zones::Zone& zone, const Owners& owners, Chain& chain) {
    for (int question = 0; question < 40; ++question) {
        Name name = chain.name();
        if (question == 0) name = chain.origin();
        auto behind = owners.upper_bound(name);
        std::string wanted = "none";
        if (!owners.empty())
            wanted = reference::to_text(behind != owners.begin() ? *std::prev(behind)
                                                                 : *owners.rbegin());
        dns::Name absolute = reference::to_dns(name);
        zones::NodeView node = zone.denial_at_or_before(relative_to(absolute, zone));
        std::string got = node ? reference::to_text(reference::lower(
                                     reference::from_wire(zone.absolute(node.name()).view())))
                               : "none";
        if (got != wanted) return reference::to_text(name) + ": " + got + " for " + wanted + "\n";
    }
    return "";
}

// Takes a stretch of owners away, and adds some.
zones::ChangeSet change(Random& random, Owners& owners, Chain& chain) {
    zones::ChangeSet set;
    if (!owners.empty()) {
        auto first = owners.begin();
        std::advance(first, random.below(owners.size()));
        auto end = first;
        for (size_t count = random.below(random.one_in(4) ? 200 : 5); count > 0; --count)
            if (end != owners.end()) ++end;
        for (auto at = first; at != end;) {
            // The apex of a chain of NSEC is what makes it one.
            if (*at == chain.origin()) {
                ++at;
                continue;
            }
            set.changes.push_back({reference::to_dns(*at), chain.rrset(), {}});
            at = owners.erase(at);
        }
    }
    Owners gone;
    for (const zones::RrsetChange& removed : set.changes)
        gone.insert(reference::from_wire(removed.owner.view()));
    for (size_t count = random.below(30); count > 0; --count) {
        Name name = chain.name();
        if (gone.count(name) > 0 || !owners.insert(name).second) continue;
        set.changes.push_back({reference::to_dns(name), {}, chain.rrset()});
    }
    return set;
}

}  // namespace

TEST_CASE("the owner that denies a name is that of a sorted list") {
    for_all("denial", 60, [](Random& random) {
        Chain chain(random);
        Owners owners;
        if (!chain.hashed()) owners.insert(chain.origin());
        for (size_t count = random.below(random.one_in(3) ? 20 : 600); count > 0; --count)
            owners.insert(chain.name());
        std::shared_ptr<const zones::Zone> zone =
            zone_from_records(chain.records(owners), chain.origin()).zone;
        Complaint complaint = differences(*zone, owners, chain);
        for (int version = 0; version < 12 && complaint.empty(); ++version) {
            auto next = zone->apply(change(random, owners, chain));
            if (!next) return next.fault().sentence;
            zone = *next;
            complaint = differences(*zone, owners, chain);
            if (complaint.empty() && random.one_in(6)) {
                zone = zone->fold();
                complaint = differences(*zone, owners, chain);
            }
        }
        return complaint;
    });
}

}  // namespace apex_tests
