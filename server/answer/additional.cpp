#include "server/answer/additional.h"

#include "server/answer/compose.h"

namespace server {

namespace {

using dns::Section;
using zones::NodeView;
using zones::RrsetView;

template <class Tracer>
class Additional {
  public:
    Additional(const Audience& audience, const ServedZone& zone, Plan& plan, Tracer& trace)
        : audience_(audience), zone_(zone), plan_(plan), trace_(trace) {}

    void targets(const RrsetView& rrset, const NodeView& owner) {
        // Servers of the zone itself are reached by glue, wherever that stands.
        bool glue_allowed = rrset.type() == dns::type::NS;
        size_t left = kMostTargets;
        for (zones::RecordView record : rrset) {
            if (left-- == 0) {
                tell(StepKind::target_limit, {});
                return;
            }
            dns::NameView name = dns::target_name(rrset.type(), record.rdata());
            // "." is no host (RFC 2782, RFC 7505), in the root zone neither.
            if (name.is_root() && !is_service(rrset.type()) && !glue_allowed) continue;
            Place place = {};
            // RFC 9460 2.5.2: "." in ServiceMode is the owner; in AliasMode it is nothing.
            if (name.is_root() && is_service(rrset.type())) {
                if (dns::load16(record.rdata().data()) == 0) continue;
                place = {&zone_, owner, true};
            } else {
                place = find(name, glue_allowed);
            }
            if (place.node) add_hosts(place, rrset.type());
        }
    }

    // In-domain glue first, so that nothing else takes its room.
    void glue(const NodeView& cut, const RrsetView& servers) {
        // All in-domain glue is due, but more octets than a message has are of no use.
        size_t room = dns::kMaxMessage;
        for (bool in_domain : {true, false}) {
            size_t number = 0;
            for (zones::RecordView record : servers) {
                const size_t at = number++;
                dns::NameView name(record.rdata().data(), record.rdata().size());
                dns::NameView relative;
                if (!zone_.zone().relative(name, relative)) {
                    if (!in_domain) find_elsewhere(name);
                } else if (dns::is_at_or_below(relative, cut.name()) == in_domain) {
                    const size_t size = add_server(servers, at, relative, in_domain);
                    if (size > room) return;
                    room -= size;
                }
            }
        }
    }

  private:
    struct Place {
        const ServedZone* zone = nullptr;
        NodeView node;
        bool authoritative = false;
    };

    static bool is_service(uint16_t type) {
        return type == dns::type::SVCB || type == dns::type::HTTPS;
    }

    // The node of a target, in this zone or one that may be followed into.
    Place find(dns::NameView name, bool glue_allowed) {
        const ServedZone* zone = zone_for(name);
        if (zone == nullptr) {
            tell(StepKind::target_outside, name);
            return {};
        }
        zones::Position position = zone->zone().locate_absolute(name);
        if (position.node && !position.crossing) return {zone, position.node, true};
        if (position.crossing && glue_allowed) {
            dns::NameView relative;
            zone->zone().relative(name, relative);
            if (NodeView node = zone->zone().find(relative)) return {zone, node, false};
        }
        tell(StepKind::target_absent, name);
        return {};
    }

    const ServedZone* zone_for(dns::NameView name) const {
        if (!audience_.view.follow_view)
            return dns::is_at_or_below(name, zone_.name()) ? &zone_ : nullptr;
        const ServedZone* other = audience_.view.zones.find_longest(name);
        if (other == nullptr || !audience_.may_follow_into(*other, zone_)) return nullptr;
        return other;
    }

    // Octets of the addresses that were added for one server of a cut, at least.
    size_t add_server(const RrsetView& servers, size_t number, dns::NameView relative,
                      bool in_domain) {
        NodeView host;
        if (!servers.has_links() || !zone_.zone().changes().empty())
            host = zone_.zone().find(relative);
        else if (zones::Ref link = servers.link(number))
            host = zone_.zone().base().node(link);
        const Why why = in_domain ? Why::in_domain_glue : Why::sibling_glue;
        const size_t size = host ? add_addresses(host, why) : 0;
        if (size == 0) {
            StepKind kind = host ? StepKind::target_without_addresses : StepKind::target_absent;
            tell(kind, relative, zone_.name());
        }
        return size;
    }

