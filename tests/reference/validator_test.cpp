// The validator on the messages that the RFCs print, with the signatures that they print: whole,
// and with one record changed or gone.
#include "tests/reference/validator.h"

#include <doctest/doctest.h>

#include <map>

#include "tests/reference/numbers.h"
#include "tests/scenarios/scenario.h"
#include "tests/support/octets.h"
#include "zoneparser/words.h"

namespace apex_tests {

using namespace reference;

namespace {

Scenario scenario(const std::string& name) {
    Scenario read = read_scenario(source_folder() + "/tests/scenarios/" + name);
    REQUIRE(read.fault == "");
    return read;
}

TrustedZone trusted(const Scenario& scenario, const char* now) {
    const ServedZone& served = scenario.world.views[0].zones[0];
    TrustedZone zone;
    zone.name = served.name;
    for (const Record& record : served.records)
        if (record.type == type::DNSKEY && same(record.owner, served.name))
            zone.dnskeys.push_back(record.rdata);
    uint32_t seconds = 0;
    REQUIRE(zoneparser::read_time(now, seconds));
    zone.now = seconds;
    return zone;
}

struct Told {
    std::string part;  // "B.1"
    Message message;
    Question question;
};

// The replies of appendix B; other scenarios of these files lack signatures that it does not print.
std::vector<Told> appendix_b(const Scenario& scenario) {
    std::vector<Told> all;
    for (const ScenarioQuery& query : scenario.queries) {
        size_t at = query.title.find(" B.");
        if (at == query.title.npos) continue;
        ReadRequest request = read_request(
            {reinterpret_cast<const uint8_t*>(query.octets.data()), query.octets.size()});
        REQUIRE(request.message.question.has_value());
        std::string part = query.title.substr(at + 1, query.title.find(',', at) - at - 1);
        all.push_back(
            {part, messages_of(query, scenario.world).front(), *request.message.question});
    }
    return all;
}

std::string security_of(const Told& told, const TrustedZone& zone) {
    Judgement judgement = validate(told.message, told.question, zone);
    return told.part + " " + to_string(judgement.security) +
           (judgement.security == Security::bogus ? ": " + judgement.reason : "");
}

// Every RRset but the NS of a referral, which is not signed.
bool is_signed(const MessageRecord& record, size_t section, const TrustedZone& zone) {
    return section != kAdditional &&
           (record.type != type::NS || section == kAnswer || same(record.owner, zone.name));
}

// With each record of answer and authority changed, or each RRset gone, none of it is believed.
size_t break_each(const Told& told, const TrustedZone& zone) {
    size_t broken = 0;
    for (size_t section : {kAnswer, kAuthority}) {
        for (size_t i = 0; i < told.message.sections[section].size(); ++i) {
            const MessageRecord& record = told.message.sections[section][i];
            if (!is_signed(record, section, zone)) continue;
            CAPTURE(told.part);
            CAPTURE(to_text(record.owner));
            CAPTURE(record.type);
            Told changed = told;
            changed.message.sections[section][i].rdata.back() ^= 1;
            CHECK(validate(changed.message, told.question, zone).security == Security::bogus);
            Told gone = told;
            uint16_t kind = record.type;
            std::erase_if(gone.message.sections[section], [&](const MessageRecord& other) {
                uint16_t covered = Record{{}, other.type, 0, other.rdata}.covered();
                return same(other.owner, record.owner) && (other.type == kind || covered == kind);
            });
            // In an opted-out span nothing proves that there are no such records, and nothing
            // needs to: without the wildcard's own record, that is what is left of B.5.
            bool in_span = told.part == "B.5" && kind == type::NSEC3 && record.rdata[1] == 1 &&
                           record.owner.front().substr(0, 4) == "r53b";
            CHECK(validate(gone.message, told.question, zone).security ==
                  (in_span ? Security::insecure : Security::bogus));
            ++broken;
        }
    }
    return broken;
}

}  // namespace

TEST_CASE("validator: RFC 4035 appendix B") {
    Scenario zone_and_replies = scenario("rfc4035_appendix_b.txt");
    TrustedZone zone = trusted(zone_and_replies, "20040420000000");
    std::vector<Told> replies = appendix_b(zone_and_replies);
    const char* kExpected[] = {"B.1 secure",   "B.2 secure", "B.3 secure", "B.4 secure",
                               "B.5 insecure", "B.6 secure", "B.7 secure", "B.8 secure"};
    REQUIRE(replies.size() == std::size(kExpected));
    size_t broken = 0;
    for (size_t i = 0; i < replies.size(); ++i) {
        CHECK(security_of(replies[i], zone) == kExpected[i]);
        broken += break_each(replies[i], zone);
    }
    CHECK(broken == 30);
}

TEST_CASE("validator: RFC 5155 appendix B, whose zone has opt-out all over") {
    Scenario zone_and_replies = scenario("rfc5155_appendix_b.txt");
    TrustedZone zone = trusted(zone_and_replies, "20100101000000");
    std::vector<Told> replies = appendix_b(zone_and_replies);
    const char* kExpected[] = {"B.1 insecure", "B.2 secure",   "B.2.1 secure", "B.3 insecure",
                               "B.4 insecure", "B.5 insecure", "B.6 secure"};
    REQUIRE(replies.size() == std::size(kExpected));
    size_t broken = 0;
    for (size_t i = 0; i < replies.size(); ++i) {
        CHECK(security_of(replies[i], zone) == kExpected[i]);
        broken += break_each(replies[i], zone);
    }
    CHECK(broken > 30);
}

TEST_CASE("validator: keys and times count") {
    Scenario zone_and_replies = scenario("rfc4035_appendix_b.txt");
    std::vector<Told> replies = appendix_b(zone_and_replies);
    for (const char* now : {"20040409183618", "20040509183620"})
        CHECK(validate(replies[0].message, replies[0].question, trusted(zone_and_replies, now))
                  .security == Security::bogus);
    for (const char* now : {"20040409183619", "20040509183619"})
        CHECK(validate(replies[0].message, replies[0].question, trusted(zone_and_replies, now))
                  .security == Security::secure);
    TrustedZone other = trusted(zone_and_replies, "20040420000000");
    for (std::string& key : other.dnskeys) key[0] = 0;  // no zone keys any more
    CHECK(validate(replies[0].message, replies[0].question, other).security == Security::bogus);
    other.signatures_taken = true;
    CHECK(validate(replies[0].message, replies[0].question, other).security == Security::secure);
}

TEST_CASE("validator: another reply's rcode, or another's proof, is not believed") {
    Scenario zone_and_replies = scenario("rfc4035_appendix_b.txt");
    TrustedZone zone = trusted(zone_and_replies, "20040420000000");
    std::vector<Told> replies = appendix_b(zone_and_replies);
    for (const Told& told : replies) {
        for (const Told& asked : replies) {
            if (asked.part == told.part) continue;
            CAPTURE(told.part);
            CAPTURE(asked.part);
            CHECK(validate(told.message, asked.question, zone).security == Security::bogus);
        }
        Told other_rcode = told;
        other_rcode.message.flags ^= 3;
        CHECK(validate(other_rcode.message, told.question, zone).security == Security::bogus);
    }
}

}  // namespace apex_tests
