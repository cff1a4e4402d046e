#include "server/publish/live_signing.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "dns/rdata_text.h"
#include "signer/key_files.h"
#include "signer/moment.h"
#include "signer/verify_zone.h"
#include "tests/server/publish/publishing.h"
#include "zones/diff.h"

namespace apex_tests {

namespace {

constexpr dns::UnixTime kDay = 86400;
const std::string kData =
    "www 600 A 192.0.2.80\n*.w TXT \"any\"\na.b.c AAAA 2001:db8::1\nd NS ns.d\nns.d A 192.0.2.9\n"
    "s NS ns\ns DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n";

std::string configuration(const std::string& dnssec, const std::string& more = "") {
    return "[[zone]]\nname = 'a.example'\nfile = 'a.zone'\n" + dnssec + "\n" + more;
}

// A world with one zone, which is signed as `dnssec` says.
struct Signing : Publishing {
    explicit Signing(const std::string& dnssec = "dnssec = true",
                     const std::string& text = zone_text(7, kData)) {
        folder.write("apex.toml", configuration(dnssec));
        folder.write("a.zone", text);
        keeper = Publishing::start();
        keeper->after_start();
    }
    void restart() {
        keeper.reset();
        keeper = Publishing::start();
        keeper->after_start();
    }
    std::string at(const std::string& name) const {
        return folder.at("state/signing/a.example/" + name);
    }
    const server::ServedZone& served() const { return *zone_in(*keeper->current(), "a.example"); }
    std::shared_ptr<const zones::Zone> zone() const {
        return served().loaded() ? served().shared_zone() : nullptr;
    }
    // What a validator would not like, one sentence a line; warnings as well.
    std::string faults() const {
        if (!served().loaded()) return std::string(served().reason());
        dns::Severities severities;
        dns::Findings findings(severities);
        signer::VerifyOptions options;
        options.now = clock.now();
        signer::verify_zone(served().zone(), findings, options);
        std::string text;
        for (const dns::Finding& finding : findings.rows())
            if (finding.severity >= dns::Severity::warning) text += finding.sentence() + "\n";
        return text;
    }
    size_t signatures_unlike(const zones::Zone& before) const {
        size_t count = 0;
        zones::for_each_change(
            before, served().zone(),
            [&](dns::NameView, const zones::RrsetView& old, const zones::RrsetView& now) {
                count += (old ? old.type() : now.type()) == dns::type::RRSIG;
            });
        return count;
    }
    std::vector<std::string> key_bases() const {
        auto names = signer::KeyNames::of_folder(files, folder.at("state/signing/a.example"));
        return names.value().bases(make_name("a.example"));
    }
    std::vector<signer::StoredKey> keys() const {
        auto names = signer::KeyNames::of_folder(files, folder.at("state/signing/a.example"));
        return signer::load_keys(files, names.value(), make_name("a.example")).keys;
    }
    // What is due within `span` of days, done.
    void live(dns::UnixTime span, const std::function<void()>& look) {
        const dns::UnixTime end = clock.now() + span;
        while (auto due = keeper->due()) {
            if (*due > end) break;
            clock.ahead += std::max<dns::UnixTime>(*due - clock.now(), 0);
            keeper->renew();
            look();
        }
        clock.ahead += end - clock.now();
    }

    std::unique_ptr<server::ZoneKeeper> keeper;
};

// A disk on which the process dies at some write: before it, in the middle of it, or behind it.
class DyingFiles : public server::DiskFiles {
  public:
    struct Killed {};
    enum class Moment { before, within, behind };

    DyingFiles(size_t write, Moment moment) : left_(write), moment_(moment) {}
    bool died() const { return left_ == 0; }

