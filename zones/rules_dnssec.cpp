// Rules about DNSSEC records as a zone file holds them. What the signer makes and verifies has
// rules of its own.
#include <algorithm>
#include <bitset>

#include "zones/rule_functions.h"

namespace zones {

namespace {

struct DigestType {
    uint8_t number;
    uint8_t octets;
    const char* name;
    bool deprecated;
};

// RFC 4509, RFC 5933, RFC 6605, RFC 9558, RFC 9563; deprecated by RFC 9905 and RFC 9906.
constexpr DigestType kDigestTypes[] = {
    {1, 20, "SHA-1", true},
    {2, 32, "SHA-256", false},
    {3, 32, "GOST R 34.11-94", true},
    {4, 48, "SHA-384", false},
    {5, 32, "GOST R 34.11-2012", false},
    {6, 32, "SM3", false},
};

const DigestType* find_digest_type(uint8_t number) {
    for (const DigestType& row : kDigestTypes)
        if (row.number == number) return &row;
    return nullptr;
}

struct Algorithm {
    uint8_t number;
    const char* name;
    const char* advice;    // the registry's word on signing
    bool own_choice_only;  // advice to who signs: no reason to blame a parent for its DS
};

// The registry of RFC 9904, column "Use for DNSSEC Signing".
constexpr Algorithm kDiscouraged[] = {
    {1, "RSAMD5", "MUST NOT", false},
    {3, "DSA", "MUST NOT", false},
    {5, "RSASHA1", "MUST NOT", false},
    {6, "DSA-NSEC3-SHA1", "MUST NOT", false},
    {7, "RSASHA1-NSEC3-SHA1", "MUST NOT", false},
    {10, "RSASHA512", "NOT RECOMMENDED", true},
    {12, "ECC-GOST", "MUST NOT", false},
};

const Algorithm* find_discouraged(uint8_t number) {
    for (const Algorithm& row : kDiscouraged)
        if (row.number == number) return &row;
    return nullptr;
}

}  // namespace

void check_ds_digest(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    size_t index = 0;
    for (RecordView record : rrset) {
        dns::Place place = rrset.place(index++);
        dns::Octets rdata = record.rdata();
        const DigestType* digest = rdata.size() < 4 ? nullptr : find_digest_type(rdata[3]);
        // The delete form of CDS has no digest (RFC 8078 4).
        if (digest == nullptr || rdata[2] == 0) continue;
        uint32_t octets = static_cast<uint32_t>(rdata.size() - 4);
        if (octets != digest->octets && rrset.type() == dns::type::DS)
            report(context, rule::ds_digest_length, place, visit.node, digest->name, octets,
                   uint32_t{digest->octets});
        if (digest->deprecated && !visit.cut_above && !visit.redirect_above)
            report(context, rule::deprecated_digest, place, TypeWord{rrset.type()}, visit.node,
                   uint32_t{digest->number}, digest->name);
    }
}

namespace {

// Those of the zone's own keys: what they sign needs no second word.
std::bitset<256> key_algorithms(const NodeView& apex) {
    std::bitset<256> algorithms;
    RrsetView keys = apex.find(dns::type::DNSKEY);
    if (!keys) return algorithms;
    for (RecordView key : keys)
        if (key.rdata().size() > 3) algorithms.set(key.rdata()[3]);
    return algorithms;
}

}  // namespace

void check_algorithm(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    uint16_t type = rrset.type();
    std::bitset<256> told;
    if (type == dns::type::RRSIG) {
        // Once a zone: the signatures of its SOA record.
        if (!visit.node.is_apex() || rrset.covered() != dns::type::SOA) return;
        told = key_algorithms(visit.node);
    }
    bool is_key = type == dns::type::DNSKEY || type == dns::type::CDNSKEY;
    bool own_choice = is_key || type == dns::type::RRSIG;
    size_t at = is_key ? 3 : 2;
    size_t index = 0;
    for (RecordView record : rrset) {
        dns::Place place = rrset.place(index++);
        if (record.rdata().size() <= at) continue;
        const Algorithm* algorithm = find_discouraged(record.rdata()[at]);
        if (algorithm == nullptr || told[algorithm->number]) continue;
        if (algorithm->own_choice_only && !own_choice) continue;
        report(context, rule::deprecated_algorithm, place, TypeWord{type}, visit.node,
               uint32_t{algorithm->number}, algorithm->name, algorithm->advice);
    }
}

void check_original_ttl(RuleContext& context, const Visit& visit, const RrsetView& signatures) {
    RrsetView covered = visit.node.find(signatures.covered());
    if (!covered) return;
    size_t index = 0;
    for (RecordView signature : signatures) {
        dns::Place place = signatures.place(index++);
        dns::Octets rdata = signature.rdata();
        if (rdata.size() < 8) continue;
        uint32_t original = uint32_t{rdata[4]} << 24 | uint32_t{rdata[5]} << 16 |
                            uint32_t{rdata[6]} << 8 | rdata[7];
        if (covered.ttl() > original)
            report(context, rule::original_ttl, place, TypeWord{signatures.covered()}, visit.node,
                   covered.ttl(), original);
    }
}

namespace {

// One set of NSEC3 parameters, read from NSEC3 or NSEC3PARAM rdata.
struct HashParameters {
    uint8_t algorithm = 0;
    uint8_t flags = 0;
    uint16_t iterations = 0;
    dns::Octets salt;

