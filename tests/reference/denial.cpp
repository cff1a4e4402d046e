#include "tests/reference/denial.h"

#include <algorithm>
#include <array>

namespace apex_tests::reference {

namespace {

uint32_t rotated(uint32_t word, unsigned bits) {
    return word << bits | word >> (32 - bits);
}

uint8_t octet(const std::string& octets, size_t at) {
    return static_cast<uint8_t>(octets[at]);
}

Name parent(const Name& name) {
    return last_labels(name, name.size() - 1);
}

constexpr unsigned kSha1 = 1;

// The parameters of a chain, as NSEC3 and NSEC3PARAM both begin (RFC 5155 3.2 and 4.2); the flags
// are not the chain's.
struct Parameters {
    unsigned algorithm = 0, iterations = 0;
    std::string salt;

    bool operator==(const Parameters&) const = default;
};
Parameters parameters(const std::string& rdata) {
    return {octet(rdata, 0), static_cast<unsigned>(octet(rdata, 2) << 8 | octet(rdata, 3)),
            rdata.substr(5, octet(rdata, 4))};
}

// The chain that answers use, of all that the zone offers: NSEC3PARAM records with flags are as if
// they were not there (RFC 5155 4.1.2), and so are those of a hash that nobody knows.
std::optional<Parameters> offered_chain(const Zone& zone) {
    std::optional<Rrset> offered = zone.rrset(zone.origin(), type::NSEC3PARAM);
    if (!offered) return std::nullopt;
    for (const std::string& rdata : offered->rdata)
        if (octet(rdata, 0) == kSha1 && octet(rdata, 1) == 0) return parameters(rdata);
    return std::nullopt;
}

bool below_cut(const Zone& zone, const Name& name) {
    for (size_t labels = zone.origin().size() + 1; labels < name.size(); ++labels)
        if (zone.is_cut(last_labels(name, labels))) return true;
    return false;
}

bool in_chain(const Zone& zone, const Rrset& rrset, const Parameters& chain) {
    // A name may be in two chains, if they hash it alike.
    return rrset.type == type::NSEC3 && rrset.owner.size() == zone.origin().size() + 1 &&
           std::any_of(rrset.rdata.begin(), rrset.rdata.end(),
                       [&](const std::string& rdata) { return parameters(rdata) == chain; });
}

struct Hashed {
    std::string hash;  // in base32hex: sorts as the octets do
    Rrset rrset;
};

// All NSEC3 records of the zone's chain, by hash.
class Nsec3Chain {
  public:
    explicit Nsec3Chain(const Zone& zone) : zone_(zone), chain_(*offered_chain(zone)) {
        for (const Rrset& rrset : denial_chain(zone))
            records_.push_back({lower(rrset.owner.front()), rrset});
        std::sort(records_.begin(), records_.end(),
                  [](const Hashed& a, const Hashed& b) { return a.hash < b.hash; });
    }

    std::string hash(const Name& name) const {
        return base32hex(nsec3_hash(name, chain_.salt, chain_.iterations));
    }
    void add_matching(const Name& name, Proof& proof) const {
        std::string wanted = hash(name);
        for (const Hashed& record : records_)
            if (record.hash == wanted) proof.push_back(record.rrset);
    }
    bool matches(const Name& name) const {
        Proof proof;
        add_matching(name, proof);
        return !proof.empty();
    }
    // The last record before the hash; the chain is a ring. (At the hash itself only where opt-out
    // has hidden the closest encloser and a wildcard stands at the one above: nothing proves that.)
    void add_covering(const Name& name, Proof& proof) const {
        std::string wanted = hash(name);
        const Hashed* found = records_.empty() ? nullptr : &records_.back();
        for (const Hashed& record : records_)
            if (record.hash <= wanted) found = &record;
        if (found != nullptr) proof.push_back(found->rrset);
    }
    // RFC 5155 7.2.1; where opt-out has left names out, the closest encloser that has a record.
    // Returns it.
    Name add_closest_encloser(const Name& name, Name encloser, Proof& proof) const {
        while (encloser.size() > zone_.origin().size() && !matches(encloser))
            encloser = parent(encloser);
        add_matching(encloser, proof);
        add_covering(last_labels(name, encloser.size() + 1), proof);
        return encloser;
    }
    // RFC 5155 7.2.3, 7.2.4 and 7.2.7: the name itself, or that it lies in an opted-out span.
    void add_name_or_span(const Name& name, Proof& proof) const {
        if (matches(name) || name.size() == zone_.origin().size())
            add_matching(name, proof);
        else
            add_closest_encloser(name, parent(name), proof);
    }

