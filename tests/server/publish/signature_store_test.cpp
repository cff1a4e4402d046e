#include "server/publish/signature_store.h"

#include <doctest/doctest.h>

#include "signer/sign_changes.h"
#include "tests/server/publish/temporary_folder.h"
#include "tests/support/fake_key.h"
#include "tests/support/zone_text.h"

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
                dns::Octets rdata = store.find(
                    (*at).name(), {owner, rrsig.covered(), (*at).find(rrsig.covered()).wire()},
                    keys[0]);
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
