#include "server/publish/publisher.h"

#include <doctest/doctest.h>

#include <condition_variable>

#include "tests/server/publish/publishing.h"

namespace apex_tests {

namespace {

// Waits for what another thread does, but not for ever.
class Waited {
  public:
    void tell(const server::JobReport& report) {
        std::lock_guard lock(mutex_);
        reports_.push_back(report);
        told_.notify_all();
    }
    server::Done done() {
        return [this](const server::JobReport& report) { tell(report); };
    }
    // The reports, once there are so many.
    std::vector<server::JobReport> wait(size_t count) {
        std::unique_lock lock(mutex_);
        REQUIRE(told_.wait_for(lock, std::chrono::seconds(20),
                               [&] { return reports_.size() >= count; }));
        return reports_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable told_;
    std::vector<server::JobReport> reports_;
};

}  // namespace

TEST_CASE("publisher: jobs are done in their order, and sets given back are freed") {
    Publishing world;
    world.folder.write("apex.toml", "[[zone]]\nname = 'a.example'\nfile = 'a.zone'\n");
    world.folder.write("a.zone", zone_text(1));
    world.folder.write("b.zone", zone_text(1));
    Waited waited;
    std::weak_ptr<const server::Set> first;
    std::mutex mutex;
    std::shared_ptr<const server::Set> latest;
    world.settings.deliver = [&](std::shared_ptr<const server::Set> set) {
        std::lock_guard lock(mutex);
        latest = std::move(set);
    };
    {
        server::Publisher publisher(world.files, world.clock, world.log, world.settings,
                                    world.read());
        CHECK(publisher.current() == nullptr);
        CHECK(publisher.status().busy);
        CHECK_FALSE(publisher.zone(0).has_value());
        auto started = publisher.start();
        REQUIRE(started.ok());
        std::shared_ptr<const server::Set> held = started.value();
        started = dns::Fault{};
        first = held;
        world.replace("a.zone", zone_text(2));
        publisher.reload_zone(make_name("a.example"), false, waited.done());
        publisher.add_zone(make_name("b.example"), "b.zone", "", waited.done());
        publisher.remove_zone(make_name("b.example"), waited.done());
        publisher.reload(waited.done());
        auto reports = waited.wait(4);
        CHECK(reports[0].loaded == 1);
        CHECK(reports[1].sentence == "b.example. is served with serial 1");
        CHECK(reports[2].removed == 1);
        CHECK(reports[3].unchanged == 1);
        CHECK(publisher.status().generation == 4);
        CHECK(publisher.zone(0)->serial == 2);
        {
            std::lock_guard lock(mutex);
            CHECK(latest == publisher.current());
        }
        CHECK_FALSE(first.expired());
        publisher.retire(std::move(held));
        publisher.reload(waited.done());
        waited.wait(5);
        CHECK(first.expired());
        publisher.stop();
        publisher.reload(waited.done());
        publisher.stop();
        CHECK_FALSE(waited.wait(6)[5].ok);  // nobody waits for what is never done
    }
}

TEST_CASE("publisher: a watched file is read when it was moved into place or written") {
    Publishing world;
    world.folder.write("apex.toml",
                       "watch = true\n[[zone]]\nname = 'a.example'\nfile = 'zones/a.zone'\n");
    world.folder.write("zones/a.zone", zone_text(1, "$INCLUDE ../more/x\n"));
    world.folder.write("more/x", "");
    Waited waited;
    world.settings.deliver = [&](std::shared_ptr<const server::Set> set) {
        server::JobReport report;
        report.loaded = static_cast<size_t>(serial_in(*set, "a.example"));
        report.unchanged = zone_in(*set, "a.example")->zone().record_count();
        waited.tell(report);
    };
    server::Publisher publisher(world.files, world.clock, world.log, world.settings, world.read());
    REQUIRE(publisher.start().ok());
    // Its thread watches by the time that it has done a job.
    Waited ready;
    publisher.reload(ready.done());
    ready.wait(1);
    world.replace("zones/a.zone", zone_text(2, "$INCLUDE ../more/x\n"));
    CHECK(waited.wait(1)[0].loaded == 2);
    world.folder.write("more/x", "x A 192.0.2.7\n");
    CHECK(waited.wait(2)[1].unchanged == 4);
}

}  // namespace apex_tests
