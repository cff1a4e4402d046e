#include "tests/reference/answering.h"

#include <algorithm>

#include "tests/reference/numbers.h"
#include "tests/reference/served_zones.h"
#include "tests/reference/targets.h"

namespace apex_tests::reference {

namespace {

constexpr size_t kMostLinks = 16;

// One answer in the making: the chain of names and all that goes with it.
class Answering {
  public:
    Answering(const View& view, const Asker& asker, bool dnssec, uint16_t qtype, Expected base)
        : view_(view), asker_(asker), dnssec_(dnssec), qtype_(qtype), out_(std::move(base)) {}

    std::vector<Expected> answer(const ServedZone& zone, const Name& qname) {
        out_.aa = Choice::yes;
        out_.rcodes = {code::NoError};
        follow(zone, qname);
        if (!choices_.empty()) return choices_;
        return {out_};
    }

  private:
    bool may_follow_into(const ServedZone& other, const ServedZone& from) const {
        if (&other == &from) return true;
        if (!view_.follow_view || !loaded(other)) return false;
        const auto& list = other.allow_query ? other.allow_query : view_.allow_query;
        return !list || holds(*list, asker_.address);
    }

    // Of a name in its own domain, but for names in a zone below it that is served, too (RFC 1034
    // 4.3.2 step 2): of those it knows the way there, if there is a cut or DNAME, and nothing else.
    static bool may_speak_for(const ServedZone& zone, const ServedZone* nearest, const Name& name) {
        if (!is_at_or_below(name, zone.name)) return false;
        if (nearest == &zone || nearest == nullptr) return true;
        return zone.zone->locate(name).crossing.has_value();
    }

    void add(Expected& to, size_t section, Rrset rrset, Need need,
             std::optional<uint32_t> other_ttl = std::nullopt) const {
        for (Item& item : to.items) {
            if (item.rrset.type != rrset.type || item.rrset.covered != rrset.covered ||
                !same(item.rrset.owner, rrset.owner))
                continue;
            if (item.section == section) {
                item.need = std::min(item.need, need);
                return;
            }
            // No RRset need be in a message twice.
            if (item.section < section) need = Need::allowed;
        }
        to.items.push_back({section, std::move(rrset), need, other_ttl});
    }

    // The RRset and its signatures, under the name that was asked for; from `node` of the zone.
    void add_signed(Expected& to, size_t section, const Zone& zone, Rrset rrset, const Name& owner,
                    Need need, std::optional<uint32_t> other_ttl = std::nullopt) const {
        std::optional<Rrset> signatures;
        if (dnssec_ && rrset.type != type::RRSIG)
            signatures = zone.rrset(rrset.owner, type::RRSIG, rrset.type);
        rrset.owner = owner;
        uint32_t ttl = rrset.ttl;
        add(to, section, std::move(rrset), need, other_ttl);
        if (!signatures) return;
        signatures->owner = owner;
        signatures->ttl = ttl;  // RFC 4034 3
        add(to, section, std::move(*signatures), need, other_ttl);
    }

    // RFC 2308 3: the SOA of a negative answer has the TTL for which it may be kept.
    void add_soa(const Zone& zone) {
        Soa soa = soa_of(zone);
        if (!soa.rrset) return;
        soa.rrset->ttl = soa.negative_ttl;
        add_signed(out_, kAuthority, zone, *soa.rrset, zone.origin(), Need::required);
    }

    void add_proof(const Zone& zone, const Proof& proof) {
        if (!dnssec_) return;
        uint32_t negative = soa_of(zone).negative_ttl;
        for (Rrset rrset : proof) {
            // RFC 9077: their TTL is that of negative answers; where the zone says less, less may
            // be told.
            std::optional<uint32_t> less;
            if (rrset.ttl < negative) less = rrset.ttl;
            rrset.ttl = negative;
            Name owner = rrset.owner;
            add_signed(out_, kAuthority, zone, std::move(rrset), owner, Need::required, less);
        }
    }

    void follow(const ServedZone& first, const Name& qname) {
        const ServedZone* served = &first;
        Name name = qname;
        std::vector<Name> seen;
        for (size_t links = 0;; ++links) {
            const Zone& zone = *served->zone;
            Answer found = zone.lookup(name, qtype_);
            bool goes_on = found.fact == Fact::alias || found.fact == Fact::redirect;
            if (!goes_on) return end(*served, found, name, links);
            seen.push_back(name);
            if (dnssec_ && found.from_wildcard)
                add_proof(zone, prove_wildcard_answer(zone, name, found.encloser));
            std::optional<Name> next =
                found.fact == Fact::alias ? alias(zone, found, name) : redirect(zone, found, name);
            // Sixteen links are followed; what the last name says is told.
            if (!next || links == kMostLinks) return;
            // A loop ends with what was collected.
            for (const Name& before : seen)
                if (same(before, *next)) return;
            const ServedZone* other = choose_zone(view_.zones, *next, qtype_);
            if (other != nullptr && may_follow_into(*other, *served))
                served = other;
            else if (!may_speak_for(*served, other, *next))
                return;
            name = *next;
        }
    }

