// The changes of a zone while they are being worked out: what each RRset shall be, told once or
// several times, and in the end what differs from the zone.
#pragma once

#include <map>
#include <string>

#include "zones/zone.h"

namespace signer {

// A name's place in the canonical order, as octets that compare.
std::string order_key(dns::NameView relative);

class ChangeCollector {
  public:
    explicit ChangeCollector(const zones::Zone& before) : before_(before) {}

    // Shall be so; count 0: shall not be.
    void set(dns::NameView relative, uint16_t type, uint16_t covered, zones::OwnedRrset after);
    void remove(dns::NameView relative, uint16_t type, uint16_t covered = 0) {
        set(relative, type, covered, {});
    }
    // Takes over what each RRset is after a change of the same zone.
    void add(const zones::ChangeSet& changes);
    // In canonical order.
    zones::ChangeSet changes() const;

  private:
    struct Key {
        std::string owner;
        uint16_t type, covered;
        auto operator<=>(const Key&) const = default;
    };
    struct Wanted {
        dns::Name relative;
        zones::OwnedRrset after;
    };
    const zones::Zone& before_;
    std::map<Key, Wanted> wanted_;
};

}  // namespace signer
