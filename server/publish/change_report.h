// What changed in a zone, for people: one sentence an RRset, and until when resolvers may still
// hold what it was before. A cache holds an old answer for its TTL from the moment of the change
// on; that a name or type did not exist it holds for the negative TTL (RFC 2308 5).
//
//   www.example.com A changed; caches may hold the old answer until 14:05:00Z
//   new.example.com MX is new; caches may hold that there was none until 13:15:00Z
//   ... and 37 more; caches may hold old answers until 15:00:00Z
#pragma once

#include <string>
#include <vector>

#include "dns/base/clock.h"
#include "zones/change_set.h"
#include "zones/zone.h"

namespace server {

class ChangeReport {
  public:
    static constexpr size_t kMostLines = 20;

    // `negative_ttl` is that of the zone as it was.
    ChangeReport(dns::NameView origin, uint32_t negative_ttl)
        : origin_(origin), negative_ttl_(negative_ttl) {}

    // One RRset as it was and as it is; one of the two may be none. `owner` is relative to the
    // apex.
    void add(dns::NameView owner, const zones::RrsetView& before, const zones::RrsetView& after);

    // RRsets that differ, apart from the SOA, which always does.
    size_t count() const { return count_; }
    // Signatures and proofs of nonexistence among them; they get no line of their own.
    size_t signatures() const { return signatures_; }
    // A sentence a change, at most kMostLines and one that sums up the rest; `now` is when the
    // change was published.
    std::vector<std::string> lines(dns::UnixTime now) const;

  private:
    std::string owner_text(dns::NameView owner) const;

    struct Line {
        std::string text;  // up to "until"
        uint32_t ttl;
    };

    dns::Name origin_;
    uint32_t negative_ttl_;
    size_t count_ = 0;
    size_t signatures_ = 0;
    std::vector<Line> lines_;
    uint32_t longest_ = 0;  // TTL of what has no line
};

// "14:05:00Z", with the day before it if that is another than the day of `now`.
std::string until_text(dns::UnixTime until, dns::UnixTime now);

}  // namespace server
