#include "tests/properties/random_zone.h"

#include <algorithm>

namespace apex_tests {

using reference::Name;
using reference::Record;
namespace type = reference::type;

namespace {

constexpr uint16_t kNsec3 = 50, kNsec3Param = 51;

std::string u16(size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
std::string u32(size_t value) {
    return u16(value >> 16 & 0xffff) + u16(value & 0xffff);
}

// Below this name nothing may be lost to a record that forbids its neighbours: a CNAME allows only
// what DNSSEC puts beside it, a DNAME no second one and no NS (but at the apex).
bool has(const Records& records, const Name& owner, uint16_t wanted) {
    return std::any_of(records.begin(), records.end(), [&](const Record& record) {
        return record.type == wanted && reference::same(record.owner, owner);
    });
}

bool beside_alias(uint16_t number) {
    return number == type::RRSIG || number == type::NSEC || number == type::KEY;
}

bool may_join(const Records& records, const Name& origin, const Record& record) {
    if (beside_alias(record.type)) return true;
    if (has(records, record.owner, type::CNAME)) return false;
    bool apex = record.owner.size() == origin.size();
    if (record.type == type::CNAME)
        return !apex && std::none_of(records.begin(), records.end(), [&](const Record& other) {
            return !beside_alias(other.type) && reference::same(other.owner, record.owner);
        });
    if (record.type == type::DNAME)
        return !has(records, record.owner, type::DNAME) &&
               (apex || !has(records, record.owner, type::NS));
    if (record.type == type::NS) return apex || !has(records, record.owner, type::DNAME);
    return true;
}

}  // namespace

Name random_origin(Random& random) {
    static const char* const kOrigins[] = {".",    "example.", "Example.COM.",
                                           "a.b.", "*.a.",     "0.10.IN-ADDR.arpa."};
    if (random.one_in(20)) {
        Name name;
        for (size_t i = random.between(1, 3); i > 0; --i)
            name.push_back(std::string(random.between(1, 63), 'o'));
        return name;
    }
    return reference::from_text(random.pick(kOrigins));
}

uint16_t random_type(Random& random) {
    static constexpr uint16_t kTypes[] = {
        type::A,   type::AAAA,  type::NS,    type::CNAME, type::SOA, type::MX, type::TXT, type::DS,
        type::ANY, type::DNAME, type::RRSIG, type::NSEC,  type::SRV, 65280,    4711,      kNsec3};
    return random.pick(kTypes);
}

std::string ZoneMaker::label() {
    static const std::string kLabels[] = {"a", "b", "c", "*", "ab", "ns", "www", "x-1", "_tcp"};
    static const std::string kRare[] = {std::string(1, '\0'),
                                        "\x01",
                                        "\xff",
                                        "a.b",
                                        " ",
                                        "\"",
                                        "@",
                                        "-",
                                        "*a",
                                        "**",
                                        "A",
                                        "\\",
                                        "(",
                                        ";",
                                        "$",
                                        "[",
                                        "`",
                                        "{",
                                        std::string(63, 'z'),
                                        "in",
                                        "ns1",
                                        "3600",
                                        "a\x01",
                                        std::string("a\0", 2)};
    return random_.one_in(6) ? random_.pick(kRare) : random_.pick(kLabels);
}

Name ZoneMaker::other_case(Name name) {
    for (std::string& text : name)
        for (char& octet : text) {
            bool letter = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
            if (letter && random_.one_in(2)) octet = static_cast<char>(octet ^ 0x20);
        }
    return name;
}

// As long as a name can be: 255 octets, or 127 labels.
Name ZoneMaker::long_name() {
    Name name = random_.pick(pool_);
    size_t size = random_.one_in(2) ? 1 : random_.between(1, 63);
    for (;;) {
        size_t room = 255 - reference::wire_size(name);
        if (room < 2) break;
        name = reference::child(std::string(std::min({size, room - 1, size_t{63}}), 'l'), name);
        if (random_.one_in(100)) break;
    }
    return name;
}

Name ZoneMaker::new_name() {
    if (random_.one_in(60)) return long_name();
    Name name = random_.pick(pool_);
    for (size_t labels = random_.one_in(4) ? random_.between(2, 4) : 1; labels > 0; --labels) {
        Name longer = reference::child(label(), name);
        if (!reference::is_legal(longer)) break;
        name = longer;
    }
    pool_.push_back(name);
    return name;
}

Name ZoneMaker::some_target() {
    if (random_.one_in(5)) return reference::from_text("Elsewhere.test.");
    return random_.one_in(3) ? other_case(random_.pick(pool_)) : random_.pick(pool_);
}

void ZoneMaker::add(const Name& owner, uint16_t number, std::string rdata, Records& out) {
    static constexpr uint32_t kTtls[] = {0, 60, 3600, 3600, 3600, 86400, 0x7fffffff};
    Record record{random_.one_in(4) ? other_case(owner) : owner, number, random_.pick(kTtls),
                  std::move(rdata), 0};
    if (may_join(out, origin_, record)) out.push_back(std::move(record));
}

void ZoneMaker::add_host(const Name& owner, Records& out) {
    for (size_t count = random_.between(1, 3); count > 0; --count)
        add(owner, type::A, "\xc0" + u16(2) + static_cast<char>(random_.below(4)), out);
    if (random_.one_in(2))
        add(owner, type::AAAA, std::string(15, '\0') + static_cast<char>(random_.below(4)), out);
}

// A delegation, with glue below it, beside it, and below a deeper cut.
void ZoneMaker::add_cut(const Name& owner, Records& out) {
    for (size_t count = random_.between(1, 3); count > 0; --count) {
        Name host = some_target();
        Name below = reference::child("ns", owner);
        if (random_.one_in(2) && reference::is_legal(below)) {
            host = below;
            pool_.push_back(host);
            if (!random_.one_in(5)) add_host(host, out);
        }
        add(owner, type::NS, reference::to_wire(host), out);
    }
    if (random_.one_in(2))
        add(owner, type::DS, u16(random_.below(3)) + "\x0d\x02" + random_.octets(32), out);
    Name deeper = reference::child("b", owner);
    if (random_.one_in(4) && reference::is_legal(deeper)) {
        pool_.push_back(deeper);
        add(deeper, type::NS, reference::to_wire(some_target()), out);
    }
}

void ZoneMaker::add_alias(const Name& owner, Records& out) {
    add(owner, random_.one_in(2) ? type::CNAME : type::DNAME, reference::to_wire(some_target()),
        out);
}

void ZoneMaker::add_signatures(const Name& owner, Records& out) {
    static constexpr uint16_t kCovered[] = {type::A, type::NS, type::CNAME, type::NSEC, type::SOA};
    for (size_t count = random_.between(1, 4); count > 0; --count)
        add(owner, type::RRSIG,
            u16(random_.pick(kCovered)) + "\x0d" + static_cast<char>(owner.size()) + u32(3600) +
                u32(1700000000) + u32(1690000000) + u16(random_.below(2)) +
                reference::to_wire(reference::lower(origin_)) +
                random_.octets(random_.between(1, 9)),
            out);
    if (random_.one_in(2))
        add(owner, type::NSEC, reference::to_wire(some_target()) + std::string("\0\1\x40", 3), out);
}

// What says that the zone has a chain, of one kind or both.
void ZoneMaker::add_denial(Records& out) {
    if (random_.one_in(2))
        add(origin_, type::NSEC, reference::to_wire(some_target()) + std::string("\0\1\x40", 3),
            out);
    for (size_t count = random_.below(3); count > 0; --count)
        add(origin_, kNsec3Param, chain_parameters(), out);
}

// Hash algorithm, flags, iterations and salt of one of a few chains.
std::string ZoneMaker::chain_parameters() {
    static const std::string kChains[] = {
        std::string("\1\0\0\0\0", 5), std::string("\1\0\0\1\2ab", 7), std::string("\1\1\0\0\0", 5),
        std::string("\2\0\0\0\0", 5)};
    return random_.one_in(3) ? random_.pick(kChains) : kChains[0];
}

void ZoneMaker::add_hashed_owner(Records& out) {
    static constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuv";
    std::string hash(random_.one_in(4) ? 2 : 32, '0');
    for (char& digit : hash) digit = kDigits[random_.below(random_.one_in(2) ? 32 : 2)];
    Name owner = reference::child(random_.one_in(8) ? "*" : hash,
                                  random_.one_in(10) ? random_.pick(pool_) : origin_);
    if (!reference::is_legal(owner)) return;
    pool_.push_back(owner);
    for (size_t count = random_.one_in(6) ? 2 : 1; count > 0; --count)
        add(owner, kNsec3, chain_parameters() + '\x14' + random_.octets(20), out);
    if (random_.one_in(2))
        add(owner, type::RRSIG,
            u16(random_.one_in(4) ? 1 : kNsec3) + "\x0d\1" + std::string(14, '\0') +
                reference::to_wire(reference::lower(origin_)) + random_.octets(4),
            out);
}

void ZoneMaker::add_other(const Name& owner, Records& out) {
    switch (random_.below(6)) {
        case 0: {
            std::string text = random_.octets(random_.below(20));
            return add(owner, type::TXT, static_cast<char>(text.size()) + text, out);
        }
        case 1:
            return add(owner, type::MX, u16(random_.below(3)) + reference::to_wire(some_target()),
                       out);
        case 2:
            return add(
                owner, type::SRV,
                u16(random_.below(2)) + u16(0) + u16(443) + reference::to_wire(some_target()), out);
        case 3:
            return add(owner, 65280, random_.octets(random_.below(4)), out);
        case 4:
            return add(owner, type::PTR, reference::to_wire(some_target()), out);
        default:
            return add(owner, type::TXT, std::string("\1a\0", 3), out);
    }
}

void ZoneMaker::add_name(Records& out) {
    Name owner = random_.one_in(4) ? random_.pick(pool_) : new_name();
    switch (random_.below(12)) {
        case 0:
        case 1:
            if (owner.size() > origin_.size()) return add_cut(owner, out);
            return add_host(owner, out);
        case 2:
        case 3:
            return add_alias(owner, out);
        case 4:
        case 5: {
            Name wildcard = reference::child("*", owner);
            if (!reference::is_legal(wildcard)) return;
            pool_.push_back(wildcard);
            return random_.one_in(4) ? add_alias(wildcard, out) : add_other(wildcard, out);
        }
        case 6:
            return random_.one_in(2) ? add_hashed_owner(out) : add_signatures(owner, out);
        case 7:
        case 8:
        case 9:
            return add_other(owner, out);
        default:
            return add_host(owner, out);
    }
}

// What a text may do that the zone must not care about.
void ZoneMaker::disturb(Records& records) {
    for (size_t i = records.size(); i-- > 0;) {
        if (!random_.one_in(12)) continue;
        Record twice = records[i];
        twice.owner = other_case(twice.owner);
        if (random_.one_in(2)) twice.ttl = static_cast<uint32_t>(random_.below(7200));
        static constexpr uint16_t kNames[] = {type::NS, type::CNAME, type::DNAME, type::PTR};
        if (std::count(std::begin(kNames), std::end(kNames), twice.type) > 0)
            twice.rdata = reference::to_wire(other_case(reference::from_wire(
                {reinterpret_cast<const uint8_t*>(twice.rdata.data()), twice.rdata.size()})));
        records.insert(records.begin() + static_cast<std::ptrdiff_t>(random_.below(records.size())),
                       twice);
    }
    size_t kind = random_.below(3);  // as it was made, sorted, or in no order
    if (kind == 1)
        std::stable_sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
            return reference::compare(a.owner, b.owner) < 0;
        });
    if (kind == 2)
        for (size_t i = records.size(); i > 1; --i)
            std::swap(records[i - 1], records[random_.below(i)]);
    for (size_t i = 0; i < records.size(); ++i) records[i].line = i + 1;
}

