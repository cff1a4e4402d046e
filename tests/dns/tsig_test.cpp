#include "dns/tsig.h"

#include <doctest/doctest.h>

#include "tests/support/fake_mac.h"
#include "tests/support/octets.h"
#include "tests/support/parsed_name.h"

using namespace apex_tests;
using dns::TsigAlgorithm;
using dns::TsigExchange;
using dns::TsigRecord;
using dns::TsigState;

namespace {

constexpr dns::UnixTime kNow = 0x65a0b0c0;

// Spaces are for the reader.
const std::string kQuestion = "03777777 07657861 6D706C65 03636F6D 00 0001 0001 ";
const std::string kRequest = "1234 0100 0001 0000 0000 0000 " + kQuestion;
const std::string kReply =
    "1234 8400 0001 0001 0000 0000 " + kQuestion + "C00C 0001 0001 00000E10 0004 C0000201";
const std::string kKeyName = "034B6579 00 ", kLowerName = "036B6579 00 ";
const std::string kSha256 = "0B 686D61632D736861323536 00 ";

struct World {
    std::shared_ptr<FakeMacKey> mac = std::make_shared<FakeMacKey>(dns::SipKey{1, 2});
    dns::TsigKeys keys;

    explicit World(size_t least_mac = 0, TsigAlgorithm algorithm = TsigAlgorithm::hmac_sha256)
        : keys({{parsed_name("other."), algorithm, 0,
                 std::make_shared<FakeMacKey>(dns::SipKey{3, 4})},
                {parsed_name("Key."), algorithm, least_mac, mac}},
               {5, 6}) {}
};

// A request with its TSIG, and where that begins.
struct Signed {
    OctetString octets;
    size_t at = 0;
};
Signed signed_request(const World& world, dns::UnixTime now = kNow) {
    Signed out{from_hex(kRequest), 0};
    out.at = out.octets.size();
    out.octets.resize(600);
    out.octets.resize(dns::sign_request(world.keys[1], out.octets, out.at, now));
    return out;
}

// The same request with another MAC: this many octets of the right one, filled up with zeros.
Signed with_mac_size(const World& world, size_t size) {
    Signed out = signed_request(world);
    TsigRecord record;
    REQUIRE(dns::read_tsig(out.octets, out.at, record));
    OctetString mac(record.mac.begin(), record.mac.end());
    mac.resize(size);
    record.mac = mac;
    OctetString octets(out.octets.begin(), out.octets.begin() + static_cast<ptrdiff_t>(out.at));
    octets[11] = 0;
    octets.resize(out.at + 700);
    octets.resize(dns::append_tsig(record, octets.data(), out.at));
    return {octets, out.at};
}

TsigState state_of(const World& world, const Signed& request, dns::UnixTime now = kNow) {
    TsigExchange exchange;
    return exchange.begin(&world.keys, request.octets, request.at, now);
}

std::string word(TsigState state) {
    return std::string(dns::to_string(state));
}

// The reply as sign() leaves it.
OctetString sign(TsigExchange& exchange, const std::string& hex, dns::UnixTime now = kNow) {
    OctetString out = from_hex(hex);
    const size_t size = out.size();
    out.resize(size + exchange.room());
    REQUIRE(exchange.sign(out.data(), size, now) == out.size());
    return out;
}

}  // namespace

