#include "signer/rrsig.h"

#include <doctest/doctest.h>

#include "tests/reference/name.h"
#include "tests/scenarios/scenario.h"
#include "tests/support/fake_key.h"
#include "tests/support/octets.h"
#include "tests/support/zone_text.h"
#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

using signer::RrsigView;
using signer::SignableRrset;

// One RRset of a text.
struct OneRrset {
    MadeZone made;
    zones::RrsetView rrset;

    OneRrset(const std::string& text, uint16_t type)
        : made(zone_from_text(text, reference::from_text("example."))) {
        for (zones::Zone::Cursor at(*made); at && !rrset; at.next()) rrset = (*at).find(type);
        REQUIRE(rrset);
    }
    SignableRrset at(dns::NameView owner) const { return {owner, rrset.type(), rrset.wire()}; }
};

std::vector<uint8_t> rrsig_head(uint16_t type, uint8_t labels, uint32_t ttl, const char* signer) {
    std::vector<uint8_t> rdata{static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type), 13,
                               labels};
    for (uint32_t number : {ttl, 0x20000000u, 0x10000000u})
        for (int shift = 24; shift >= 0; shift -= 8)
            rdata.push_back(static_cast<uint8_t>(number >> shift));
    rdata.push_back(0x12);
    rdata.push_back(0x34);
    dns::Name name = make_name(signer);
    rdata.insert(rdata.end(), name.data(), name.data() + name.size());
    rdata.push_back(0xaa);  // the signature
    return rdata;
}

std::string signed_octets(const std::vector<uint8_t>& rdata, const SignableRrset& rrset) {
    std::vector<uint8_t> octets;
    if (!signer::write_signed_octets(RrsigView(rdata), rrset, octets)) return "none";
    return to_hex(octets);
}

}  // namespace

TEST_CASE("signed octets: lower-case names, original TTL, records in order") {
    OneRrset rrset("WWW.Example. 60 MX 10 Mail.Example.\nWWW.Example. 60 MX 9 b.EXAMPLE.\n",
                   dns::type::MX);
    dns::Name owner = make_name("WWW.Example.");
    std::string name = "03777777076578616D706C6500";
    CHECK(signed_octets(rrsig_head(15, 2, 300, "EXAMPLE."), rrset.at(owner)) ==
          "000F0D020000012C20000000100000001234076578616D706C6500" +  // the signer's name is lower
              name + "000F00010000012C000D00090162076578616D706C6500" + name +
              "000F00010000012C0010000A046D61696C076578616D706C6500");
}

TEST_CASE("signed octets of types that keep the case of their names (RFC 6840 5.1)") {
    OneRrset rrset("a.example. 60 NSEC B.Example. A\n", dns::type::NSEC);
    std::string octets =
        signed_octets(rrsig_head(47, 2, 60, "example."), rrset.at(make_name("a.example.")));
    CHECK(octets.find("0142074578616D706C6500") != std::string::npos);
}

TEST_CASE("signed octets of an answer from a wildcard have the wildcard as owner") {
    OneRrset rrset("*.w.example. 60 A 192.0.2.1\n", dns::type::A);
    std::string wildcard =
        signed_octets(rrsig_head(1, 2, 60, "example."), rrset.at(make_name("*.w.example.")));
    CHECK(wildcard.find("012A0177076578616D706C6500") != std::string::npos);
    for (const char* owner : {"a.w.example.", "A.b.C.W.example.", "*.a.w.example."})
        CHECK(signed_octets(rrsig_head(1, 2, 60, "example."), rrset.at(make_name(owner))) ==
              wildcard);
    CHECK(signed_octets(rrsig_head(1, 3, 60, "example."), rrset.at(make_name("w.example."))) ==
          "none");
    CHECK(signed_octets(rrsig_head(1, 2, 60, "example."), rrset.at(make_name("x.example."))) !=
          wildcard);
}

TEST_CASE("the Labels field counts neither the root nor a leading wildcard") {
    CHECK(signer::rrsig_labels(make_name(".")) == 0);
    CHECK(signer::rrsig_labels(make_name("example.")) == 1);
    CHECK(signer::rrsig_labels(make_name("*.example.")) == 1);
    CHECK(signer::rrsig_labels(make_name("a.*.example.")) == 3);
    CHECK(signer::rrsig_labels(make_name("*.")) == 0);
}

