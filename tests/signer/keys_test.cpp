#include "signer/openssl_keys.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "signer/algorithm.h"
#include "signer/dnskey.h"
#include "signer/public_key.h"
#include "signer/rsa_field.h"
#include "tests/signer/key_text.h"
#include "tests/signer/rfc_keys.h"
#include "tests/support/octets.h"

using namespace apex_tests;
using signer::DnskeyView;

namespace {

// What RFC 4034 3.1.8.1 signs, put together by hand: the RRSIG without its signature, then the one
// record in canonical form (the examples' names are in lower case).
std::vector<uint8_t> signed_octets(const RfcKey& key) {
    std::vector<uint8_t> octets = rdata_of("RRSIG", std::string(key.signature_fields) + " AAAA");
    octets.resize(octets.size() - 3);
    dns::Name owner = parsed_name(key.signed_owner);
    octets.insert(octets.end(), owner.data(), owner.data() + owner.size());
    uint16_t type = 0;
    REQUIRE(dns::read_type(key.signed_type, type));
    std::vector<uint8_t> rdata = rdata_of(key.signed_type, key.signed_rdata);
    for (unsigned value : {unsigned{type}, 1u, 0u, 3600u, static_cast<unsigned>(rdata.size())}) {
        octets.push_back(static_cast<uint8_t>(value >> 8));
        octets.push_back(static_cast<uint8_t>(value));
    }
    octets.insert(octets.end(), rdata.begin(), rdata.end());
    return octets;
}

std::string fault_of(uint8_t algorithm, const std::vector<uint8_t>& public_key) {
    auto key = signer::read_public_key(algorithm, public_key);
    return key.ok() ? "" : key.fault().sentence;
}

// An RSA public key field with a modulus of so many octets, all 0xff.
std::vector<uint8_t> rsa_field(const std::vector<uint8_t>& exponent, size_t modulus) {
    return signer::write_rsa_field(exponent, std::vector<uint8_t>(modulus, 0xff));
}

}  // namespace

