// What of the views is in vain: networks of `clients` that earlier views take away whole, and views
// that answer nobody. For checks of a configuration; it looks at all addresses at once.
//
//   view 0   10.0.0.0/8                       |---------------|
//   view 1   10.1.0.0/16, 11.0.0.0/8              |--|          |---|       10.1.0.0/16 in vain
//
// A view takes away from a later one where it takes all that the later one could ask for: it has no
// destinations and keys, or the very same ones.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "server/answer/set.h"

namespace server {

struct ViewReach {
    struct Shadowed {
        size_t network;  // place in the list of clients
        size_t by;       // the view that answers its first address
    };
    bool answers = false;  // somebody
    std::vector<Shadowed> shadowed;
};

// One for each view.
std::vector<ViewReach> reach_of(std::span<const std::shared_ptr<const View>> views);

}  // namespace server
