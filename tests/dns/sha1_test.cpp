#include "dns/sha1.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/support/octets.h"
#include "zoneparser/fields.h"

using namespace apex_tests;
using dns::Sha1Way;

namespace {

OctetString octets_of(std::string_view text) {
    return {text.begin(), text.end()};
}

std::string digest(const OctetString& octets, Sha1Way way = Sha1Way::fastest) {
    return to_hex(dns::sha1(octets, way));
}

std::string hashed(std::string_view text, Sha1Way way = Sha1Way::fastest) {
    dns::Name name;
    std::string reason;
    REQUIRE(zoneparser::parse_name(text, name, reason));
    dns::Sha1Digest digest = dns::nsec3_hash(name, from_hex("aabbccdd"), 12, way);
    uint8_t label[dns::kNsec3Label];
    dns::write_nsec3_label(digest, label);
    CHECK(label[0] == 32);
    return std::string(label + 1, label + dns::kNsec3Label);
}

}  // namespace

TEST_SUITE("dns/sha1") {
    TEST_CASE("the examples of FIPS 180") {
        for (Sha1Way way : {Sha1Way::fastest, Sha1Way::portable}) {
            CHECK(digest({}, way) == "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709");
            CHECK(digest(octets_of("abc"), way) == "A9993E364706816ABA3E25717850C26C9CD0D89D");
            CHECK(digest(octets_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                         way) == "84983E441C3BD26EBAAE4AA1F95129E5E54670F1");
            CHECK(digest(OctetString(1'000'000, 'a'), way) ==
                  "34AA973CD4C4DAA4F61EEB2BDBAD27316534016F");
        }
    }

    // RFC 5155 appendix A.
    TEST_CASE("the hashed owners of the RFC's zone") {
        const std::pair<const char*, const char*> owners[] = {
            {"example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"},
            {"a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl"},
            {"ai.example.", "gjeqe526plbf1g8mklp59enfd789njgi"},
            {"ns1.example.", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"},
            {"ns2.example.", "q04jkcevqvmu85r014c7dkba38o0ji5r"},
            {"w.example.", "k8udemvp1j2f7eg6jebps17vp3n8i58h"},
            {"*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"},
            {"x.w.example.", "b4um86eghhds6nea196smvmlo4ors995"},
            {"y.w.example.", "ji6neoaepv8b5o6k4ev33abha8ht9fgc"},
            {"x.y.w.example.", "2vptu5timamqttgl4luu9kg21e0aor3s"},
            {"xx.example.", "t644ebqk9bibcna874givr6joj62mlhv"},
        };
        for (auto [owner, hash] : owners) {
            CHECK(hashed(owner) == hash);
            CHECK(hashed(owner, Sha1Way::portable) == hash);
        }
        CHECK(hashed("EXAMPLE.") == hashed("example."));
    }

    TEST_CASE("with and without the processor's instructions, for every size") {
        std::mt19937 random(1);
        for (size_t size = 0; size < 300; ++size) {
            OctetString octets(size);
            for (uint8_t& octet : octets) octet = static_cast<uint8_t>(random());
            CHECK(digest(octets) == digest(octets, Sha1Way::portable));
        }
    }

    // The definition word for word: IH(salt, x, 0) = H(x || salt), then H(IH || salt).
    TEST_CASE("iterations are as RFC 5155 5 defines them, for every size of salt") {
        OctetString wire = from_hex("04 6e616d65 07 6578616d706c65 00");
        for (size_t size = 0; size < 256; size += size < 80 ? 1 : 25) {
            OctetString salt(size, 0x5a);
            OctetString octets = wire;
            for (unsigned iterations = 0; iterations < 4; ++iterations) {
                octets.insert(octets.end(), salt.begin(), salt.end());
                dns::Sha1Digest expected = dns::sha1(octets);
                dns::NameView name(wire.data(), wire.size());
                CHECK(dns::nsec3_hash(name, salt, iterations) == expected);
                CHECK(dns::nsec3_hash(name, salt, iterations, Sha1Way::portable) == expected);
                octets.assign(expected.begin(), expected.end());
            }
        }
    }

    TEST_CASE("the longest name with the longest salt") {
        OctetString wire;
        for (int labels = 0; labels < 127; ++labels) {
            wire.push_back(1);
            wire.push_back('X');
        }
        wire.push_back(0);
        OctetString salt(255, 1), octets = wire;
        for (uint8_t& octet : octets) octet = octet == 'X' ? 'x' : octet;
        octets.insert(octets.end(), salt.begin(), salt.end());
        CHECK(dns::nsec3_hash({wire.data(), wire.size()}, salt, 0) == dns::sha1(octets));
    }
}
