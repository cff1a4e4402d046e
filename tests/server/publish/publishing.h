// A publisher's world for tests: a folder on the disk, a clock that is set, a log that is kept.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/publish/disk_files.h"
#include "server/publish/system.h"
#include "server/publish/zone_keeper.h"
#include "tests/server/publish/temporary_folder.h"
#include "tests/support/zone_text.h"

namespace apex_tests {

// Hours ahead, so that files which a test just wrote are old.
class AheadClock : public dns::Clock {
  public:
    dns::UnixTime now() const override { return system_.now() + ahead; }
    int64_t steady_ns() const override { return system_.steady_ns(); }
    std::atomic<dns::UnixTime> ahead = 7200;  // background checks ask as well

  private:
    server::SystemClock system_;
};

class KeptLog : public server::EventLog {
  public:
    bool wants(server::LogLevel level) const override { return level >= least; }
    void event(server::LogLevel level, std::string_view event, std::string_view sentence,
               std::initializer_list<server::LogField> fields) override {
        std::string line(event);
        for (const server::LogField& field : fields)
            if (field.is_number || !field.text.empty())
                line += " " + std::string(field.key) + "=" +
                    (field.is_number ? std::to_string(field.number) : std::string(field.text));
        if (!sentence.empty()) line += " | " + std::string(sentence);
        std::lock_guard lock(mutex_);
        if (level >= least) lines_.push_back(line);
    }
    // How many lines have all of that in them, one piece after the other.
    size_t count(std::initializer_list<std::string_view> pieces) const {
        std::lock_guard lock(mutex_);
        size_t found = 0;
        for (const std::string& line : lines_) {
            size_t at = 0;
            for (std::string_view piece : pieces)
                if (at != std::string::npos) at = line.find(piece, at);
            found += at != std::string::npos;
        }
        return found;
    }
    std::string all() const {
        std::lock_guard lock(mutex_);
        std::string text;
        for (const std::string& line : lines_) text += line + "\n";
        return text;
    }
    void clear() {
        std::lock_guard lock(mutex_);
        lines_.clear();
    }
    server::LogLevel least = server::LogLevel::info;

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

// A zone with a serial and a few more records.
inline std::string zone_text(uint32_t serial, const std::string& more = "") {
    return "$TTL 300\n@ SOA ns hostmaster " + std::to_string(serial) +
           " 1h 15m 2w 10m\n@ NS ns\nns A 192.0.2.1\n" + more;
}

// Everything that a publisher needs, with a folder for its configuration, zones and state.
struct Publishing {
    TemporaryFolder folder;
    server::DiskFiles files;
    AheadClock clock;
    KeptLog log;
    server::PublisherSettings settings;
    std::vector<std::shared_ptr<const server::Set>> delivered;

    Publishing() {
        settings.configuration_file = folder.at("apex.toml");
        settings.state_folder = folder.at("state");
        settings.threads = 2;
        settings.reading.key = {3, 4};
        settings.deliver = [this](std::shared_ptr<const server::Set> set) {
            delivered.push_back(std::move(set));
        };
        std::filesystem::create_directory(settings.state_folder);
    }
    // Puts a file into place as a careful tool does: so that it differs also where times stand
    // still.
    void replace(const std::string& name, const std::string& text) {
        folder.write(name + ".next", text);
        std::filesystem::rename(folder.at(name + ".next"), folder.at(name));
    }
    server::Configuration read() {
        dns::Sources sources;
        dns::Severities severities;
        dns::Findings findings(severities);
        server::ReadingOptions options = settings.reading;
        options.now = clock.now();
        auto read = server::read_configuration(files, settings.configuration_file, sources,
                                               findings, options);
        REQUIRE(read.ok());
        REQUIRE_FALSE(findings.failed());
        return std::move(read.value());
    }
    std::unique_ptr<server::ZoneKeeper> start() {
        auto keeper = std::make_unique<server::ZoneKeeper>(files, clock, log, settings, read());
        auto started = keeper->start();
        REQUIRE_MESSAGE(started.ok(), (started.ok() ? "" : started.fault().sentence));
        return keeper;
    }
};

// What the keeper tells of the zone of that name in the last view.
inline std::optional<server::ZoneStatus> zone_status(const server::ZoneKeeper& keeper,
                                                     std::string_view name) {
    const server::ServedZone* zone = keeper.current()->views.back()->zones.find(make_name(name));
    return zone != nullptr ? keeper.zone(zone->number()) : std::nullopt;
}

inline const server::ServedZone* zone_in(const server::Set& set, std::string_view name) {
    return set.views.back()->zones.find(make_name(name));
}
// Its serial; 0 for a zone that is not loaded, -1 for none.
inline int64_t serial_in(const server::Set& set, std::string_view name) {
    const server::ServedZone* zone = zone_in(set, name);
    return zone == nullptr ? int64_t{-1} : int64_t{zone->serial()};
}

}  // namespace apex_tests