Records ZoneMaker::make(ZoneSize size) {
    Records records;
    add(origin_, type::SOA,
        reference::to_wire(some_target()) + reference::to_wire(some_target()) +
            u32(random_.below(100000)) + u32(7200) + u32(3600) + u32(604800) + u32(300),
        records);
    for (size_t count = random_.between(1, 3); count > 0; --count)
        add(origin_, type::NS, reference::to_wire(some_target()), records);
    if (random_.one_in(2)) add_denial(records);
    for (size_t names = random_.between(size.least_names, size.most_names); names > 0; --names)
        add_name(records);
    // The glue of a cut may have come after an alias of that name.
    disturb(records);
    return records;
}

void ZoneMaker::change_once(Records& records) {
    if (records.empty() || random_.one_in(2)) return add_name(records);
    const Record chosen = random_.pick(records);
    size_t kind = random_.below(6);
    auto goes = [&](const Record& record) {
        switch (kind) {
            case 0:  // the name and all below it
                return reference::is_at_or_below(record.owner, chosen.owner) &&
                       chosen.owner.size() > origin_.size();
            case 1:  // the name
                return reference::same(record.owner, chosen.owner);
            case 2:  // an RRset
                return reference::same(record.owner, chosen.owner) && record.type == chosen.type;
            case 3:  // one record
                return record.line == chosen.line && record.rdata == chosen.rdata &&
                       record.owner == chosen.owner;
            default:
                return false;
        }
    };
    records.erase(std::remove_if(records.begin(), records.end(), goes), records.end());
    if (kind == 4)  // all cuts become none
        for (Record& record : records)
            if (record.type == type::NS && random_.one_in(2)) record.type = 65281;
    if (kind == 5)
        for (Record& record : records)
            if (record.type == chosen.type && reference::same(record.owner, chosen.owner))
                record.ttl = static_cast<uint32_t>(random_.below(7200));
}

Records ZoneMaker::changed(Records records, size_t changes) {
    for (; changes > 0; --changes) change_once(records);
    for (size_t i = 0; i < records.size(); ++i) records[i].line = i + 1;
    return records;
}

Name ZoneMaker::question(const reference::Zone& zone) {
    Name name = random_.pick(zone.names());
    if (random_.one_in(8)) name = random_.pick(pool_);
    switch (random_.below(6)) {
        case 0:
            break;
        case 1:  // a child
            name = reference::child(label(), name);
            break;
        case 2:  // a sibling
            if (name.size() > origin_.size()) name.front() = label();
            break;
        case 3:  // far below
            for (size_t i = random_.between(1, 5); i > 0; --i)
                name = reference::child(label(), name);
            break;
        case 4:  // as deep as it can be
            while (reference::wire_size(name) < 254) name = reference::child("d", name);
            break;
        default:
            name = reference::child("*", name);
    }
    if (random_.one_in(3)) name = other_case(name);
    return reference::is_legal(name) ? name : origin_;
}

}  // namespace apex_tests
