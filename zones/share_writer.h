// Writes names, one share of the canonical order, into a part of a base: counts the children of
// each name, and makes the empty non-terminals on the way (RFC 4592 2.2.2).
//
//   share 0              share 1                     told to the writer of the base at the end
//   (apex) a  x.a  ...   | y.a  b  w.v.c  ...        a has 1 child more, the apex has 2
//                              ancestors: (apex) c v.c, one in each part that it has names in
#pragma once

#include <vector>

#include "zones/base_writer.h"

namespace zones {

class ShareWriter {
  public:
    explicit ShareWriter(PartWriter& part) : part_(part) {}

    // First of all, for the share that begins with the apex or has to make it; or for another,
    // whose first name stands behind `before`, the last of those in front.
    void open_first(bool has_apex);
    void open(dns::NameView before, dns::NameView first);
    // Names in canonical order, each once. All names that are given stay where they are until
    // end().
    void add(dns::NameView name, std::span<const RrsetParts> rrsets,
             std::span<const dns::Place> places);
    void end();

  private:
    // A name on the way from the apex to the one written last, in this part or one in front of it.
    struct Ancestor {
        dns::NameView name;
        bool in_this_part = false;
        Ref node;
        uint32_t children = 0;
        bool wildcard_child = false;
    };

    void add_child(dns::NameView name, std::span<const RrsetParts> rrsets,
                   std::span<const dns::Place> places);
    void close();

    PartWriter& part_;
    std::vector<Ancestor> ancestors_;
};

}  // namespace zones
