// The published set: everything that answers depend on, const once published. A worker holds one
// pointer to it and uses nothing else.
//
//   Set -+- settings (cookies, NSID, limits)
//        +- keys: who may sign
//        +- views, in order ---- clients? ---- zones by name ---- ServedZone ---- zones::Zone
//
// Sets share what does not differ: a new version of one zone makes a new Set whose tables share all
// other zones (zone_table.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/place.h"
#include "dns/cookie.h"
#include "dns/message.h"
#include "dns/tsig_key.h"
#include "server/answer/network_list.h"
#include "server/answer/view_choice.h"
#include "server/answer/zone_table.h"
#include "zones/zone.h"

namespace server {

// What the operator chose for a zone. Zones that chose the same share one.
struct ZoneOptions {
    std::optional<NetworkList> allow_query;  // none: the view's
};

// How a zone proves what does not exist.
enum class Denial : uint8_t { none, nsec, nsec3 };

// A zone as it is served: the zone, and what every answer from it needs, found once.
class ServedZone {
  public:
    // `zone` may be null: a zone that could not be loaded or is expired is SERVFAIL, for `reason`.
    // `number` is the zone's own for as long as the process lives: counters are kept by it.
    ServedZone(dns::NameView name, uint32_t number, std::shared_ptr<const zones::Zone> zone,
               std::shared_ptr<const ZoneOptions> options,
               std::shared_ptr<const dns::Sources> sources, const std::string& reason = {});

    dns::NameView name() const { return name_; }
    uint32_t number() const { return number_; }
    size_t label_count() const { return label_count_; }  // of the name, without the root label
    bool loaded() const { return zone_ != nullptr; }
    const zones::Zone& zone() const { return *zone_; }
    const std::shared_ptr<const zones::Zone>& shared_zone() const { return zone_; }
    const ZoneOptions& options() const { return *options_; }
    const std::shared_ptr<const ZoneOptions>& shared_options() const { return options_; }
    // The files that the zone's places point into; null where that is its own file alone.
    std::shared_ptr<const dns::Sources> sources() const { return rare_ ? rare_->sources : nullptr; }
    std::string_view reason() const { return rare_ ? std::string_view(rare_->reason) : ""; }

    const zones::NodeView& apex() const { return apex_; }
    const zones::RrsetView& soa() const { return soa_; }
    // min(TTL of the SOA, MINIMUM): RFC 2308 3, RFC 9077.
    uint32_t negative_ttl() const { return negative_ttl_; }
    uint32_t serial() const { return serial_; }
    uint32_t expire() const { return expire_; }
    Denial denial() const { return denial_; }
    // Of the NSEC3 chain; only for Denial::nsec3.
    unsigned nsec3_iterations() const { return nsec3_iterations_; }
    dns::Octets nsec3_salt() const { return {nsec3_salt_, nsec3_salt_size_}; }

  private:
    void find_denial();

    // There may be a million: what few have stands elsewhere, and the name is the zone's own.
    struct Rare {
        dns::Name name;  // of a zone that is not loaded
        std::shared_ptr<const dns::Sources> sources;
        std::string reason;
    };

    dns::NameView name_;
    std::unique_ptr<const Rare> rare_;
    std::shared_ptr<const zones::Zone> zone_;
    std::shared_ptr<const ZoneOptions> options_;
    zones::NodeView apex_;
    zones::RrsetView soa_;
    const uint8_t* nsec3_salt_ = nullptr;
    uint32_t number_;
    uint32_t negative_ttl_ = 0;
    uint32_t serial_ = 0;
    uint32_t expire_ = 0;
    uint16_t nsec3_iterations_ = 0;
    uint8_t nsec3_salt_size_ = 0;
    uint8_t label_count_ = 0;
    Denial denial_ = Denial::none;
};

// The first view whose lists all hold answers a client.
struct View {
    std::string name;
    uint32_t number = 0;                         // as a zone's: its own while the process lives
    std::optional<NetworkList> clients;          // none: all
    std::optional<NetworkList> destinations;     // none: all
    std::optional<std::vector<KeyNumber>> keys;  // none: all, and who did not sign
    NetworkList allow_query;                     // for zones that have no list of their own
    bool allow_all = true;                       // no list was given
    bool follow_view = false;                    // chains go on in other zones of the view
    ZoneTable zones;
};

// Who is to be answered: what the composer may show to this client.
struct Audience {
    const View& view;
    const Client& client;

    // ACLs: the zone's own list, else its view's.
    bool may_ask(const ServedZone& zone) const {
        const std::optional<NetworkList>& own = zone.options().allow_query;
        if (own) return own->contains(client.address);
        return view.allow_all || view.allow_query.contains(client.address);
    }
    // Chains and additional data go on from one zone into another only where the view says so.
    bool may_follow_into(const ServedZone& other, const ServedZone& from) const {
        return &other == &from || (view.follow_view && other.loaded() && may_ask(other));
    }
};

struct Settings {
    dns::SipKey hash_key;       // of all names: the zones' too
    uint16_t udp_size = 1232;   // RFC 9715 3.2
    bool rotate = false;        // RRsets begin at another record for each query
    bool send_together = true;  // replies of a batch to one client leave as one message
    bool cookies = true;
    dns::CookieSecrets cookie_secrets;
    std::string nsid;          // octets; empty: none
    std::string version;       // version.bind and version.server; empty: REFUSED
    std::string server_id;     // id.server and hostname.bind; empty: REFUSED
    uint16_t keepalive = 100;  // idle time told to TCP clients, in 100 ms (RFC 7828)
};

struct Set {
    Settings settings;
    std::shared_ptr<const dns::TsigKeys> keys;       // of KeyNumber; null: none
    std::vector<std::shared_ptr<const View>> views;  // at least one
    std::shared_ptr<const ViewChoice> choice;        // of make_view_choice(views); null: in order
    uint32_t view_numbers = 1;                       // all views' numbers are below
    uint32_t zone_numbers = 0;                       // all zones' numbers are below
    uint64_t generation = 0;
};

// The number of the view that answers this client, whose request was signed by `key` and found
// good; set.views.size() if there is none. Every transport and tool asks here.
size_t choose_view(const Set& set, const Client& client, KeyNumber key);

}  // namespace server
