// Which types a name has to be asked for, so that everything that a view says to it is heard.
//
//   www CNAME web; web A, TXT     CNAME, A, TXT, ANY, and one that neither of them has
//
// DNSSEC's own types (RRSIG, NSEC, NSEC3) are among them only where they are wanted.
#pragma once

#include <vector>

#include "server/answer/set.h"
#include "zones/lookup.h"

namespace server {

// Where a name stands in a zone, and what the zone says to a type that stands nowhere.
struct Look {
    zones::Position position;
    zones::Lookup found;
    // A cut or a DNAME above the name decides what is said.
    bool hidden = false;

    bool negative() const {
        return found.fact == zones::Fact::no_data || found.fact == zones::Fact::no_name;
    }
};
Look look_up(const zones::Zone& zone, dns::NameView relative);

// A few types, in order.
class TypeSet {
  public:
    explicit TypeSet(bool dnssec) : dnssec_(dnssec) {}
    void clear() { types_.clear(); }
    void add(uint16_t type);
    void add_all(const zones::NodeView& node);
    bool has(uint16_t type) const;
    const std::vector<uint16_t>& list() const { return types_; }
    // A type that is not among them and that no record has: the first of those that people know
    // and that `usual` (if it is none) comes before.
    uint16_t other(uint16_t usual) const;

  private:
    bool dnssec_;
    std::vector<uint16_t> types_;
};

// Adds the types of all names that the answer to `name` comes by: what it is an alias of, in this
// zone or in others of the view, and DS where it is a cut's or an apex's.
void add_asked_types(const View& view, const ServedZone& zone, const Look& look, dns::NameView name,
                     TypeSet& types);

}  // namespace server
