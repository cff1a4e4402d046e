#include "tests/reference/responder.h"

#include <algorithm>

#include "tests/reference/answering.h"
#include "tests/reference/numbers.h"
#include "tests/reference/served_zones.h"

namespace apex_tests::reference {

namespace {

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

std::string u32(uint32_t value) {
    std::string octets;
    for (int shift = 24; shift >= 0; shift -= 8) octets += static_cast<char>(value >> shift);
    return octets;
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
        answer_from(*zone, *view, asker, dnssec, question, with_options);
    // RFC 1035 6.2: "responses to QCLASS=* queries can never be authoritative".
    if (question.rr_class == kAnyClass)
        for (Expected& reply : replies) reply.aa = Choice::no;
    return replies;
}

}  // namespace

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
