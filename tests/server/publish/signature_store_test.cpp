#include "server/publish/signature_store.h"

#include <doctest/doctest.h>

#include "signer/sign_changes.h"
#include "tests/server/publish/temporary_folder.h"
#include "tests/support/fake_key.h"
#include "tests/support/zone_text.h"
#include "zones/diff.h"

namespace apex_tests {

namespace {

using Zone = std::shared_ptr<const zones::Zone>;
constexpr dns::UnixTime kNow = 1'800'000'000;

struct Stored {
    TemporaryFolder folder;
    std::vector<signer::ZoneKey> keys{fake_zone_key(1, FakeRole::csk)};
    signer::SigningOptions options;
    Zone zone;

    Stored() {
        options.now = kNow;
        CheckedText text = check_text(make_name("a.example"),
                                      "@ 300 SOA ns h 1 1h 15m 2w 10m\n@ 300 NS ns\n"
                                      "ns 300 A 192.0.2.1\nwww 300 A 192.0.2.2\n");
        auto made = signer::sign_zone(*text.zone, keys, options);
        REQUIRE(made.ok());
        zone = made.value();
    }
    std::string path() const { return folder.at("signatures"); }
    // How many of a zone's signatures the store has.
    size_t found(const server::SignatureStore& store, const zones::Zone& in) const {
        size_t count = 0;
        for (zones::Zone::Cursor at(in); at; at.next())
            for (size_t i = 0; i < (*at).rrset_count(); ++i) {
                zones::RrsetView rrsig = (*at).rrset(i);
                if (rrsig.type() != dns::type::RRSIG) continue;
                const dns::Name owner = in.absolute((*at).name());
                const signer::SignableRrset rrset{owner, rrsig.covered(),
                                                  (*at).find(rrsig.covered()).wire()};
                dns::Octets rdata = store.find((*at).name(), rrset, keys[0]);
                auto room = store.make_room();
                for (size_t k = 0; rdata.empty() && k < store.stretches().size(); ++k)
                    if (store.load(k, *room))
                        rdata = room->find(signer::signature_digest(rrset, keys[0]));
                dns::Octets wanted = rrsig.first().rdata();
                if (rdata.empty()) continue;
                CHECK(std::equal(wanted.begin(), wanted.end(), rdata.begin(), rdata.end()));
                ++count;
            }
        return count;
    }
};

}  // namespace

TEST_CASE("signature store: what was written is found, for the same octets and key only") {
    Stored world;
    server::SignatureStore store(world.path());
    CHECK(store.read().ok());
    CHECK(world.found(store, *world.zone) == 0);
    REQUIRE(store.rewrite(*world.zone, world.keys).ok());
    server::SignatureStore again(world.path());
    REQUIRE(again.read().ok());
    const size_t all = again.size();
    CHECK(all == 8);  // SOA, NS, DNSKEY, and NSEC and A of what has them
    CHECK(world.found(again, *world.zone) == all);
    std::vector<signer::ZoneKey> mine =
        std::exchange(world.keys, {fake_zone_key(2, FakeRole::csk)});
    CHECK(world.found(again, *world.zone) == 0);
    world.keys = mine;
    again.forget();
    CHECK(world.found(again, *world.zone) == 0);
}

TEST_CASE("signature store: what is added counts, and only as the zone has it") {
    Stored world;
    server::SignatureStore store(world.path());
    REQUIRE(store.rewrite(*world.zone, world.keys).ok());
    zones::ChangeSet changes;
    zones::OwnedRrset address;
    std::vector<zones::LooseRecord> records;
    const std::vector<uint8_t> octets{192, 0, 2, 7};
    records.push_back({dns::type::A, 300, octets, {}});
    REQUIRE(zones::make_rrset(records, address));
    changes.changes.push_back({make_name("www.a.example"), {}, address});
    auto first = signer::sign_changes(*world.zone, changes, world.keys, world.options);
    REQUIRE(first.ok());
    Zone next = world.zone->apply(first.value()).value();
    // The first change's signatures are told, though the zone went on since.
    world.options.now += 3600;
    changes.changes[0].after.wire.back() = 9;
    auto second = signer::sign_changes(*next, changes, world.keys, world.options);
    REQUIRE(second.ok());
    Zone last = next->apply(second.value()).value();
    REQUIRE(store.append(*last, first.value(), world.keys).ok());
    server::SignatureStore again(world.path());
    REQUIRE(again.read().ok());
    CHECK(world.found(again, *last) == again.size() - 1);  // its old A is there as well
}

namespace {

// A zone of several stretches, and what signing it finds in a store.
struct Large {
    TemporaryFolder folder;
    std::vector<signer::ZoneKey> keys{fake_zone_key(1, FakeRole::ksk),
                                      fake_zone_key(2, FakeRole::zsk)};
    signer::SigningOptions options;
    signer::SigningFacts facts;

