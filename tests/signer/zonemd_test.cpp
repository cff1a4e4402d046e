#include "signer/zonemd.h"

#include <doctest/doctest.h>

#include "tests/support/octets.h"
#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

struct DigestRow {
    const char* source;
    const char* origin;
    signer::Hash hash;
    const char* digest;
    std::string zone;
};

const char* const kMultiple =
    "example. 86400 IN SOA ns1.example. admin.example. 2018031900 1800 900 604800 86400\n"
    "example. 86400 IN NS ns1.example.\n"
    "example. 86400 IN NS ns2.example.\n"
    "example. 86400 IN ZONEMD 2018031900 1 1 "
    "62e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279dd10f0edb1c56f8080211f8480ee3"
    "06\n"
    "example. 86400 IN ZONEMD 2018031900 1 240 e2d523f654b9422a96c5a8f44607bbee\n"
    "example. 86400 IN ZONEMD 2018031900 241 1 e1846540e33a9e4189792d18d5d131f605fc283e\n"
    "ns1.example. 3600 IN A 203.0.113.63\n"
    "ns2.example. 86400 IN TXT \"This example has multiple digests\"\n"
    "NS2.EXAMPLE. 3600 IN AAAA 2001:db8::63\n";

// RFC 8976 A.5, as it was in 2018.
std::vector<DigestRow> rows() {
    const std::string head =
        "$ORIGIN example.\n@ 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86400\n"
        "@ 86400 IN NS ns1\n@ 86400 IN NS ns2\n";
    return {
        {"RFC 8976 A.1", "example.", signer::Hash::sha384,
         "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3"
         "a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c",
         head + "ns1 3600 IN A 203.0.113.63\nns2 3600 IN AAAA 2001:db8::63\n"},
        {"RFC 8976 A.2", "example.", signer::Hash::sha384,
         "a3b69bad980a3504e1cffcb0fd6397f93848071c93151f55"
         "2ae2f6b1711d4bd2d8b39808226d7b9db71e34b72077f8fe",
         head + "ns1 3600 IN A 203.0.113.63\nNS2 3600 IN AAAA 2001:db8::63\n"
                "occluded.sub 7200 IN TXT \"I'm occluded but must be digested\"\n"
                "sub 7200 IN NS ns1\n"
                "duplicate 300 IN TXT \"I must be digested just once\"\n"
                "duplicate 300 IN TXT \"I must be digested just once\"\n"
                "foo.test. 555 IN TXT \"out-of-zone data must be excluded\"\n"
                "UPPERCASE 3600 IN TXT \"canonicalize uppercase owner names\"\n"
                "* 777 IN PTR dont-forget-about-wildcards\n"
                "mail 3600 IN MX 20 MAIL1\nmail 3600 IN MX 10 Mail2.Example.\n"
                "sortme 3600 IN AAAA 2001:db8::5:61\nsortme 3600 IN AAAA 2001:db8::3:62\n"
                "sortme 3600 IN AAAA 2001:db8::4:63\nsortme 3600 IN AAAA 2001:db8::1:65\n"
                "sortme 3600 IN AAAA 2001:db8::2:64\n"
                "non-apex 900 IN ZONEMD 2018031900 1 1 "
                "616c6c6f776564206275742069676e6f7265642e20616c6c"
                "6f776564206275742069676e6f7265642e20616c6c6f7765\n"},
        {"RFC 8976 A.3", "example.", signer::Hash::sha384,
         "62e6cf51b02e54b9b5f967d547ce43136792901f9f88e637"
         "493daaf401c92c279dd10f0edb1c56f8080211f8480ee306",
         kMultiple},
        {"RFC 8976 A.3", "example.", signer::Hash::sha512,
         "08cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5e6eb85f37c8a"
         "4e114d884e66f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27",
         kMultiple},
    };
}

}  // namespace

TEST_CASE("digests of the zones of RFC 8976 appendix A") {
    for (const DigestRow& row : rows()) {
        CAPTURE(row.source);
        MadeZone made = zone_from_text(row.zone, reference::from_text(row.origin));
        REQUIRE(made.zone);
        CHECK(signer::zone_digest(*made, row.hash) == from_hex(row.digest));
    }
}

TEST_CASE("a digest is over changes as well, and not over the ZONEMD record and its signature") {
    const reference::Name origin = reference::from_text("example.");
    const std::string zone = "@ 60 SOA a b 1 1 1 1 1\n@ 60 NS a\na 60 A 192.0.2.1\nA 60 AAAA ::1\n";
    MadeZone plain = zone_from_text(zone, origin);
    MadeZone with = zone_from_text(zone + "@ 60 ZONEMD 1 1 1 " + std::string(96, '0') +
                                       "\n@ 60 RRSIG ZONEMD 13 1 60 1 1 1 @ AAAA\n",
                                   origin);
    auto digest = signer::zone_digest(*plain, signer::Hash::sha384);
    CHECK(signer::zone_digest(*with, signer::Hash::sha384) == digest);
    zones::ChangeSet set;
    zones::NodeView a = plain->find(relative_to(reference::dns_name("a.example."), *plain));
    set.changes.push_back({reference::dns_name("a.example."), zones::own(a.find(28)), {}});
    auto next = plain->apply(set);
    REQUIRE(next.ok());
    CHECK(signer::zone_digest(**next, signer::Hash::sha384) != digest);
    CHECK(signer::zone_digest(**next, signer::Hash::sha384) ==
          signer::zone_digest(*(*next)->fold(), signer::Hash::sha384));
}

}  // namespace apex_tests
