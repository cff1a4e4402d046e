// Signed requests through respond(): what is answered, what of it is signed, and whether the
// signature is what RFC 8945 says, worked out here a second time.
#include "dns/tsig.h"

#include <doctest/doctest.h>

#include "dns/message_reader.h"
#include "signer/tsig_mac.h"
#include "tests/scenarios/scenario.h"
#include "tests/scenarios/served.h"
#include "tests/server/net/running_worker.h"
#include "tests/support/fake_mac.h"
#include "tests/support/octets.h"
#include "tests/support/parsed_name.h"

namespace apex_tests {

namespace {

using dns::TsigState;

constexpr dns::UnixTime kNow = 1'700'000'000;

constexpr const char* kZone = R"(
@ 60 SOA n h 1 2 3 4 30
@ 60 NS n
n 60 A 192.0.2.1
www 60 A 192.0.2.2
d 60 NS n.d
n.d 60 A 192.0.2.3
big 60 TXT "0123456789012345678901234567890123456789012345678901234567890123456789"
big 60 TXT "1123456789012345678901234567890123456789012345678901234567890123456789"
big 60 TXT "2123456789012345678901234567890123456789012345678901234567890123456789"
big 60 TXT "3123456789012345678901234567890123456789012345678901234567890123456789"
big 60 TXT "4123456789012345678901234567890123456789012345678901234567890123456789"
fit 60 TXT "01234567890123456789012345678901234567890123456789012345678901234567890123456789"
fit 60 TXT "11234567890123456789012345678901234567890123456789012345678901234567890123456789"
fit 60 TXT "21234567890123456789012345678901234567890123456789012345678901234567890123456789"
fit 60 TXT "31234567890123456789012345678901234567890123456789012345678901234567890123456789"
fit 60 TXT "41234567890123456789012345678901234567890123456789012345678901234567890123456789"
)";

reference::World make_world() {
    reference::World world;
    world.version = "v";
    reference::ServedZone zone;
    zone.name = reference::from_text("example.");
    std::string fault;
    REQUIRE(read_records(kZone, zone.name, zone.records, fault));
    zone.zone.emplace(zone.name, zone.records);
    world.views[0].zones.push_back(zone);
    return world;
}

struct World {
    server::Set set = make_set(make_world());
    server::Scratch scratch;
    std::vector<dns::TsigKey> keys;

