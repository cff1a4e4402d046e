#include "tests/reference/responder.h"

#include <arpa/inet.h>

#include <algorithm>

namespace apex_tests::reference {

namespace {

namespace code {
constexpr uint16_t NoError = 0, FormErr = 1, ServFail = 2, NXDomain = 3, NotImp = 4, Refused = 5,
                   YXDomain = 6, BadVers = 16;
}
namespace ede {
constexpr uint16_t NotReady = 14, Prohibited = 18, NotAuthoritative = 20, InvalidQueryType = 30;
}
namespace option {
constexpr uint16_t Nsid = 3, Expire = 9, Cookie = 10, Keepalive = 11, Padding = 12,
                   ZoneVersion = 19;
}
namespace type {
using namespace reference::type;
constexpr uint16_t AFSDB = 18, RT = 21, KX = 36, OPT = 41, SVCB = 64, HTTPS = 65, LP = 107,
                   NXNAME = 128, IXFR = 251, AXFR = 252;
}  // namespace type
constexpr uint16_t kInternet = 1, kChaos = 3, kAnyClass = 255;
constexpr size_t kMostLinks = 16;

using ServedZones = std::vector<ServedZone>;

bool loaded(const ServedZone& zone) {
    return zone.zone.has_value();
}

const ServedZone* longest_match(const ServedZones& zones, const Name& name, bool above = false) {
    const ServedZone* best = nullptr;
    for (const ServedZone& zone : zones) {
        if (!is_at_or_below(name, zone.name)) continue;
        if (above && zone.name.size() == name.size()) continue;
        if (best == nullptr || zone.name.size() > best->name.size()) best = &zone;
    }
    return best;
}

// The zone that answers: that with the longest name. The DS records of a cut are the parent's (RFC
// 4035 3.1.4.1), so long as it is served here and the cut is its own; else the child says NODATA.
const ServedZone* choose_zone(const ServedZones& zones, const Name& name, uint16_t qtype) {
    const ServedZone* zone = longest_match(zones, name);
    if (qtype != type::DS || zone == nullptr || zone->name.size() != name.size()) return zone;
    const ServedZone* parent = longest_match(zones, name, true);
    if (parent == nullptr || !loaded(*parent)) return zone;
    std::optional<Name> cut = parent->zone->locate(name).crossing;
    return cut && same(*cut, name) && parent->zone->is_cut(name) ? parent : zone;
}

uint32_t number_at(const std::string& octets, size_t at) {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(octets[at + i]);
    return value;
}
std::string u32(uint32_t value) {
    std::string octets;
    for (int shift = 24; shift >= 0; shift -= 8) octets += static_cast<char>(value >> shift);
    return octets;
}

struct Soa {
    std::optional<Rrset> rrset;
    uint32_t serial = 0, expire = 0, negative_ttl = 0;
};
Soa soa_of(const Zone& zone) {
    Soa soa;
    soa.rrset = zone.rrset(zone.origin(), type::SOA);
    if (!soa.rrset) return soa;
    const std::string& rdata = soa.rrset->rdata.front();
    soa.serial = number_at(rdata, rdata.size() - 20);
    soa.expire = number_at(rdata, rdata.size() - 8);
    // RFC 2308 3.
    soa.negative_ttl = std::min(soa.rrset->ttl, number_at(rdata, rdata.size() - 4));
    return soa;
}

Name name_at(const std::string& rdata, size_t at) {
    return from_wire({reinterpret_cast<const uint8_t*>(rdata.data()) + at, rdata.size() - at});
}

// The hosts that clients look up next, and whether the RRset of the same type is of use, too.
struct Target {
    Name name;
    bool alias = false;   // AliasMode: what stands there is looked at next (RFC 9460 2.4.2)
    bool server = false;  // NAPTR: SRV records may be what comes next (RFC 3403)
};
std::optional<Target> target_of(uint16_t rrtype, const std::string& rdata, const Name& owner) {
    switch (rrtype) {
        case type::NS:
            return Target{name_at(rdata, 0)};
        case type::MX:
        case type::AFSDB:
        case type::RT:
        case type::KX:
        case type::LP:
            return Target{name_at(rdata, 2)};
        case type::SRV:
            return Target{name_at(rdata, 6)};
        case type::NAPTR: {
            size_t at = 4;
            for (int strings = 0; strings < 3; ++strings)
                at += static_cast<uint8_t>(rdata[at]) + 1u;
            return Target{name_at(rdata, at), false, true};
        }
        case type::SVCB:
        case type::HTTPS: {
            bool alias = rdata[0] == 0 && rdata[1] == 0;
            Name target = name_at(rdata, 2);
            if (!target.empty()) return Target{target, alias};
            // RFC 9460 2.5: "." is the owner itself, in AliasMode that there is no service.
            if (alias) return std::nullopt;
            return Target{owner};
        }
        default:
            return std::nullopt;
    }
}

bool room_is_used_for(uint16_t rrtype) {
    switch (rrtype) {
        case type::NS:
        case type::MX:
        case type::SRV:
        case type::NAPTR:
        case type::SVCB:
        case type::HTTPS:
            return true;
        default:
            return false;
    }
}

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

// What every reply to this request has in common: OPT and its options, and the limit.
Expected frame(const World& world, const Message& request, const Asker& asker) {
    Expected out;
    out.question = request.question ? Choice::yes : Choice::no;
    out.opt = request.edns ? Choice::yes : Choice::no;
    size_t size = std::max<size_t>(512, request.edns ? request.edns->udp_size : 512);
    // RFC 6891 6.2.3 and 6.2.5; RFC 9715 3.2.
    out.limit = asker.transport == Transport::udp
                    ? std::min<size_t>(size, std::max<size_t>(512, world.udp_size))
                    : 65535;
    if (!request.edns) return out;
    const Edns& edns = *request.edns;
    if (edns.find(option::Nsid) && !world.nsid.empty()) out.nsid = Choice::yes;
    if (const Option* cookie = edns.find(option::Cookie); cookie && world.cookies)
        out.client_cookie = cookie->octets.substr(0, 8);
    if (asker.transport != Transport::udp)
        out.keepalive = edns.find(option::Keepalive) ? Choice::yes : Choice::either;
    if (asker.transport == Transport::tls)
        out.padding = edns.find(option::Padding) ? Choice::yes : Choice::either;
    return out;
}

Expected error(Expected out, uint16_t rcode, std::optional<uint16_t> extended = std::nullopt) {
    out.rcodes = {rcode};
    out.aa = Choice::no;
    out.kind = Kind::error;
    out.extended_error = extended;
    out.any_extended_error = !extended;
    return out;
}

// What stands in for a type that is never zone data (RFC 8906 3.1.2 and the types' own RFCs).
std::optional<Expected> meta_type(const Expected& base, uint16_t qtype) {
    if (qtype == type::OPT) return error(base, code::FormErr);
    // RFC 9824 3.4.
    if (qtype == type::NXNAME) return error(base, code::FormErr, ede::InvalidQueryType);
    if (qtype == type::AXFR || qtype == type::IXFR) return error(base, code::Refused);
    if (qtype >= 128 && qtype < 255) return error(base, code::NotImp);
    return std::nullopt;
}

std::vector<Expected> chaos(const World& world, const Expected& base, const Question& question) {
    std::string name = to_text(lower(question.name));
    std::string text;
    if (name == "version.bind." || name == "version.server.") text = world.version;
    if (name == "id.server." || name == "hostname.bind.") text = world.server_id;
    Expected refused = error(base, code::Refused);
    if (text.empty() || (question.type != type::TXT && question.type != type::ANY)) {
        std::vector<Expected> out{refused};
        if (std::optional<Expected> meta = meta_type(base, question.type)) out.push_back(*meta);
        if (text.empty()) return out;
        out.push_back(base);
        out.back().rcodes = {code::NoError};
        out.back().aa = Choice::either;
        out.back().any_records = true;
        return out;
    }
    Expected told = base;
    told.rcodes = {code::NoError};
    told.aa = Choice::either;
    told.any_records = true;
    told.text = text;
    return {told};
}

const View* choose_view(const World& world, const Asker& asker) {
    for (const View& view : world.views)
        if ((!view.clients || holds(*view.clients, asker.address)) &&
            (!view.destinations || holds(*view.destinations, asker.local)))
            return &view;
    return nullptr;
}

// The zone's own part of OPT: RFC 9660 (also on referrals), RFC 7314 (for the SOA).
void add_zone_options(Expected& out, const Message& request, const ServedZone& served) {
    Soa soa = soa_of(*served.zone);
    if (!request.edns || !soa.rrset) return;
    if (request.edns->find(option::ZoneVersion)) {
        out.zone_version = Choice::yes;
        out.zone_version_octets =
            std::string{static_cast<char>(served.name.size()), 0} + u32(soa.serial);
    }
    if (request.edns->find(option::Expire)) {
        bool apex = request.question->type == type::SOA &&
                    request.question->name.size() == served.name.size();
        out.expire = apex ? Choice::yes : Choice::either;
        out.expire_octets = u32(soa.expire);
    }
}

std::vector<Expected> answer_question(const World& world, const Expected& base,
                                      const Message& request, const Asker& asker) {
    const Question& question = *request.question;
    std::optional<Expected> meta = meta_type(base, question.type);
    if (question.rr_class == kChaos) return chaos(world, base, question);
    if (question.rr_class != kInternet && question.rr_class != kAnyClass) {
        std::vector<Expected> out{error(base, code::Refused)};
        if (meta) out.push_back(*meta);
        return out;
    }
    const View* view = choose_view(world, asker);
    const ServedZone* zone =
        view ? choose_zone(view->zones, question.name, question.type) : nullptr;
    if (zone == nullptr) {
        // A client that no view is for may ask nothing.
        Expected refused =
            error(base, code::Refused, view ? ede::NotAuthoritative : ede::Prohibited);
        return meta ? std::vector<Expected>{*meta, refused} : std::vector<Expected>{refused};
    }
    const auto& list = zone->allow_query ? zone->allow_query : view->allow_query;
    if (list && !holds(*list, asker.address)) {
        Expected refused = error(base, code::Refused, ede::Prohibited);
        return meta ? std::vector<Expected>{*meta, refused} : std::vector<Expected>{refused};
    }
    if (!loaded(*zone)) {
        Expected failed = error(base, code::ServFail, ede::NotReady);
        return meta ? std::vector<Expected>{*meta, failed} : std::vector<Expected>{failed};
    }
    Expected with_options = base;
    add_zone_options(with_options, request, *zone);
    if (meta) {
        meta->zone_version =
            request.edns && request.edns->find(option::ZoneVersion) ? Choice::either : Choice::no;
        meta->zone_version_octets = with_options.zone_version_octets;
        return {*meta};
    }
    bool dnssec = request.edns && request.edns->dnssec_ok;
    std::vector<Expected> replies =
        Answering(*view, asker, dnssec, question.type, with_options).answer(*zone, question.name);
    // RFC 1035 6.2: "responses to QCLASS=* queries can never be authoritative".
    if (question.rr_class == kAnyClass)
        for (Expected& reply : replies) reply.aa = Choice::no;
    return replies;
}

// RFC 4291 2.2 text, and what ranges mean.
struct AddressRange {
    std::array<uint8_t, 16> octets{};
    size_t bits = 128;
};
AddressRange range_of(std::string text) {
    AddressRange range;
    if (size_t slash = text.find('/'); slash != std::string::npos) {
        range.bits = static_cast<size_t>(std::stoi(text.substr(slash + 1)));
        text.resize(slash);
        if (text.find(':') == std::string::npos) range.bits += 96;
    }
    if (text.find(':') == std::string::npos) {
        range.octets[10] = range.octets[11] = 0xff;
        inet_pton(AF_INET, text.c_str(), range.octets.data() + 12);
    } else {
        inet_pton(AF_INET6, text.c_str(), range.octets.data());
    }
    return range;
}

}  // namespace

bool holds(const Networks& networks, const std::string& address) {
    AddressRange one = range_of(address);
    bool in = std::all_of(networks.begin(), networks.end(),
                          [](const std::string& text) { return text.starts_with('!'); }) &&
              !networks.empty();
    bool out = false;
    for (const std::string& text : networks) {
        bool excluded = text.starts_with('!');
        std::string network = text.substr(excluded ? 1 : 0);
        if (network == "none") continue;
        bool match = true;
        AddressRange range = network == "any" ? AddressRange{{}, 0} : range_of(network);
        for (size_t bit = 0; bit < range.bits; ++bit)
            match &= ((one.octets[bit / 8] ^ range.octets[bit / 8]) >> (7 - bit % 8) & 1) == 0;
        (excluded ? out : in) |= match;
    }
    return in && !out;
}

std::vector<Expected> expected_replies(const World& world, std::span<const uint8_t> octets,
                                       const Asker& asker) {
    ReadRequest read = read_request(octets);
    Expected base = frame(world, read.message, asker);
    base.doubtful = read.doubtful;
    switch (read.verdict) {
        case Verdict::silent: {
            base.silent = true;
            return {base};
        }
        case Verdict::not_implemented:
            base = error(base, code::NotImp);
            break;
        case Verdict::bad_version:
            base = error(base, code::BadVers);
            base.client_cookie.clear();
            break;
        case Verdict::format_error:
            base = error(base, code::FormErr);
            break;
        case Verdict::good:
            if (!read.message.question) {
                base.rcodes = {code::NoError};
                return {base};
            }
            return answer_question(world, base, read.message, asker);
    }
    // What could be read may be told back, and need not.
    if (read.verdict != Verdict::bad_version) {
        base.opt = Choice::either;
        base.question = Choice::either;
    }
    for (Choice* choice : {&base.nsid, &base.keepalive, &base.padding})
        if (*choice == Choice::yes) *choice = Choice::either;
    return {base};
}

}  // namespace apex_tests::reference
