// Rules about names that stand for hosts, addresses and services.
#include <algorithm>
#include <array>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "zones/rule_functions.h"

namespace zones {

namespace {

constexpr std::array<uint8_t, 256> make_host_octets() {
    std::array<uint8_t, 256> is{};
    for (int octet = '0'; octet <= '9'; ++octet) is[static_cast<size_t>(octet)] = 1;
    for (int octet = 'a'; octet <= 'z'; ++octet) is[static_cast<size_t>(octet)] = 1;
    for (int octet = 'A'; octet <= 'Z'; ++octet) is[static_cast<size_t>(octet)] = 1;
    is['-'] = 1;
    return is;
}
constexpr auto kHostOctet = make_host_octets();

// Letters, digits and hyphens, no hyphen at either end (RFC 952, RFC 1123 2.1).
bool is_host_label(const uint8_t* octets, size_t size) {
    if (size == 0 || octets[0] == '-' || octets[size - 1] == '-') return false;
    uint8_t all = 1;  // without a branch an octet
    for (size_t i = 0; i < size; ++i) all &= kHostOctet[octets[i]];
    return all != 0;
}

#if defined(__SSE2__)
// 0xff for each of 16 octets that is at least `first` and at most `last`.
__m128i within(__m128i octets, char first, char last) {
    const __m128i above = _mm_sub_epi8(octets, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(static_cast<char>(last - first))),
                          above);
}

// True for most host names, at a glance: labels of letters, digits and hyphens and nothing else.
// False says nothing.
bool is_plainly_host(dns::NameView name) {
    if (name.size() < 16 || name.size() > 64) return false;
    uint64_t good = 0, hyphens = 0;
    for (size_t next = 0; next < name.size(); next += 16) {
        const size_t at = std::min(next, name.size() - 16);
        const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(name.data() + at));
        const __m128i hyphen = _mm_cmpeq_epi8(octets, _mm_set1_epi8('-'));
        const __m128i letter = within(_mm_or_si128(octets, _mm_set1_epi8(0x20)), 'a', 'z');
        const __m128i all = _mm_or_si128(_mm_or_si128(letter, within(octets, '0', '9')), hyphen);
        good |= uint64_t{static_cast<unsigned>(_mm_movemask_epi8(all))} << at;
        hyphens |= uint64_t{static_cast<unsigned>(_mm_movemask_epi8(hyphen))} << at;
    }
    uint64_t lengths = 0;
    for (size_t at = 0; at < name.size(); at += name.data()[at] + size_t{1})
        lengths |= uint64_t{1} << at;
    const uint64_t all = ~uint64_t{0} >> (64 - name.size());
    // A length octet may look like a digit or a hyphen.
    const uint64_t ends = lengths << 1 | lengths >> 1 | uint64_t{1} << (name.size() - 1);
    return (good | lengths) == all && (hyphens & ~lengths & ends) == 0;
}
#else
bool is_plainly_host(dns::NameView) {
    return false;
}
#endif

// Hosts below a name that begins with an underscore are common (gc._msdcs), so only the first label
// has to be a host's in every respect.
bool is_host_name(dns::NameView name) {
    if (is_plainly_host(name)) return true;
    size_t at = 0;
    if (name.is_wildcard()) at = 2;
    for (bool first = true; at < name.size() && name.data()[at] != 0; first = false) {
        const uint8_t* label = name.data() + at + 1;
        size_t size = name.data()[at];
        at += size + 1;
        bool is_scope = !first && label[0] == '_';
        bool is_wildcard = !first && size == 1 && label[0] == '*';  // a rule of its own
        if (!is_wildcard && !is_host_label(label + is_scope, size - is_scope)) return false;
    }
    return true;
}

}  // namespace

void check_host_owner(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    // A and AAAA of one name are one finding.
    if (rrset.type() == dns::type::AAAA && visit.node.owns(dns::type::A)) return;
    if (is_host_name(visit.node.name())) return;
    report(context, rule::host_owner, rrset.place(0), visit.node);
}

void check_host_target(RuleContext& context, const Visit&, const Target& target) {
    if (is_host_name(target.name)) return;
    if (reads_like_address(context.zone, target.name, target.in_zone)) return;
    report(context, rule::host_target, target.rrset.place(target.record),
           TypeWord{target.rrset.type()}, target.name);
}