  private:
    const Zone& zone_;
    Parameters chain_;
    std::vector<Hashed> records_;
};

// The NSEC of the name or the one before it.
void add_nsec(const Zone& zone, const Name& name, Proof& proof) {
    std::optional<Rrset> found;
    for (const Rrset& rrset : denial_chain(zone))
        if (compare(rrset.owner, name) <= 0) found = rrset;
    if (found) proof.push_back(*found);
}

Proof each_once(const Proof& proof) {
    Proof out;
    for (const Rrset& rrset : proof)
        if (std::none_of(out.begin(), out.end(),
                         [&](const Rrset& other) { return same(other.owner, rrset.owner); }))
            out.push_back(rrset);
    return out;
}

}  // namespace

Denial denial_of(const Zone& zone) {
    if (zone.rrset(zone.origin(), type::NSEC)) return Denial::nsec;
    return offered_chain(zone) ? Denial::nsec3 : Denial::none;
}

std::vector<Rrset> denial_chain(const Zone& zone) {
    Denial denial = denial_of(zone);
    std::optional<Parameters> hashed;
    if (denial == Denial::nsec3) hashed = offered_chain(zone);
    std::vector<Rrset> chain;
    for (const Rrset& rrset : zone.rrsets()) {
        // What lies below a cut has no say.
        bool of_names = denial == Denial::nsec && rrset.type == type::NSEC;
        if (of_names ? !below_cut(zone, rrset.owner) : hashed && in_chain(zone, rrset, *hashed))
            chain.push_back(rrset);
    }
    return chain;
}

// FIPS 180-4 6.1.
std::string sha1(const std::string& octets) {
    std::array<uint32_t, 5> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    std::string padded = octets + '\x80';
    while (padded.size() % 64 != 56) padded += '\0';
    for (int shift = 56; shift >= 0; shift -= 8)
        padded += static_cast<char>(uint64_t{octets.size()} * 8 >> shift);
    for (size_t block = 0; block < padded.size(); block += 64) {
        std::array<uint32_t, 80> words;
        for (size_t i = 0; i < 16; ++i) {
            words[i] = 0;
            for (size_t j = 0; j < 4; ++j)
                words[i] = words[i] << 8 | octet(padded, block + 4 * i + j);
        }
        for (size_t i = 16; i < 80; ++i)
            words[i] = rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
        auto [a, b, c, d, e] = state;
        for (size_t i = 0; i < 80; ++i) {
            uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                             : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                             : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                      : (b ^ c ^ d) + 0xca62c1d6;
            uint32_t next = rotated(a, 5) + mixed + e + words[i];
            e = d;
            d = c;
            c = rotated(b, 30);
            b = a;
            a = next;
        }
        uint32_t sums[] = {a, b, c, d, e};
        for (size_t i = 0; i < 5; ++i) state[i] += sums[i];
    }
    std::string digest;
    for (uint32_t word : state)
        for (int shift = 24; shift >= 0; shift -= 8) digest += static_cast<char>(word >> shift);
    return digest;
}

std::string base32hex(const std::string& octets) {
    std::string text;
    for (size_t bit = 0; bit < octets.size() * 8; bit += 5) {
        unsigned value = 0;
        for (size_t i = bit; i < bit + 5; ++i)
            value =
                value << 1 |
                (i < octets.size() * 8 ? unsigned{octet(octets, i / 8)} >> (7 - i % 8) & 1u : 0u);
        text += "0123456789abcdefghijklmnopqrstuv"[value];
    }
    return text;
}

std::string nsec3_hash(const Name& name, const std::string& salt, unsigned iterations) {
    std::string hash = sha1(to_wire(lower(name)) + salt);
    for (; iterations > 0; --iterations) hash = sha1(hash + salt);
    return hash;
}

Proof prove_no_name(const Zone& zone, const Name& name, const Name& encloser) {
    Proof proof;
    if (denial_of(zone) == Denial::nsec) {
        add_nsec(zone, name, proof);
        add_nsec(zone, child("*", encloser), proof);
    } else if (denial_of(zone) == Denial::nsec3) {
        Nsec3Chain chain(zone);
        Name closest = chain.add_closest_encloser(name, encloser, proof);
        chain.add_covering(child("*", closest), proof);
    }
    return each_once(proof);
}

Proof prove_no_data(const Zone& zone, const Name& name) {
    Proof proof;
    if (denial_of(zone) == Denial::nsec) add_nsec(zone, name, proof);
    if (denial_of(zone) == Denial::nsec3) Nsec3Chain(zone).add_name_or_span(name, proof);
    return each_once(proof);
}

Proof prove_wildcard_answer(const Zone& zone, const Name& name, const Name& encloser) {
    Proof proof;
    if (denial_of(zone) == Denial::nsec) add_nsec(zone, name, proof);
    if (denial_of(zone) == Denial::nsec3)
        Nsec3Chain(zone).add_covering(last_labels(name, encloser.size() + 1), proof);
    return each_once(proof);
}

Proof prove_wildcard_no_data(const Zone& zone, const Name& name, const Name& encloser) {
    Proof proof;
    Name wildcard = child("*", encloser);
    if (denial_of(zone) == Denial::nsec) {
        add_nsec(zone, name, proof);
        add_nsec(zone, wildcard, proof);
    } else if (denial_of(zone) == Denial::nsec3) {
        Nsec3Chain chain(zone);
        chain.add_closest_encloser(name, encloser, proof);
        chain.add_matching(wildcard, proof);
    }
    return each_once(proof);
}

Proof prove_unsigned_cut(const Zone& zone, const Name& cut) {
    return prove_no_data(zone, cut);
}

}  // namespace apex_tests::reference