TEST_CASE("what is signed verifies; whatever else is changed does not") {
    OneRrset rrset("www.example. 60 A 192.0.2.1\nwww.example. 60 A 192.0.2.2\n", dns::type::A);
    OneRrset other("www.example. 60 A 192.0.2.1\nwww.example. 60 A 192.0.2.3\n", dns::type::A);
    OneRrset later("www.example. 30 A 192.0.2.1\nwww.example. 30 A 192.0.2.2\n", dns::type::A);
    dns::Name owner = make_name("www.example.");
    signer::ZoneKey key = fake_zone_key(1, FakeRole::csk);
    FakePublicKey good(key.secret->public_key());
    auto made = signer::sign_rrset(make_name("Example."), rrset.at(owner), key, {1000, 2000});
    REQUIRE(made.ok());
    RrsigView rrsig;
    REQUIRE(signer::read_rrsig(*made, rrsig));
    CHECK(rrsig.covered() == 1);
    CHECK(rrsig.algorithm() == 13);
    CHECK(rrsig.labels() == 2);
    CHECK(rrsig.original_ttl() == 60);
    CHECK(rrsig.inception() == 1000);
    CHECK(rrsig.expiration() == 2000);
    CHECK(rrsig.key_tag() == key.tag);
    CHECK(rrsig.signer_name() == make_name("example."));
    CHECK(rrsig.signature().size() == FakePrivateKey::kSignature);

    CHECK(signer::verify_rrset(rrsig, rrset.at(owner), good));
    CHECK(signer::verify_rrset(rrsig, rrset.at(make_name("WWW.EXAMPLE.")), good));
    CHECK(signer::verify_rrset(rrsig, later.at(owner), good));  // a cache counted its TTL down
    CHECK_FALSE(signer::verify_rrset(rrsig, other.at(owner), good));
    CHECK_FALSE(signer::verify_rrset(rrsig, rrset.at(make_name("w.example.")), good));
    CHECK_FALSE(signer::verify_rrset(rrsig, {owner, dns::type::AAAA, rrset.rrset.wire()}, good));
    FakePublicKey wrong(fake_zone_key(2, FakeRole::csk).secret->public_key());
    CHECK_FALSE(signer::verify_rrset(rrsig, rrset.at(owner), wrong));
    for (size_t i = 0; i < made->size(); ++i) {
        if (i == 3) continue;  // other labels are another owner
        std::vector<uint8_t> changed = *made;
        changed[i] ^= 1;
        CHECK_FALSE(signer::verify_rrset(RrsigView(changed), rrset.at(owner), good));
    }
}

TEST_CASE("RRSIG rdata that is cut short is not read") {
    RrsigView rrsig;
    std::vector<uint8_t> rdata = rrsig_head(1, 2, 60, "example.");
    CHECK(signer::read_rrsig(rdata, rrsig));
    for (size_t size = 0; size < 18 + 9; ++size)
        CHECK_FALSE(signer::read_rrsig(dns::Octets(rdata).first(size), rrsig));
}

// All that RFC 5155 signed, with its own keys.
TEST_CASE("the signatures of RFC 5155 appendix A are good") {
    std::string text = read_whole_file(source_folder() + "/tests/scenarios/rfc5155_appendix_b.txt");
    size_t begin = text.find("example. 3600"), end = text.find("% title");
    MadeZone made =
        zone_from_text(text.substr(begin, end - begin), reference::from_text("example."));
    std::map<uint16_t, std::unique_ptr<signer::PublicKey>> keys;
    for (zones::RecordView record : made->apex().find(dns::type::DNSKEY)) {
        signer::DnskeyView key(record.rdata());
        auto read = signer::read_public_key(key.algorithm(), key.public_key());
        REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.fault().sentence));
        keys[signer::key_tag(record.rdata())] = std::move(read).value();
    }
    CHECK(keys.size() == 2);
    size_t good = 0;
    signer::SignatureCheck check;
    for (zones::Zone::Cursor at(*made); at; at.next())
        for (size_t i = 0; i < (*at).rrset_count(); ++i) {
            zones::RrsetView signatures = (*at).rrset(i);
            if (signatures.type() != dns::type::RRSIG) continue;
            zones::RrsetView rrset = (*at).find(signatures.covered());
            dns::Name owner = made->absolute((*at).name());
            for (zones::RecordView record : signatures) {
                RrsigView rrsig(record.rdata());
                INFO(dns::to_text(owner) << " " << rrset.type());
                REQUIRE(keys.count(rrsig.key_tag()) == 1);
                bool verified = check.verify(rrsig, {owner, rrset.type(), rrset.wire()},
                                             *keys[rrsig.key_tag()]);
                CHECK(verified);
                good += verified;
            }
        }
    CHECK(good == 30);
}

}  // namespace apex_tests
