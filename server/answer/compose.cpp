#include "server/answer/compose.h"

#include "server/answer/additional.h"
#include "server/answer/denial.h"

namespace server {

namespace {

using dns::Section;
using zones::Fact;
using zones::Lookup;

// Types whose question is about the alias itself, so that it is not followed.
bool asks_for_alias(uint16_t type) {
    return type == dns::type::CNAME || type == dns::type::ANY;
}

// Types whose target is looked up in place of the owner, not beside it.
bool names_alias(uint16_t type) {
    return type == dns::type::CNAME || type == dns::type::DNAME;
}

bool made_by_signing(uint16_t type) {
    return type == dns::type::RRSIG || type == dns::type::NSEC || type == dns::type::NSEC3;
}

template <class Tracer>
class Composer {
  public:
    Composer(const Audience& audience, uint16_t type, Plan& plan, Tracer& trace)
        : audience_(audience), type_(type), plan_(plan), trace_(trace) {}

    Composed run(Search search) {
        zones::Zone::QueryMemory memory;
        for (;;) {
            Lookup found = zones::lookup(search.zone->zone(), search.position, search.query, type_);
            if (plan_.chain_size == 1) composed_.first = found;
            tell_search(search, found);
            if (!step(search, found)) return composed_;
            search.query = search.zone->zone().query(next_, memory);
            search.position = search.zone->zone().locate(search.query);
        }
    }

  private:
    // One name's share of the answer; true if an alias leads on to next_ in search.zone.
    bool step(Search& search, const Lookup& found) {
        const ServedZone& zone = *search.zone;
        if (found.fact != Fact::referral || plan_.chain_size > 1) plan_.authoritative = true;
        switch (found.fact) {
            case Fact::answer:
                add_answer(search, found);
                return false;
            case Fact::alias:
                return add_alias(search, found);
            case Fact::redirect:
                return add_redirect(search, found);
            case Fact::referral:
                add_referral(zone, found);
                return false;
            case Fact::no_data:
                add_no_data(search, found);
                return false;
            case Fact::no_name:
                add_no_name(search, found);
                return false;
        }
        return false;
    }

    uint8_t here() const { return static_cast<uint8_t>(plan_.chain_size - 1); }

    // An RRset of the answer section, owned by the chain's last name.
    PlanItem& answer_item(const ServedZone& zone, const Lookup& found, Why why,
                          const zones::RrsetView& rrset) {
        PlanItem& item =
            plan_.add(Section::answer, found.from_wildcard ? Why::wildcard : why, zone, rrset);
        item.chain = here();
        if (plan_.dnssec) item.signatures = found.node.find(dns::type::RRSIG, rrset.type());
        return item;
    }

    void prove_wildcard(const Search& search, const Lookup& found) {
        if (!found.from_wildcard || !plan_.dnssec) return;
        Denials<Tracer>(plan_, *search.zone, trace_).wildcard_answer(denied(search, found));
    }

    static Denied denied(const Search& search, const Lookup& found) {
        return {search.query.relative, found.encloser, found.encloser_labels};
    }

    void add_answer(const Search& search, const Lookup& found) {
        const ServedZone& zone = *search.zone;
        zones::RrsetView rrset = found.rrset ? found.rrset : one_of_many(found.node);
        Why why = found.rrset ? Why::asked : Why::one_for_any;
        if constexpr (Tracer::kOn) {
            StepKind kind =
                found.rrset && type_ != dns::type::RRSIG ? StepKind::answer : StepKind::one_of_many;
            tell(kind, zone, rrset).number = rrset.count();
        }
        // A chain through a DNAME may end at that very DNAME.
        if (found.from_wildcard || !is_answered(rrset)) {
            PlanItem& item = answer_item(zone, found, why, rrset);
            if (rrset.type() == dns::type::RRSIG) item.signatures = {};
        }
        prove_wildcard(search, found);
        if (!dns::has_target_name(rrset.type()) || names_alias(rrset.type())) return;
        // A wildcard's own records are not found under its name by who asked for another.
        zones::NodeView owner = found.from_wildcard ? zones::NodeView() : found.node;
        add_targets(audience_, zone, rrset, owner, plan_, trace_);
    }

    // One RRset stands for all (RFC 8482 4.1): the first that is not there for DNSSEC alone.
    static zones::RrsetView one_of_many(const zones::NodeView& node) {
        for (size_t i = 0; i < node.rrset_count(); ++i)
            if (!made_by_signing(node.entries()[i].type)) return node.rrset(i);
        return node.rrset(0);
    }

    bool add_alias(Search& search, const Lookup& found) {
        answer_item(*search.zone, found, Why::alias, found.rrset);
        prove_wildcard(search, found);
        dns::Octets rdata = found.rrset.first().rdata();
        return follow(search, dns::NameView(rdata.data(), rdata.size()), found.rrset);
    }