    // A cut's server outside this zone: its addresses, where the view is followed.
    void find_elsewhere(dns::NameView name) {
        if (!audience_.view.follow_view) {
            tell(StepKind::target_outside, name);
            return;
        }
        if (Place place = find(name, false); place.node) add_hosts(place, dns::type::NS);
    }

    // What clients look up at a target of this type (RFC 9460 4.1, RFC 3403 4.1).
    void add_hosts(const Place& place, uint16_t type) {
        if (is_service(type)) add_wanted(place, type, Why::additional);
        if (type == dns::type::NAPTR) add_wanted(place, dns::type::SRV, Why::additional);
        add_wanted(place, dns::type::A, Why::additional);
        add_wanted(place, dns::type::AAAA, Why::additional);
    }

    void add_wanted(const Place& place, uint16_t type, Why why) {
        RrsetView rrset = place.node.find(type);
        if (!rrset || is_planned(rrset)) return;
        add(*place.zone, place.node, rrset, why).need = Need::wanted;
    }

    // Octets of what was added, at least.
    size_t add_addresses(const NodeView& host, Why why) {
        size_t size = 0;
        for (uint16_t type : {dns::type::A, dns::type::AAAA}) {
            RrsetView rrset = host.find(type);
            if (!rrset) continue;
            add(zone_, host, rrset, why).need =
                why == Why::in_domain_glue ? Need::glue : Need::wanted;
            size += rrset.wire().size();
        }
        return size;
    }

    PlanItem& add(const ServedZone& zone, const NodeView& node, const RrsetView& rrset, Why why) {
        PlanItem& item = plan_.add(Section::additional, why, zone, rrset);
        item.node = node;
        item.chain = PlanItem::kNodeOwner;
        if (plan_.dnssec) item.signatures = node.find(dns::type::RRSIG, rrset.type());
        return item;
    }

    bool is_planned(const RrsetView& rrset) const {
        for (const PlanItem& item : plan_.items)
            if (item.rrset && item.rrset.wire().data() == rrset.wire().data()) return true;
        return false;
    }

    void tell(StepKind kind, dns::NameView name, dns::NameView origin = {}) {
        if constexpr (Tracer::kOn) {
            Step& step = trace_.add(kind);
            step.zone = &zone_;
            step.number = kMostTargets;
            if (!origin.empty())
                dns::Name::join(name, origin, step.name);
            else if (!name.empty())
                step.name = dns::Name(name);
        }
        static_cast<void>(kind);
        static_cast<void>(name);
        static_cast<void>(origin);
    }

    const Audience& audience_;
    const ServedZone& zone_;
    Plan& plan_;
    Tracer& trace_;
};

}  // namespace

template <class Tracer>
void add_targets(const Audience& audience, const ServedZone& zone, const RrsetView& rrset,
                 const NodeView& owner, Plan& plan, Tracer& trace) {
    Additional<Tracer>(audience, zone, plan, trace).targets(rrset, owner);
}

template <class Tracer>
void add_glue(const Audience& audience, const ServedZone& zone, const NodeView& cut,
              const RrsetView& servers, Plan& plan, Tracer& trace) {
    Additional<Tracer>(audience, zone, plan, trace).glue(cut, servers);
}

template void add_targets(const Audience&, const ServedZone&, const RrsetView&, const NodeView&,
                          Plan&, NoTrace&);
template void add_targets(const Audience&, const ServedZone&, const RrsetView&, const NodeView&,
                          Plan&, Trace&);
template void add_glue(const Audience&, const ServedZone&, const NodeView&, const RrsetView&, Plan&,
                       NoTrace&);
template void add_glue(const Audience&, const ServedZone&, const NodeView&, const RrsetView&, Plan&,
                       Trace&);

}  // namespace server
