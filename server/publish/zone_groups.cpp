#include "server/publish/zone_groups.h"

#include <map>
#include <string>
#include <tuple>

namespace server {

namespace {

constexpr uint32_t kUnknown = ZoneGroup::kNone - 1;

class Grouping {
  public:
    Grouping(const ZoneRows& rows, std::span<const ConfiguredView> views)
        : rows_(rows), views_(views), group_of_(rows.size(), kUnknown) {}

    std::vector<ZoneGroup> run() {
        groups_.reserve(rows_.size());
        for (uint32_t row = 0; row < rows_.size(); ++row) {
            const uint32_t group = group_of(row);
            if (group == ZoneGroup::kNone) continue;
            const ConfiguredZone listed = rows_[row];
            const bool differs = listed.choices->key != rows_[groups_[group].row].choices->key;
            groups_[group].listings.push_back({listed.view, differs ? listed.choices : nullptr});
        }
        return std::move(groups_);
    }

  private:
    // Down to a file or to what is known, then up again: no recursion on what was written.
    uint32_t group_of(uint32_t row) {
        std::vector<uint32_t> path;
        uint32_t at = row;
        while (at != ZoneGroup::kNone && group_of_[at] == kUnknown) {
            path.push_back(at);
            group_of_[at] = ZoneGroup::kNone;  // what is met again has itself as its base
            const ConfiguredZone zone = rows_[at];
            if (zone.source == ZoneSource::file) break;
            at = find(zone.base, zone.name);
        }
        uint32_t below = at == ZoneGroup::kNone ? at : group_of_[at];
        for (; !path.empty(); path.pop_back())
            below = group_of_[path.back()] = make(path.back(), below);
        return group_of_[row];
    }

    // The row that the view has the name by: its own, or that of a view that it takes zones from.
    uint32_t find(ViewNumber view, dns::NameView name) const {
        std::vector<ViewNumber> waiting{view};
        std::vector<bool> seen(views_.size());
        while (!waiting.empty()) {
            const ViewNumber next = waiting.back();
            waiting.pop_back();
            if (seen[next]) continue;
            seen[next] = true;
            const size_t row = rows_.find(next, name);
            if (row < rows_.size()) return static_cast<uint32_t>(row);
            const std::vector<ViewNumber>& from = views_[next].zones_from;
            waiting.insert(waiting.end(), from.rbegin(), from.rend());
        }
        return ZoneGroup::kNone;
    }

    uint32_t make(uint32_t row, uint32_t base) {
        const ConfiguredZone zone = rows_[row];
        if (zone.source == ZoneSource::shared) return base;
        const bool rests = zone.source == ZoneSource::overlay;
        if (!rests) base = ZoneGroup::kNone;
        const auto number = static_cast<uint32_t>(groups_.size());
        if (views_.size() > 1) {
            std::string name(reinterpret_cast<const char*>(zone.name.data()), zone.name.size());
            for (char& c : name) c = static_cast<char>(dns::lower(static_cast<uint8_t>(c)));
            Identity identity{std::move(name), std::string(zone.file), zone.choices->key, rests,
                              base};
            auto [found, is_new] = known_.emplace(std::move(identity), number);
            if (!is_new) return found->second;
        }
        ZoneGroup& group = groups_.emplace_back();
        group.row = row;
        group.base = base;
        if (rests)
            group.height =
                static_cast<uint16_t>(1 + (base != ZoneGroup::kNone ? groups_[base].height : 0));
        return number;
    }

    using Identity = std::tuple<std::string, std::string, std::string, bool, uint32_t>;

    const ZoneRows& rows_;
    std::span<const ConfiguredView> views_;
    std::vector<uint32_t> group_of_;  // by row
    std::vector<ZoneGroup> groups_;
    std::map<Identity, uint32_t> known_;  // of several views
};

}  // namespace

std::vector<ZoneGroup> group_zones(const ZoneRows& rows, std::span<const ConfiguredView> views) {
    return Grouping(rows, views).run();
}

}  // namespace server