TEST_SUITE("dns/tsig") {
    TEST_CASE("the algorithms: names, words, lengths") {
        size_t number = 0;
        for (const dns::TsigAlgorithmRow& row : dns::tsig_algorithms()) {
            CHECK(row.algorithm == static_cast<TsigAlgorithm>(number++));
            std::string name = dns::to_text(row.name);
            bool md5 = row.algorithm == TsigAlgorithm::hmac_md5;
            CHECK(name == std::string(row.word) + (md5 ? ".sig-alg.reg.int." : "."));
            CHECK(dns::measure_name(row.name.data(), row.name.size()) == row.name.size());
            CHECK(dns::find_tsig_algorithm(row.word) == &row);
            CHECK(row.mac_size >= row.least_mac());
            CHECK(row.mac_size <= row.hash_size);
        }
        CHECK(number == static_cast<size_t>(TsigAlgorithm::kCount));
        CHECK(dns::find_tsig_algorithm("HMAC-SHA512")->mac_size == 64);
        CHECK(dns::find_tsig_algorithm("hmac-sha512-256")->mac_size == 32);
        CHECK(dns::find_tsig_algorithm("hmac-sha384-192")->mac_size == 24);
        CHECK(dns::find_tsig_algorithm("hmac-sha256-128")->mac_size == 16);
        CHECK(dns::find_tsig_algorithm("hmac-sha1")->least_mac() == 10);
        CHECK(dns::find_tsig_algorithm("hmac-sha") == nullptr);
        CHECK(dns::find_tsig_algorithm("") == nullptr);
    }

    TEST_CASE("keys are found by name, whatever its case") {
        std::vector<dns::TsigKey> keys;
        for (int i = 0; i < 1000; ++i)
            keys.push_back({parsed_name("k" + std::to_string(i) + ".example."), {}, 0, nullptr});
        dns::TsigKeys table(keys, {1, 2});
        REQUIRE(table.size() == 1000);
        for (size_t i = 0; i < 1000; ++i)
            CHECK(table.find(parsed_name("K" + std::to_string(i) + ".EXAMPLE.")) == i);
        CHECK(table.find(parsed_name("k1000.example.")) == 1000);
        CHECK(dns::TsigKeys({}, {}).find(parsed_name("k.")) == 0);
    }

    TEST_CASE("a request is signed over itself and what its record says") {
        World world;
        Signed request = signed_request(world);
        // RFC 8945 4.3.3: names in lower case, ANY, TTL 0, time, fudge, error, other size.
        CHECK(to_hex(world.mac->told()) ==
              to_hex(from_hex(kRequest + kLowerName + "00FF 00000000 " + kSha256 +
                              "0000 65A0B0C0 012C 0000 0000")));
        const std::string head = "1234 0100 0001 0000 0000 0001 " + kQuestion + kKeyName +
                                 "00FA 00FF 00000000 003D " + kSha256 + "0000 65A0B0C0 012C 0020 ";
        CHECK(to_hex(request.octets) ==
              to_hex(from_hex(head + to_hex(world.mac->last(32)) + "1234 0000 0000")));
        CHECK(state_of(world, request) == TsigState::good);
        CHECK(dns::sign_request(world.keys[1], std::span(request.octets).first(100), 33, kNow) ==
              0);
        world.mac->fails = true;
        CHECK(dns::sign_request(world.keys[1], request.octets, 33, kNow) == 0);
        CHECK(state_of(world, request) == TsigState::bad_signature);
    }

    TEST_CASE("no octet of a signed request can be changed") {
        World world;
        const Signed request = signed_request(world);
        for (size_t i = 0; i < request.octets.size(); ++i)
            for (uint8_t change : {0x01, 0x80}) {
                Signed other = request;
                other.octets[i] ^= change;
                CAPTURE(i);
                // The id in the header may be another: a forwarder's (RFC 8945 4.2).
                CHECK((state_of(world, other) == TsigState::good) == (i < 2));
            }
    }

    TEST_CASE("the case of names does not matter") {
        World world;
        Signed request = signed_request(world);
        request.octets[request.at + 1] ^= 0x20;
        request.octets[request.at + 5 + 10 + 1] ^= 0x20;
        CHECK(state_of(world, request) == TsigState::good);
    }

    TEST_CASE("the key's name may be compressed, the algorithm's may not") {
        World world;
        Signed request = signed_request(world);
        auto record = [&](const std::string& owner, const std::string& rdata) {
            OctetString octets = from_hex(kRequest), more = from_hex(owner), data = from_hex(rdata);
            octets[11] = 1;
            octets.insert(octets.end(), more.begin(), more.end());
            for (uint8_t octet : {0x00, 0xfa, 0x00, 0xff, 0, 0, 0, 0, 0})
                octets.push_back(static_cast<uint8_t>(octet));
            octets.push_back(static_cast<uint8_t>(data.size()));
            octets.insert(octets.end(), data.begin(), data.end());
            return octets;
        };
        TsigRecord read;
        const std::string rest = "0000 65A0B0C0 012C 0000 1234 0000 0000";
        CHECK(dns::read_tsig(record("C010", kSha256 + rest), request.at, read));
        CHECK(dns::to_text(read.key) == "example.com.");
        CHECK(!dns::read_tsig(record("C010", "C010" + rest), request.at, read));
    }

    TEST_CASE("records that are not well formed") {
        World world;
        const Signed request = signed_request(world);
        const size_t head = request.at + 5, rdata = head + 10, mac_size = rdata + 13 + 8,
                     other_size = request.octets.size() - 2;
        struct Change {
            const char* what;
            size_t at;
            uint8_t value;
        };
        for (const Change& one :
             {Change{"type", head + 1, 249}, Change{"class IN", head + 3, 1},
              Change{"TTL 1", head + 7, 1}, Change{"too long", head + 9, 0x3e},
              Change{"too short", head + 9, 0x3c}, Change{"MAC too long", mac_size + 1, 0x21},
              Change{"MAC of many octets", mac_size, 0xff},
              Change{"MAC too short", mac_size + 1, 0x1f},
              Change{"other data that is not there", other_size + 1, 1},
              Change{"algorithm's label too long", rdata, 0x40}}) {
            CAPTURE(one.what);
            Signed other = request;
            other.octets[one.at] = one.value;
            CHECK(state_of(world, other) == TsigState::malformed);
        }
        for (size_t size = request.at; size < request.octets.size(); ++size) {
            Signed other = request;
            other.octets.resize(size);
            CHECK(state_of(world, other) == TsigState::malformed);
        }
    }

    TEST_CASE("the key: its name, its algorithm, none at all") {
        World world;
        const Signed request = signed_request(world);
        World sha512(0, TsigAlgorithm::hmac_sha512), truncated(0, TsigAlgorithm::hmac_sha256_128);
        CHECK(state_of(sha512, request) == TsigState::bad_key);
        CHECK(state_of(truncated, request) == TsigState::bad_key);
        dns::TsigKeys none({}, {});
        TsigExchange exchange;
        CHECK(exchange.begin(&none, request.octets, request.at, kNow) == TsigState::bad_key);
        CHECK(exchange.begin(nullptr, request.octets, request.at, kNow) == TsigState::bad_key);
        CHECK(exchange.begin(&world.keys, request.octets, request.at, kNow) == TsigState::good);
        CHECK(exchange.key_place() == 1);
    }

    TEST_CASE("the time: as far away as the fudge, and no further") {
        World world;
        const Signed request = signed_request(world);
        CHECK(state_of(world, request, kNow - 300) == TsigState::good);
        CHECK(state_of(world, request, kNow + 300) == TsigState::good);
        CHECK(state_of(world, request, kNow - 301) == TsigState::bad_time);
        CHECK(state_of(world, request, kNow + 301) == TsigState::bad_time);
        CHECK(state_of(world, request, 0) == TsigState::bad_time);
    }

    // RFC 8945 5.2.2.1 and 5.2.4.
    TEST_CASE("truncated MACs") {
        struct Row {
            TsigAlgorithm algorithm;
            size_t policy, size;
            TsigState state;
        };
        constexpr auto kMalformed = TsigState::malformed, kGood = TsigState::good,
                       kShort = TsigState::bad_truncation;
        const Row rows[] = {
            {TsigAlgorithm::hmac_sha256, 0, 0, kMalformed},
            {TsigAlgorithm::hmac_sha256, 0, 15, kMalformed},
            {TsigAlgorithm::hmac_sha256, 0, 16, kShort},
            {TsigAlgorithm::hmac_sha256, 0, 31, kShort},
            {TsigAlgorithm::hmac_sha256, 0, 32, kGood},
            {TsigAlgorithm::hmac_sha256, 0, 33, kMalformed},
            {TsigAlgorithm::hmac_sha256, 20, 19, kShort},
            {TsigAlgorithm::hmac_sha256, 20, 20, kGood},
            {TsigAlgorithm::hmac_sha256, 20, 32, kGood},
            {TsigAlgorithm::hmac_sha256, 1, 15, kMalformed},
            {TsigAlgorithm::hmac_sha1, 10, 9, kMalformed},
            {TsigAlgorithm::hmac_sha1, 10, 10, kGood},
            {TsigAlgorithm::hmac_md5, 10, 9, kMalformed},
            {TsigAlgorithm::hmac_md5, 10, 10, kGood},
            {TsigAlgorithm::hmac_sha224, 14, 13, kMalformed},
            {TsigAlgorithm::hmac_sha224, 14, 14, kGood},
            {TsigAlgorithm::hmac_sha256_128, 0, 15, kMalformed},
            {TsigAlgorithm::hmac_sha256_128, 0, 16, kGood},
            {TsigAlgorithm::hmac_sha256_128, 0, 17, kMalformed},
            {TsigAlgorithm::hmac_sha384_192, 0, 24, kGood},
            {TsigAlgorithm::hmac_sha512_256, 0, 31, kMalformed},
            {TsigAlgorithm::hmac_sha512_256, 0, 32, kGood},
            {TsigAlgorithm::hmac_sha512, 32, 32, kGood},
        };
        for (const Row& row : rows) {
            CAPTURE(dns::algorithm_row(row.algorithm).word);
            CAPTURE(row.size);
            World world(row.policy, row.algorithm);
            CHECK(word(state_of(world, with_mac_size(world, row.size))) == word(row.state));
        }
    }

    TEST_CASE("the first check that fails decides: key, MAC, time, truncation") {
        World world;
        Signed late = with_mac_size(world, 16), forged = late, nobody = late;
        forged.octets[20] ^= 1;
        nobody.octets[nobody.at + 1] = 'x';
        nobody.octets[20] ^= 1;
        const dns::UnixTime now = kNow + 1000;
        CHECK(state_of(world, nobody, now) == TsigState::bad_key);
        CHECK(state_of(world, forged, now) == TsigState::bad_signature);
        CHECK(state_of(world, late, now) == TsigState::bad_time);
        CHECK(state_of(world, late) == TsigState::bad_truncation);
    }

    TEST_CASE("a reply is signed over the request's MAC, itself and what its record says") {
        World world(16);
        for (size_t mac_size : {32, 16}) {
            Signed request = with_mac_size(world, mac_size);
            request.octets[0] = 0x77;  // a forwarder's id: the reply's is the same
            TsigExchange exchange;
            REQUIRE(exchange.begin(&world.keys, request.octets, request.at, kNow) ==
                    TsigState::good);
            const std::string mac = to_hex(exchange.record().mac);
            OctetString reply = sign(exchange, "7734" + kReply.substr(4), kNow + 5);
            CHECK(to_hex(world.mac->told()) ==
                  to_hex(from_hex((mac_size == 32 ? "0020" : "0010") + mac + kReply + kLowerName +
                                  "00FF 00000000 " + kSha256 + "0000 65A0B0C5 012C 0000 0000")));
            TsigRecord record;
            const size_t at = from_hex(kReply).size();
            REQUIRE(dns::read_tsig(reply, at, record));
            CHECK(reply[11] == 1);
            CHECK(record.original_id == 0x1234);
            CHECK(record.mac.size() == 32);
            CHECK(record.error == 0);
            CHECK(dns::to_text(record.key) == "Key.");
        }
    }

    TEST_CASE("errors: what is signed and what is not, and what stands in the record") {
        World world;
        const Signed request = signed_request(world);
        Signed forged = request, nobody = request;
        forged.octets[20] ^= 1;
        nobody.octets[nobody.at + 1] = 'x';
        struct Row {
            Signed request;
            dns::UnixTime now;
            uint16_t error;
            size_t mac_size, other_size;
        };
        const Row rows[] = {
            {nobody, kNow, dns::tsig_error::bad_key, 0, 0},
            {forged, kNow, dns::tsig_error::bad_signature, 0, 0},
            {request, kNow + 1000, dns::tsig_error::bad_time, 32, 6},
            {with_mac_size(world, 20), kNow, dns::tsig_error::bad_truncation, 32, 0},
        };
        for (const Row& row : rows) {
            CAPTURE(row.error);
            TsigExchange exchange;
            exchange.begin(&world.keys, row.request.octets, row.request.at, row.now);
            OctetString reply = sign(exchange, kReply, row.now);
            TsigRecord record;
            REQUIRE(dns::read_tsig(reply, from_hex(kReply).size(), record));
            CHECK(record.error == row.error);
            CHECK(record.mac.size() == row.mac_size);
            CHECK(record.other.size() == row.other_size);
            const bool bad_time = row.error == dns::tsig_error::bad_time;
            CHECK(record.time == static_cast<uint64_t>(bad_time ? kNow : row.now));
            if (bad_time) CHECK(to_hex(record.other) == to_hex(from_hex("0000 65A0B4A8")));
            if (row.mac_size > 0)
                CHECK(to_hex(record.mac) == to_hex(world.mac->last(row.mac_size)));
        }
        TsigExchange exchange;
        Signed malformed = request;
        malformed.octets.pop_back();
        exchange.begin(&world.keys, malformed.octets, malformed.at, kNow);
        CHECK(exchange.room() == 0);
        CHECK(!exchange.pass(from_hex(kReply)));
    }

    // RFC 8945 5.3.1.
    TEST_CASE("a stream: each MAC goes over the one before and what was sent since") {
        World world;
        const Signed request = signed_request(world);
        TsigExchange exchange;
        REQUIRE(exchange.begin(&world.keys, request.octets, request.at, kNow) == TsigState::good);
        const std::string other = "1234 8400 0000 0000 0000 0000 ";
        CHECK(!exchange.pass(from_hex(kReply)));  // the first one must be signed
        auto mac_of = [&](const OctetString& message, const std::string& hex) {
            TsigRecord record;
            REQUIRE(dns::read_tsig(message, from_hex(hex).size(), record));
            return to_hex(record.mac);
        };
        std::string prior = mac_of(sign(exchange, kReply), kReply);

        prior = mac_of(sign(exchange, other, kNow + 1), other);  // one behind the other
        const std::string second = to_hex(world.mac->told());
        CHECK(second.find(to_hex(from_hex(other + "0000 65A0B0C1 012C"))) + 40 == second.size());

        for (int i = 0; i < 2; ++i) CHECK(exchange.pass(from_hex(kReply)));
        const std::string third = mac_of(sign(exchange, other, kNow + 2), other);
        CHECK(to_hex(world.mac->told()) ==
              to_hex(from_hex("0020" + prior + kReply + kReply + other + "0000 65A0B0C2 012C")));

        for (size_t i = 0; i < dns::kMostUnsigned; ++i) CHECK(exchange.pass(from_hex(other)));
        CHECK(!exchange.pass(from_hex(other)));
        CHECK(mac_of(sign(exchange, other), other) != third);
        CHECK(exchange.pass(from_hex(other)));

        // Nothing of it is left for the next request.
        REQUIRE(exchange.begin(&world.keys, request.octets, request.at, kNow) == TsigState::good);
        sign(exchange, kReply);
        CHECK(to_hex(world.mac->told()).find(to_hex(exchange.record().mac)) == 4);
    }
}
