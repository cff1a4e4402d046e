#include "server/answer/view_reach.h"

#include <map>
#include <set>

#include "server/answer/network_ranges.h"

namespace server {

namespace {

// From `start` to the next one this view comes first; views are counted if none does.
template <class Key>
struct Stretch {
    Key start;
    size_t view;
};

// Views with the same lists besides `clients`, and those that have no other.
class Rivals {
  public:
    Rivals(std::span<const std::shared_ptr<const View>> views, std::vector<size_t> numbers)
        : views_(views), numbers_(std::move(numbers)) {}

    // Fills in those of the numbers that `wanted` holds for.
    template <class Wanted>
    void find(std::vector<ViewReach>& out, Wanted wanted) const {
        find_in<uint32_t>(out, wanted);
        find_in<WideKey>(out, wanted);
    }

  private:
    template <class Key>
    std::vector<Stretch<Key>> stretches() const {
        std::vector<Event<Key>> events;
        for (size_t number : numbers_) {
            if (views_[number]->clients)
                append_events(*views_[number]->clients, static_cast<uint32_t>(number), events);
            else
                events.push_back({Key(), static_cast<uint32_t>(number), true});
        }
        std::sort(events.begin(), events.end(),
                  [](const Event<Key>& a, const Event<Key>& b) { return a.at < b.at; });
        std::set<size_t> here;
        std::vector<Stretch<Key>> all;
        size_t next = 0;
        for (Key at{};; at = events[next].at) {
            for (; next < events.size() && events[next].at == at; ++next) {
                if (events[next].comes)
                    here.insert(events[next].view);
                else
                    here.erase(events[next].view);
            }
            all.push_back({at, here.empty() ? views_.size() : *here.begin()});
            if (next == events.size()) return all;
        }
    }

    template <class Key, class Wanted>
    void find_in(std::vector<ViewReach>& out, Wanted wanted) const {
        const std::vector<Stretch<Key>> all = stretches<Key>();
        std::vector<std::vector<Key>> starts(views_.size());  // of stretches, by view
        for (const Stretch<Key>& stretch : all)
            if (stretch.view < views_.size()) starts[stretch.view].push_back(stretch.start);
        for (size_t number : numbers_) {
            if (!wanted(number)) continue;
            out[number].answers = out[number].answers || !starts[number].empty();
            if (!views_[number]->clients) continue;
            const std::vector<Network>& networks = views_[number]->clients->networks();
            for (size_t i = 0; i < networks.size(); ++i) {
                if (networks[i].excluded || networks[i].any) continue;
                auto interval = interval_of(networks[i], Key());
                if (!interval) continue;
                const size_t first = first_at(all, interval->start);
                // Behind this view, or nowhere: its own ! takes the network out again.
                if (first < number && !begins_in(starts[number], *interval))
                    out[number].shadowed.push_back({i, first});
            }
        }
    }

    template <class Key>
    static size_t first_at(const std::vector<Stretch<Key>>& all, const Key& key) {
        auto behind = std::upper_bound(
            all.begin(), all.end(), key,
            [](const Key& wanted, const Stretch<Key>& each) { return wanted < each.start; });
        return std::prev(behind)->view;
    }

    template <class Key>
    static bool begins_in(const std::vector<Key>& starts, const Interval<Key>& interval) {
        auto found = std::lower_bound(starts.begin(), starts.end(), interval.start);
        return found != starts.end() && (!interval.end || *found < *interval.end);
    }

    std::span<const std::shared_ptr<const View>> views_;
    std::vector<size_t> numbers_;
};

// Equal for views with the same lists besides `clients`; empty without any.
std::vector<uint64_t> other_lists(const View& view) {
    std::vector<uint64_t> words;
    if (view.destinations) {
        words.push_back(1);
        for (const Network& network : view.destinations->networks()) {
            const WideKey key = wide_key(network.address);
            words.insert(words.end(), {key.high, key.low,
                                       uint64_t{network.prefix} << 2 |
                                           uint64_t{network.excluded} << 1 | network.any});
        }
    }
    if (view.keys) {
        words.push_back(2);
        words.insert(words.end(), view.keys->begin(), view.keys->end());
    }
    return words;
}

}  // namespace

std::vector<ViewReach> reach_of(std::span<const std::shared_ptr<const View>> views) {
    std::map<std::vector<uint64_t>, std::vector<size_t>> groups;
    for (size_t i = 0; i < views.size(); ++i) groups[other_lists(*views[i])].push_back(i);
    const std::vector<size_t> plain = groups[{}];
    std::vector<ViewReach> out(views.size());
    for (const auto& [lists, own] : groups) {
        std::vector<size_t> all = own;
        // Behind the last of its own nobody takes anything from them.
        if (!lists.empty())
            for (size_t number : plain)
                if (number < own.back()) all.push_back(number);
        std::sort(all.begin(), all.end());
        const std::vector<size_t>& wanted = own;
        Rivals(views, std::move(all)).find(out, [&wanted](size_t number) {
            return std::binary_search(wanted.begin(), wanted.end(), number);
        });
    }
    for (ViewReach& reach : out)
        std::sort(reach.shadowed.begin(), reach.shadowed.end(),
                  [](const auto& a, const auto& b) { return a.network < b.network; });
    return out;
}

}  // namespace server
