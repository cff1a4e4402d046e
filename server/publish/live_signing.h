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

class LiveSigning {
  public:
    explicit LiveSigning(SigningWorld world);

    // What is wrong with the state folder, if it cannot be asked which zones were signed.
    dns::Result<void> open();
    // Whether the zone is to be signed, or was and must not lose that silently.
    bool concerns(dns::NameView name, const ZoneChoices& choices) const;
    // As LiveZone::sign(). Of one zone one call at a time, of several zones any number.
    dns::Result<SharedZone> sign(dns::NameView name, const SharedZone& input,
                                 const zones::Zone* served, const ZoneChoices& choices,
                                 unsigned threads);
    dns::Result<SharedZone> renew(dns::NameView name, const zones::Zone& served);
    // Whether it is signed here.
    bool is_signing(dns::NameView name) const;
    // A version of this zone is served, or will be.
    void store(dns::NameView name, const zones::Zone& served);
    void forget(dns::NameView name);

    // Makes all of them look at their keys again, soon.
    void look_again();
    // When some zone has something due, and which have so at that time.
    std::optional<dns::UnixTime> due() const;
    std::vector<dns::Name> due_zones(dns::UnixTime now) const;

  private:
    LiveZone* find(dns::NameView name) const;

    SigningWorld world_;
    std::set<std::string> signed_before_;  // names of folders
    mutable std::mutex mutex_;             // over the table; a zone's own work needs no lock
    std::map<std::string, std::unique_ptr<LiveZone>> zones_;  // by lower-case wire name
};

}  // namespace server
