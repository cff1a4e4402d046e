// What views let out, and where they contradict each other: leak_rules(), for `apex check -c`.
//
//   each zone, as it is loaded ---> addresses that only some can reach, in a view that all can ask
//        |
//        +-- what is remembered of zones that differ from view to view: keys, DS, names
//                                          |
//                               finish() --+--> findings about the configuration
//
// A view answers public clients if its lists of clients, destinations and of who may ask each hold
// an address that is public, and it asks for no key. Views whose server listens on addresses that
// are not public answer none.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/answer/set.h"
#include "server/cli/zone_call.h"
#include "server/config/configuration.h"
#include "server/publish/zone_groups.h"

namespace server {

// What kind of address it is that not everybody can reach ("private (RFC 1918)"); null for others.
const char* private_kind(const Address& address);

class LeakChecks {
  public:
    // Both have to outlive it.
    LeakChecks(const Configuration& configuration, const std::vector<ZoneGroup>& groups);

    // The zone of a group that was just loaded, and of an overlay what it lies over; its findings
    // get those about its records.
    void zone(size_t group, LoadedZone& zone, const LoadedZone* base);
    // Once all zones were there: what is about more than one of them.
    void finish(dns::Findings& findings);

  private:
    // A group of a zone that is not the same in all views.
    struct Version {
        size_t group = 0;
        bool is_signed = false;
        std::string keys;             // DNSKEY RRset; "" where the server makes them
        std::set<std::string> names;  // text, if name-in-one-view is on
    };
    struct Differing {
        std::vector<Version> versions;
        std::string parent;  // a zone that has a DS for it; "" if none does
    };

    bool is_public(const ZoneGroup& group, ViewNumber& view) const;
    void check_addresses(const zones::NodeView& node, const std::string& view,
                         uint32_t first_source, LoadedZone& zone);
    void remember(size_t group, const LoadedZone& zone);
    const std::string& view_of(const Version& version) const;

    const Configuration& configuration_;
    const std::vector<ZoneGroup>& groups_;
    std::vector<bool> public_views_;
    std::map<std::string, Differing> differing_;  // by key_of() the zone's name
};

}  // namespace server