    World() {
        add("key.", dns::TsigAlgorithm::hmac_sha256, 16);
        add("sha512.example.", dns::TsigAlgorithm::hmac_sha512);
        std::string label(63, 'l');
        add(label + "." + label + "." + label + "." + std::string(61, 'l') + ".",
            dns::TsigAlgorithm::hmac_sha512);
        publish();
    }
    void add(const std::string& name, dns::TsigAlgorithm algorithm, size_t least_mac = 0) {
        const OctetString secret = from_hex("00112233445566778899AABBCCDDEEFF");
        keys.push_back(
            signer::make_tsig_key(parsed_name(name), algorithm, secret, least_mac).value());
    }
    void publish() { set.keys = std::make_shared<dns::TsigKeys>(keys, dns::SipKey{1, 2}); }
};

enum class Forgery { none, key, algorithm, mac, message, short_mac, too_short_mac, ttl };

struct Question {
    std::string name = "www.example.";
    uint16_t type = dns::type::A;
    uint16_t rr_class = dns::rr_class::internet;
    uint16_t flags = 0x0100;
    bool edns = false;
    std::string options = {};  // hex
    uint8_t edns_version = 0;
};

OctetString request_of(const Question& question) {
    OctetString out = from_hex("1234 0000 0001 0000 0000 0000");
    dns::store16(&out[2], question.flags);
    dns::Name name = parsed_name(question.name);
    out.insert(out.end(), name.data(), name.data() + name.size());
    for (uint16_t value : {question.type, question.rr_class}) {
        out.push_back(static_cast<uint8_t>(value >> 8));
        out.push_back(static_cast<uint8_t>(value));
    }
    if (!question.edns) return out;
    OctetString options = from_hex(question.options),
                opt = from_hex("00 0029 04D0 00 00 0000 0000");
    opt[6] = question.edns_version;
    opt[10] = static_cast<uint8_t>(options.size());
    out.insert(out.end(), opt.begin(), opt.end());
    out.insert(out.end(), options.begin(), options.end());
    out[11] = 1;
    return out;
}

OctetString sign(const dns::TsigKey& key, OctetString request, dns::UnixTime now = kNow) {
    const size_t size = request.size();
    request.resize(size + 700);
    request.resize(dns::sign_request(key, request, size, now));
    REQUIRE(request.size() > size);
    return request;
}

// Writes the TSIG again, changed.
OctetString forged(const OctetString& request, Forgery forgery) {
    auto read = dns::read_message(request);
    REQUIRE(read.ok());
    const size_t at = read.value().records.back().offset;
    dns::TsigRecord record;
    REQUIRE(dns::read_tsig(request, at, record));
    OctetString mac(record.mac.begin(), record.mac.end());
    OctetString out(request.begin(), request.begin() + static_cast<ptrdiff_t>(at));
    --out[11];
    if (forgery == Forgery::key) record.key = parsed_name("nobody.");
    if (forgery == Forgery::algorithm) record.algorithm = parsed_name("hmac-sha1.");
    if (forgery == Forgery::mac) mac[5] ^= 1;
    if (forgery == Forgery::message) out[3] ^= 0x10;
    if (forgery == Forgery::short_mac) mac.resize(mac.size() - 1);
    if (forgery == Forgery::too_short_mac) mac.resize(10);
    record.mac = mac;
    out.resize(at + 700);
    out.resize(dns::append_tsig(record, out.data(), at));
    if (forgery == Forgery::ttl) out[at + record.key.size() + 7] = 1;
    return out;
}

struct Checked {
    dns::Message message;
    bool has_tsig = false;
    dns::TsigRecord tsig;
    std::string mac;  // "none", "good", "bad"
};

// The reply's TSIG, and whether its MAC is that of RFC 8945 4.3: worked out piece by piece.
Checked check(const World& world, const OctetString& request, const Reply& reply) {
    Checked out;
    auto read = dns::read_message(reply.span());
    REQUIRE(read.ok());
    out.message = std::move(read.value());
    out.mac = "none";
    const auto& records = out.message.records;
    for (size_t i = 0; i + 1 < records.size(); ++i) REQUIRE(records[i].type != dns::kTsigType);
    if (records.empty() || records.back().type != dns::kTsigType) return out;
    out.has_tsig = true;
    const size_t at = records.back().offset;
    REQUIRE(dns::read_tsig(reply.span(), at, out.tsig));
    if (out.tsig.mac.empty()) return out;

    auto asked = dns::read_message(request);
    REQUIRE(asked.ok());
    dns::TsigRecord signature;
    REQUIRE(dns::read_tsig(request, asked.value().records.back().offset, signature));
    std::string hex = "00" + to_hex(std::array{static_cast<uint8_t>(signature.mac.size())}) +
                      to_hex(signature.mac);
    OctetString message(reply.span().begin(), reply.span().begin() + static_cast<ptrdiff_t>(at));
    dns::store16(&message[0], signature.original_id);
    --message[11];
    hex += to_hex(message);
    for (const dns::Name* name : {&out.tsig.key, &out.tsig.algorithm}) {
        OctetString lower(name->size());
        dns::lower_copy(lower.data(), name->data(), name->size());
        hex += to_hex(lower);
        if (name == &out.tsig.key) hex += "00FF00000000";
    }
    OctetString rest(12);
    dns::store16(&rest[0], static_cast<uint16_t>(out.tsig.time >> 32));
    dns::store32(&rest[2], static_cast<uint32_t>(out.tsig.time));
    dns::store16(&rest[6], out.tsig.fudge);
    dns::store16(&rest[8], out.tsig.error);
    dns::store16(&rest[10], static_cast<uint16_t>(out.tsig.other.size()));
    const OctetString input = from_hex(hex + to_hex(rest) + to_hex(out.tsig.other));
    out.mac = "bad";
    for (const dns::TsigKey& key : world.keys) {
        OctetString mac(dns::kMostMac);
        REQUIRE(key.mac->compute(std::array{dns::Octets(input)}, mac.data()));
        if (key.name == out.tsig.key && out.tsig.mac.size() == key.row().mac_size &&
            std::equal(out.tsig.mac.begin(), out.tsig.mac.end(), mac.begin()))
            out.mac = "good";
    }
    return out;
}

Reply ask(World& world, const OctetString& request, bool tcp = false, dns::UnixTime now = kNow) {
    reference::Asker asker;
    if (tcp) asker.transport = reference::Transport::tcp;
    return apex_tests::ask(world.set, std::string(request.begin(), request.end()), asker,
                           world.scratch, now);
}

}  // namespace

