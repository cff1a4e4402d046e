#include "tests/properties/answer_zone.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/reference/denial.h"

namespace apex_tests {

using reference::Name;
using reference::Record;
using reference::Rrset;
using reference::Zone;
namespace type = reference::type;

namespace {

constexpr uint16_t kNaptr = 35, kSvcb = 64, kHttps = 65;

std::string u16(size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
std::string u32(size_t value) {
    return u16(value >> 16 & 0xffff) + u16(value & 0xffff);
}

bool owns(const Records& records, const Name& owner, std::initializer_list<uint16_t> types) {
    return std::any_of(records.begin(), records.end(), [&](const Record& record) {
        return std::count(types.begin(), types.end(), record.type) > 0 &&
               reference::same(record.owner, owner);
    });
}

std::string service_rdata(Random& random, uint16_t rrtype, const Name& target) {
    std::string wire = reference::to_wire(target);
    switch (rrtype) {
        case type::MX:
            return u16(random.below(100)) + wire;
        case type::SRV:
            return u16(0) + u16(random.below(100)) + u16(443) + wire;
        case kNaptr:
            return u16(random.below(100)) + u16(10) + std::string("\1A\1X\0", 5) + wire;
        default:  // in AliasMode without parameters
            return u16(random.one_in(2) ? 0 : random.between(1, 9)) + wire;
    }
}

}  // namespace

void add_services(Random& random, const Name& origin, Records& records) {
    static constexpr uint16_t kTypes[] = {type::MX, type::SRV, kNaptr, kSvcb, kHttps, type::NS};
    auto some_name = [&] { return random.pick(records).owner; };
    for (size_t count = random.below(6); count > 0; --count) {
        Name owner = some_name();
        if (random.one_in(3)) owner = reference::child(random.one_in(3) ? "*" : "svc", owner);
        uint16_t rrtype = random.pick(kTypes);
        bool cut = rrtype == type::NS;
        if (!reference::is_legal(owner) || owns(records, owner, {type::CNAME})) continue;
        if (cut && (owner.size() == origin.size() || owns(records, owner, {type::DNAME}))) continue;
        for (size_t targets = random.one_in(10) ? random.between(10, 20) : random.between(1, 3);
             targets > 0; --targets) {
            Name target = random.one_in(8) ? Name() : some_name();
            if (random.one_in(8)) target = reference::child("t" + std::to_string(targets), origin);
            if (!reference::is_legal(target)) continue;
            records.push_back(
                {owner, rrtype, 3600,
                 cut ? reference::to_wire(target) : service_rdata(random, rrtype, target), 0});
            bool free = !owns(records, target, {type::CNAME}) && !target.empty() &&
                        reference::is_at_or_below(target, origin);
            if (free && random.one_in(2))
                records.push_back({target, type::A, 300, "\xc0" + u16(2) + '\7', 0});
            if (free && random.one_in(3))
                records.push_back({target, type::AAAA, 300, std::string(15, '\0') + '\7', 0});
        }
    }
    if (!random.one_in(3)) return;
    Name owner = some_name();
    if (owns(records, owner, {type::CNAME})) return;
    for (size_t i = 0, many = random.between(5, 120); i < many; ++i)
        records.push_back(
            {owner, type::A, 60, std::string("\x0a\0\0", 3) + static_cast<char>(i), 0});
}

Signing random_signing(Random& random) {
    static constexpr Signing kAll[] = {Signing::none,    Signing::nsec,      Signing::nsec3,
                                       Signing::opt_out, Signing::two_kinds, Signing::two_hashes};
    return random.pick(kAll);
}

namespace {

// RFC 4034 4.1.2.
std::string bitmap(const std::set<uint16_t>& types) {
    std::map<size_t, std::string> windows;
    for (uint16_t number : types) {
        std::string& window = windows[number >> 8];
        size_t octet = (number & 0xff) / 8;
        if (window.size() <= octet) window.resize(octet + 1, '\0');
        window[octet] = static_cast<char>(window[octet] | 0x80 >> number % 8);
    }
    std::string out;
    for (auto& [number, window] : windows)
        out += static_cast<char>(number) + (static_cast<char>(window.size()) + window);
    return out;
}

class Signer {
  public:
    Signer(const Name& origin, Records records, uint64_t seed)
        : origin_(origin), records_(std::move(records)), random_(seed), zone_(origin, records_) {
        if (auto soa = zone_.rrset(origin, type::SOA)) {
            const std::string& rdata = soa->rdata.front();
            uint32_t minimum = 0;
            for (size_t i = rdata.size() - 4; i < rdata.size(); ++i)
                minimum = minimum << 8 | static_cast<uint8_t>(rdata[i]);
            negative_ttl_ = std::min(soa->ttl, minimum);
        }
    }

    void add_nsec() {
        std::vector<Name> owners;
        for (const Name& name : zone_.names())
            if (!hidden(name) && (!zone_.rrsets_at(name).empty() || name == origin_))
                owners.push_back(name);
        for (size_t i = 0; i < owners.size(); ++i) {
            std::set<uint16_t> types = types_at(owners[i]);
            types.insert({type::RRSIG, type::NSEC});
            add(owners[i], type::NSEC,
                reference::to_wire(owners[(i + 1) % owners.size()]) + bitmap(types));
        }
    }