    explicit Large(signer::Denial denial) {
        options.now = kNow;
        options.policy.denial = denial;
        options.facts = &facts;
    }
    static std::string text(const std::string& more = "") {
        std::string all = "@ 300 SOA ns h 1 1h 15m 2w 10m\n@ 300 NS ns\nns 300 A 192.0.2.1\n";
        for (int i = 0; i < 2'000; ++i)
            all += "h" + std::to_string(i) + (i % 7 == 0 ? ".e" : "") + " 300 A 192.0.2.2\n";
        return all + "sub 300 NS ns.sub\nns.sub 300 A 192.0.2.3\n" + more;
    }
    Zone sign(const std::string& text, const signer::SignatureSource* store, unsigned threads = 2) {
        CheckedText checked = check_text(make_name("a.example"), text);
        REQUIRE(checked.zone != nullptr);
        options.reuse = store;
        options.threads = threads;
        auto made = signer::sign_zone(*checked.zone, keys, options);
        REQUIRE(made.ok());
        return made.value();
    }
    std::string path() const { return folder.at("signatures"); }
};

}  // namespace

TEST_CASE("signature store: a start takes over whole stretches, and signs what differs") {
    for (signer::Denial denial : {signer::Denial::nsec, signer::Denial::nsec3}) {
        CAPTURE(static_cast<int>(denial));
        Large world(denial);
        Zone first = world.sign(Large::text(), nullptr);
        const size_t all = world.facts.made;
        CHECK(all == world.facts.signatures);
        CHECK(world.facts.stretches == 0);
        server::SignatureStore store(world.path());
        REQUIRE(store.rewrite(*first, world.keys).ok());
        REQUIRE(store.read().ok());
        CHECK(store.size() == all);
        const size_t stretches = store.stretches().size();
        CHECK(stretches >= 4);
        CHECK(zones::diff(*first, *world.sign(Large::text(), &store)).empty());
        CHECK(world.facts.made == 0);
        CHECK(world.facts.stretches == stretches);
        // Names come, go and change, also at the seams of stretches.
        std::string gone = Large::text();
        gone.erase(gone.find("h1000 "), gone.find("h1001") - gone.find("h1000 "));
        for (const std::string& other :
             {Large::text("a0 300 A 192.0.2.9\n"), Large::text("zz 300 A 192.0.2.9\n"),
              Large::text("h5 300 TXT \"more\"\n"), Large::text("h3 300 NS elsewhere.test.\n"),
              Large::text("x.y.h7.e 300 A 192.0.2.9\n"), gone}) {
            Zone made = world.sign(other, &store);
            CHECK(world.facts.made > 0);
            CHECK(world.facts.made <= 8);
            CHECK(world.facts.stretches >= stretches - 4);
            const uint64_t content = world.facts.content;
            CHECK(zones::diff(*made, *world.sign(other, nullptr)).empty());
            CHECK(world.facts.content == content);
        }
        // Another key signs all but the key set anew; a day later, all is still good.
        std::vector<signer::ZoneKey> mine = world.keys;
        world.keys[1] = fake_zone_key(3, FakeRole::zsk);
        world.sign(Large::text(), &store);
        CHECK(world.facts.stretches == 0);
        CHECK(world.facts.made == all);
        world.keys = mine;
        world.options.now += 86400;
        world.sign(Large::text(), &store);
        CHECK(world.facts.made == 0);
        world.options.now += 30 * 86400;
        world.sign(Large::text(), &store);
        CHECK(world.facts.made == all);
    }
}

TEST_CASE("signature store: what a disk did to a stretch is met, and signed anew") {
    Large world(signer::Denial::nsec);
    Zone first = world.sign(Large::text(), nullptr);
    {
        server::SignatureStore store(world.path());
        REQUIRE(store.rewrite(*first, world.keys).ok());
    }
    const std::string stored = world.folder.read("signatures");
    for (size_t at = 60; at < stored.size(); at += stored.size() / 40) {
        CAPTURE(at);
        std::string flipped = stored;
        flipped[at] ^= 4;
        world.folder.write("signatures", flipped);
        server::SignatureStore store(world.path());
        const bool whole = store.read().ok();
        CHECK(zones::diff(*first, *world.sign(Large::text(), &store)).empty());
        // Digests are read only where something differs.
        CHECK((!whole || store.met_damage() || world.facts.made == 0));
        CHECK((whole || world.facts.made > 0));
    }
}

TEST_CASE("signature store: a file that cannot be written is said, and harms nothing") {
    Stored world;
    server::SignatureStore store(world.folder.at("none/signatures"));
    auto written = store.rewrite(*world.zone, world.keys);
    REQUIRE_FALSE(written.ok());
    CHECK(written.fault().sentence.find("No such file") != std::string::npos);
    CHECK(store.read().ok());
    world.folder.write("signatures", "something else");
    server::SignatureStore other(world.path());
    CHECK_FALSE(other.read().ok());
    CHECK(other.size() == 0);
    REQUIRE(other.rewrite(*world.zone, world.keys).ok());
    CHECK(other.read().ok());
}

}  // namespace apex_tests
