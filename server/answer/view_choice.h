// Which view answers whom: the first whose clients, destinations and keys all hold, found without
// asking one view after the other. Each of the three facts leads to the set of the views whose list
// holds it; the first view that is in all three sets answers.
//
//   client address ------> set  0 1 1 0 1 ...   -+
//   destination address -> set  1 0 1 1 1 ...   -+- first in all: view 2
//   key number ----------> set  1 1 1 1 1 ...   -+
//
// A set ends with its first view that has neither of the other two lists, since none behind it can
// win; where it begins with such a view, that view answers and nothing else is looked up. So views
// that have clients only cost one look-up, and their sets take no memory.
//
// Measured on one core, random clients, 100 views: see `apex-figures views` (tests/bench).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "server/answer/address_map.h"
#include "server/answer/client.h"

namespace server {

struct View;

// Const once made; sets whose views have the same lists share it.
class ViewChoice {
  public:
    // As many as there are views if none answers.
    size_t choose(const Client& client, KeyNumber key) const;
    size_t memory() const;

  private:
    friend class ViewChoiceMaker;
    static constexpr uint32_t kDecided = uint32_t{1} << 31;  // marks a value: the view itself

    // Views from 64 * begin on, a bit each.
    struct Views {
        uint32_t begin, end;  // in words
        uint32_t words;       // where they stand in words_
    };

    AddressMap clients_;
    AddressMap destinations_;
    std::vector<uint32_t> keys_;  // by number
    uint32_t no_key_ = 0;         // of numbers behind the last
    std::vector<Views> sets_;
    std::vector<uint64_t> words_;
    uint32_t views_ = 0;
};

// Null where the first view answers everyone, or there is none: then there is nothing to choose.
std::shared_ptr<const ViewChoice> make_view_choice(
    std::span<const std::shared_ptr<const View>> views);

}  // namespace server
