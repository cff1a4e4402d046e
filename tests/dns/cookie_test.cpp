#include "dns/cookie.h"

#include <doctest/doctest.h>

#include "dns/message.h"
#include "tests/support/octets.h"

using namespace apex_tests;
using dns::CookieState;

namespace {

dns::CookieSecrets secrets(std::initializer_list<const char*> list) {
    dns::CookieSecrets out;
    for (const char* hex : list) out.keys[out.count++] = dns::cookie_key(from_hex(hex).data());
    return out;
}

std::string reply(const dns::CookieSecrets& secrets, const OctetString& cookie,
                  const OctetString& address, CookieState state, dns::UnixTime now) {
    OctetString out(dns::kClientCookie + dns::kServerCookie);
    dns::write_cookie(secrets, cookie, address, state, now, out.data());
    return to_hex(out);
}

constexpr const char* kSecret = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const OctetString kAddress = {198, 51, 100, 100};
constexpr dns::UnixTime kMade = 1559731985;

}  // namespace

TEST_SUITE("dns/cookie") {
    // RFC 9018 appendix A.
    TEST_CASE("A.1: learning a cookie") {
        OctetString cookie = from_hex("2464c4abcf10c957");
        CHECK(dns::check_cookie(secrets({kSecret}), cookie, kAddress, kMade) ==
              CookieState::client_only);
        CHECK(reply(secrets({kSecret}), cookie, kAddress, CookieState::client_only, kMade) ==
              "2464C4ABCF10C957010000005CF79F111F8130C3EEE29480");
    }

    TEST_CASE("A.2: the same client, forty minutes later") {
        OctetString cookie = from_hex("2464c4abcf10c957 010000005cf79f11 1f8130c3eee29480");
        CookieState state = dns::check_cookie(secrets({kSecret}), cookie, kAddress, kMade + 2400);
        CHECK(state == CookieState::renewable);
        CHECK(reply(secrets({kSecret}), cookie, kAddress, state, kMade + 2400) ==
              "2464C4ABCF10C957010000005CF7A871D4A564A1442ACA77");
    }

    TEST_CASE("A.3: what is reserved is hashed as it came") {
        OctetString cookie = from_hex("fc93fc62807ddb86 01abcdef5cf78f71 a314227b6679ebf5");
        OctetString address = {203, 0, 113, 203};
        CHECK(dns::check_cookie(secrets({kSecret}), cookie, address, 0x5cf78f71) ==
              CookieState::valid);
        // The reply of the example is almost two hours later.
        CookieState state = dns::check_cookie(secrets({kSecret}), cookie, address, 1559734700);
        CHECK(state == CookieState::bad);
        CHECK(reply(secrets({kSecret}), cookie, address, state, 1559734700) ==
              "FC93FC62807DDB86010000005CF7A9ACF73A7810ACA2381E");
    }

    TEST_CASE("A.4: IPv6, made with the secret before") {
        OctetString cookie = from_hex("22681ab97d52c298 010000005cf7c579 26556bd0934c72f8");
        OctetString address = from_hex("2001 0db8 0220 0001 59de d0f4 8769 82b8");
        auto both =
            secrets({"445536bcd2513298075a5d379663c962", "dd3bdf9344b678b185a6f5cb60fca715"});
        CookieState state = dns::check_cookie(both, cookie, address, 1559741961);
        CHECK(state == CookieState::renewable);
        CHECK(reply(both, cookie, address, state, 1559741961) ==
              "22681AB97D52C298010000005CF7C609A6BB79D16625507A");
        auto alone = secrets({"445536bcd2513298075a5d379663c962"});
        CHECK(dns::check_cookie(alone, cookie, address, 1559741961) == CookieState::bad);
    }

    TEST_CASE("an hour back, five minutes ahead") {
        OctetString cookie = from_hex("2464c4abcf10c957 010000005cf79f11 1f8130c3eee29480");
        struct {
            int age;
            CookieState state;
        } const ages[] = {
            {-301, CookieState::bad},       {-300, CookieState::valid},
            {0, CookieState::valid},        {1799, CookieState::valid},
            {1800, CookieState::renewable}, {3600, CookieState::renewable},
            {3601, CookieState::bad},       {2'000'000'000, CookieState::bad},
        };
        for (const auto& one : ages) {
            CAPTURE(one.age);
            CHECK(dns::check_cookie(secrets({kSecret}), cookie, kAddress, kMade + one.age) ==
                  one.state);
        }
        CHECK(reply(secrets({kSecret}), cookie, kAddress, CookieState::valid, kMade + 100) ==
              to_hex(cookie));
    }

    TEST_CASE("seconds wrap (RFC 1982)") {
        OctetString client = from_hex("2464c4abcf10c957");
        dns::UnixTime end = int64_t{1} << 32;
        OctetString cookie = from_hex(
            reply(secrets({kSecret}), client, kAddress, CookieState::client_only, end - 100));
        CHECK(dns::check_cookie(secrets({kSecret}), cookie, kAddress, end + 100) ==
              CookieState::valid);
        CHECK(dns::check_cookie(secrets({kSecret}), cookie, kAddress, end + 3501) ==
              CookieState::bad);
    }

    TEST_CASE("any other octet, address or form makes it bad") {
        auto one = secrets({kSecret});
        const OctetString cookie = from_hex("2464c4abcf10c957 010000005cf79f11 1f8130c3eee29480");
        for (size_t bit = 0; bit < 8 * cookie.size(); ++bit) {
            OctetString changed = cookie;
            changed[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
            CHECK(dns::check_cookie(one, changed, kAddress, kMade) == CookieState::bad);
        }
        CHECK(dns::check_cookie(one, cookie, OctetString{198, 51, 100, 101}, kMade) ==
              CookieState::bad);
        CHECK(dns::check_cookie({}, cookie, kAddress, kMade) == CookieState::bad);
        for (size_t size = 16; size <= 40; ++size) {
            OctetString other = cookie;
            other.resize(size);
            CHECK((dns::check_cookie(one, other, kAddress, kMade) == CookieState::valid) ==
                  (size == 24));
        }
        CHECK(dns::check_cookie(one, {}, kAddress, kMade) == CookieState::none);
    }
}