    bool same_chain(const HashParameters& other) const {
        return algorithm == other.algorithm && iterations == other.iterations &&
               salt.size() == other.salt.size() &&
               std::equal(salt.begin(), salt.end(), other.salt.begin());
    }
};

bool read_parameters(dns::Octets rdata, HashParameters& out) {
    if (rdata.size() < 5 || rdata.size() < size_t{5} + rdata[4]) return false;
    out.algorithm = rdata[0];
    out.flags = rdata[1];
    out.iterations = static_cast<uint16_t>(rdata[2] << 8 | rdata[3]);
    out.salt = rdata.subspan(5, rdata[4]);
    return true;
}

// The owner of an NSEC3 record as text octets of its hash, and of the next one, in upper case.
std::string hash_label(const NodeView& node) {
    std::string label;
    dns::NameView first = node.name().first_label();
    for (size_t i = 0; i < first.size(); ++i) {
        uint8_t octet = first.data()[i];
        label += static_cast<char>(octet >= 'a' && octet <= 'z' ? octet - 0x20 : octet);
    }
    return label;
}

std::string next_hash_label(dns::Octets rdata, const HashParameters& parameters) {
    constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";  // RFC 4648 7
    size_t at = 5 + parameters.salt.size();
    if (at >= rdata.size() || at + 1 + rdata[at] > rdata.size()) return {};
    dns::Octets hash = rdata.subspan(at + 1, rdata[at]);
    std::string label;
    uint32_t bits = 0;
    unsigned held = 0;
    for (uint8_t octet : hash) {
        bits = bits << 8 | octet;
        for (held += 8; held >= 5; held -= 5) label += kDigits[bits >> (held - 5) & 31];
    }
    if (held > 0) label += kDigits[bits << (5 - held) & 31];
    return label;
}

// A chain whose links, followed in the order of the names, come back to the first of them.
struct ChainCheck {
    std::string first, expected;
    bool broken = false;

    void link(std::string from, std::string to) {
        if (first.empty())
            first = from;
        else if (from != expected)
            broken = true;
        expected = std::move(to);
    }
    bool complete() const { return !first.empty() && !broken && expected == first; }
};

bool nsec3_chain_is_complete(const Zone& zone, const HashParameters& wanted) {
    ChainCheck chain;
    for (Zone::Cursor at(zone); at; at.next()) {
        RrsetView denials = (*at).find(dns::type::NSEC3);
        if (!denials || (*at).is_apex()) continue;
        for (RecordView record : denials) {
            HashParameters parameters;
            if (!read_parameters(record.rdata(), parameters)) continue;
            if (!parameters.same_chain(wanted)) continue;
            chain.link(hash_label(*at), next_hash_label(record.rdata(), parameters));
        }
    }
    return chain.complete();
}

std::string lower_text(dns::NameView name) {
    std::string text(name.size(), '\0');
    dns::lower_copy(reinterpret_cast<uint8_t*>(text.data()), name.data(), name.size());
    return text;
}

bool nsec_chain_is_complete(const Zone& zone) {
    if (!zone.apex().owns(dns::type::NSEC)) return false;
    ChainCheck chain;
    for (Zone::Cursor at(zone); at; at.next()) {
        RrsetView denial = (*at).find(dns::type::NSEC);
        if (!denial) continue;
        dns::Octets rdata = denial.first().rdata();
        size_t next = dns::measure_name(rdata.data(), rdata.size());
        chain.link(lower_text(zone.absolute((*at).name())),
                   lower_text(dns::NameView(rdata.data(), next)));
    }
    return chain.complete();
}

}  // namespace

void check_nsec3_iterations(RuleContext& context) {
    RrsetView rrset = context.zone.apex().find(dns::type::NSEC3PARAM);
    if (!rrset) return;
    dns::Place place;
    HashParameters over;
    bool other_chain = false;
    size_t index = 0;
    for (RecordView record : rrset) {
        size_t at = index++;
        HashParameters parameters;
        // Flags say that the chain is not to be used (RFC 5155 4.1.2).
        if (!read_parameters(record.rdata(), parameters) || parameters.flags != 0) continue;
        if (parameters.iterations > context.limits.nsec3_iterations) {
            over = parameters;
            place = rrset.place(at);
        } else {
            other_chain = other_chain || nsec3_chain_is_complete(context.zone, parameters);
        }
    }
    if (over.iterations == 0 || other_chain || nsec_chain_is_complete(context.zone)) return;
    report(context, rule::nsec3_iterations, place, uint32_t{over.iterations},
           static_cast<uint32_t>(context.limits.nsec3_iterations));
}

}  // namespace zones
