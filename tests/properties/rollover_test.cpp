// Ten years of a zone that is signed live, on a clock of its own: renewals, and a rollover of its
// key by hand each year. After each step the zone validates, with the DS that the parent has then.
#include <doctest/doctest.h>

#include "signer/key_files.h"
#include "signer/moment.h"
#include "signer/verify_zone.h"
#include "tests/server/publish/publishing.h"

namespace apex_tests {

namespace {

constexpr dns::UnixTime kDay = 86400;
constexpr int kYears = 10;

// The zone's world, and what its parent says.
struct Decade : Publishing {
    Decade() {
        folder.write("apex.toml", "[[zone]]\nname = 'a.example'\nfile = 'a.zone'\ndnssec = true\n");
        folder.write("a.zone", zone_text(7,
                                         "www A 192.0.2.80\nd NS ns.d\nns.d A 192.0.2.9\n"
                                         "*.w TXT \"any\"\na.b.c AAAA 2001:db8::1\n"));
        keeper = start();
        keeper->after_start();
        parent = ds_of(keys().at(0));
    }
    std::string key_folder() const { return folder.at("state/signing/a.example"); }
    std::vector<signer::StoredKey> keys() const {
        auto names = signer::KeyNames::of_folder(files, key_folder());
        signer::LoadedKeys loaded = signer::load_keys(files, names.value(), make_name("a.example"));
        REQUIRE(loaded.faults.empty());
        return loaded.keys;
    }
    static std::vector<uint8_t> ds_of(const signer::StoredKey& key) {
        return signer::make_ds(make_name("a.example"), key.dnskey, 2);
    }
    void add_times(const signer::StoredKey& key, const std::string& lines) const {
        std::string file = "state/signing/a.example/" + key.base + ".private";
        folder.write(file, folder.read(file) + lines);
    }
    // One key after the other: the new one is published, signs beside the old one, the parent
    // changes the DS, the old one goes.
    void begin_rollover() {
        old_key = keys().back().base;
        for (const signer::StoredKey& key : keys())
            if (key.state_at(clock.now()) == signer::KeyState::active) {
                old_key = key.base;
                add_times(key, "Inactive: " + signer::compact_time(clock.now() + 20 * kDay) +
                                   "\nDelete: " + signer::compact_time(clock.now() + 40 * kDay) +
                                   "\n");
            }
        auto names = signer::KeyNames::of_folder(files, key_folder());
        signer::KeyRequest request;
        request.owner = make_name("a.example");
        request.algorithm = 13;
        request.flags = signer::key_flag::zone | signer::key_flag::entry_point;
        request.times[signer::KeyTime::created] = clock.now();
        request.times[signer::KeyTime::publish] = clock.now();
        request.times[signer::KeyTime::activate] = clock.now() + 2 * kDay;
        auto made = signer::make_key(files, names.value(), request);
        REQUIRE(made.ok());
        new_key = made->base;
        keeper->reload();
    }
    void change_parent() {
        for (const signer::StoredKey& key : keys())
            if (key.base == new_key) parent = ds_of(key);
    }
    void look() {
        const server::ServedZone& served = *zone_in(*keeper->current(), "a.example");
        REQUIRE(served.loaded());
        dns::Severities severities;
        dns::Findings findings(severities);
        signer::VerifyOptions options;
        options.now = clock.now();
        options.ds.emplace().push_back(parent);
        signer::verify_zone(served.zone(), findings, options);
        std::string faults;
        for (const dns::Finding& finding : findings.rows())
            if (finding.severity == dns::Severity::error) faults += finding.sentence() + "\n";
        CHECK(faults == "");
        int32_t ahead = static_cast<int32_t>(served.serial() - serial);
        CHECK(ahead >= 0);
        serial = served.serial();
    }
    void live(dns::UnixTime span) {
        const dns::UnixTime end = clock.now() + span;
        while (auto due = keeper->due()) {
            if (*due > end) break;
            clock.ahead += std::max<dns::UnixTime>(*due - clock.now(), 0);
            keeper->renew();
            ++steps;
            look();
        }
        clock.ahead += end - clock.now();
        look();
    }

    std::unique_ptr<server::ZoneKeeper> keeper;
    std::vector<uint8_t> parent;
    std::string old_key, new_key;
    uint32_t serial = 0;
    size_t steps = 0;
};

}  // namespace

TEST_CASE("ten years of renewals and rollovers") {
    Decade zone;
    for (int year = 0; year < kYears; ++year) {
        CAPTURE(year);
        zone.live(100 * kDay);
        zone.begin_rollover();
        zone.live(10 * kDay);
        zone.change_parent();
        zone.live(255 * kDay);
        if (year % 3 == 0) {
            zone.keeper.reset();
            zone.keeper = zone.start();
            zone.keeper->after_start();
            zone.look();
        }
    }
    CHECK(zone.steps > 500);
    CHECK(zone.keys().size() == kYears + 1);
    CHECK(zone.log.count({"not-renewed"}) == 0);
    CHECK(zone.log.count({"key-kept"}) == 0);
}

}  // namespace apex_tests