    void add_nsec3(bool opt_out) {
        std::string salt = random_.octets(random_.one_in(2) ? 0 : random_.between(1, 8));
        unsigned iterations = static_cast<unsigned>(random_.one_in(2) ? 0 : random_.below(4));
        std::string head = std::string("\1", 1) + std::string(1, '\0') + u16(iterations) +
                           static_cast<char>(salt.size()) + salt;
        add(origin_, type::NSEC3PARAM, head);
        std::map<std::string, Name> hashes;  // in octets
        for (const Name& name : zone_.names()) {
            if (hidden(name) || (opt_out && may_be_left_out(name))) continue;
            // Its ancestors exist, too; those that only left-out cuts make are left out with them.
            if (zone_.rrsets_at(name).empty() && name.size() != origin_.size()) continue;
            for (size_t labels = origin_.size(); labels <= name.size(); ++labels) {
                Name one = reference::last_labels(name, labels);
                hashes[reference::nsec3_hash(one, salt, iterations)] = one;
            }
        }
        head[1] = opt_out ? '\1' : '\0';
        for (auto at = hashes.begin(); at != hashes.end(); ++at) {
            auto next = std::next(at) == hashes.end() ? hashes.begin() : std::next(at);
            std::set<uint16_t> types = types_at(at->second);
            // Nothing is signed at a cut without DS.
            if (types != std::set<uint16_t>{type::NS} && !types.empty()) types.insert(type::RRSIG);
            if (at->second.size() == origin_.size()) types.insert(type::NSEC3PARAM);
            add(reference::child(reference::base32hex(at->first), origin_), type::NSEC3,
                head + '\x14' + next->first + bitmap(types));
        }
    }

    // A signature for each RRset that is this zone's to sign (RFC 4035 2.2).
    Records sign() {
        Zone whole(origin_, records_);
        for (const Rrset& rrset : whole.rrsets()) {
            bool at_cut = zone_.is_cut(rrset.owner);
            // The chain of a zone that is redirected as a whole stands below the DNAME, too.
            bool chain = rrset.type == type::NSEC3;
            if ((hidden(rrset.owner) && !chain) || rrset.type == type::RRSIG ||
                (at_cut && rrset.type != type::DS && rrset.type != type::NSEC))
                continue;
            size_t labels = rrset.owner.size();
            if (labels > 0 && rrset.owner.front() == "*") --labels;
            records_.push_back({rrset.owner, type::RRSIG, rrset.ttl,
                                u16(rrset.type) + "\x0d" + static_cast<char>(labels) +
                                    u32(rrset.ttl) + u32(1800000000) + u32(1700000000) + u16(4711) +
                                    reference::to_wire(reference::lower(origin_)) +
                                    random_.octets(random_.between(8, 64)),
                                0});
        }
        return std::move(records_);
    }

  private:
    // Below a cut or a DNAME.
    bool hidden(const Name& name) const {
        for (size_t labels = origin_.size(); labels < name.size(); ++labels) {
            Name above = reference::last_labels(name, labels);
            if (zone_.is_cut(above) || zone_.rrset(above, type::DNAME)) return true;
        }
        return false;
    }

    bool may_be_left_out(const Name& name) const {
        return zone_.is_cut(name) && !zone_.rrset(name, type::DS) &&
               std::count(name.begin(), name.end(), "*") == 0;
    }

    std::set<uint16_t> types_at(const Name& name) const {
        std::set<uint16_t> types;
        bool cut = zone_.is_cut(name);
        for (const Rrset& rrset : zone_.rrsets_at(name))
            if (!cut || rrset.type == type::NS || rrset.type == type::DS) types.insert(rrset.type);
        return types;
    }

    void add(const Name& owner, uint16_t rrtype, std::string rdata) {
        // What signers may get wrong: RFC 9077.
        uint32_t ttl = negative_ttl_;
        if (random_.one_in(4)) ttl = random_.one_in(2) ? ttl / 2 : ttl + 60;
        records_.push_back({owner, rrtype, ttl, std::move(rdata), 0});
    }

    Name origin_;
    Records records_;
    Random random_;
    Zone zone_;
    uint32_t negative_ttl_ = 0;
};

}  // namespace

Records with_chain(const Name& origin, const Records& records, Signing signing, uint64_t seed) {
    Records plain;
    for (const Record& record : records) {
        bool chain = record.type == type::NSEC || record.type == type::NSEC3 ||
                     record.type == type::NSEC3PARAM;
        if (!chain && (record.type != type::RRSIG || signing == Signing::none))
            plain.push_back(record);
    }
    if (signing == Signing::none) return plain;
    Signer signer(origin, std::move(plain), seed);
    // The hash is a label of 32 octets.
    bool hashed = signing != Signing::nsec && reference::wire_size(origin) + 33 <= 255;
    if (!hashed || signing == Signing::two_kinds) signer.add_nsec();
    if (hashed) signer.add_nsec3(signing == Signing::opt_out);
    if (hashed && signing == Signing::two_hashes) signer.add_nsec3(false);
    return signer.sign();
}

}  // namespace apex_tests