TEST_CASE("signed requests: every outcome behind a good signature is signed") {
    World world;
    struct Row {
        const char* what;
        Question question;
        uint16_t rcode;
    };
    using namespace dns::rcode;
    const Row rows[] = {
        {"an answer", {}, no_error},
        {"no such name", {"x.example."}, no_such_name},
        {"no data", {"www.example.", 28}, no_error},
        {"a referral", {"a.d.example."}, no_error},
        {"truncated over UDP", {"big.example.", 16}, no_error},
        {"another's zone", {"www.test."}, refused},
        {"class HESIOD", {"www.example.", 1, 4}, refused},
        {"class CHAOS", {"version.bind.", 16, 3}, no_error},
        {"a transfer", {"example.", 252}, refused},
        {"a type that is none", {"example.", 249}, not_implemented},
        {"NOTIFY", {"example.", 6, 1, 0x2000}, not_implemented},
        {"EDNS", {"www.example.", 1, 1, 0, true}, no_error},
        {"a new EDNS version", {"www.example.", 1, 1, 0, true, "", 1}, bad_version},
        {"an option cut short", {"www.example.", 1, 1, 0, true, "0003 0009 00"}, format_error},
        {"a cookie", {"www.example.", 1, 1, 0, true, "000A 0008 0102030405060708"}, no_error},
    };
    for (const Row& row : rows)
        for (size_t key : {0, 1, 2})
            for (bool tcp : {false, true}) {
                INFO(std::string(row.what));
                CAPTURE(key);
                CAPTURE(tcp);
                OctetString plain = request_of(row.question),
                            request = sign(world.keys[key], plain);
                Reply reply = ask(world, request, tcp), unsigned_reply = ask(world, plain, tcp);
                Checked got = check(world, request, reply);
                CHECK(got.message.rcode() == row.rcode);
                CHECK(reply.outcome.rcode == row.rcode);
                CHECK(got.mac == "good");
                CHECK(got.tsig.error == 0);
                CHECK(got.tsig.time == static_cast<uint64_t>(kNow));
                CHECK(reply.outcome.key == key + 1);
                CHECK(reply.outcome.signature == TsigState::good);
                CHECK(unsigned_reply.outcome.signature == TsigState::none);
                CHECK(reply.octets.size() <= (tcp ? 65535u : row.question.edns ? 1232u : 512u));
                if (reply.outcome.truncated) continue;
                // Apart from the signature they are the same.
                auto plain_message = dns::read_message(unsigned_reply.span());
                REQUIRE(plain_message.ok());
                CHECK(got.message.records.size() == plain_message.value().records.size() + 1);
            }
}

TEST_CASE("signed requests: room for the signature is kept, and truncation says so") {
    World world;
    const Question fits{"fit.example.", 16};
    // 12 + 17 + 5 * (12 + 81) octets fit into 512, and with a TSIG of 76 they do not.
    Reply plain = ask(world, request_of(fits));
    CHECK(!plain.outcome.truncated);
    for (size_t key : {0, 1}) {
        OctetString request = sign(world.keys[key], request_of(fits));
        Reply reply = ask(world, request);
        CHECK(reply.outcome.truncated);
        Checked got = check(world, request, reply);
        CHECK(got.mac == "good");
        CHECK((got.message.flags & dns::flag::tc) != 0);
        CHECK(got.message.questions.size() == 1);
        CHECK(got.message.records.size() == 1);
        CHECK(!ask(world, request, true).outcome.truncated);
    }
}

