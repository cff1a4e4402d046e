#include "server/answer/view_choice.h"

#include <algorithm>
#include <bit>
#include <map>

#include "server/answer/network_ranges.h"
#include "server/answer/set.h"

namespace server {

namespace {

// Views by number, a bit each.
class ViewBits {
  public:
    explicit ViewBits(size_t views) : words_((views + 63) / 64) {}
    void put(size_t view, bool in) {
        const uint64_t bit = uint64_t{1} << (view % 64);
        if (in)
            words_[view / 64] |= bit;
        else
            words_[view / 64] &= ~bit;
    }
    const std::vector<uint64_t>& words() const { return words_; }

  private:
    std::vector<uint64_t> words_;
};

// What a list of a view says about addresses; null: nothing.
using ListOf = const NetworkList* (*)(const View&);

const NetworkList* clients_of(const View& view) {
    return view.clients ? &*view.clients : nullptr;
}

const NetworkList* destinations_of(const View& view) {
    return view.destinations ? &*view.destinations : nullptr;
}

}  // namespace

class ViewChoiceMaker {
  public:
    explicit ViewChoiceMaker(std::span<const std::shared_ptr<const View>> views) : views_(views) {
        choice_.views_ = static_cast<uint32_t>(views.size());
    }

    std::shared_ptr<const ViewChoice> make() {
        choice_.clients_ =
            map_of(clients_of,
                   settlers([](const View& view) { return !view.destinations && !view.keys; }));
        choice_.destinations_ =
            map_of(destinations_of,
                   settlers([](const View& view) { return !view.clients && !view.keys; }));
        make_keys(settlers([](const View& view) { return !view.clients && !view.destinations; }));
        choice_.sets_.shrink_to_fit();
        choice_.words_.shrink_to_fit();
        return std::make_shared<const ViewChoice>(std::move(choice_));
    }

  private:
    // The views that no other list can keep from answering.
    ViewBits settlers(bool (*settles)(const View&)) const {
        ViewBits bits(views_.size());
        for (size_t i = 0; i < views_.size(); ++i) bits.put(i, settles(*views_[i]));
        return bits;
    }

    AddressMap map_of(ListOf list, const ViewBits& settlers) {
        return {ranges_of<uint32_t>(list, settlers), ranges_of<WideKey>(list, settlers)};
    }

    // One walk over all addresses at which any view comes or goes.
    template <class Key>
    std::vector<AddressRange<Key>> ranges_of(ListOf list_of, const ViewBits& settlers) {
        ViewBits now(views_.size());
        std::vector<Event<Key>> events;
        for (size_t i = 0; i < views_.size(); ++i) {
            const NetworkList* list = list_of(*views_[i]);
            if (list == nullptr)
                now.put(i, true);
            else
                append_events(*list, static_cast<uint32_t>(i), events);
        }
        std::sort(events.begin(), events.end(),
                  [](const Event<Key>& a, const Event<Key>& b) { return a.at < b.at; });
        std::vector<AddressRange<Key>> ranges;
        size_t next = 0;
        for (Key at{};; at = events[next].at) {
            for (; next < events.size() && events[next].at == at; ++next)
                now.put(events[next].view, events[next].comes);
            const uint32_t value = value_of(now, settlers);
            if (ranges.empty() || ranges.back().value != value) ranges.push_back({at, value});
            if (next == events.size()) break;
        }
        ranges.shrink_to_fit();
        return ranges;
    }

    void make_keys(const ViewBits& settlers) {
        KeyNumber last = 0;
        for (const auto& view : views_)
            if (view->keys)
                for (KeyNumber key : *view->keys) last = std::max(last, key);
        std::vector<std::vector<uint32_t>> views_of(size_t{last} + 1);
        ViewBits all(views_.size());  // that ask for no key
        for (size_t i = 0; i < views_.size(); ++i) {
            all.put(i, !views_[i]->keys);
            if (views_[i]->keys)
                for (KeyNumber key : *views_[i]->keys)
                    views_of[key].push_back(static_cast<uint32_t>(i));
        }
        for (const std::vector<uint32_t>& own : views_of) {
            ViewBits now = all;
            for (uint32_t view : own) now.put(view, true);
            choice_.keys_.push_back(value_of(now, settlers));
        }
        choice_.no_key_ = value_of(all, settlers);
    }

    // The view that answers in any case, or the number of the set.
    uint32_t value_of(const ViewBits& now, const ViewBits& settlers) {
        const std::vector<uint64_t>& words = now.words();
        size_t begin = 0;
        while (begin < words.size() && words[begin] == 0) ++begin;
        if (begin == words.size()) return ViewChoice::kDecided | choice_.views_;
        std::vector<uint64_t> set{begin};
        for (size_t i = begin; i < words.size(); ++i) {
            const uint64_t settling = words[i] & settlers.words()[i];
            if (settling == 0) {
                set.push_back(words[i]);
                continue;
            }
            // That one and those before it.
            const uint64_t lowest = settling & -settling;
            set.push_back(words[i] & (lowest | (lowest - 1)));
            if (i == begin && set.back() == lowest)
                return ViewChoice::kDecided |
                       static_cast<uint32_t>(i * 64 +
                                             static_cast<size_t>(std::countr_zero(lowest)));
            break;
        }
        auto [found, first] = numbers_.try_emplace(std::move(set), choice_.sets_.size());
        if (first) {
            const std::vector<uint64_t>& made = found->first;
            choice_.sets_.push_back({static_cast<uint32_t>(begin),
                                     static_cast<uint32_t>(begin + made.size() - 1),
                                     static_cast<uint32_t>(choice_.words_.size())});
            choice_.words_.insert(choice_.words_.end(), made.begin() + 1, made.end());
        }
        return static_cast<uint32_t>(found->second);
    }

    std::span<const std::shared_ptr<const View>> views_;
    ViewChoice choice_;
    std::map<std::vector<uint64_t>, size_t> numbers_;  // of sets: their first word and the rest
};

std::shared_ptr<const ViewChoice> make_view_choice(
    std::span<const std::shared_ptr<const View>> views) {
    if (views.empty()) return nullptr;
    const View& first = *views[0];
    if (!first.clients && !first.destinations && !first.keys) return nullptr;
    return ViewChoiceMaker(views).make();
}

size_t ViewChoice::choose(const Client& client, KeyNumber key) const {
    const uint32_t from = clients_.find(client.address);
    if ((from & kDecided) != 0) return from & ~kDecided;
    const uint32_t to = destinations_.find(client.local);
    if ((to & kDecided) != 0) return to & ~kDecided;
    const uint32_t by = key < keys_.size() ? keys_[key] : no_key_;
    if ((by & kDecided) != 0) return by & ~kDecided;
    const Views &a = sets_[from], &b = sets_[to], &c = sets_[by];
    const uint32_t end = std::min({a.end, b.end, c.end});
    for (uint32_t i = std::max({a.begin, b.begin, c.begin}); i < end; ++i) {
        const uint64_t all = words_[a.words + (i - a.begin)] & words_[b.words + (i - b.begin)] &
                             words_[c.words + (i - c.begin)];
        if (all != 0) return size_t{i} * 64 + static_cast<size_t>(std::countr_zero(all));
    }
    return views_;
}

size_t ViewChoice::memory() const {
    return sizeof *this + clients_.memory() + destinations_.memory() +
           keys_.capacity() * sizeof(uint32_t) + sets_.capacity() * sizeof(Views) +
           words_.capacity() * sizeof(uint64_t);
}

}  // namespace server
