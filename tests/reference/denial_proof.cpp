#include "tests/reference/denial_proof.h"

#include <algorithm>

#include "tests/reference/denial.h"

namespace apex_tests::reference {

namespace {

uint8_t octet(const std::string& octets, size_t at) {
    return at < octets.size() ? static_cast<uint8_t>(octets[at]) : 0;
}

std::string from(const std::string& octets, size_t at) {
    return at < octets.size() ? octets.substr(at) : "";
}

// An uncompressed name at the front; what follows it is left in `octets`.
Name take_name(std::string& octets) {
    Name name;
    size_t at = 0;
    while (octet(octets, at) > 0) {
        name.push_back(octets.substr(at + 1, octet(octets, at)));
        at += octet(octets, at) + size_t{1};
    }
    octets = from(octets, at + 1);
    return name;
}

// RFC 4034 4.1.2.
std::vector<uint16_t> types_of(const std::string& bitmap) {
    std::vector<uint16_t> types;
    for (size_t at = 0; at + 1 < bitmap.size(); at += size_t{2} + octet(bitmap, at + 1))
        for (unsigned i = 0; i < octet(bitmap, at + 1) * 8u; ++i)
            if (octet(bitmap, at + 2 + i / 8) >> (7 - i % 8) & 1)
                types.push_back(static_cast<uint16_t>(octet(bitmap, at) * 256 + i));
    return types;
}

bool has(const std::vector<uint16_t>& types, uint16_t wanted) {
    return std::find(types.begin(), types.end(), wanted) != types.end();
}

// RFC 6840 4.1: what a parent says at a cut, or a zone at a DNAME, says nothing of names below.
bool may_speak_of_names_below(const std::vector<uint16_t>& types) {
    return !has(types, type::DNAME) && (!has(types, type::NS) || has(types, type::SOA));
}

// RFC 6840 4.1, RFC 4035 5.4: at a cut the parent's record speaks of DS, the child's of all else.
bool may_deny(const std::vector<uint16_t>& types, uint16_t wanted, bool at_apex) {
    bool parents = has(types, type::NS) && !has(types, type::SOA);
    if (wanted == type::DS ? has(types, type::SOA) && !at_apex : parents) return false;
    return !has(types, wanted) && !has(types, type::CNAME);
}

size_t common_labels(const Name& a, const Name& b) {
    size_t count = 0;
    while (count < a.size() && count < b.size() &&
           lower(a[a.size() - 1 - count]) == lower(b[b.size() - 1 - count]))
        ++count;
    return count;
}

}  // namespace

DenialProof::DenialProof(Name zone, std::vector<Rrset> records) : zone_(std::move(zone)) {
    for (const Rrset& rrset : records) {
        if (rrset.type == type::NSEC3) read_nsec3(rrset);
        if (rrset.type != type::NSEC || rrset.rdata.size() != 1) continue;
        std::string rest = rrset.rdata.front();
        Name next = take_name(rest);
        nsec_.push_back({rrset.owner, next, types_of(rest)});
    }
}

Proven DenialProof::no_name(const Name& name) const {
    Proven proven = no_name_by_nsec(name);
    return proven == Proven::no ? no_name_by_nsec3(name) : proven;
}

Proven DenialProof::no_type(const Name& name, uint16_t type) const {
    Proven proven = no_type_by_nsec(name, type);
    return proven == Proven::no ? no_type_by_nsec3(name, type) : proven;
}

// ---- NSEC ---------------------------------------------------------------------------------------

const DenialProof::Nsec* DenialProof::nsec_of(const Name& name) const {
    for (const Nsec& nsec : nsec_)
        if (same(nsec.owner, name)) return &nsec;
    return nullptr;
}

// The last one leads back to the apex. One at an ancestor must be allowed to speak.
const DenialProof::Nsec* DenialProof::nsec_over(const Name& name) const {
    for (const Nsec& nsec : nsec_) {
        if (compare(nsec.owner, name) >= 0) continue;
        if (!same(nsec.next, zone_) && compare(name, nsec.next) >= 0) continue;
        if (is_below(name, nsec.owner) && !may_speak_of_names_below(nsec.types)) continue;
        return &nsec;
    }
    return nullptr;
}

Proven DenialProof::no_name_by_nsec(const Name& name) const {
    const Nsec* over = nsec_over(name);
    if (over == nullptr || is_below(over->next, name)) return Proven::no;
    size_t labels = std::max(common_labels(name, over->owner), common_labels(name, over->next));
    Name wildcard = child("*", last_labels(name, labels));
    const Nsec* over_wildcard = nsec_over(wildcard);
    bool no_wildcard = over_wildcard != nullptr && !is_at_or_below(over_wildcard->next, wildcard);
    return no_wildcard ? Proven::yes : Proven::no;
}

Proven DenialProof::no_type_by_nsec(const Name& name, uint16_t type) const {
    auto yes = [](bool proven) { return proven ? Proven::yes : Proven::no; };
    if (const Nsec* own = nsec_of(name)) return yes(may_deny(own->types, type, same(name, zone_)));
    const Nsec* over = nsec_over(name);
    if (over == nullptr) return Proven::no;
    if (is_below(over->next, name)) return Proven::yes;  // an empty non-terminal
    size_t labels = std::max(common_labels(name, over->owner), common_labels(name, over->next));
    Name wildcard = child("*", last_labels(name, labels));
    if (const Nsec* own = nsec_of(wildcard)) return yes(may_deny(own->types, type, false));
    // The wildcard may be an empty non-terminal itself (RFC 4592 4.9).
    const Nsec* over_wildcard = nsec_over(wildcard);
    return yes(over_wildcard != nullptr && is_below(over_wildcard->next, wildcard));
}

Proven DenialProof::from_wildcard(const Name& name, const Name& encloser) const {
    if (const Nsec* over = nsec_over(name)) {
        size_t labels = std::max(common_labels(name, over->owner), common_labels(name, over->next));
        return labels == encloser.size() ? Proven::yes : Proven::no;
    }
    // RFC 5155 8.8.
    const Nsec3* over = nsec3_over(last_labels(name, encloser.size() + 1));
    if (over == nullptr) return Proven::no;
    return over->opt_out ? Proven::with_opt_out : Proven::yes;
}

Proven DenialProof::no_ds_at_cut(const Name& cut) const {
    auto is_unsigned_cut = [](const std::vector<uint16_t>& types) {
        return has(types, type::NS) && !has(types, type::DS) && !has(types, type::SOA);
    };
    if (const Nsec* own = nsec_of(cut))
        return is_unsigned_cut(own->types) ? Proven::yes : Proven::no;
    if (const Nsec3* own = nsec3_of(cut))
        return is_unsigned_cut(own->types) ? Proven::yes : Proven::no;
    Encloser room;
    const Encloser* encloser = closest_encloser(cut, room);
    return encloser != nullptr && encloser->opt_out ? Proven::with_opt_out : Proven::no;
}

// ---- NSEC3 --------------------------------------------------------------------------------------

void DenialProof::read_nsec3(const Rrset& rrset) {
    constexpr uint8_t kSha1 = 1, kOptOut = 1;
    for (const std::string& rdata : rrset.rdata) {
        // RFC 5155 8.1, 8.2: unknown hashes and flags are passed by.
        if (octet(rdata, 0) != kSha1 || (octet(rdata, 1) & ~kOptOut) != 0) continue;
        if (rrset.owner.size() != zone_.size() + 1) continue;
        std::string salt = from(rdata, 5).substr(0, octet(rdata, 4));
        unsigned iterations = static_cast<unsigned>(octet(rdata, 2) * 256 + octet(rdata, 3));
        // All of one proof have the same parameters (RFC 5155 8.2).
        if (!nsec3_.empty() && (salt != salt_ || iterations != iterations_)) continue;
        salt_ = salt;
        iterations_ = iterations;
        std::string rest = from(rdata, size_t{5} + octet(rdata, 4));
        nsec3_.push_back({lower(rrset.owner.front()), base32hex(rest.substr(1, octet(rest, 0))),
                          (octet(rdata, 1) & kOptOut) != 0,
                          types_of(from(rest, size_t{1} + octet(rest, 0)))});
    }
}

std::string DenialProof::hash(const Name& name) const {
    return base32hex(nsec3_hash(name, salt_, iterations_));
}

const DenialProof::Nsec3* DenialProof::nsec3_of(const Name& name) const {
    for (const Nsec3& nsec3 : nsec3_)
        if (nsec3.hash == hash(name)) return &nsec3;
    return nullptr;
}

const DenialProof::Nsec3* DenialProof::nsec3_over(const Name& name) const {
    std::string wanted = hash(name);
    for (const Nsec3& nsec3 : nsec3_) {
        bool last = nsec3.next <= nsec3.hash;
        bool behind = nsec3.hash < wanted, before = wanted < nsec3.next;
        if (last ? behind || before : behind && before) return &nsec3;
    }
    return nullptr;
}

// RFC 5155 8.3: the longest ancestor with a record of its own, and nothing at the next closer name.
const DenialProof::Encloser* DenialProof::closest_encloser(const Name& name, Encloser& room) const {
    if (nsec3_.empty()) return nullptr;
    for (size_t labels = name.size(); labels-- > zone_.size();) {
        Name ancestor = last_labels(name, labels);
        const Nsec3* own = nsec3_of(ancestor);
        if (own == nullptr) continue;
        if (!may_speak_of_names_below(own->types)) return nullptr;
        const Nsec3* over = nsec3_over(last_labels(name, labels + 1));
        if (over == nullptr) return nullptr;
        room = {ancestor, over->opt_out};
        return &room;
    }
    return nullptr;
}

Proven DenialProof::no_name_by_nsec3(const Name& name) const {
    Encloser room;
    const Encloser* encloser = closest_encloser(name, room);
    if (encloser == nullptr || nsec3_of(name) != nullptr) return Proven::no;
    if (nsec3_over(child("*", encloser->name)) == nullptr) return Proven::no;
    return encloser->opt_out ? Proven::with_opt_out : Proven::yes;  // RFC 5155 9.2
}

Proven DenialProof::no_type_by_nsec3(const Name& name, uint16_t type) const {
    if (const Nsec3* own = nsec3_of(name))
        return may_deny(own->types, type, same(name, zone_)) ? Proven::yes : Proven::no;
    Encloser room;
    const Encloser* encloser = closest_encloser(name, room);
    if (encloser == nullptr) return Proven::no;
    const Nsec3* wildcard = nsec3_of(child("*", encloser->name));
    if (wildcard != nullptr) {
        if (!may_deny(wildcard->types, type, false)) return Proven::no;
        return encloser->opt_out ? Proven::with_opt_out : Proven::yes;
    }
    // A cut without DS, or a way to such cuts alone, that opt-out has left out (RFC 5155 8.6; the
    // latter is erratum 3441).
    return encloser->opt_out ? Proven::with_opt_out : Proven::no;
}

}  // namespace apex_tests::reference
