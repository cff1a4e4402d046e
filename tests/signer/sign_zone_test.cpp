#include "signer/sign_zone.h"

#include <set>

#include "signer/zonemd.h"
#include "tests/signer/signing.h"
#include "tests/support/octets.h"
#include "zones/diff.h"

namespace apex_tests {

namespace {

// The zone of a scenario text, as an RFC prints it.
MadeZone rfc_zone(const char* file) {
    std::string text = read_whole_file(source_folder() + "/tests/scenarios/" + file);
    size_t begin = text.find("example. 3600");
    return example_zone(text.substr(begin, text.find("% title") - begin));
}

// Those of a type, by owner.
RrsetTexts rrsets_of(const zones::Zone& zone, const std::string& type) {
    RrsetTexts texts = texts_of(zone);
    std::erase_if(texts, [&](const auto& row) { return !row.first.ends_with(". " + type); });
    return texts;
}

const char* const kZone =
    "@ 3600 SOA ns hostmaster 7 1 1 1 600\n"
    "@ 3600 NS ns\n"
    "ns 3600 A 192.0.2.1\n"
    "*.wild 60 TXT \"x\"\n"
    "deep.down.below 60 A 192.0.2.2\n"
    "sub 300 NS ns.sub\n"
    "sub 300 DS 1 13 2 "
    "0000000000000000000000000000000000000000000000000000000000000000\n"
    "ns.sub 300 A 192.0.2.3\n"
    "insecure 300 NS ns.insecure\n"
    "ns.insecure 300 A 192.0.2.4\n"
    "d 300 DNAME target.test.\n"
    "x.d 300 TXT \"below a DNAME\"\n";

}  // namespace

TEST_CASE("a signed zone: what is signed, by which key, and the NSEC chain") {
    Keys keys = ksk_and_zsk();
    RrsetTexts texts = texts_of(*sign(*example_zone(kZone), keys));
    std::string ksk = std::to_string(keys[0].tag), zsk = std::to_string(keys[1].tag);
    CHECK(texts["example. RRSIG SOA"] == zsk);
    CHECK(texts["example. RRSIG DNSKEY"] == ksk);
    CHECK(texts["example. NSEC"] == "600 deep.down.below.example. NS SOA RRSIG NSEC DNSKEY");
    CHECK(texts["deep.down.below.example. NSEC"] == "600 d.example. A RRSIG NSEC");
    CHECK(texts["d.example. NSEC"] == "600 insecure.example. DNAME RRSIG NSEC");
    CHECK(texts["insecure.example. NSEC"] == "600 ns.example. NS RRSIG NSEC");
    CHECK(texts["ns.example. NSEC"] == "600 sub.example. A RRSIG NSEC");
    CHECK(texts["sub.example. NSEC"] == "600 *.wild.example. NS DS RRSIG NSEC");
    CHECK(texts["*.wild.example. NSEC"] == "600 example. TXT RRSIG NSEC");
    CHECK(texts["insecure.example. RRSIG NSEC"] == zsk);
    CHECK(texts["sub.example. RRSIG DS"] == zsk);
    for (const char* unsigned_one :
         {"sub.example. RRSIG NS", "ns.sub.example. RRSIG A", "x.d.example. RRSIG TXT",
          "insecure.example. RRSIG NS", "below.example. NSEC", "x.d.example. NSEC",
          "example. RRSIG RRSIG"})
        CHECK(texts.count(unsigned_one) == 0);
}

TEST_CASE("NSEC3 with opt-out leaves out what leads to unsigned cuts only") {
    MadeZone made = example_zone(std::string(kZone) + "a.only.insecure2 300 NS ns\n");
    auto bitmaps = [&](bool opt_out) {
        std::multiset<std::string> found;
        for (const auto& [what, text] :
             rrsets_of(*sign(*made, ksk_and_zsk(), nsec3(opt_out)), "NSEC3")) {
            std::string rest = text.substr(text.find("- ") + 2);
            found.insert(rest.find(' ') == std::string::npos ? ""
                                                             : rest.substr(rest.find(' ') + 1));
        }
        return found;
    };
    std::multiset<std::string> secure{"NS SOA RRSIG DNSKEY NSEC3PARAM",
                                      "A RRSIG",
                                      "",
                                      "TXT RRSIG",
                                      "",
                                      "",
                                      "A RRSIG",
                                      "NS DS RRSIG",
                                      "DNAME RRSIG"};
    CHECK(bitmaps(true) == secure);
    secure.insert({"NS", "NS", "", ""});
    CHECK(bitmaps(false) == secure);
}

TEST_CASE("the NSEC chain of RFC 4035 appendix A") {
    MadeZone made = rfc_zone("rfc4035_appendix_b.txt");
    RrsetTexts chain = rrsets_of(*sign(*made, ksk_and_zsk()), "NSEC");
    CHECK(chain.size() == 10);
    CHECK(chain == rrsets_of(*made, "NSEC"));
}

TEST_CASE("the NSEC3 chain of RFC 5155 appendix A") {
    MadeZone made = rfc_zone("rfc5155_appendix_b.txt");
    signer::SigningPolicy policy = nsec3(true);
    policy.iterations = 12;
    policy.salt = from_hex("AABBCCDD");
    SignedZone zone = sign(*made, ksk_and_zsk(), policy);
    RrsetTexts chain = rrsets_of(*zone, "NSEC3");
    CHECK(chain.size() == 12);
    CHECK(chain == rrsets_of(*made, "NSEC3"));
    CHECK(texts_of(*zone)["example. NSEC3PARAM"] == "0 1 0 12 AABBCCDD");
}

TEST_CASE("an apex alone has a chain of one") {
    MadeZone made = example_zone("@ 60 SOA a b 1 1 1 1 1\n@ 60 NS a.test.\n");
    CHECK(texts_of(*sign(*made, ksk_and_zsk()))["example. NSEC"] ==
          "1 example. NS SOA RRSIG NSEC DNSKEY");
    RrsetTexts chain = rrsets_of(*sign(*made, ksk_and_zsk(), nsec3()), "NSEC3");
    REQUIRE(chain.size() == 1);
    std::string label = chain.begin()->first.substr(0, 32);
    CHECK(chain.begin()->second.find("1 0 0 - " + label + " NS") != std::string::npos);
}

TEST_CASE("a signed zone is signed anew: nothing is left of the old chain, foreign keys stay") {
    MadeZone made = example_zone(kZone);
    Keys old = ksk_and_zsk();
    SignedZone first = sign(*made, old, nsec3());
    Keys fresh{fake_zone_key(11, FakeRole::csk)};
    SignedZone second = sign(*first, fresh);
    Keys all = fresh;
    for (signer::ZoneKey& key : old) {
        key.signs_data = key.signs_keys = false;
        all.push_back(key);
    }
    CHECK(zones::diff(*second, *sign(*made, all)).empty());
    // Known as one's own, and published no more, they go.
    for (size_t i = 1; i < all.size(); ++i) all[i].published = false;
    CHECK(zones::diff(*sign(*first, all), *sign(*made, fresh)).empty());
}

TEST_CASE("places of records stay, and the result is the same on any number of threads") {
    std::string text = kZone;
    for (int i = 0; i < 500; ++i)
        text += "h" + std::to_string(i * 7919 % 500) + " 60 A 192.0.2.9\n";
    MadeZone made = example_zone(text);
    for (const signer::SigningPolicy& policy : {signer::SigningPolicy(), nsec3(), nsec3(true)}) {
        SignedZone one = sign(*made, ksk_and_zsk(), policy, 1);
        SignedZone four = sign(*made, ksk_and_zsk(), policy, 4);
        CHECK(zones::diff(*one, *four).empty());
        zones::NodeView node = four->find(relative_to(reference::dns_name("h3.example."), *four));
        zones::NodeView was = made->find(relative_to(reference::dns_name("h3.example."), *made));
        CHECK(node.find(1).place(0).known());
        CHECK(node.find(1).place(0) == was.find(1).place(0));
        CHECK_FALSE(node.find(dns::type::RRSIG, 1).place(0).known());
    }
}

TEST_CASE("a zone with changes on its base is signed as it is") {
    MadeZone made = example_zone(kZone);
    zones::ChangeSet set;
    dns::Name owner = reference::dns_name("ns.example.");
    zones::NodeView node = made->find(relative_to(owner, *made));
    set.changes.push_back({owner, zones::own(node.find(1)), {}});
    auto changed = made->apply(set);
    REQUIRE(changed.ok());
    SignedZone zone = sign(**changed, ksk_and_zsk());
    CHECK(texts_of(*zone)["insecure.example. NSEC"].find("sub.example.") != std::string::npos);
}

TEST_CASE("a DNAME that the apex loses or gets hides nothing more, or all") {
    const std::string plain = "@ 60 SOA a b 1 1 1 1 1\n@ 60 NS a.test.\nx 60 A 192.0.2.1\n";
    const std::string hiding = plain + "@ 60 DNAME elsewhere.test.\n";
    for (const signer::SigningPolicy& policy : {signer::SigningPolicy(), nsec3()})
        for (const auto& [from, to] : {std::pair(plain, hiding), {hiding, plain}}) {
            MadeZone before = example_zone(from), wanted = example_zone(to);
            auto changed = before->apply(zones::diff(*before, *wanted));
            REQUIRE(changed.ok());
            CHECK(texts_of(*sign(**changed, ksk_and_zsk(), policy)) ==
                  texts_of(*sign(*wanted, ksk_and_zsk(), policy)));
        }
}

TEST_CASE("the serial, and ZONEMD over what is served") {
    signer::SigningPolicy policy;
    policy.serial = signer::SerialPolicy::increment;
    policy.zonemd = true;
    SignedZone zone = sign(*example_zone(kZone), ksk_and_zsk(), policy);
    CHECK(zone->serial() == 8);
    dns::Octets rdata = zone->apex().find(dns::type::ZONEMD).first().rdata();
    CHECK(rdata[3] == 8);
    auto digest = signer::zone_digest(*zone, signer::Hash::sha384);
    CHECK(std::equal(rdata.begin() + 6, rdata.end(), digest.begin(), digest.end()));
    RrsetTexts texts = texts_of(*zone);
    CHECK(texts.count("example. RRSIG ZONEMD") == 1);
    CHECK(texts["example. NSEC"].find("ZONEMD") != std::string::npos);
    // Without the option, none stays.
    CHECK(texts_of(*sign(*zone, ksk_and_zsk())).count("example. ZONEMD") == 0);
}

TEST_CASE("CDS and CDNSKEY are signed by who signs the DNSKEY set (RFC 7344 4.1)") {
    Keys keys = ksk_and_zsk();
    MadeZone made =
        example_zone(std::string(kZone) + "@ 60 CDS 0 0 0 00\n@ 60 CDNSKEY 0 3 0 AA==\n");
    RrsetTexts texts = texts_of(*sign(*made, keys));
    CHECK(texts["example. RRSIG CDS"] == std::to_string(keys[0].tag));
    CHECK(texts["example. RRSIG CDNSKEY"] == std::to_string(keys[0].tag));
}

TEST_CASE("signatures that are still good are used again") {
    CountedKeys counted;
    MadeZone made = example_zone(kZone);
    SignedZone first = sign(*made, counted.keys);
    size_t all = counted.secret->take_count();
    CHECK(all == 15);
    signer::SigningOptions options;
    options.now = kSigningTime + 86400;
    signer::ZoneSignatures old(*first, counted.keys);
    options.reuse = &old;
    auto again = signer::sign_zone(*made, counted.keys, options);
    REQUIRE(again.ok());
    CHECK(counted.secret->take_count() == 0);
    CHECK(zones::diff(*first, **again).empty());
    // Another RRset of the same name, and nothing else.
    std::string text = kZone;
    text.replace(text.find("192.0.2.1"), 9, "192.0.2.7");
    REQUIRE(signer::sign_zone(*example_zone(text), counted.keys, options).ok());
    CHECK(counted.secret->take_count() == 1);
    // All are due.
    options.now = kSigningTime + 7 * 86400;
    REQUIRE(signer::sign_zone(*made, counted.keys, options).ok());
    CHECK(counted.secret->take_count() == all);
    // Signatures of a key that is not in the DNSKEY set are of no use, whatever their tag.
    options.now = kSigningTime;
    Keys other = counted.keys;
    other[0].dnskey.back() ^= 1;
    signer::ZoneSignatures strange(*first, other);
    options.reuse = &strange;
    REQUIRE(signer::sign_zone(*made, other, options).ok());
    CHECK(counted.secret->take_count() == all);
}

TEST_CASE("what cannot be signed is told") {
    MadeZone made = example_zone(kZone);
    CHECK(fault_of(*made, {}).find("signs the DNSKEY set") != std::string::npos);
    CHECK(fault_of(*made, {fake_zone_key(1, FakeRole::ksk)}).find("signs the records") !=
          std::string::npos);
    Keys keys = ksk_and_zsk();
    keys[1].published = false;
    CHECK(fault_of(*made, keys).find("publish it as well") != std::string::npos);
    keys[1].secret = nullptr;
    CHECK(fault_of(*made, keys).find("signs the records") != std::string::npos);
    for (size_t good : {size_t{0}, size_t{5}}) {
        CountedKeys counted;
        counted.secret->fails_after = good;
        CHECK(fault_of(*made, counted.keys) == "the key is out of order");
        CHECK(fault_of(*made, counted.keys, nsec3()) == "the key is out of order");
    }
    reference::Name deep;
    for (int i = 0; i < 4; ++i) deep.push_back(std::string(i == 0 ? 40 : 59, 'd'));
    MadeZone long_origin = zone_from_text("@ 60 SOA . . 1 1 1 1 1\n", deep);
    CHECK(fault_of(*long_origin, ksk_and_zsk(), nsec3()) == "");
    deep[0] += "eeeeeee";
    long_origin = zone_from_text("@ 60 SOA . . 1 1 1 1 1\n", deep);
    CHECK(fault_of(*long_origin, ksk_and_zsk(), nsec3()).find("sign this zone with NSEC") !=
          std::string::npos);
    CHECK(fault_of(*long_origin, ksk_and_zsk()) == "");
}

}  // namespace apex_tests
