// The publisher: it owns the current set and all that is needed to make the next one. It has one
// thread, of low priority; what it does is asked of it from any thread and told when it is done.
//
//   start      configuration, zones added by `apex ctl` -> all zones, on all cores -> first set
//   reload     what differs is read again -> accepted or refused -> one new set -> deliver
//   add ...    one zone -> written down in the state folder -> one new set -> deliver
//
//              deliver(set)                        retire(set)
//   publisher ------------> workers, one by one ------------> publisher, which frees it
//
// A zone's way:
//
//   (configured) --loads--> served <--------reload, accepted---------+
//        |                    |  \--reload, refused: old version stays, loudly
//        +--does not load--> no zone: SERVFAIL with the reason, until a reload is accepted
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/base/clock.h"
#include "dns/base/files.h"
#include "server/answer/set.h"
#include "server/config/configuration.h"
#include "server/publish/event_log.h"
#include "signer/sign_zone.h"
#include "zoneparser/parser.h"

namespace server {

// What became of a job: one sentence for the person who asked. `zones` counts what it did.
struct JobReport {
    bool ok = true;
    std::string sentence;  // "2 zones loaded, 1 refused, 3 unchanged"
    std::string hint;      // what to do, if it is not ok; may be empty
    size_t loaded = 0;     // new versions and new zones
    size_t refused = 0;    // keep what they had
    size_t removed = 0;
    size_t unchanged = 0;
};
using Done = std::function<void(const JobReport&)>;

// A zone as it is now, for `apex ctl zones`.
struct ZoneStatus {
    dns::Name name;
    uint32_t number = 0;
    std::vector<std::string> views;  // that list it
    std::string file;                // of an overlay: its patch
    bool overlay = false;
    bool loaded = false;  // false: SERVFAIL
    bool added = false;   // by `apex ctl zone add`, not by the configuration
    uint32_t serial = 0;
    size_t names = 0;
    size_t records = 0;
    dns::UnixTime since = 0;  // when this version was loaded
    std::string refused;      // why the file as it is now is not served; empty if it is
};

struct PublisherStatus {
    size_t zones = 0;
    size_t not_loaded = 0;    // SERVFAIL
    size_t refused = 0;       // an older version is served
    uint64_t generation = 0;  // of the current set
    size_t records = 0;
    dns::UnixTime last_reload = 0;  // 0: none yet
    bool busy = false;              // a job is under way
};

struct PublisherSettings {
    std::string configuration_file;  // "": there is none
    std::string state_folder;        // "": there is none; locked by the caller otherwise
    unsigned threads = 1;            // for loading
    ReadingOptions reading;          // of the configuration, when it is read again
    // Told how far a zone file is parsed, from any thread; null: nobody.
    zoneparser::Progress* progress = nullptr;
    // Told how far a zone is signed, from any thread; null: nobody.
    signer::SigningProgress* signing_progress = nullptr;
    // Takes each set after the first. Called on the publisher's thread.
    std::function<void(std::shared_ptr<const Set>)> deliver;
    // Called when the configuration was read again and differs, with what it says now: for what
    // others own (rate limits, the log). May be empty.
    std::function<void(const Configuration&)> configured;
};

class Publisher {
  public:
    // What is named here outlives the publisher.
    Publisher(const dns::Files& files, const dns::Clock& clock, EventLog& log,
              PublisherSettings settings, Configuration configuration);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    // Loads all zones on the calling thread and others, and starts the publisher's thread. A fault
    // is one of the state folder or of a secret; zones that do not load are SERVFAIL.
    dns::Result<std::shared_ptr<const Set>> start();
    // Lets the job under way end as soon as it can, drops those that wait, joins the thread.
    void stop();

    // Jobs, from any thread, done in their order. `done` may be empty; it is called on the
    // publisher's thread, always.
    void reload(Done done);  // configuration and all zones
    void reload_zone(const dns::Name& name, bool always, Done done);
    // `file` relative to the configuration's folder; `template_name` "" for none.
    void add_zone(const dns::Name& name, std::string file, std::string template_name, Done done);
    void remove_zone(const dns::Name& name, Done done);
    // Takes back a set that a worker no longer uses, to free it here.
    void retire(std::shared_ptr<const Set> set);

    // From any thread; none of these waits for a job.
    std::shared_ptr<const Set> current() const;
    PublisherStatus status() const;
    std::optional<ZoneStatus> zone(uint32_t number) const;
    // In order of their numbers.
    void for_each_zone(const std::function<void(const ZoneStatus&)>& use) const;
    // What the places of a zone's records point into: the zone's own sources, or made now for the
    // many zones that are one file each.
    std::shared_ptr<const dns::Sources> sources_of(const ServedZone& zone) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace server