    std::optional<Name> alias(const Zone& zone, const Answer& found, const Name& name) {
        const Rrset& rrset = found.rrsets.front();
        add_signed(out_, kAnswer, zone, rrset, name, Need::required);
        return name_at(rrset.rdata.front(), 0);
    }

    // RFC 6672 2.2, 3.1: the DNAME, and a CNAME made from it with its TTL, which is not signed.
    std::optional<Name> redirect(const Zone& zone, const Answer& found, const Name& name) {
        const Rrset& rrset = found.rrsets.front();
        add_signed(out_, kAnswer, zone, rrset, rrset.owner, Need::required);
        Name kept(name.begin(), name.end() - static_cast<std::ptrdiff_t>(rrset.owner.size()));
        Name target = joined(kept, name_at(rrset.rdata.front(), 0));
        if (!is_legal(target)) {
            out_.rcodes = {code::YXDomain};
            return std::nullopt;
        }
        add(out_, kAnswer, {name, type::CNAME, 0, rrset.ttl, {to_wire(target)}, {}},
            Need::required);
        if (qtype_ == type::CNAME) return std::nullopt;
        // RFC 8482: the CNAME is an answer to ANY by itself.
        if (qtype_ == type::ANY) choices_.push_back(out_);
        return target;
    }

    void end(const ServedZone& served, const Answer& found, const Name& name, size_t links) {
        const Zone& zone = *served.zone;
        switch (found.fact) {
            case Fact::referral:
                out_.kind = links == 0 ? Kind::referral : Kind::any;
                // RFC 1035 4.1.1: aa is about the first owner name of the answer.
                if (links == 0) out_.aa = Choice::no;
                refer(served, found);
                break;
            case Fact::no_name:
                out_.rcodes = {code::NXDomain};
                out_.kind = Kind::no_name;
                add_soa(zone);
                add_proof(zone, prove_no_name(zone, name, found.encloser));
                break;
            case Fact::no_data:
                out_.kind = links == 0 ? Kind::no_data : Kind::any;
                add_soa(zone);
                add_proof(zone, found.from_wildcard
                                    ? prove_wildcard_no_data(zone, name, found.encloser)
                                    : prove_no_data(zone, name));
                break;
            default:
                out_.kind = Kind::positive;
                if (found.from_wildcard)
                    add_proof(zone, prove_wildcard_answer(zone, name, found.encloser));
                if (found.rrsets.size() > 1 || qtype_ == type::ANY || qtype_ == type::RRSIG)
                    return choose_one(served, found, name);
                add_answer(out_, served, found.rrsets.front(), name);
        }
        if (!choices_.empty()) choices_.push_back(out_);
    }

    // RFC 8482 4.1: one RRset of those that there are, whichever.
    void choose_one(const ServedZone& served, const Answer& found, const Name& name) {
        for (const Rrset& rrset : found.rrsets) {
            Expected choice = out_;
            add_answer(choice, served, rrset, name);
            choices_.push_back(std::move(choice));
        }
    }

    void add_answer(Expected& to, const ServedZone& served, const Rrset& rrset, const Name& name) {
        std::optional<uint32_t> other_ttl;
        if (rrset.type == type::NSEC || rrset.type == type::NSEC3)
            other_ttl = soa_of(*served.zone).negative_ttl;
        add_signed(to, kAnswer, *served.zone, rrset, name, Need::required, other_ttl);
        for (const std::string& rdata : rrset.rdata) {
            std::optional<Target> target = target_of(rrset.type, rdata, name);
            if (!target) continue;
            Need need =
                room_is_used_for(rrset.type) && qtype_ != type::ANY ? Need::wanted : Need::allowed;
            add_target(to, served, rrset.type, *target, need);
        }
        // Which targets of more than 13 are told is open.
        to.targets = rrset.rdata.size();
        if (to.targets <= kMostTargets) return;
        for (Item& item : to.items)
            if (item.need == Need::wanted) item.need = Need::allowed;
    }

    // The zone that knows a target, as far as it may be asked.
    const ServedZone* zone_of_target(const ServedZone& from, const Name& target) const {
        const ServedZone* zone = longest_match(view_.zones, target);
        if (zone != nullptr && may_follow_into(*zone, from)) return zone;
        return is_at_or_below(target, from.name) ? &from : nullptr;
    }

