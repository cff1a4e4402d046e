#include "server/answer/question_types.h"

#include <algorithm>

#include "server/answer/compose.h"

namespace server {

namespace {

using zones::Fact;

// No record has this type.
constexpr uint16_t kNoType = 0;
// The first type for private use (RFC 6895 3.1).
constexpr uint16_t kFirstPrivate = 65280;

bool is_signing_type(uint16_t type) {
    return type == dns::type::RRSIG || type == dns::type::NSEC || type == dns::type::NSEC3;
}

// The name that an alias or a DNAME makes of `name`; false if it is too long for one.
bool next_name(const zones::Lookup& found, const ServedZone& zone, dns::Name& name) {
    dns::Octets rdata = found.rrset.first().rdata();
    dns::NameView target(rdata.data(), rdata.size());
    if (found.fact == Fact::alias) {
        name = dns::Name(target);
        return true;
    }
    const size_t below = name.size() - found.node.name().size() - zone.name().size();
    dns::Name made;
    if (!dns::Name::join({name.data(), below}, target, made)) return false;
    name = made;
    return true;
}

// True if an alias or a DNAME leads on.
bool add_of_one(const Look& look, TypeSet& types) {
    const zones::Lookup& found = look.found;
    const zones::NodeView& node = look.position.node;
    bool at_cut = node && look.position.crossing == node;
    if (at_cut || (node && node.is_apex())) types.add(dns::type::DS);
    if (found.fact == Fact::redirect) return true;
    if (found.fact != Fact::referral && found.node) types.add_all(found.node);
    return found.fact == Fact::alias;
}

}  // namespace

Look look_up(const zones::Zone& zone, dns::NameView relative) {
    zones::Zone::QueryMemory memory;
    zones::Zone::Query query = zone.query(relative, memory);
    Look look;
    look.position = zone.locate(query);
    look.found = zones::lookup(zone, look.position, query, kNoType);
    const zones::NodeView& crossing = look.position.crossing;
    look.hidden = crossing && crossing.name().size() != relative.size();
    return look;
}

void TypeSet::add(uint16_t type) {
    if (!dnssec_ && is_signing_type(type)) return;
    auto at = std::lower_bound(types_.begin(), types_.end(), type);
    if (at == types_.end() || *at != type) types_.insert(at, type);
}

void TypeSet::add_all(const zones::NodeView& node) {
    for (size_t i = 0; i < node.rrset_count(); ++i) add(node.entries()[i].type);
}

bool TypeSet::has(uint16_t type) const {
    return std::binary_search(types_.begin(), types_.end(), type);
}

uint16_t TypeSet::other(uint16_t usual) const {
    using namespace dns::type;
    for (uint16_t type : {usual, A, AAAA, MX, TXT, SRV, NAPTR, CAA})
        if (type != kNoType && !has(type)) return type;
    uint16_t type = kFirstPrivate;
    while (has(type)) ++type;
    return type;
}

void add_asked_types(const View& view, const ServedZone& zone, const Look& look, dns::NameView name,
                     TypeSet& types) {
    if (!add_of_one(look, types)) return;
    dns::Name next(name);
    Look at = look;
    const ServedZone* here = &zone;
    for (size_t links = 0; links <= kMostLinks; ++links) {
        if (!next_name(at.found, *here, next)) return;
        dns::LabelOffsets labels(next);
        NoTrace quiet;
        here = choose_zone(view, next, {labels.at.data(), labels.count}, kNoType, quiet);
        if (here == nullptr || !here->loaded()) return;
        dns::NameView relative;
        here->zone().relative(next, relative);
        at = look_up(here->zone(), relative);
        if (!add_of_one(at, types)) return;
    }
}

}  // namespace server
