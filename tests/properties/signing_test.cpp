// Random zones, signed: the chain and what is signed are as the reference has them, and signing of
// changes makes what signing from scratch does.
#include <doctest/doctest.h>

#include <map>

#include "signer/openssl_keys.h"
#include "signer/sign_changes.h"
#include "tests/properties/answer_zone.h"
#include "tests/properties/random_zone.h"
#include "tests/reference/denial.h"
#include "tests/support/fake_key.h"
#include "tests/support/octets.h"
#include "tests/zones/make_zone.h"
#include "zones/diff.h"

namespace apex_tests {

namespace {

using reference::Name;
using reference::Record;
using Version = std::shared_ptr<const zones::Zone>;
using Keys = std::vector<signer::ZoneKey>;

constexpr dns::UnixTime kNow = 1'800'000'000;

// ----- the chain, and what is signed

// What a zone has of DNSSEC: NSEC and NSEC3 with their rdata, and which RRsets are signed.
using Facts = std::map<std::string, std::string>;

std::string lower_next(uint16_t type, std::string rdata) {
    if (type != reference::type::NSEC) return rdata;
    auto* octets = reinterpret_cast<uint8_t*>(rdata.data());
    dns::lower_copy(octets, octets, dns::measure_name(octets, rdata.size()));
    return rdata;
}

void add_fact(Facts& facts, const Name& owner, uint16_t type, uint16_t covered,
              const std::string& rdata) {
    std::string name = reference::to_text(reference::lower(owner));
    if (type == reference::type::RRSIG)
        facts[name + " RRSIG " + std::to_string(covered)] = "";
    else if (type == reference::type::NSEC || type == reference::type::NSEC3)
        facts[name + " " + std::to_string(type)] = lower_next(type, rdata);
}

Facts facts_of(const zones::Zone& zone) {
    Facts facts;
    for (zones::Zone::Cursor at(zone); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i) {
            zones::RrsetView rrset = (*at).rrset(i);
            dns::Octets rdata = rrset.first().rdata();
            add_fact(facts, reference::from_wire(zone.absolute((*at).name())), rrset.type(),
                     rrset.covered(), std::string(rdata.begin(), rdata.end()));
        }
    return facts;
}

Facts facts_of(const reference::Zone& zone) {
    Facts facts;
    for (const reference::Rrset& rrset : zone.rrsets())
        add_fact(facts, rrset.owner, rrset.type, rrset.covered, rrset.rdata.front());
    return facts;
}

std::string hex(const std::string& octets) {
    return to_hex({reinterpret_cast<const uint8_t*>(octets.data()), octets.size()});
}

std::string difference(const Facts& got, const Facts& wanted) {
    std::string text;
    for (const auto& [what, rdata] : wanted)
        if (got.count(what) == 0)
            text += what + " is missing\n";
        else if (got.at(what) != rdata)
            text += what + " holds " + hex(got.at(what)) + " instead of " + hex(rdata) + "\n";
    for (const auto& [what, rdata] : got)
        if (wanted.count(what) == 0) text += what + " is too much\n";
    return text;
}

signer::SigningPolicy policy_of(Signing signing) {
    signer::SigningPolicy policy;
    if (signing != Signing::nsec) policy.denial = signer::Denial::nsec3;
    policy.opt_out = signing == Signing::opt_out;
    return policy;
}

// With the salt and iterations that the reference chose.
signer::SigningPolicy policy_of(Signing signing, const reference::Zone& expected) {
    signer::SigningPolicy policy = policy_of(signing);
    if (signing == Signing::nsec) return policy;
    std::string rdata =
        expected.rrset(expected.origin(), reference::type::NSEC3PARAM)->rdata.front();
    policy.iterations =
        static_cast<uint16_t>(static_cast<uint8_t>(rdata[2]) << 8 | static_cast<uint8_t>(rdata[3]));
    policy.salt.assign(rdata.begin() + 5, rdata.end());
    return policy;
}

Record dnskey_record(const Name& origin, const signer::ZoneKey& key) {
    return {origin, reference::type::DNSKEY, 3600,
            std::string(key.dnskey.begin(), key.dnskey.end()), 0};
}

Complaint same_chain(const Name& origin, const Records& records, Signing signing, uint64_t seed) {
    Keys keys{fake_zone_key(1, FakeRole::ksk), fake_zone_key(2, FakeRole::zsk)};
    Records with_keys = records;
    for (const signer::ZoneKey& key : keys) with_keys.push_back(dnskey_record(origin, key));
    reference::Zone expected(origin, with_chain(origin, with_keys, signing, seed));
    signer::SigningOptions options;
    options.policy = policy_of(signing, expected);
    options.now = kNow;
    options.threads = 1 + seed % 3;
    auto made = signer::sign_zone(*zone_from_records(records, origin), keys, options);
    if (!made.ok()) return "not signed: " + made.fault().sentence;
    return difference(facts_of(**made), facts_of(expected));
}

bool has_room_for_hashes(const Name& origin) {
    return reference::wire_size(origin) + 33 <= 255;
}

// ----- changes

struct Step {
    Records records;
    Signing signing = Signing::nsec;
    size_t keys = 0;  // which of keys_of()
    bool zonemd = false;
    bool fold = false;
    dns::UnixTime now = kNow;
};

// A key that OpenSSL signs with; Ed25519 makes the same signature of the same octets.
signer::ZoneKey real_key() {
    signer::SecretOctets seed(32, 0x5a);
    std::vector<signer::SecretField> fields;
    fields.push_back({signer::secret_labels(15)[0], seed});
    auto secret = signer::key_from_fields(15, fields);
    REQUIRE(secret.ok());
    signer::ZoneKey key;
    key.secret = *secret;
    key.dnskey = signer::make_dnskey(257, 15, key.secret->public_key());
    key.tag = signer::key_tag(key.dnskey);
    key.published = key.signs_keys = key.signs_data = true;
    return key;
}
constexpr size_t kRealKey = 5;

// All keys that there are; which of them are in use differs.
Keys keys_of(size_t choice) {
    Keys keys{fake_zone_key(1, FakeRole::ksk), fake_zone_key(2, FakeRole::zsk),
              fake_zone_key(3, FakeRole::zsk), fake_zone_key(4, FakeRole::csk, 15), real_key()};
    static constexpr bool kUsed[][5] = {
        {true, true, false, false, false}, {true, true, true, false, false},
        {true, false, true, false, false}, {false, false, false, true, false},
        {true, true, false, true, false},  {false, false, false, false, true}};
    for (size_t i = 0; i < keys.size(); ++i)
        keys[i].published = keys[i].signs_keys = keys[i].signs_data = false;
    for (size_t i = 0; i < keys.size(); ++i) {
        keys[i].published = kUsed[choice][i];
        keys[i].signs_keys = kUsed[choice][i] && keys[i].has_entry_point();
        keys[i].signs_data = kUsed[choice][i] && i != 0;
    }
    return keys;
}

signer::SigningOptions options_of(const Step& step) {
    signer::SigningOptions options;
    options.policy = policy_of(step.signing);
    options.policy.zonemd = step.zonemd;
    options.now = step.now;
    return options;
}

std::string describe(const zones::ChangeSet& set) {
    std::string text;
    for (const zones::RrsetChange& change : set.changes) {
        const zones::OwnedRrset& rrset = change.before.count ? change.before : change.after;
        text += "  " + dns::to_text(change.owner) + " " + dns::type_text(rrset.type) + " " +
                std::to_string(rrset.covered) + ": " + std::to_string(change.before.count) +
                " -> " + std::to_string(change.after.count) + "\n";
    }
    return text;
}

std::unique_ptr<signer::PublicKey> public_half(const signer::ZoneKey& key) {
    if (key.secret->public_key().size() == sizeof(dns::SipKey))
        return std::make_unique<FakePublicKey>(key.secret->public_key());
    auto read = signer::read_public_key(key.algorithm(), key.secret->public_key());
    REQUIRE(read.ok());
    return std::move(read).value();
}

// Is every signature one that its key made over what is there?
Complaint all_signatures_good(const zones::Zone& zone, const Keys& keys) {
    for (zones::Zone::Cursor at(zone); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i) {
            zones::RrsetView signatures = (*at).rrset(i);
            if (signatures.type() != dns::type::RRSIG) continue;
            dns::Name owner = zone.absolute((*at).name());
            zones::RrsetView rrset = (*at).find(signatures.covered());
            if (!rrset) return dns::to_text(owner) + ": a signature over nothing";
            for (zones::RecordView record : signatures) {
                signer::RrsigView rrsig(record.rdata());
                bool good = false;
                for (const signer::ZoneKey& key : keys)
                    good |= key.tag == rrsig.key_tag() &&
                            signer::verify_rrset(rrsig, {owner, rrset.type(), rrset.wire()},
                                                 *public_half(key));
                if (!good)
                    return dns::to_text(owner) + " " + dns::type_text(rrset.type()) +
                           ": a bad signature";
            }
        }
    return "";
}

Complaint history(const Name& origin, const std::vector<Step>& steps) {
    Version plain = zone_from_records(steps[0].records, origin).zone;
    auto first = signer::sign_zone(*plain, keys_of(steps[0].keys), options_of(steps[0]));
    if (!first.ok()) return "not signed: " + first.fault().sentence;
    Version version = *first;
    for (size_t i = 1; i < steps.size(); ++i) {
        const Step& step = steps[i];
        std::string where = "step " + std::to_string(i) + ": ";
        Keys keys = keys_of(step.keys);
        Version next_plain = zone_from_records(step.records, origin).zone;
        auto set = signer::sign_changes(*version, zones::diff(*plain, *next_plain), keys,
                                        options_of(step));
        if (!set.ok()) return where + "changes not signed: " + set.fault().sentence;
        auto next = version->apply(*set);
        if (!next.ok()) return where + "changes do not fit: " + next.fault().sentence;
        signer::SigningOptions options = options_of(step);
        signer::ZoneSignatures old(*version, keys);
        options.reuse = &old;
        auto scratch = signer::sign_zone(*next_plain, keys, options);
        if (!scratch.ok()) return where + "not signed: " + scratch.fault().sentence;
        zones::ChangeSet wrong = zones::diff(*scratch.value(), **next);
        if (!wrong.empty())
            return where + "from scratch -> by changes\n" + describe(wrong) + "the changes\n" +
                   describe(*set);
        Complaint complaint = all_signatures_good(**next, keys);
        if (!complaint.empty()) return where + complaint;
        version = step.fold ? (*next)->fold() : *next;
        plain = next_plain;
    }
    return "";
}

Complaint smallest_history(const Name& origin, std::vector<Step> steps) {
    Complaint complaint = history(origin, steps);
    if (complaint.empty()) return complaint;
    while (steps.size() > 2) {
        std::vector<Step> fewer(steps.begin() + 1, steps.end());
        if (history(origin, fewer).empty()) fewer.assign(steps.begin(), steps.end() - 1);
        Complaint smaller = history(origin, fewer);
        if (smaller.empty()) break;
        steps = std::move(fewer);
        complaint = std::move(smaller);
    }
    for (size_t i = 0; i < steps.size(); ++i)
        for (size_t r = 0; r < steps[i].records.size();) {
            std::vector<Step> fewer = steps;
            bool soa = fewer[i].records[r].type == reference::type::SOA;
            fewer[i].records.erase(fewer[i].records.begin() + static_cast<ptrdiff_t>(r));
            Complaint smaller = soa ? "" : history(origin, fewer);
            if (smaller.empty()) {
                ++r;
                continue;
            }
            steps = std::move(fewer);
            complaint = std::move(smaller);
        }
    for (size_t i = 0; i < steps.size(); ++i) {
        complaint += "\nversion " + std::to_string(i) + ": " +
                     std::to_string(static_cast<int>(steps[i].signing)) + " keys " +
                     std::to_string(steps[i].keys) + (steps[i].fold ? " folded" : "") + "\n";
        for (const Record& record : steps[i].records)
            complaint += "  " + reference::to_text(record.owner) + " " +
                         std::to_string(record.ttl) + " TYPE" + std::to_string(record.type) + "\n";
    }
    return complaint;
}

void add_soa(const Name& origin, uint32_t serial, Records& records) {
    std::erase_if(records, [&](const Record& record) {
        return record.type == reference::type::SOA && reference::same(record.owner, origin);
    });
    std::string numbers;
    for (uint32_t number : {serial, 3600u, 600u, 1000000u, 300u})
        for (int shift = 24; shift >= 0; shift -= 8) numbers += static_cast<char>(number >> shift);
    std::string name = reference::to_wire(origin);
    records.push_back({origin, reference::type::SOA, 3600, name + name + numbers, 0});
}

Signing random_chain(Random& random, const Name& origin) {
    static constexpr Signing kAll[] = {Signing::nsec, Signing::nsec3, Signing::opt_out};
    return has_room_for_hashes(origin) ? random.pick(kAll) : Signing::nsec;
}

}  // namespace

TEST_CASE("signed zones have the chain and the signatures that the reference wants") {
    for_all("signed zones", 600, [](Random& random) {
        Name origin = random_origin(random);
        Records records = ZoneMaker(random, origin).make({0, random.one_in(8) ? 120u : 20u});
        add_services(random, origin, records);
        Signing signing = random_chain(random, origin);
        // The reference looks for wildcards above the apex as well.
        bool wild = std::count(origin.begin(), origin.end(), "*") > 0;
        if (wild && signing == Signing::opt_out) signing = Signing::nsec3;
        uint64_t seed = random.word();
        return smallest_complaint(origin, records, [&](const Records& fewer) {
            return same_chain(origin, fewer, signing, seed);
        });
    });
}

TEST_CASE("signing changes makes what signing from scratch makes") {
    for_all("signed changes", 400, [](Random& random) {
        Name origin = random_origin(random);
        ZoneMaker maker(random, origin);
        Step step;
        step.signing = random_chain(random, origin);
        step.zonemd = random.one_in(6);
        if (random.one_in(40)) step.keys = kRealKey;
        step.records = maker.make({0, random.one_in(10) ? 60u : 14u});
        add_soa(origin, 1, step.records);
        std::vector<Step> steps{step};
        for (size_t count = random.between(1, 5); count > 0; --count) {
            size_t changes = random.one_in(3) ? random.between(5, 30) : random.between(0, 4);
            step.records = maker.changed(step.records, changes);
            add_soa(origin, static_cast<uint32_t>(steps.size() + 1), step.records);
            step.fold = random.one_in(4);
            step.now += static_cast<dns::UnixTime>(random.below(24 * 3600));
            if (random.one_in(8)) step.keys = random.below(5);
            if (random.one_in(12)) step.signing = random_chain(random, origin);
            if (random.one_in(12)) step.zonemd = !step.zonemd;
            steps.push_back(step);
        }
        return smallest_history(origin, steps);
    });
}

// With --long, a million changes.
TEST_CASE("many changes in a row make what signing from scratch makes") {
    for_all("many signed changes", property_settings().long_run ? 500 : 25, [](Random& random) {
        Name origin = random_origin(random);
        ZoneMaker maker(random, origin);
        Step step;
        step.signing = random_chain(random, origin);
        if (random.one_in(100)) step.keys = kRealKey;
        step.records = maker.make({10, 200});
        add_soa(origin, 1, step.records);
        std::vector<Step> steps{step};
        for (size_t count = 25; count > 0; --count) {
            step.records = maker.changed(step.records, random.between(1, 15));
            add_soa(origin, static_cast<uint32_t>(steps.size() + 1), step.records);
            step.fold = random.one_in(10);
            step.now += static_cast<dns::UnixTime>(random.below(3600));
            steps.push_back(step);
        }
        return smallest_history(origin, steps);
    });
}

}  // namespace apex_tests