    void add_target(Expected& to, const ServedZone& from, uint16_t rrtype, const Target& target,
                    Need need, const ServedZone* served = nullptr) {
        // "." is no host where services and mail are named (RFC 2782, RFC 3403, RFC 7505).
        if (target.name.empty() && rrtype != type::NS) need = Need::allowed;
        if (served == nullptr) served = zone_of_target(from, target.name);
        if (served == nullptr) return;
        const Zone& zone = *served->zone;
        std::optional<Name> crossing = zone.locate(target.name).crossing;
        // An address below a cut is not this zone's to say, but it is all that it takes where name
        // servers are named (RFC 9609 3.3: the root's). Below a DNAME nothing should be at all.
        bool below_cut = crossing.has_value();
        if (below_cut && (rrtype != type::NS || !zone.is_cut(*crossing))) need = Need::allowed;
        for (uint16_t wanted : {type::A, type::AAAA}) {
            if (std::optional<Rrset> rrset = zone.rrset(target.name, wanted)) {
                add_address(to, zone, *rrset, target.name, below_cut, need);
            } else if (Answer found = zone.lookup(target.name, wanted);
                       found.fact == Fact::answer && found.from_wildcard) {
                add_address(to, zone, found.rrsets.front(), target.name, false, Need::allowed);
            }
        }
        bool binding = rrtype == type::SVCB || rrtype == type::HTTPS;
        if (below_cut || (!binding && !target.server)) return;
        // RFC 9460 4.1: A, AAAA and SVCB records of targets; the alias needs them most.
        std::optional<Rrset> next = zone.rrset(target.name, binding ? rrtype : type::SRV);
        if (!next) return;
        add_signed(to, kAdditional, zone, *next, target.name,
                   target.alias && !told_already(to, *next) ? need : Need::allowed);
        for (const std::string& rdata : next->rdata)
            if (std::optional<Target> further = target_of(next->type, rdata, target.name))
                if (++depth_ < 8) {
                    further->server = false;
                    add_target(to, *served, next->type, *further, Need::allowed);
                    --depth_;
                }
    }

    // The same records, if under another owner: a wildcard's, whose own name is the target.
    static bool told_already(const Expected& to, const Rrset& rrset) {
        return std::any_of(to.items.begin(), to.items.end(), [&](const Item& item) {
            return item.rrset.type == rrset.type && item.rrset.rdata == rrset.rdata;
        });
    }

    void add_address(Expected& to, const Zone& zone, const Rrset& rrset, const Name& owner,
                     bool below_cut, Need need) const {
        if (!below_cut) return add_signed(to, kAdditional, zone, rrset, owner, need);
        // Glue is not signed (RFC 4035 2.2); a zone that has signatures of it may tell them.
        Rrset glue = rrset;
        glue.owner = owner;
        add(to, kAdditional, std::move(glue), need);
        std::optional<Rrset> signatures = zone.rrset(rrset.owner, type::RRSIG, rrset.type);
        if (dnssec_ && signatures) add(to, kAdditional, *signatures, Need::allowed);
    }

    void refer(const ServedZone& served, const Answer& found) {
        const Zone& zone = *served.zone;
        const Name& cut = found.owner;
        out_.referral = true;
        add(out_, kAuthority, found.rrsets.front(), Need::required);
        bool zone_is_signed = denial_of(zone) != Denial::none;
        if (dnssec_) {
            // RFC 4035 3.1.4.
            if (std::optional<Rrset> ds = zone.rrset(cut, type::DS))
                add_signed(out_, kAuthority, zone, *ds, cut,
                           zone_is_signed ? Need::required : Need::allowed);
            else
                add_proof(zone, prove_unsigned_cut(zone, cut));
        }
        for (const std::string& rdata : found.rrsets.front().rdata) {
            Name target = name_at(rdata, 0);
            // RFC 9471 2.1: at or below the cut. 2.2: the same zone's, but elsewhere.
            if (is_at_or_below(target, cut)) {
                for (uint16_t wanted : {type::A, type::AAAA})
                    if (std::optional<Rrset> rrset = zone.rrset(target, wanted))
                        add_address(out_, zone, *rrset, target, true, Need::glue);
            } else {
                // Where a child zone that is followed into knows it, too, the referring zone's
                // own word is as good.
                bool own = is_at_or_below(target, served.name);
                bool others = zone_of_target(served, target) != &served;
                add_target(out_, served, type::NS, {target}, others ? Need::allowed : Need::wanted,
                           own ? &served : nullptr);
            }
        }
        out_.targets = found.rrsets.front().rdata.size();
        if (out_.targets <= kMostTargets) return;
        for (Item& item : out_.items)
            if (item.need == Need::wanted) item.need = Need::allowed;
    }

    const View& view_;
    const Asker& asker_;
    bool dnssec_;
    uint16_t qtype_;
    Expected out_;
    std::vector<Expected> choices_;
    int depth_ = 0;
};

}  // namespace

std::vector<Expected> answer_from(const ServedZone& zone, const View& view, const Asker& asker,
                                  bool dnssec, const Question& question, const Expected& base) {
    return Answering(view, asker, dnssec, question.type, base).answer(zone, question.name);
}

}  // namespace apex_tests::reference