    // RFC 6672 3.2: the DNAME, a CNAME made from it, and on with the new name.
    bool add_redirect(Search& search, const Lookup& found) {
        const ServedZone& zone = *search.zone;
        const dns::Name& name = plan_.chain[plan_.chain_size - 1];
        const size_t below = name.size() - found.node.name().size() - zone.name().size();
        if (!is_answered(found.rrset)) {
            PlanItem& redirect = plan_.add(Section::answer, Why::redirect, zone, found.rrset);
            own_by_ancestor(redirect, found.node, zone);
            if (plan_.dnssec)
                redirect.signatures = found.node.find(dns::type::RRSIG, dns::type::DNAME);
        }
        dns::Octets rdata = found.rrset.first().rdata();
        dns::Name target;
        if (!dns::Name::join({name.data(), below}, {rdata.data(), rdata.size()}, target)) {
            plan_.rcode = dns::rcode::name_exists;  // YXDOMAIN: the new name is too long
            if constexpr (Tracer::kOn) tell(StepKind::redirect_too_long, zone, found.rrset);
            return false;
        }
        PlanItem& alias = plan_.add(Section::answer, Why::synthesized, zone, {});
        alias.chain = here();
        alias.ttl_limit = found.rrset.ttl();
        return follow(search, target, found.rrset);
    }

    // A DNAME that a chain comes by twice is said once (RFC 2181 5). What a wildcard stood for had
    // another owner.
    bool is_answered(const zones::RrsetView& rrset) const {
        for (const PlanItem& item : plan_.items)
            if (item.section == Section::answer && item.why != Why::wildcard && item.rrset &&
                item.rrset.wire().data() == rrset.wire().data())
                return true;
        return false;
    }

    // `target` becomes the chain's next name. True if it lies where this answer may go on.
    bool follow(Search& search, dns::NameView target, const zones::RrsetView& alias) {
        bool loops = false;
        for (size_t i = 0; i < plan_.chain_size && !loops; ++i)
            loops = plan_.chain[i].view() == target;
        // A synthesized CNAME's target is written from here, followed or not.
        plan_.chain[plan_.chain_size] = dns::Name(target);
        if (asks_for_alias(type_)) return end_chain(StepKind::alias_not_followed, search, alias);
        if (loops) return end_chain(StepKind::alias_loops, search, alias);
        if (plan_.chain_size > kMostLinks) return end_chain(StepKind::alias_limit, search, alias);
        const ServedZone* zone = zone_of(target, *search.zone);
        if (zone == nullptr) return end_chain(StepKind::alias_leaves_zone, search, alias);
        const dns::Name& next = plan_.chain[plan_.chain_size++];
        search.zone = zone;
        zone->zone().relative(next, next_);
        if constexpr (Tracer::kOn) tell(StepKind::alias_followed, *zone, alias);
        return true;
    }

    bool end_chain(StepKind kind, const Search& search, const zones::RrsetView& alias) {
        if constexpr (Tracer::kOn) {
            Step& step = tell(kind, *search.zone, alias);
            step.name = plan_.chain[plan_.chain_size];
            step.number = kMostLinks;
        }
        static_cast<void>(kind);
        static_cast<void>(search);
        static_cast<void>(alias);
        return false;
    }

    // The zone in which a chain goes on: the same, or where the view is followed its best match.
    const ServedZone* zone_of(dns::NameView target, const ServedZone& zone) {
        dns::LabelOffsets labels(target);
        NoTrace quiet;
        const ServedZone* nearest = choose_zone(audience_.view, target,
                                                {labels.at.data(), labels.count}, type_, quiet);
        if (nearest == nullptr || nearest == &zone) return nearest;
        if (audience_.may_follow_into(*nearest, zone)) return nearest;
        // What another zone here has to say, this one must not; but it may hand the name on.
        return zone.zone().locate_absolute(target).crossing ? &zone : nullptr;
    }

    void add_referral(const ServedZone& zone, const Lookup& found) {
        composed_.referral = true;
        PlanItem& servers = plan_.add(Section::authority, Why::delegation, zone, found.rrset);
        own_by_ancestor(servers, found.node, zone);
        if constexpr (Tracer::kOn)
            tell(StepKind::referral, zone, found.rrset).name =
                zone.zone().absolute(found.node.name());
        // A DS of a zone that is not signed could not be believed (RFC 4035 3.1.4).
        if (plan_.dnssec && zone.denial() != Denial::none) {
            if (zones::RrsetView ds = found.node.find(dns::type::DS)) {
                PlanItem& item = plan_.add(Section::authority, Why::signed_delegation, zone, ds);
                own_by_ancestor(item, found.node, zone);
                item.signatures = found.node.find(dns::type::RRSIG, dns::type::DS);
            } else {
                Denials<Tracer>(plan_, zone, trace_).no_data(found.node);
            }
        }
        add_glue(audience_, zone, found.node, found.rrset, plan_, trace_);
    }

