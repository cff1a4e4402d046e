// Rules about the names that records point at: hosts and aliases.
#include <algorithm>
#include <array>

#include "zones/rule_functions.h"

namespace zones {

Standing stand(const Zone& zone, dns::NameView absolute, const NodeView& known) {
    // Without cuts and DNAMEs nothing can divert from it.
    if (known && zone.changes().empty() && !zone.base().crossings().any())
        return {Standing::present, known};
    dns::NameView relative;
    if (!zone.relative(absolute, relative)) return {};
    Position position = zone.locate(relative);
    if (position.crossing) return {};
    if (position.node) return {Standing::present, position.node};
    dns::Name wildcard;
    if (position.encloser && position.encloser.has(fact::wildcard_child) &&
        dns::Name::wildcard_of(position.encloser.name(), wildcard)) {
        if (NodeView node = zone.find(wildcard)) return {Standing::present, node};
    }
    return {Standing::missing, {}};
}

bool owns_address(const NodeView& node) {
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        uint16_t type = node.entries()[i].type;
        if (type == dns::type::A || type == dns::type::AAAA) return true;
    }
    return false;
}

bool repeats_origin(const Zone& zone, dns::NameView absolute) {
    dns::NameView origin = zone.origin();
    size_t repeated = origin.size() - 1;
    if (repeated == 0 || absolute.size() < origin.size() + repeated) return false;
    dns::NameView relative(absolute.data(), absolute.size() - origin.size());
    if (!dns::is_at_or_below(relative, dns::NameView(origin.data(), repeated))) return false;
    // An origin of one label does come again in the names of a registry: com.com exists.
    return origin.label_count() > 1 ||
           (relative.size() > repeated && !zone.locate(relative).crossing);
}

std::string final_dot_hint(const Zone& zone, dns::NameView absolute) {
    size_t relative = absolute.size() - zone.origin().size();
    std::string hint = "a final dot is missing: write '";
    dns::append_text(hint, dns::NameView(absolute.data(), relative));
    size_t meant = relative - (zone.origin().size() - 1);
    std::string only = meant == 0 ? "@" : dns::to_text(dns::NameView(absolute.data(), meant));
    if (meant > 0) only.pop_back();
    return hint + "', or only '" + only + "'";
}

namespace {

bool is_octet_label(const uint8_t* label) {
    if (label[0] == 0 || label[0] > 3) return false;
    unsigned value = 0;
    for (size_t i = 1; i <= label[0]; ++i) {
        if (label[i] < '0' || label[i] > '9') return false;
        value = value * 10 + (label[i] - '0');
    }
    return value <= 255;
}

// Hex digits with at least two colons.
bool is_ipv6_label(const uint8_t* label) {
    size_t colons = 0;
    for (size_t i = 1; i <= label[0]; ++i) {
        uint8_t octet = dns::lower(label[i]);
        bool hex = (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'f');
        if (octet == ':')
            ++colons;
        else if (!hex)
            return false;
    }
    return colons >= 2;
}

}  // namespace

// The name is exactly an address, or was meant to be before the origin was appended. Hosts that
// only begin like one (192.0.2.1.static.example.) exist.
bool reads_like_address(const Zone& zone, dns::NameView name, bool in_zone) {
    if (name.is_root()) return false;
    if (is_ipv6_label(name.data())) return true;
    if (!is_octet_label(name.data())) return false;
    size_t size = in_zone ? name.size() - zone.origin().size() : name.size() - 1;
    dns::NameView relative(name.data(), size);
    for (size_t labels = 0; labels < 4; ++labels) {
        if (relative.empty() || !is_octet_label(relative.data())) return false;
        relative = relative.parent();
    }
    return relative.empty();
}

namespace {

bool is_service(uint16_t type) {
    return type == dns::type::SVCB || type == dns::type::HTTPS;
}

bool in_alias_mode(const Target& target) {
    if (!is_service(target.rrset.type())) return false;
    const uint8_t* priority = target.name.data() - 2;  // stands before the name (RFC 9460 2.2)
    return priority[0] == 0 && priority[1] == 0;
}

void report_no_address(RuleContext& context, const Target& target) {
    dns::Place place = target.rrset.place(target.record);
    TypeWord type{target.rrset.type()};
    size_t relative = target.name.size() - context.zone.origin().size();
    bool several_labels = dns::NameView(target.name.data(), relative).label_count() > 1;
    if (target.node || !several_labels) {
        report(context, rule::target_without_address, place, type, target.name);
        return;
    }
    // A name of several labels that does not exist was likely meant to be absolute.
    auto hint = [&] {
        return "if '" + dns::to_text(dns::NameView(target.name.data(), relative)) +
               "' is meant, write its final dot";
    };
    report_with_hint(context, rule::target_without_address, place, hint, type, target.name);
}

}  // namespace