    dns::Result<void> write_whole(const std::string& path, std::string_view octets) const override {
        die(Moment::before, path, octets);
        auto written = DiskFiles::write_whole(path, octets);
        if (left_ == 0) throw Killed();
        return written;
    }
    dns::Result<void> write_new(const std::string& path, std::string_view octets,
                                unsigned mode) const override {
        die(Moment::before, path, octets);
        auto written = DiskFiles::write_new(path, octets, mode);
        if (left_ == 0) throw Killed();
        return written;
    }

  private:
    void die(Moment moment, const std::string& path, std::string_view octets) const {
        if (left_ == 0 || --left_ > 0 || moment_ == Moment::behind) return;
        if (moment_ == Moment::within)  // what a new file is called until it is whole
            std::ofstream(path + ".new-Ab1Cd2", std::ios::binary)
                << octets.substr(0, octets.size() / 2);
        if (moment == Moment::before) throw Killed();
    }
    mutable size_t left_;
    Moment moment_;
};

// A disk that takes nothing while it is full.
class FullFiles : public server::DiskFiles {
  public:
    bool full = false;
    dns::Result<void> write_whole(const std::string& path, std::string_view octets) const override {
        if (full) return dns::Fault{"No space left on device"};
        return DiskFiles::write_whole(path, octets);
    }
};

bool owns(const zones::Zone& zone, uint16_t number) {
    return zone.apex().owns(number);
}

}  // namespace

TEST_CASE("live signing: a first key is made, and what is served validates") {
    for (const char* policy : {"dnssec = true", "dnssec = 'h'\n[policy.h]\ndenial = 'nsec3'",
                               "dnssec = 'e'\n[policy.e]\nalgorithm = 'ed25519'\nzonemd = true",
                               "dnssec = 'o'\n[policy.o]\ndenial = 'nsec3'\nopt-out = true"}) {
        CAPTURE(policy);
        Signing world(policy);
        CHECK(world.faults() == "");
        REQUIRE(world.zone() != nullptr);
        CHECK(world.zone()->serial() == 7);
        std::vector<std::string> bases = world.key_bases();
        REQUIRE(bases.size() == 1);
        struct stat status;
        REQUIRE(::stat(world.at(bases[0] + ".private").c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
        CHECK(world.log.count({"key-made", "a.example"}) == 1);
        CHECK(world.log.count({"ds-to-publish", "a.example. DS ", " 2 ", "not before"}) == 1);
    }
}

TEST_CASE("live signing: a restart uses what is on the disk, and keeps the serial") {
    Signing world;
    auto before = world.zone();
    world.clock.ahead += 1800;
    world.restart();
    CHECK(world.faults() == "");
    CHECK(zones::diff(*before, *world.zone()).empty());
    CHECK(world.key_bases().size() == 1);

    // Another zone behind its back: another serial, and only its signatures are new.
    world.keeper.reset();
    world.replace("a.zone", zone_text(7, kData + "new A 192.0.2.5\n"));
    world.restart();
    CHECK(world.faults() == "");
    CHECK(world.zone()->serial() == 8);
    // SOA, the new name's two, and the NSEC in front of it.
    CHECK(world.signatures_unlike(*before) == 4);

    // They are on the disk as well now.
    before = world.zone();
    world.clock.ahead += 60;
    world.restart();
    CHECK(world.zone()->serial() == 8);
    CHECK(world.signatures_unlike(*before) == 0);
}

TEST_CASE("live signing: a reload signs what differs") {
    Signing world;
    auto before = world.zone();
    world.replace("a.zone", zone_text(7, kData + "new A 192.0.2.5\n"));
    CHECK(world.keeper->reload().loaded == 1);
    CHECK(world.faults() == "");
    CHECK(world.zone()->serial() == 8);
    CHECK(world.signatures_unlike(*before) == 4);

    world.replace("a.zone", zone_text(100, kData));
    CHECK(world.keeper->reload().ok);
    CHECK(world.faults() == "");
    CHECK(world.zone()->serial() == 100);

    world.replace("a.zone", zone_text(50, "ns2 A 192.0.2.2\n"));
    CHECK(world.keeper->reload().ok);
    CHECK(world.faults() == "");
    CHECK(world.zone()->serial() == 101);

    world.replace("a.zone", zone_text(50, "ns2 A 192.0.2.2\n") + "; the same\n");
    CHECK(world.keeper->reload().ok);
    CHECK(world.zone()->serial() == 101);
}

TEST_CASE("live signing: a big zone is signed where it differs") {
    std::string data = kData;
    for (int i = 0; i < 3'000; ++i)
        data += "h" + std::to_string(i) + " A 192.0.2." + std::to_string(i % 256) + "\n";
    Signing world("dnssec = 'e'\n[policy.e]\nalgorithm = 'ed25519'", zone_text(7, data));
    REQUIRE(world.zone() != nullptr);
    auto before = world.zone();
    data += "zz A 192.0.2.5\nh7 A 192.0.2.200\nsub NS ns.sub\nns.sub A 192.0.2.6\n";
    world.replace("a.zone", zone_text(7, data));
    CHECK(world.keeper->reload().ok);
    CHECK(world.zone()->serial() == 8);
    CHECK(world.signatures_unlike(*before) < 20);
    CHECK(world.faults() == "");
    world.restart();
    CHECK(world.faults() == "");
    // The SOA's, at most: nothing else is signed again.
    CHECK(world.signatures_unlike(*before) < 20);
}

TEST_CASE("signatures of a file are verified behind the answers, and only told") {
    Signing world;
    auto lines = [&] {
        std::string text;
        const zones::Zone& zone = *world.zone();
        for (zones::Zone::Cursor at(zone); at; at.next())
            for (size_t i = 0; i < (*at).rrset_count(); ++i)
                for (zones::RecordView record : (*at).rrset(i))
                    text += dns::to_text(zone.absolute((*at).name())) + " " +
                            std::to_string(record.ttl()) + " " + dns::type_text(record.type()) +
                            " " + dns::rdata_text(record.type(), record.rdata()) + "\n";
        return text;
    }();
    Signing signed_file("", lines);
    signed_file.keeper->finish_checks();
    CHECK(signed_file.log.count({"dnssec-fault"}) == 0);
    CHECK(signed_file.faults() == "");
    // An address that nobody signed.
    size_t at = lines.find("192.0.2.80");
    lines.replace(at, 10, "192.0.2.81");
    signed_file.replace("a.zone", lines);
    CHECK(signed_file.keeper->reload().ok);
    signed_file.keeper->finish_checks();
    CHECK(signed_file.log.count({"dnssec-fault", "a.zone:", "www.a.example."}) == 1);
    CHECK(signed_file.zone() != nullptr);
    signed_file.keeper->stop();
}

TEST_CASE("live signing: keys that are gone, or another's, are never replaced by new ones") {
    {
        Signing world;
        for (const std::string& base : world.key_bases())
            for (const char* ending : {".key", ".private"})
                std::filesystem::remove(world.at(base + ending));
        world.restart();
        CHECK(world.zone() == nullptr);
        CHECK(world.served().reason().find("its keys are gone") != std::string_view::npos);
    }
    {
        Signing world;
        world.keeper.reset();
        std::filesystem::remove_all(world.folder.at("state/signing"));
        world.restart();
        CHECK(world.zone() == nullptr);
        CHECK(world.served().reason().find("its keys are gone") != std::string_view::npos);
    }
    for (const char* record : {"@ DNSKEY 257 3 13 "
                               "uY1I9O/ykppBP49M9I4cvk9xcg/rGtVDvTDRVIXBkpyAvZrY/"
                               "3u7ReWXmbDsxCRJx4jTVQNTPKHFOjYcOQ/nwQ==",
                               "@ CDS 0 0 0 00"}) {
        Signing world("dnssec = true", zone_text(7, std::string(record) + "\n"));
        CHECK(world.zone() == nullptr);
        CHECK(world.served().reason().find("signed elsewhere") != std::string_view::npos);
        CHECK(world.key_bases().empty());
    }
    Signing world;
    world.replace("a.zone", zone_text(8,
                                      "@ DNSKEY 257 3 13 "
                                      "uY1I9O/ykppBP49M9I4cvk9xcg/rGtVDvTDRVIXBkpyAvZrY/"
                                      "3u7ReWXmbDsxCRJx4jTVQNTPKHFOjYcOQ/nwQ==\n"));
    CHECK(world.keeper->reload().refused == 1);
    CHECK(world.log.count({"zone-refused", "no private key"}) == 1);
    CHECK(world.zone()->serial() == 7);
}

TEST_CASE("live signing: taking dnssec away is refused until it is meant") {
    Signing world;
    world.folder.write("apex.toml", configuration(""));
    world.clock.ahead += 60;
    CHECK(world.keeper->reload().refused == 1);
    CHECK(world.log.count({"zone-refused", "unsign"}) == 1);
    CHECK(owns(*world.zone(), dns::type::DNSKEY));
    world.restart();
    CHECK(world.log.count({"still-signed"}) == 1);
    CHECK(world.faults() == "");

    world.replace("apex.toml", configuration("dnssec = 'unsign'"));
    world.clock.ahead += 60;
    CHECK(world.keeper->reload().ok);
    CHECK_FALSE(owns(*world.zone(), dns::type::DNSKEY));
    // The serial does not go back.
    CHECK(world.zone()->serial() == 8);
    world.replace("apex.toml", configuration(""));
    world.clock.ahead += 60;
    CHECK(world.keeper->reload().ok);
    CHECK_FALSE(owns(*world.zone(), dns::type::DNSKEY));
    world.replace("apex.toml", configuration("dnssec = true"));
    world.clock.ahead += 60;
    CHECK(world.keeper->reload().ok);
    CHECK(world.faults() == "");
    CHECK(world.key_bases().size() == 1);
}

TEST_CASE("live signing: a zone that leaves is signed until its unsigned version is served") {
    Signing world("max-shrink = 20\ndnssec = true", zone_text(7, kData));
    // Signatures that go are no loss; data that goes with them is.
    world.folder.write("apex.toml", configuration("max-shrink = 20\ndnssec = 'unsign'"));
    world.replace("a.zone", zone_text(8));
    world.clock.ahead += 60;
    CHECK(world.keeper->reload().refused == 1);
    CHECK(world.log.count({"zone-refused", "max-shrink"}) == 1);
    CHECK(world.log.count({"unsigned"}) == 0);
    CHECK(world.faults() == "");
    world.live(9 * kDay, [&] { CHECK(world.faults() == ""); });
    CHECK(world.served().serial() > 8);  // renewed
    world.replace("a.zone", zone_text(9, kData));
    CHECK(world.keeper->reload().ok);
    CHECK_FALSE(owns(*world.zone(), dns::type::DNSKEY));
    CHECK(world.log.count({"unsigned"}) == 1);
    CHECK_FALSE(world.keeper->due().has_value());
}

TEST_CASE("live signing: a zone that went and comes again is not served unsigned by mistake") {
    Signing world;
    world.folder.write("b.zone", zone_text(1));
    const std::string other = "[[zone]]\nname = 'b.example'\nfile = 'b.zone'\n";
    world.replace("apex.toml", other);
    world.clock.ahead += 60;
    CHECK(world.keeper->reload().ok);
    world.replace("apex.toml", other + configuration(""));
    world.clock.ahead += 60;
    CHECK(world.keeper->reload().ok);
    CHECK(world.log.count({"still-signed"}) == 1);
    CHECK(owns(*world.zone(), dns::type::DNSKEY));
    CHECK(world.faults() == "");
}

TEST_CASE("live signing: a step of keys that could not be kept is made later") {
    Signing world;
    FullFiles files;
    world.keeper = std::make_unique<server::ZoneKeeper>(files, world.clock, world.log,
                                                        world.settings, world.read());
    REQUIRE(world.keeper->start().ok());
    world.keeper->after_start();
    auto names = signer::KeyNames::of_folder(files, world.at(""));
    signer::KeyRequest request;
    request.owner = make_name("a.example");
    request.algorithm = 13;
    request.flags = signer::key_flag::zone | signer::key_flag::entry_point;
    request.ttl = 3600;
    const dns::UnixTime step = world.clock.now() + kDay;
    for (signer::KeyTime time : {signer::KeyTime::publish, signer::KeyTime::activate})
        request.times[time] = step;
    REQUIRE(signer::make_key(files, names.value(), request).ok());
    CHECK(world.keeper->reload().ok);
    world.keeper->renew();
    auto key_count = [&] { return world.zone()->apex().find(dns::type::DNSKEY).count(); };
    CHECK(key_count() == 1);
    world.clock.ahead += kDay + 10;
    files.full = true;
    world.keeper->renew();
    CHECK(world.log.count({"not-renewed", "No space left"}) == 1);
    CHECK(key_count() == 1);
    CHECK(world.faults() == "");
    files.full = false;
    REQUIRE(world.keeper->due().has_value());
    CHECK(*world.keeper->due() > world.clock.now());  // it does not try without a pause
    world.clock.ahead += 300;
    world.keeper->renew();
    CHECK(key_count() == 2);
    CHECK(world.faults() == "");
    CHECK(world.log.count({"ds-to-publish"}) == 2);
}

TEST_CASE("live signing: CDS and CDNSKEY come when all caches hold the signed zone") {
    Signing world;
    CHECK_FALSE(owns(*world.zone(), dns::type::CDS));
    // The key set lives longest, for an hour.
    world.live(3500, [&] { CHECK(world.faults() == ""); });
    CHECK_FALSE(owns(*world.zone(), dns::type::CDS));
    world.live(200, [&] { CHECK(world.faults() == ""); });
    CHECK(owns(*world.zone(), dns::type::CDS));
    CHECK(owns(*world.zone(), dns::type::CDNSKEY));
    CHECK(world.faults() == "");
    // They are there from the start then, and nothing is another.
    auto before = world.zone();
    world.restart();
    CHECK(owns(*world.zone(), dns::type::CDS));
    CHECK(world.zone()->serial() == before->serial());
    CHECK(world.signatures_unlike(*before) == 0);
    Signing never("dnssec = 'n'\n[policy.n]\ncds = 'never'");
    never.live(kDay, [] {});
    CHECK_FALSE(owns(*never.zone(), dns::type::CDS));
}

TEST_CASE("live signing: CDS by hand, as the times of a key have it") {
    Signing world;
    const std::string path = world.at(world.key_bases().at(0) + ".private");
    const std::string text =
        world.folder.read("state/signing/a.example/" + world.key_bases().at(0) + ".private");
    const dns::UnixTime start = world.clock.now();
    std::ofstream(path) << text << "SyncPublish: " << signer::compact_time(start + 2 * kDay)
                        << "\nSyncDelete: " << signer::compact_time(start + 4 * kDay) << "\n";
    world.restart();
    for (int day = 0; day < 6; ++day) {
        CAPTURE(day);
        CHECK(owns(*world.zone(), dns::type::CDS) == (day == 2 || day == 3));
        CHECK(owns(*world.zone(), dns::type::CDNSKEY) == (day == 2 || day == 3));
        CHECK(world.faults() == "");
        world.live(start + (day + 1) * kDay + 60 - world.clock.now(), [] {});
    }
}

TEST_CASE("live signing: a start after renewals serves what was served, serial and all") {
    Signing world;
    world.live(9 * kDay, [] {});
    auto before = world.zone();
    CHECK(before->serial() > 7);
    world.restart();
    CHECK(world.zone()->serial() == before->serial());
    CHECK(world.signatures_unlike(*before) == 0);
}

TEST_CASE("live signing: a year of renewals, a few at a time, and always whole") {
    Signing world;
    uint32_t serial = world.zone()->serial();
    size_t steps = 0;
    world.live(365 * kDay, [&] {
        ++steps;
        CHECK(world.faults() == "");
        CHECK(world.zone()->serial() >= serial);
        serial = world.zone()->serial();
    });
    CHECK(world.faults() == "");
    CHECK(steps > 50);
    CHECK(world.log.count({"not-renewed"}) == 0);
    world.restart();
    CHECK(world.faults() == "");
    CHECK(world.zone()->serial() - serial <= 1);
}

TEST_CASE("live signing: killed at any write, it goes on from the old state or the new one") {
    using Moment = DyingFiles::Moment;
    size_t deaths = 0;
    for (Moment moment : {Moment::before, Moment::within, Moment::behind}) {
        for (size_t write = 1;; ++write) {
            CAPTURE(write);
            Publishing world;
            world.settings.threads = 1;
            world.folder.write("apex.toml", configuration("dnssec = true"));
            world.folder.write("a.zone", zone_text(7, kData));
            DyingFiles files(write, moment);
            uint32_t served = 0;
            try {
                server::ZoneKeeper keeper(files, world.clock, world.log, world.settings,
                                          world.read());
                auto look = [&] { served = zone_in(*keeper.current(), "a.example")->serial(); };
                REQUIRE(keeper.start().ok());
                look();
                keeper.after_start();
                for (const char* more : {"", "b A 192.0.2.7\n", "c A 192.0.2.8\n"}) {
                    world.replace("a.zone", zone_text(7, kData + more));
                    CHECK(keeper.reload().ok);
                    look();
                    world.clock.ahead += 8 * kDay;
                    keeper.renew();
                    look();
                }
            } catch (const DyingFiles::Killed&) {
                ++deaths;
            }
            Signing next("dnssec = true", zone_text(7, kData));
            std::filesystem::remove_all(next.folder.at("state"));
            std::filesystem::copy(world.folder.at("state"), next.folder.at("state"),
                                  std::filesystem::copy_options::recursive);
            next.clock.ahead = world.clock.ahead.load();
            next.restart();
            CHECK(next.faults() == "");
            CHECK(next.served().serial() >= served);
            CHECK(next.keys().size() == 1);
            if (!files.died()) break;
        }
    }
    CHECK(deaths >= 3 * 8);
}

TEST_CASE("live signing: what the disk did to stored signatures costs only time") {
    Signing world;
    auto before = world.zone();
    std::string stored = world.folder.read("state/signing/a.example/signatures");
    REQUIRE(stored.size() > 500);
    for (size_t cut : {size_t{0}, size_t{5}, size_t{8}, size_t{100}, stored.size() - 1}) {
        CAPTURE(cut);
        world.folder.write("state/signing/a.example/signatures", stored.substr(0, cut));
        world.restart();
        CHECK(world.faults() == "");
    }
    std::string flipped = stored;
    flipped[stored.size() / 2] ^= 1;
    world.folder.write("state/signing/a.example/signatures", flipped);
    world.log.clear();
    world.restart();
    CHECK(world.faults() == "");
    CHECK(world.log.count({"signatures-lost", "damaged"}) == 1);
    world.log.clear();
    world.restart();
    CHECK(world.log.count({"signatures-lost"}) == 0);

    // A record that is not as it was written is another matter: the serial might go back.
    world.keeper.reset();
    std::string record = world.folder.read("state/signing/a.example/record");
    world.folder.write("state/signing/a.example/record",
                       "serial 1" + record.substr(record.find('\n')));
    world.restart();
    CHECK(world.zone() == nullptr);
    CHECK(world.served().reason().find("backup") != std::string_view::npos);
}

}  // namespace apex_tests