TEST_CASE("signed requests: a key's name that leaves no room for the question") {
    World world;
    const std::string label(60, 'q');
    Question question{label + "." + label + "." + label + "." + std::string(50, 'q') + ".example."};
    for (bool edns : {false, true}) {
        question.edns = edns;
        OctetString plain = request_of(question);
        if (edns) dns::store16(&plain[plain.size() - 8], 512);
        OctetString request = sign(world.keys[2], plain);
        Reply reply = ask(world, request);
        CHECK(reply.octets.size() <= 512);
        Checked got = check(world, request, reply);
        CHECK(got.mac == "good");
        CHECK((got.message.flags & dns::flag::tc) != 0);
        CHECK(got.message.rcode() == 0);
        reply = ask(world, request, true);
        CHECK(check(world, request, reply).message.rcode() == dns::rcode::no_such_name);
    }
    // Unsigned errors do without their TSIG.
    question.edns = false;
    OctetString nobody = sign(world.keys[2], request_of(question));
    world.keys.pop_back();
    world.publish();
    Reply reply = ask(world, nobody);
    Checked got = check(world, nobody, reply);
    CHECK(got.message.rcode() == dns::rcode::not_authoritative);
    CHECK(got.message.questions.size() == 1);
    CHECK(!got.has_tsig);
    CHECK(check(world, nobody, ask(world, nobody, true)).has_tsig);
}

TEST_CASE("signed requests: what is wrong with a signature is told, and nothing else") {
    World world;
    struct Row {
        const char* what;
        Forgery forgery;
        dns::UnixTime now;
        uint16_t rcode, error;
        const char* mac;
        TsigState state;
    };
    constexpr uint16_t kNotAuth = dns::rcode::not_authoritative, kFormErr = 1;
    const Row rows[] = {
        {"key", Forgery::key, kNow, kNotAuth, 17, "none", TsigState::bad_key},
        {"algorithm", Forgery::algorithm, kNow, kNotAuth, 17, "none", TsigState::bad_key},
        {"MAC", Forgery::mac, kNow, kNotAuth, 16, "none", TsigState::bad_signature},
        {"message", Forgery::message, kNow, kNotAuth, 16, "none", TsigState::bad_signature},
        {"late", Forgery::none, kNow + 301, kNotAuth, 18, "good", TsigState::bad_time},
        {"early", Forgery::none, kNow - 301, kNotAuth, 18, "good", TsigState::bad_time},
        {"cut off", Forgery::too_short_mac, kNow, kFormErr, 0, "none", TsigState::malformed},
        {"TTL", Forgery::ttl, kNow, kFormErr, 0, "none", TsigState::malformed},
    };
    for (const Row& row : rows)
        for (const Question& question :
             {Question{}, Question{"x.example."}, Question{"version.bind.", 16, 3},
              Question{"example.", 6, 1, 0x2000}, Question{"www.example.", 1, 1, 0, true},
              Question{"www.example.", 1, 1, 0, true, "", 1}})
            for (bool tcp : {false, true}) {
                INFO(std::string(row.what));
                CAPTURE(question.name);
                OctetString request =
                    forged(sign(world.keys[0], request_of(question)), row.forgery);
                Reply reply = ask(world, request, tcp, row.now);
                Checked got = check(world, request, reply);
                CHECK((got.message.flags & 15) == row.rcode);
                CHECK(got.message.questions.size() == 1);
                CHECK(got.message.count(dns::Section::answer) == 0);
                CHECK(got.message.count(dns::Section::authority) == 0);
                CHECK(got.has_tsig == (row.rcode == kNotAuth));
                CHECK(got.mac == row.mac);
                if (got.has_tsig) CHECK(got.tsig.error == row.error);
                CHECK(reply.outcome.signature == row.state);
                CHECK(reply.outcome.key == 0);
                CHECK(reply.outcome.zone == nullptr);
            }
    // Of key. 16 octets are enough, of sha512.example. 63 are not.
    OctetString cut = forged(sign(world.keys[0], request_of({})), Forgery::short_mac);
    Checked got = check(world, cut, ask(world, cut));
    CHECK(got.message.rcode() == 0);
    CHECK(got.mac == "good");
    cut = forged(sign(world.keys[1], request_of({})), Forgery::short_mac);
    got = check(world, cut, ask(world, cut));
    CHECK(got.message.rcode() == dns::rcode::not_authoritative);
    CHECK(got.tsig.error == dns::tsig_error::bad_truncation);
    CHECK(got.mac == "good");
}