void check_target_address(RuleContext& context, const Visit& visit, const Target& target) {
    if (!target.in_zone) return;
    if (target.node && owns_address(target.node)) return;
    uint16_t type = target.rrset.type();
    // "There is none" (RFC 2782, RFC 7505 3, RFC 9460 2.5).
    if (target.name.is_root() && type != dns::type::NS) return;
    dns::Place place = target.rrset.place(target.record);
    if (type == dns::type::NS && visit.node.has(fact::cut)) {
        dns::NameView relative;
        context.zone.relative(target.name, relative);
        if (dns::is_at_or_below(relative, visit.node.name())) {
            report(context, rule::missing_glue, place, target.name, visit.node);
            return;
        }
    }
    // Then that is what has to be said, and the rest follows from it.
    if (repeats_origin(context.zone, target.name)) return;
    if (reads_like_address(context.zone, target.name, true)) return;
    Standing standing = stand(context.zone, target.name, target.node);
    if (standing.kind == Standing::elsewhere) return;
    if (standing.kind == Standing::present) {
        if (standing.node.has(fact::alias)) {
            const dns::Rule& rule =
                is_service(type) ? rule::service_target_is_alias : rule::target_is_alias;
            report(context, rule, place, TypeWord{type}, target.name);
            return;
        }
        if (owns_address(standing.node)) return;
        // An alias of a service may lead to the service's own record (RFC 9460 2.4.2).
        if (in_alias_mode(target) && standing.node.owns(type)) return;
    }
    report_no_address(context, target);
}

void check_target_like_address(RuleContext& context, const Visit&, const Target& target) {
    if (!reads_like_address(context.zone, target.name, target.in_zone)) return;
    report(context, rule::target_like_address, target.rrset.place(target.record),
           TypeWord{target.rrset.type()}, target.name);
}

void check_target_repeats_origin(RuleContext& context, const Visit&, const Target& target) {
    if (!target.in_zone || !repeats_origin(context.zone, target.name)) return;
    report_with_hint(
        context, rule::target_repeats_origin, target.rrset.place(target.record),
        [&] { return final_dot_hint(context.zone, target.name); }, TypeWord{target.rrset.type()},
        target.name);
}

void check_alias(RuleContext& context, const Visit& visit, const Target& target) {
    if (!target.in_zone) return;
    if (target.node && !target.node.is_empty() && !target.node.has(fact::alias)) return;
    constexpr size_t kLinks = 16;  // as many as an answer follows
    std::array<NodeView, kLinks> passed;
    dns::Place place = target.rrset.place(target.record);
    dns::NameView name = target.name;
    NodeView known = target.node;
    for (size_t links = 0; links < kLinks; ++links) {
        Standing standing = stand(context.zone, name, known);
        if (standing.kind == Standing::elsewhere) return;
        if (standing.kind == Standing::missing || standing.node.is_empty()) {
            // Aliases further up lead here, too, but only this one is to be mended.
            if (links == 0 && !repeats_origin(context.zone, name))
                report(context, rule::alias_dangling, place, visit.node, name);
            return;
        }
        if (!standing.node.has(fact::alias)) return;
        if (standing.node == visit.node) {
            report(context, rule::alias_loop, place, visit.node);
            return;
        }
        // It leads into a loop that is reported where it is.
        if (std::find(passed.begin(), passed.begin() + links, standing.node) !=
            passed.begin() + links)
            return;
        passed[links] = standing.node;
        RrsetView next = standing.node.find(dns::type::CNAME);
        name = dns::target_name(dns::type::CNAME, next.first().rdata());
        known = {};
        if (context.zone.changes().empty() && next.has_links() && next.link(0))
            known = context.zone.base().node(next.link(0));
    }
    report(context, rule::alias_chain_length, place, visit.node, static_cast<uint32_t>(kLinks));
}

}  // namespace zones
