// HMAC as others compute it: RFC 2202 (MD5, SHA-1) and RFC 4231 (SHA-2).
#include "signer/tsig_mac.h"

#include <doctest/doctest.h>

#include <thread>

#include "tests/support/octets.h"
#include "tests/support/parsed_name.h"

using namespace apex_tests;
using dns::TsigAlgorithm;

namespace {

// RFC 4231 4.3 and RFC 2202, test case 2: key "Jefe", data "what do ya want for nothing?".
struct Vector {
    TsigAlgorithm algorithm;
    const char* mac;
};
constexpr Vector kVectors[] = {
    {TsigAlgorithm::hmac_md5, "750C783E6AB0B503EAA86E310A5DB738"},
    {TsigAlgorithm::hmac_sha1, "EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79"},
    {TsigAlgorithm::hmac_sha224, "A30E01098BC6DBBF45690F3A7E9E6D0F8BBEA2A39E6148008FD05E44"},
    {TsigAlgorithm::hmac_sha256,
     "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843"},
    {TsigAlgorithm::hmac_sha384,
     "AF45D2E376484031617F78D2B58A6B1B9C7EF464F5A01B47E42EC3736322445E8E2240CA5E69E2C78B3239ECFAB21"
     "649"},
    {TsigAlgorithm::hmac_sha512,
     "164B7A7BFCF819E2E395FBE73B56E0A387BD64222E831FD610270CD7EA2505549758BF75C05A994A6D034F65F8F0E"
     "6"
     "FDCAEAB1A34D4A6B4B636E070A38BCE737"},
};

dns::Octets octets(const std::string& text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

TEST_SUITE("signer/tsig_mac") {
    TEST_CASE("the vectors of the RFCs, at once and piece by piece") {
        const std::string secret = "Jefe", data = "what do ya want for nothing?";
        for (const Vector& vector : kVectors) {
            CAPTURE(dns::algorithm_row(vector.algorithm).word);
            auto key = signer::make_mac_key(vector.algorithm, octets(secret));
            REQUIRE(key.ok());
            REQUIRE(key.value()->size() == dns::algorithm_row(vector.algorithm).hash_size);
            OctetString mac(key.value()->size());
            for (size_t cut = 0; cut <= data.size(); cut += 7) {
                const std::string a = data.substr(0, cut), b = data.substr(cut);
                REQUIRE(key.value()->compute(std::array{octets(a), octets(b)}, mac.data()));
                CHECK(to_hex(mac) == vector.mac);
            }
            auto making = key.value()->start();
            REQUIRE(making != nullptr);
            for (int again = 0; again < 2; ++again) {
                for (char letter : data) making->add(octets(std::string(1, letter)));
                std::fill(mac.begin(), mac.end(), 0);
                REQUIRE(making->finish(mac.data()));
                CHECK(to_hex(mac) == vector.mac);
            }
        }
    }

    TEST_CASE("the truncated algorithms use the hash that their names say") {
        for (const dns::TsigAlgorithmRow& row : dns::tsig_algorithms()) {
            auto key = signer::make_tsig_key(parsed_name("k."), row.algorithm, octets("secret"));
            REQUIRE(key.ok());
            CHECK(key.value().mac->size() == row.hash_size);
            CHECK(key.value().algorithm == row.algorithm);
        }
    }

    TEST_CASE("a key longer than a block; threads share a key") {
        const std::string secret(131, '\xaa');  // RFC 4231 4.7
        const std::string data = "Test Using Larger Than Block-Size Key - Hash Key First";
        auto key = signer::make_mac_key(TsigAlgorithm::hmac_sha256, octets(secret)).value();
        std::array<int, 4> wrong{};
        std::array<std::thread, 4> threads;
        for (size_t i = 0; i < threads.size(); ++i)
            threads[i] = std::thread([&, i] {
                OctetString mac(32);
                for (int j = 0; j < 500; ++j)
                    if (!key->compute(std::array{octets(data)}, mac.data()) ||
                        to_hex(mac) !=
                            "60E431591EE0B67F0D8A26AACBF5B77F8E0BC6213728C5140546040F0EE37F54")
                        ++wrong[i];
            });
        for (std::thread& thread : threads) thread.join();
        CHECK(wrong == std::array<int, 4>{});
    }
}