namespace {

enum class ReverseTree : uint8_t { none, ipv4, ipv6 };

ReverseTree reverse_tree(dns::NameView origin) {
    constexpr uint8_t kIpv4[] = {7, 'i', 'n', '-', 'a', 'd', 'd', 'r', 4, 'a', 'r', 'p', 'a', 0};
    constexpr uint8_t kIpv6[] = {3, 'i', 'p', '6', 4, 'a', 'r', 'p', 'a', 0};
    if (dns::is_at_or_below(origin, dns::NameView(kIpv4, sizeof kIpv4))) return ReverseTree::ipv4;
    if (dns::is_at_or_below(origin, dns::NameView(kIpv6, sizeof kIpv6))) return ReverseTree::ipv6;
    return ReverseTree::none;
}

bool is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

bool is_number(const uint8_t* label) {
    for (size_t i = 1; i <= label[0]; ++i)
        if (!is_digit(label[i])) return false;
    return true;
}

// 0 to 255 as a resolver writes it: without leading zeros (RFC 1035 3.5).
bool is_address_octet(const uint8_t* label) {
    if (label[0] > 3 || (label[0] > 1 && label[1] == '0')) return false;
    unsigned value = 0;
    for (size_t i = 1; i <= label[0]; ++i) value = value * 10 + (label[i] - '0');
    return value <= 255;
}

bool is_nibble(const uint8_t* label) {
    uint8_t octet = dns::lower(label[1]);
    return label[0] == 1 && (is_digit(octet) || (octet >= 'a' && octet <= 'f'));
}

// The labels between the name and in-addr.arpa are at most four octets of an address; between them
// may stand labels of any form that RFC 2317 4 puts there for a part of a network: 0/25, 128-191.
bool is_ipv4_owner(const dns::NameView& name, size_t labels) {
    size_t octets = 0;
    size_t at = 0;
    for (size_t i = 0; i < labels; ++i, at += name.data()[at] + size_t{1}) {
        const uint8_t* label = name.data() + at;
        if (!is_number(label)) {
            if (i == 0) return false;
            continue;
        }
        if (!is_address_octet(label)) return false;
        ++octets;
    }
    return octets <= 4;
}

bool is_ipv6_owner(const dns::NameView& name, size_t labels) {
    if (labels > 32) return false;
    size_t at = 0;
    for (size_t i = 0; i < labels; ++i, at += name.data()[at] + size_t{1})
        if (!is_nibble(name.data() + at)) return false;
    return true;
}

bool has_underscore_label(dns::NameView name) {
    for (; !name.empty() && !name.is_root(); name = name.parent())
        if (name.data()[1] == '_') return true;
    return false;
}

}  // namespace

void check_reverse(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    ReverseTree tree = reverse_tree(context.zone.origin());
    dns::NameView owner = visit.node.name();
    // Services are listed in reverse zones, too (RFC 6763 11): lb._dns-sd._udp.
    if (tree == ReverseTree::none || has_underscore_label(owner)) return;
    dns::Name absolute = context.zone.absolute(owner);
    dns::NameView name = absolute;
    if (name.is_wildcard()) name = name.parent();
    size_t labels = name.label_count() - 2;
    bool is_address =
        tree == ReverseTree::ipv4 ? is_ipv4_owner(name, labels) : is_ipv6_owner(name, labels);
    // The apex may have the name of a network (RFC 1101 4.1).
    if (!is_address && !visit.node.is_apex() && !repeats_origin(context.zone, absolute))
        report(context, rule::reverse_owner, rrset.place(0), visit.node);
    size_t index = 0;
    for (RecordView record : rrset) {
        dns::NameView target(record.rdata().data(), record.rdata().size());
        if (dns::is_at_or_below(target, context.zone.origin()))
            report(context, rule::reverse_target, rrset.place(index), target);
        ++index;
    }
}

void check_service(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    size_t index = 0;
    for (RecordView record : rrset) {
        dns::Place place = rrset.place(index++);
        dns::Octets rdata = record.rdata();
        dns::NameView target = dns::target_name(rrset.type(), rdata);
        if (target.empty()) continue;
        bool alias_mode = rdata[0] == 0 && rdata[1] == 0;
        if (!alias_mode) {
            // "." is the owner itself (RFC 9460 2.5.2).
            if (target.is_root() && !owns_address(visit.node))
                report(context, rule::target_without_address, place, TypeWord{rrset.type()},
                       visit.node);
            continue;
        }
        if (rdata.size() > 2 + target.size())
            report(context, rule::service_alias_parameters, place, TypeWord{rrset.type()},
                   visit.node);
        dns::NameView relative;
        if (context.zone.relative(target, relative) && relative == visit.node.name() &&
            !target.is_root())
            report(context, rule::service_alias_loop, place, TypeWord{rrset.type()}, visit.node);
    }
}

}  // namespace zones
