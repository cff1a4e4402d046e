// The world of a scenario or a property as the server sees it: a published set with the same views,
// zones and settings; and one request through respond().
#pragma once

#include "server/answer/respond.h"
#include "tests/reference/responder.h"

namespace apex_tests {

// Zones are built from the records, without the rules that would refuse some.
server::Set make_set(const reference::World& world);

server::Client client_of(const reference::Asker& asker);

struct Reply {
    server::Outcome outcome;
    std::string octets;  // none: silence

    std::span<const uint8_t> span() const {
        return {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()};
    }
};
// `now` is the time of cookies.
Reply ask(const server::Set& set, const std::string& request, const reference::Asker& asker,
          server::Scratch& scratch, dns::UnixTime now = 1'700'000'000);

inline std::span<const uint8_t> octets_of(const std::string& text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace apex_tests
