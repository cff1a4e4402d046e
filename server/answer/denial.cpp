#include "server/answer/denial.h"

#include "dns/sha1.h"

namespace server {

namespace {

using dns::Section;
using zones::NodeView;
using zones::RrsetView;

dns::NameView last_labels(dns::NameView name, size_t count) {
    dns::LabelOffsets labels(name);
    return name.suffix(count == 0 ? name.size() : labels.at[labels.count - count]);
}

}  // namespace

template <class Tracer>
void Denials<Tracer>::no_name(const Denied& denied) {
    if (zone_.denial() == Denial::none) return;
    dns::NameView encloser = denied.encloser.name();
    if (zone_.denial() == Denial::nsec)
        cover(denied.name, StepKind::proof_name);
    else
        encloser = prove_encloser(denied.name, denied.encloser_labels, StepKind::proof_name);
    // A wildcard too long to exist needs no proof.
    dns::Name wildcard;
    if (dns::Name::wildcard_of(zone_.zone().absolute(encloser), wildcard)) {
        dns::NameView relative;
        zone_.zone().relative(wildcard, relative);
        cover(relative, StepKind::proof_wildcard);
    }
}

template <class Tracer>
void Denials<Tracer>::no_data(const NodeView& node) {
    if (zone_.denial() == Denial::none) return;
    dns::NameView name = node.name();
    if (zone_.denial() == Denial::nsec) {
        if (node.owns(dns::type::NSEC))
            add(node, StepKind::proof_no_data, name);
        else
            cover(name, StepKind::proof_no_data);
        return;
    }
    NodeView match = nsec3_match(name);
    // RFC 5155 7.2.4, 7.2.7: without an NSEC3 of its own the name lies in an opt-out span.
    if (match || name.empty())
        add(match, StepKind::proof_no_data, name);
    else
        prove_encloser(name, name.label_count() - 1, StepKind::proof_opt_out);
}

template <class Tracer>
void Denials<Tracer>::wildcard_answer(const Denied& denied) {
    if (zone_.denial() == Denial::nsec)
        cover(denied.name, StepKind::proof_name);
    else if (zone_.denial() == Denial::nsec3)
        cover(last_labels(denied.name, denied.encloser_labels + 1), StepKind::proof_name);
}

template <class Tracer>
void Denials<Tracer>::wildcard_no_data(const Denied& denied, const NodeView& wildcard) {
    if (zone_.denial() == Denial::none) return;
    if (zone_.denial() == Denial::nsec)
        cover(denied.name, StepKind::proof_name);
    else
        prove_encloser(denied.name, denied.encloser_labels, StepKind::proof_name);
    no_data(wildcard);
}

template <class Tracer>
dns::NameView Denials<Tracer>::prove_encloser(dns::NameView name, size_t labels, StepKind kind) {
    for (size_t depth = labels;; --depth) {
        dns::NameView encloser = last_labels(name, depth);
        NodeView match = nsec3_match(encloser);
        if (!match && depth > 0) continue;  // an empty non-terminal of an opt-out span
        add(match, StepKind::proof_encloser, encloser);
        cover(last_labels(name, depth + 1), kind);
        return encloser;
    }
}

template <class Tracer>
void Denials<Tracer>::cover(dns::NameView relative, StepKind kind) {
    if (zone_.denial() == Denial::nsec) {
        add(zone_.zone().denial_at_or_before(relative), kind, relative);
        return;
    }
    uint8_t label[dns::kNsec3Label];
    write_label(relative, label);
    add(zone_.zone().denial_at_or_before({label, sizeof label}), kind, relative);
}

template <class Tracer>
void Denials<Tracer>::write_label(dns::NameView relative, uint8_t* label) const {
    dns::Name absolute;
    dns::Name::join(relative, zone_.name(), absolute);
    dns::write_nsec3_label(dns::nsec3_hash(absolute, zone_.nsec3_salt(), zone_.nsec3_iterations()),
                           label);
}

template <class Tracer>
NodeView Denials<Tracer>::nsec3_match(dns::NameView relative) const {
    uint8_t label[dns::kNsec3Label];
    write_label(relative, label);
    NodeView node = zone_.zone().find({label, sizeof label});
    return node && node.owns(dns::type::NSEC3) ? node : NodeView();
}

template <class Tracer>
void Denials<Tracer>::add(const NodeView& node, StepKind kind, dns::NameView about) {
    uint16_t type = zone_.denial() == Denial::nsec ? dns::type::NSEC : dns::type::NSEC3;
    RrsetView rrset = node ? node.find(type) : RrsetView();
    if constexpr (Tracer::kOn) {
        Step& step = trace_.add(rrset ? kind : StepKind::proof_missing);
        step.zone = &zone_;
        step.name = zone_.zone().absolute(about);
        step.type = type;
        step.rrset = rrset;
    }
    static_cast<void>(kind);
    static_cast<void>(about);
    if (!rrset) return;  // the chain has a hole: the answer goes out as it is
    for (const PlanItem& item : plan_.items)
        if (item.section == Section::authority && item.rrset &&
            item.rrset.wire().data() == rrset.wire().data())
            return;
    PlanItem& item = plan_.add(Section::authority, Why::proof, zone_, rrset);
    item.node = node;
    item.chain = PlanItem::kNodeOwner;
    item.signatures = node.find(dns::type::RRSIG, type);
    // RFC 9077 3: a proof lives no longer than a negative answer, whatever the zone says.
    if (rrset.ttl() > zone_.negative_ttl()) item.ttl_limit = zone_.negative_ttl();
}

template class Denials<NoTrace>;
template class Denials<Trace>;

}  // namespace server
