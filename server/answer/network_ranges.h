// Lists of networks as ranges of addresses, a family each: where an address comes into a list and
// where it leaves it. For what looks at all addresses at once: view_choice, view_reach.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "server/answer/address_map.h"
#include "server/answer/network_list.h"

namespace server {

inline constexpr uint8_t kBitsBeforeV4 = 96;  // of an IPv4 address in 128 bits

template <class Key>
struct Interval {
    Key start;
    std::optional<Key> end;  // the first behind it; none: it reaches to the last address
};

// A view's coming and going, at an address.
template <class Key>
struct Event {
    Key at;
    uint32_t view;
    bool comes;
};

inline std::optional<Interval<uint32_t>> interval_of(const Network& network, uint32_t) {
    if (network.any) return Interval<uint32_t>{0, std::nullopt};
    if (network.prefix < kBitsBeforeV4 || !network.address.is_v4()) return std::nullopt;
    const uint32_t start = narrow_key(network.address);
    const uint64_t end = start + (uint64_t{1} << (128 - network.prefix));
    if (end > UINT32_MAX) return Interval<uint32_t>{start, std::nullopt};
    return Interval<uint32_t>{start, static_cast<uint32_t>(end)};
}

inline std::optional<Interval<WideKey>> interval_of(const Network& network, WideKey) {
    if (network.any) return Interval<WideKey>{{}, std::nullopt};
    if (network.prefix >= kBitsBeforeV4 && network.address.is_v4()) return std::nullopt;
    const WideKey start = wide_key(network.address);
    WideKey end = start;
    const unsigned behind = 128U - network.prefix;
    if (behind < 64) {
        end.low += uint64_t{1} << behind;
        if (end.low < start.low) ++end.high;
    } else if (behind < 128) {
        end.high += uint64_t{1} << (behind - 64);
    } else {
        return Interval<WideKey>{start, std::nullopt};
    }
    if (end < start || end == WideKey()) return Interval<WideKey>{start, std::nullopt};
    return Interval<WideKey>{start, end};
}

// Where an address comes into the list and where it leaves it again: as NetworkList::contains().
template <class Key>
void append_events(const NetworkList& list, uint32_t view, std::vector<Event<Key>>& events) {
    struct Edge {
        Key at;
        bool excluded;
        int step;
    };
    std::vector<Edge> edges;
    bool any_included = list.networks().empty();
    for (const Network& network : list.networks()) {
        any_included = any_included || !network.excluded;
        auto interval = interval_of(network, Key());
        if (!interval) continue;
        edges.push_back({interval->start, network.excluded, 1});
        if (interval->end) edges.push_back({*interval->end, network.excluded, -1});
    }
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });
    // A list of ! alone holds all others.
    int included = any_included ? 0 : 1, excluded = 0;
    bool inside = included > 0 && (edges.empty() || edges[0].at != Key());
    if (inside) events.push_back({Key(), view, true});
    for (size_t i = 0; i < edges.size(); ++i) {
        (edges[i].excluded ? excluded : included) += edges[i].step;
        if (i + 1 < edges.size() && edges[i + 1].at == edges[i].at) continue;
        const bool now = included > 0 && excluded == 0;
        if (now != inside) events.push_back({edges[i].at, view, now});
        inside = now;
    }
}

}  // namespace server