    // The item's owner is the chain's last name or above it.
    void own_by_ancestor(PlanItem& item, const zones::NodeView& node, const ServedZone& zone) {
        const dns::Name& name = plan_.chain[plan_.chain_size - 1];
        item.node = node;
        item.chain = here();
        item.skipped = static_cast<uint8_t>(name.size() - node.name().size() - zone.name().size());
    }

    void add_no_data(const Search& search, const Lookup& found) {
        composed_.no_data = true;
        add_soa(*search.zone);
        if constexpr (Tracer::kOn) tell(StepKind::no_data, *search.zone, {});
        if (!plan_.dnssec) return;
        Denials<Tracer> denials(plan_, *search.zone, trace_);
        if (found.from_wildcard)
            denials.wildcard_no_data(denied(search, found), found.node);
        else
            denials.no_data(found.node);
    }

    void add_no_name(const Search& search, const Lookup& found) {
        composed_.no_name = true;
        plan_.rcode = dns::rcode::no_such_name;
        add_soa(*search.zone);
        if constexpr (Tracer::kOn) tell(StepKind::no_name, *search.zone, {});
        if (plan_.dnssec)
            Denials<Tracer>(plan_, *search.zone, trace_).no_name(denied(search, found));
    }

    // RFC 2308 3: the SOA of a negative answer lives as long as the answer may be held.
    void add_soa(const ServedZone& zone) {
        PlanItem& item = plan_.add(Section::authority, Why::negative, zone, zone.soa());
        own_by_ancestor(item, zone.apex(), zone);
        item.ttl_limit = zone.negative_ttl();
        if (plan_.dnssec) item.signatures = zone.apex().find(dns::type::RRSIG, dns::type::SOA);
    }

    Step& tell(StepKind kind, const ServedZone& zone, const zones::RrsetView& rrset) {
        Step& step = trace_.add(kind);
        step.name = plan_.chain[plan_.chain_size - 1];
        step.type = type_;
        step.zone = &zone;
        step.rrset = rrset;
        return step;
    }

    void tell_search(const Search& search, const Lookup& found) {
        if constexpr (Tracer::kOn) {
            const ServedZone& zone = *search.zone;
            const zones::Position& at = search.position;
            if (found.fact == Fact::referral || found.fact == Fact::redirect) {
                Step& step = tell(
                    found.fact == Fact::referral ? StepKind::cut_found : StepKind::redirect_found,
                    zone, found.rrset);
                step.name = zone.zone().absolute(found.node.name());
            } else if (at.node) {
                tell(at.node.is_empty() ? StepKind::empty_non_terminal : StepKind::name_found, zone,
                     {});
            } else {
                tell(StepKind::closest_encloser, zone, {}).name =
                    zone.zone().absolute(at.encloser.name());
                tell(found.from_wildcard ? StepKind::wildcard_taken : StepKind::wildcard_absent,
                     zone, {})
                    .name = wildcard_name(zone, at.encloser);
            }
        }
        static_cast<void>(search);
        static_cast<void>(found);
    }

    static dns::Name wildcard_name(const ServedZone& zone, const zones::NodeView& encloser) {
        dns::Name wildcard;
        dns::Name::wildcard_of(zone.zone().absolute(encloser.name()), wildcard);
        return wildcard;
    }

    const Audience& audience_;
    uint16_t type_;
    Plan& plan_;
    Tracer& trace_;
    Composed composed_;
    dns::NameView next_;  // of the chain's last name, relative to its zone
};

}  // namespace

template <class Tracer>
Composed compose(const Audience& audience, const Search& search, uint16_t type, Plan& plan,
                 Tracer& trace) {
    return Composer<Tracer>(audience, type, plan, trace).run(search);
}

template <class Tracer>
const ServedZone* choose_zone(const View& view, dns::NameView name, std::span<const uint8_t> labels,
                              uint16_t type, Tracer& trace) {
    const ServedZone* zone = view.zones.find_longest(name, labels, false);
    if (type != dns::type::DS || zone == nullptr || zone->name().size() != name.size()) return zone;
    const ServedZone* parent = view.zones.find_longest(name, labels, true);
    if (parent == nullptr || !parent->loaded()) return zone;
    zones::Position position = parent->zone().locate_absolute(name);
    bool holds_cut = position.node && position.crossing == position.node;
    if constexpr (Tracer::kOn) {
        if (holds_cut) {
            Step& step = trace.add(StepKind::parent_for_ds);
            step.name = dns::Name(name);
            step.zone = parent;
        }
    }
    static_cast<void>(trace);
    return holds_cut ? parent : zone;
}

template Composed compose(const Audience&, const Search&, uint16_t, Plan&, NoTrace&);
template Composed compose(const Audience&, const Search&, uint16_t, Plan&, Trace&);
template const ServedZone* choose_zone(const View&, dns::NameView, std::span<const uint8_t>,
                                       uint16_t, NoTrace&);
template const ServedZone* choose_zone(const View&, dns::NameView, std::span<const uint8_t>,
                                       uint16_t, Trace&);

}  // namespace server
