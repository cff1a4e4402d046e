// The zones that are signed live, by name. Zones that have nothing to do with it cost one look into
// a table that is empty as a rule.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "server/publish/live_zone.h"

namespace server {

// A zone of that name in a view; "" for the view "default". Keys belong to the name alone.
struct LiveName {
    dns::Name zone;
    std::string view;
};

class LiveSigning {
  public:
    explicit LiveSigning(SigningWorld world);

    // What is wrong with the state folder, if it cannot be asked which zones were signed.
    dns::Result<void> open();
    // Whether the zone is to be signed, or is known.
    bool concerns(const LiveName& name, const ZoneChoices& choices) const;
    // Whether it is signed here, or was and must not lose that silently.
    bool knows(const LiveName& name) const;
    // As LiveZone::sign(), from any number of threads; zones of one name, which share their keys,
    // take turns.
    dns::Result<SharedZone> sign(const LiveName& name, const SharedZone& input,
                                 const zones::Zone* served, const ZoneChoices& choices,
                                 unsigned threads);
    dns::Result<SharedZone> renew(const LiveName& name, const zones::Zone& served);
    // As LiveZone::sign_over(), of a zone that is signed here.
    dns::Result<SharedZone> sign_over(const LiveName& name, const zones::Zone& served,
                                      zones::ChangeSet changes) const;
    // Whether it is signed here.
    bool is_signing(const LiveName& name) const;
    // A version of this zone is served, or will be; or the one made last is not.
    void settle(const LiveName& name, const zones::Zone& served);
    void take_back(const LiveName& name);
    void forget(const LiveName& name);

    // Makes all of them look at their keys again, soon.
    void look_again();
    // What is due of that zone is left for later.
    void postpone(const LiveName& name);
    // When some zone has something due, and which have so at that time.
    std::optional<dns::UnixTime> due() const;
    std::vector<LiveName> due_zones(dns::UnixTime now) const;

  private:
    struct Slot {
        LiveName name;
        std::unique_ptr<LiveZone> zone;
    };
    LiveZone* find(const LiveName& name) const;

    SigningWorld world_;
    std::set<std::string> marked_;             // marks of the zones that were signed, or are
    mutable std::mutex mutex_;                 // over the table; a zone's own work needs no lock
    std::map<std::string, Slot> zones_;        // by lower-case wire name, then view
    std::map<std::string, std::mutex> turns_;  // by lower-case wire name
};

}  // namespace server