TEST_CASE("signed requests: only a good signature chooses a view of its key") {
    World world;
    auto secret = std::make_shared<server::View>(*world.set.views[0]);
    secret->name = "secret";
    secret->keys = std::vector<server::KeyNumber>{2};
    world.set.views.insert(world.set.views.begin(), secret);
    auto view_of = [&](const OctetString& request, dns::UnixTime now = kNow) {
        return ask(world, request, false, now).outcome.view;
    };
    const server::View* open = world.set.views[1].get();
    const OctetString plain = request_of({}), good = sign(world.keys[1], plain);
    CHECK(view_of(plain) == open);
    CHECK(view_of(sign(world.keys[0], plain)) == open);
    CHECK(view_of(good) == secret.get());
    CHECK(view_of(good, kNow + 301) == nullptr);
    for (Forgery forgery : {Forgery::key, Forgery::mac, Forgery::message, Forgery::short_mac})
        CHECK(view_of(forged(good, forgery)) == nullptr);
}

TEST_CASE("signed requests: a batch answers as its requests one by one") {
    World world;
    std::vector<OctetString> requests;
    for (int i = 0; i < 150; ++i) {
        OctetString request = request_of(i % 3 == 0 ? Question{} : Question{"x.example."});
        request[1] = static_cast<uint8_t>(i);
        if (i % 4 != 0) request = sign(world.keys[static_cast<size_t>(i) % 2], request);
        if (i % 5 == 0 && i % 4 != 0) request = forged(request, Forgery::mac);
        requests.push_back(request);
    }
    std::vector<std::vector<uint8_t>> rooms(requests.size(), std::vector<uint8_t>(4096));
    std::vector<server::Request> batch;
    for (size_t i = 0; i < requests.size(); ++i)
        batch.push_back({requests[i], client_of({}), rooms[i]});
    std::vector<server::Outcome> outcomes(batch.size());
    server::respond(world.set, batch, outcomes, world.scratch, kNow);
    for (size_t i = 0; i < requests.size(); ++i) {
        Reply alone = ask(world, requests[i]);
        REQUIRE(outcomes[i].size == alone.octets.size());
        CHECK(std::equal(alone.octets.begin(), alone.octets.end(), rooms[i].begin(),
                         [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; }));
        CHECK(outcomes[i].signature == alone.outcome.signature);
    }
}

TEST_CASE("signed requests: what cannot be signed is not sent") {
    World world;
    OctetString request = sign(world.keys[0], request_of({}));
    auto mac = std::make_shared<FakeMacKey>(dns::SipKey{});
    world.keys[0].mac = mac;
    world.publish();
    request = sign(world.keys[0], request_of({}));
    CHECK(ask(world, request).outcome.action == server::Action::reply);
    std::vector<uint8_t> room(40);
    server::Request one{request, client_of({}), room};
    server::Outcome outcome;
    server::respond(world.set, {&one, 1}, {&outcome, 1}, world.scratch, kNow);
    CHECK(outcome.action == server::Action::silence);
}

// OpenSSL has memory of its own for each copy of a context; all else has none.
TEST_CASE("signed requests: 10,000 answers take no memory") {
    if (!allocations_are_counted()) return;
    World world;
    world.keys[0].mac = std::make_shared<FakeMacKey>(dns::SipKey{});
    world.publish();
    const OctetString good = sign(world.keys[0], request_of({})), bad = forged(good, Forgery::mac);
    std::vector<uint8_t> room(4096);
    std::array<server::Request, 2> batch{{{good, client_of({}), room}, {bad, client_of({}), room}}};
    std::array<server::Outcome, 2> outcomes;
    const uint64_t before = thread_allocations();
    for (int i = 0; i < 5000; ++i) server::respond(world.set, batch, outcomes, world.scratch, kNow);
    const uint64_t after = thread_allocations();
    CHECK(before > 0);
    CHECK(after == before);
    CHECK(outcomes[0].signature == TsigState::good);
    CHECK(outcomes[1].signature == TsigState::bad_signature);
}

}  // namespace apex_tests
