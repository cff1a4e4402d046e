// Whoever validates believes every answer from a signed zone, and no answer of which a record was
// changed or has gone; and verify_zone says the same of the zones.
#include <doctest/doctest.h>

#include "signer/sign_zone.h"
#include "signer/verify_zone.h"
#include "tests/properties/answer_zone.h"
#include "tests/properties/random_zone.h"
#include "tests/reference/numbers.h"
#include "tests/reference/validator.h"
#include "tests/scenarios/served.h"
#include "tests/support/fake_key.h"
#include "tests/zones/make_zone.h"

namespace apex_tests {

using reference::MessageRecord;
using reference::Name;
using reference::Record;
using reference::Security;

namespace {

constexpr dns::UnixTime kNow = 1'800'000'000;

dns::Result<std::unique_ptr<signer::PublicKey>> read_fake_key(uint8_t, dns::Octets key) {
    return std::unique_ptr<signer::PublicKey>(std::make_unique<FakePublicKey>(key));
}

struct Plan {
    Name origin;
    Records records;
    Signing signing = Signing::nsec;
    uint64_t seed = 0;
    bool made_up = false;  // signatures that only look like some, and chains of the reference
};

Plan random_plan(Random& random) {
    Plan plan;
    plan.origin = random_origin(random);
    plan.records = ZoneMaker(random, plan.origin).make({1, random.one_in(10) ? 60u : 20u});
    add_services(random, plan.origin, plan.records);
    // What a wildcard that is a cut means is not defined (RFC 4592 4.2).
    std::erase_if(plan.records, [&](const Record& record) {
        return record.type == reference::type::NS && !record.owner.empty() &&
               record.owner.front() == "*" && record.owner.size() > plan.origin.size();
    });
    static constexpr Signing kKinds[] = {Signing::nsec, Signing::nsec3, Signing::opt_out};
    plan.signing = random.pick(kKinds);
    // A hash is a label of 32 octets.
    if (reference::wire_size(plan.origin) + 33 > 255) plan.signing = Signing::nsec;
    plan.seed = random.word();
    plan.made_up = random.one_in(3);
    return plan;
}

Records records_of(const zones::Zone& zone) {
    Records records;
    for (zones::Zone::Cursor at(zone); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i)
            for (zones::RecordView record : (*at).rrset(i))
                records.push_back({reference::from_wire(zone.absolute((*at).name())),
                                   record.type(),
                                   record.ttl(),
                                   {record.rdata().begin(), record.rdata().end()},
                                   records.size() + 1});
    return records;
}

// Nothing if the zone cannot be signed: a random one may be no zone at all.
Records signed_records(const Plan& plan) {
    if (plan.made_up) return with_chain(plan.origin, plan.records, plan.signing, plan.seed);
    std::vector<signer::ZoneKey> keys{fake_zone_key(1, FakeRole::ksk),
                                      fake_zone_key(2, FakeRole::zsk)};
    signer::SigningOptions options;
    options.now = kNow;
    if (plan.signing != Signing::nsec) options.policy.denial = signer::Denial::nsec3;
    options.policy.opt_out = plan.signing == Signing::opt_out;
    auto made = signer::sign_zone(*zone_from_records(plan.records, plan.origin), keys, options);
    return made.ok() ? records_of(**made) : Records();
}

reference::TrustedZone trusted(const Plan& plan, const Records& records) {
    reference::TrustedZone zone;
    zone.name = plan.origin;
    zone.now = kNow;
    zone.signatures_taken = plan.made_up;
    zone.read_key = read_fake_key;
    for (const Record& record : records)
        if (record.type == reference::type::DNSKEY && reference::same(record.owner, plan.origin))
            zone.dnskeys.push_back(record.rdata);
    return zone;
}

server::Set served(const Plan& plan, const Records& records) {
    reference::World world;
    reference::ServedZone zone;
    zone.name = plan.origin;
    zone.records = records;
    zone.zone.emplace(plan.origin, records);
    world.views[0].zones.push_back(std::move(zone));
    return make_set(world);
}

struct Asked {
    reference::Question question;
    std::string request;
};

Asked random_question(Random& random, const reference::Zone& zone, const Name& origin) {
    reference::Ask ask;
    ask.name = ZoneMaker(random, origin).question(zone);
    ask.type = random_type(random);
    if (random.one_in(4)) ask.name = random.pick(zone.rrsets()).owner;
    static constexpr uint16_t kMore[] = {reference::type::DS, reference::type::DNSKEY,
                                         reference::type::NSEC, reference::type::ANY};
    if (random.one_in(6)) ask.type = random.pick(kMore);
    ask.edns.emplace();
    ask.edns->dnssec_ok = true;
    return {{ask.name, ask.type, 1, ""}, to_octets(ask)};
}

// The reply, or nothing if there is none that could be validated.
std::optional<reference::Message> reply_to(const Asked& asked, const server::Set& set,
                                           server::Scratch& scratch) {
    reference::Asker asker;
    asker.transport = reference::Transport::tcp;
    Reply reply = ask(set, asked.request, asker, scratch);
    std::string why;
    auto message = reference::read_message(reply.span(), why);
    if (!message || message->has(0x0200)) return std::nullopt;
    return message;
}

bool is_unsigned_by_nature(const MessageRecord& record, size_t section, const Name& origin) {
    if (!reference::is_at_or_below(record.owner, origin)) return true;
    return section == reference::kAuthority && record.type == reference::type::NS &&
           !reference::same(record.owner, origin);
}

// One record changed, or one RRset gone with its signatures; false if there is none to break.
bool break_one(Random& random, reference::Message& message, const Name& origin, bool may_go) {
    size_t section = random.below(2);
    auto& records = message.sections[section];
    if (records.empty()) return false;
    size_t at = random.below(records.size());
    if (is_unsigned_by_nature(records[at], section, origin)) return false;
    if (!may_go || random.one_in(2)) {
        if (records[at].rdata.empty()) return false;
        // The last octet: behind all names in the rdata, whose case does not matter.
        records[at].rdata.back() ^= 1;
        return true;
    }
    MessageRecord gone = records[at];
    uint16_t kind = gone.type == reference::type::RRSIG
                        ? Record{{}, gone.type, 0, gone.rdata}.covered()
                        : gone.type;
    std::erase_if(records, [&](const MessageRecord& other) {
        return reference::same(other.owner, gone.owner) &&
               (other.type == kind || Record{{}, other.type, 0, other.rdata}.covered() == kind);
    });
    return true;
}

// Where opt-out has left out a closest encloser that is no more than a way to unsigned cuts, and a
// wildcard stands at the one above, nothing proves that the wildcard does not stand for a name: a
// hole in RFC 5155 7.2.
bool falls_into_opt_out_hole(const reference::Message& reply, const Asked& asked,
                             const reference::Zone& zone) {
    std::vector<Name> names{asked.question.name};
    for (const MessageRecord& record : reply.sections[reference::kAnswer])
        if (record.type == reference::type::CNAME)
            names.push_back(reference::from_wire(
                {reinterpret_cast<const uint8_t*>(record.rdata.data()), record.rdata.size()}));
    for (const Name& name : names)
        for (size_t labels = zone.origin().size(); labels < name.size(); ++labels) {
            Name wildcard = reference::child("*", reference::last_labels(name, labels));
            if (reference::is_legal(wildcard) && zone.exists(wildcard)) return true;
        }
    return false;
}

// What is not as it should be with a reply; empty if all is.
std::string complaint_about(const reference::Message& reply, const Asked& asked, const Plan& plan,
                            const Records& records, uint64_t seed) {
    reference::TrustedZone zone = trusted(plan, records);
    reference::Judgement judgement = reference::validate(reply, asked.question, zone);
    if (judgement.security == Security::bogus) {
        bool hole = plan.signing == Signing::opt_out &&
                    judgement.reason.find("nothing proves") == 0 &&
                    falls_into_opt_out_hole(reply, asked, reference::Zone(plan.origin, records));
        return hole ? "" : "bogus: " + judgement.reason;
    }
    bool may_be_insecure = plan.signing == Signing::opt_out ||
                           judgement.reason == "an unsigned delegation" ||
                           asked.question.type == reference::type::RRSIG;
    if (judgement.security == Security::insecure)
        return may_be_insecure ? "" : "insecure: " + judgement.reason;
    if (plan.made_up) return "";
    for (Random random(seed); !random.one_in(8);) {
        reference::Message broken = reply;
        if (!break_one(random, broken, plan.origin, plan.signing != Signing::opt_out)) continue;
        if (reference::validate(broken, asked.question, zone).security != Security::bogus)
            return "is believed although it is broken: " + to_text(broken);
    }
    return "";
}

std::string question_text(const Asked& asked, const Plan& plan) {
    return reference::to_text(asked.question.name) + " type " +
           std::to_string(asked.question.type) + ", signing " +
           std::to_string(static_cast<int>(plan.signing)) + (plan.made_up ? " (made up)\n" : "\n");
}

Complaint answers_validate(Random& random, server::Scratch& scratch) {
    Plan plan = random_plan(random);
    Records records = signed_records(plan);
    if (records.empty()) return "";
    reference::Zone zone(plan.origin, records);
    server::Set set = served(plan, records);
    for (size_t questions = 40; questions > 0; --questions) {
        Asked asked = random_question(random, zone, plan.origin);
        uint64_t seed = random.word();
        auto reply = reply_to(asked, set, scratch);
        if (!reply || complaint_about(*reply, asked, plan, records, seed).empty()) continue;
        return smallest_complaint(
            plan.origin, plan.records, [&](const Records& fewer) -> Complaint {
                Plan smaller = plan;
                smaller.records = fewer;
                Records of_smaller = signed_records(smaller);
                reference::Zone less(plan.origin, of_smaller);
                if (!less.rrset(plan.origin, reference::type::SOA)) return "";
                auto now = reply_to(asked, served(smaller, of_smaller), scratch);
                if (!now) return "";
                std::string said = complaint_about(*now, asked, smaller, of_smaller, seed);
                if (said.empty()) return "";
                return question_text(asked, plan) + said + "\nthe reply is: " + to_text(*now);
            });
    }
    return "";
}

// ---- zones --------------------------------------------------------------------------------------

std::vector<std::string> findings_of(const Plan& plan, const Records& records) {
    MadeZone made = zone_from_records(records, plan.origin);
    dns::Severities severities;
    dns::Findings findings(severities);
    signer::VerifyOptions options;
    options.now = kNow;
    options.read_key = read_fake_key;
    signer::verify_zone(*made, findings, options);
    std::vector<std::string> sentences;
    for (const dns::Finding& finding : findings.rows())
        if (finding.severity != dns::Severity::note)
            sentences.push_back(finding.sentence() + " [" + finding.rule->name + "]");
    return sentences;
}

Complaint zones_verify(const Plan& plan, uint64_t seed) {
    Records records = signed_records(plan);
    if (records.empty()) return "";
    for (const std::string& sentence : findings_of(plan, records))
        return "in a good zone: " + sentence;
    // Every signature covers something; without it, or with the covered changed, that is found.
    Random random(seed);
    Records broken = records;
    size_t at = random.below(broken.size());
    while (broken[at].type != reference::type::RRSIG) at = (at + 1) % broken.size();
    std::string what =
        reference::to_text(broken[at].owner) + " " + std::to_string(broken[at].covered());
    auto covered = std::find_if(broken.begin(), broken.end(), [&](const Record& record) {
        return reference::same(record.owner, broken[at].owner) &&
               record.type == broken[at].covered() && !record.rdata.empty();
    });
    if (random.one_in(2) || covered == broken.end())
        broken.erase(broken.begin() + static_cast<std::ptrdiff_t>(at));
    else
        covered->rdata.back() ^= 1;
    return findings_of(plan, broken).empty() ? "nothing is found without " + what : "";
}

}  // namespace

TEST_CASE("every answer from a signed zone validates, and no broken one") {
    server::Scratch scratch;
    for_all("validator", 400, [&](Random& random) { return answers_validate(random, scratch); });
}

TEST_CASE("verify_zone finds nothing in signed zones, and something in broken ones") {
    for_all("verify", 300, [&](Random& random) -> Complaint {
        Plan plan = random_plan(random);
        plan.made_up = false;
        uint64_t seed = random.word();
        if (zones_verify(plan, seed).empty()) return "";
        return smallest_complaint(plan.origin, plan.records, [&](const Records& fewer) {
            Plan smaller = plan;
            smaller.records = fewer;
            return zones_verify(smaller, seed);
        });
    });
}

}  // namespace apex_tests