TEST_SUITE("signer/keys") {
    TEST_CASE("the RFCs' examples: key tags, DS, and signatures that verify") {
        for (const RfcKey& key : kRfcKeys) {
            CAPTURE(key.source);
            std::vector<uint8_t> dnskey = rdata_of("DNSKEY", key.dnskey);
            CHECK(signer::key_tag(dnskey) == key.tag);
            dns::Name owner = parsed_name(key.owner);
            if (*key.ds != '\0') {
                std::vector<uint8_t> ds = rdata_of("DS", key.ds);
                CHECK(to_hex(signer::make_ds(owner, dnskey, ds[3])) == to_hex(ds));
            }
            auto public_key =
                signer::read_public_key(key.algorithm, DnskeyView(dnskey).public_key());
            REQUIRE(public_key.ok());
            std::vector<uint8_t> data = signed_octets(key), signature = from_base64(key.signature);
            CHECK(public_key.value()->verify(data, signature));
            // Any octet that differs makes it another text, and another signature.
            for (size_t at : {size_t{0}, data.size() / 2, data.size() - 1}) {
                std::vector<uint8_t> other = data;
                other[at] ^= 1;
                CHECK(!public_key.value()->verify(other, signature));
            }
            for (size_t at = 0; at < signature.size(); at += 13) {
                std::vector<uint8_t> other = signature;
                other[at] ^= 0x40;
                CHECK(!public_key.value()->verify(data, other));
            }
            for (size_t size : {size_t{0}, size_t{1}, signature.size() - 1})
                CHECK(!public_key.value()->verify(data, {signature.data(), size}));
            CHECK(public_key.value()->verify(data, signature));
        }
    }

    TEST_CASE("the RFCs' private keys sign what they print") {
        for (const RfcKey& key : kRfcKeys) {
            if (*key.secret == '\0') continue;
            CAPTURE(key.source);
            auto secret =
                signer::key_from_fields(key.algorithm, secret_fields(key.algorithm, key.secret));
            REQUIRE_MESSAGE(secret.ok(), secret.fault().sentence);
            std::vector<uint8_t> dnskey = rdata_of("DNSKEY", key.dnskey);
            CHECK(to_hex(secret.value()->public_key()) == to_hex(DnskeyView(dnskey).public_key()));
            std::vector<uint8_t> data = signed_octets(key);
            std::vector<uint8_t> signature(secret.value()->signature_size());
            REQUIRE(secret.value()->sign(data, signature).ok());
            // ECDSA takes a random number for each.
            if (key.algorithm != 13 && key.algorithm != 14)
                CHECK(to_hex(signature) == to_hex(from_base64(key.signature)));
            auto public_key = signer::read_public_key(key.algorithm, secret.value()->public_key());
            REQUIRE(public_key.ok());
            CHECK(public_key.value()->verify(data, signature));
        }
    }

    TEST_CASE("RFC 4034 5.4 and RFC 4509 2.3: DS of digests 1 and 2") {
        std::vector<uint8_t> dnskey = rdata_of(
            "DNSKEY",
            "256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99W"
            "YwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc"
            "2w/rljwvFw==");
        CHECK(signer::key_tag(dnskey) == 60485);
        dns::Name owner = parsed_name("DSKEY.example.com.");
        CHECK(to_hex(signer::make_ds(owner, dnskey, 1)) ==
              to_hex(rdata_of("DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118")));
        CHECK(to_hex(signer::make_ds(owner, dnskey, 2)) ==
              to_hex(rdata_of("DS",
                              "60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6"
                              "A1E4469DA50A")));
        CHECK(signer::make_ds(owner, dnskey, 3).empty());
        // RFC 4034 B.1: algorithm 1 has a tag of its own.
        dnskey[3] = 1;
        CHECK(signer::key_tag(dnskey) == 0x3c2f);
    }

    TEST_CASE("algorithms are found by number, option and mnemonic") {
        CHECK(signer::find_algorithm(13)->mnemonic == std::string("ECDSAP256SHA256"));
        CHECK(signer::find_algorithm("EcdsaP256")->number == 13);
        CHECK(signer::find_algorithm("RSASHA256")->number == 8);
        CHECK(signer::find_algorithm(6) == nullptr);
        CHECK(signer::find_algorithm("") == nullptr);
        for (const signer::Algorithm& row : signer::all_algorithms())
            CHECK(row.signs == (*row.option != '\0'));
    }

    TEST_CASE(
        "new keys of every algorithm sign, and are the same after a way through their fields") {
        for (const signer::Algorithm& row : signer::all_algorithms()) {
            CAPTURE(row.mnemonic);
            auto made = signer::generate_key(row.number, 1024);
            CHECK(made.ok() == row.signs);
            if (!made.ok()) continue;
            const signer::SecretKey& key = *made.value();
            CHECK(key.algorithm() == row.number);
            if (row.public_key_size != 0) CHECK(key.public_key().size() == row.public_key_size);
            auto again = signer::key_from_fields(row.number, key.fields());
            REQUIRE_MESSAGE(again.ok(), again.fault().sentence);
            CHECK(to_hex(again.value()->public_key()) == to_hex(key.public_key()));
            auto public_key = signer::read_public_key(row.number, key.public_key());
            REQUIRE(public_key.ok());
            std::vector<uint8_t> data(300, 7), signature(key.signature_size());
            // Enough of them that ECDSA's numbers are short now and then.
            for (int i = 0; i < 40; ++i) {
                data[0] = static_cast<uint8_t>(i);
                REQUIRE(again.value()->sign(data, signature).ok());
                CHECK(public_key.value()->verify(data, signature));
            }
        }
    }

    TEST_CASE("many threads share a key") {
        auto key = signer::generate_key(13);
        REQUIRE(key.ok());
        auto public_key = signer::read_public_key(13, key.value()->public_key());
        std::atomic<int> good = 0;
        std::vector<std::thread> threads;
        for (uint8_t t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                std::vector<uint8_t> data(100, t), signature(64);
                for (uint8_t i = 0; i < 50; ++i) {
                    data[1] = i;
                    if (key.value()->sign(data, signature).ok() &&
                        public_key.value()->verify(data, signature))
                        ++good;
                }
            });
        for (std::thread& thread : threads) thread.join();
        CHECK(good == 200);
    }

    TEST_CASE("public keys that are none") {
        CHECK(fault_of(3, {1, 2, 3}) == "algorithm 3 is not known here");
        CHECK(fault_of(13, std::vector<uint8_t>(63)) ==
              "an ECDSAP256SHA256 key has 64 octets, not 63");
        CHECK(fault_of(13, std::vector<uint8_t>(64, 1)) ==
              "these octets are no ECDSAP256SHA256 key: point is not on curve");
        CHECK(fault_of(14, std::vector<uint8_t>(96)) ==
              "these octets are no ECDSAP384SHA384 key: point is not on curve");
        CHECK(fault_of(15, {}) == "an ED25519 key has 32 octets, not 0");
        CHECK(fault_of(8, {}) == "the RSASHA256 key is cut short");
        CHECK(fault_of(8, {0, 1}) == "the RSASHA256 key is cut short");
        CHECK(fault_of(8, {3, 1, 0, 1}) == "the RSASHA256 key is cut short");
        CHECK(fault_of(8, rsa_field({1, 0, 1}, 63)) ==
              "the RSASHA256 key has a modulus of 504 bits; the least is 512");
        CHECK(fault_of(8, rsa_field({1, 0, 1}, 513)) ==
              "the RSASHA256 key has a modulus of 4104 bits; the most is 4096");
        CHECK(fault_of(8, rsa_field(std::vector<uint8_t>(9, 1), 128)) ==
              "the RSASHA256 key has an exponent of 65 bits; apex takes at most 64");
        CHECK(fault_of(8, rsa_field(std::vector<uint8_t>(300, 1), 512)) ==
              "the RSASHA256 key has an exponent of 2393 bits; apex takes at most 64");
        CHECK(fault_of(8, rsa_field({1}, 128)) ==
              "the RSASHA256 key is no RSA key: exponent and modulus are odd and above 1");
        CHECK(fault_of(8, {2, 0, 3, 0xff, 0xff}) ==
              "the RSASHA256 key has zeros before its exponent or modulus (RFC 3110 2)");
        CHECK(fault_of(8, rsa_field({1, 0, 1}, 512)) == "");
    }

    TEST_CASE("RFC 3110 2: the long form of an exponent's size is read too") {
        std::vector<uint8_t> field = rsa_field({1, 0, 1}, 64), with_long = {0, 0};
        with_long.insert(with_long.end(), field.begin(), field.end());
        auto read = signer::read_rsa_field(with_long);
        REQUIRE(read.ok());
        CHECK(to_hex(read->exponent) == "010001");
        CHECK(read->modulus_bits() == 512);
    }

    TEST_CASE("private keys that are none") {
        auto fault = [](uint8_t algorithm, std::vector<signer::SecretField> fields) {
            auto key = signer::key_from_fields(algorithm, fields);
            return key.ok() ? "" : key.fault().sentence;
        };
        using signer::SecretOctets;
        CHECK(fault(13, {}) == "the field PrivateKey is missing");
        CHECK(fault(13, {{"PrivateKey", SecretOctets(33, 1)}}) ==
              "an ECDSAP256SHA256 private key has 32 octets, not 33");
        CHECK(fault(13, {{"PrivateKey", SecretOctets(32, 0)}}) ==
              "its number is no ECDSAP256SHA256 private key");
        CHECK(fault(13, {{"PrivateKey", SecretOctets(32, 0xff)}}) ==
              "its number is no ECDSAP256SHA256 private key");
        CHECK(fault(15, {{"PrivateKey", SecretOctets(31, 1)}}) ==
              "an ED25519 private key has 32 octets, not 31");
        CHECK(fault(5, {{"PrivateKey", SecretOctets(31, 1)}}) ==
              "algorithm 5 is not one that apex signs with");
        // RSA: numbers that do not belong together, and some that are far too long.
        auto fields = secret_fields(8, kRfcKeys[0].secret);
        fields[2].octets[9] ^= 1;
        fields[5].octets[9] ^= 1;
        fields[6].octets[9] ^= 1;
        CHECK(fault(8, fields) != "");
        fields[0].octets.assign(4000, 0xff);
        CHECK(fault(8, fields) == "Modulus is too long: a modulus has at most 4096 bits");
    }
}
