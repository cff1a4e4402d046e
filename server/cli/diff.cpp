// apex diff: which questions get another answer, from two zone files, two configurations or two
// views of one.
#include <algorithm>

#include "server/cli/diff_report.h"
#include "server/cli/view_zones.h"
#include "server/publish/system.h"

namespace server {

namespace {

constexpr const char* kExample = "apex diff old.zone new.zone";

bool is_configuration(const std::string& word) {
    return word.size() > 5 && word.ends_with(".toml");
}

class Diff {
  public:
    Diff(World& world, const Call& call, const LoadSettings& settings)
        : world_(world),
          call_(call),
          settings_(settings),
          report_(world.out, call.has("json"), settings.limits),
          options_{call.has("do"), call.has("ignore-serial")} {}

    int zone_files(std::vector<std::string> operands) {
        std::optional<dns::Name> origin;
        std::string first = operands.front();
        if (operands.size() == 3) {
            auto named = read_operands({first, operands[1]});
            if (!named.ok()) return fault(named.fault());
            origin = named->front().origin;
            operands.erase(operands.begin());
        }
        if (operands[0] == "-" && operands[1] == "-")
            return fault({"standard input is named twice, and can be read only once", ""});
        View before, after;
        if (int failed = load(operands[0], origin, before)) return failed;
        if (int failed = load(operands[1], origin, after)) return failed;
        if (!(origin_of_first_ == origin_of_last_))
            return fault({"'" + operands[0] + "' is the zone " + dns::to_text(origin_of_first_) +
                              ", and '" + operands[1] + "' is " + dns::to_text(origin_of_last_),
                          "name it, if both are versions of one zone: ORIGIN FILE FILE"});
        report_.compare("", before, after, options_);
        return finish();
    }

    int configurations(const std::string& old_file, const std::string& new_file,
                       const std::vector<std::string>& names) {
        ViewZones before(world_, call_, "diff", settings_), after(world_, call_, "diff", settings_);
        if (int failed = before.read(old_file)) return failed;
        if (int failed = after.read(new_file)) return failed;
        std::vector<ViewNumber> old_views, new_views;
        for (const ConfiguredView& view : before.configuration().views) {
            if (!is_wanted(view.name, names)) continue;
            size_t number = after.find_view(view.name);
            if (number == after.configuration().views.size()) {
                report_.one_sided(view.name, false);
                continue;
            }
            old_views.push_back(static_cast<ViewNumber>(before.find_view(view.name)));
            new_views.push_back(static_cast<ViewNumber>(number));
        }
        for (const ConfiguredView& view : after.configuration().views)
            if (is_wanted(view.name, names) &&
                before.find_view(view.name) == before.configuration().views.size())
                report_.one_sided(view.name, true);
        for (const std::string& name : names)
            if (before.find_view(name) == before.configuration().views.size() &&
                after.find_view(name) == after.configuration().views.size())
                return no_view(name, before);
        if (int failed = before.load(old_views)) return failed;
        if (int failed = after.load(new_views)) return failed;
        for (size_t i = 0; i < old_views.size(); ++i) {
            View old = before.view(old_views[i]), now = after.view(new_views[i]);
            bool is_alone =
                before.configuration().views.size() == 1 && after.configuration().views.size() == 1;
            report_.compare(is_alone ? "" : "view " + old.name, old, now, options_);
        }
        return finish();
    }

    int views(const std::string& file, const std::vector<std::string>& names) {
        ViewZones zones(world_, call_, "diff", settings_);
        if (int failed = zones.read(file)) return failed;
        std::vector<ViewNumber> numbers;
        for (const std::string& name : names) {
            size_t number = zones.find_view(name);
            if (number == zones.configuration().views.size()) return no_view(name, zones);
            numbers.push_back(static_cast<ViewNumber>(number));
        }
        if (int failed = zones.load(numbers)) return failed;
        report_.compare("", zones.view(numbers[0]), zones.view(numbers[1]), options_);
        return finish();
    }

    int fault(const CallFault& fault) { return call_at_fault(world_, "diff", fault); }

  private:
    int finish() {
        report_.finish();
        return report_.same() ? kGood : kInputAtFault;
    }

    static bool is_wanted(const std::string& name, const std::vector<std::string>& names) {
        return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    }

    int no_view(const std::string& name, const ViewZones& zones) {
        std::string all;
        for (const ConfiguredView& view : zones.configuration().views)
            all += (all.empty() ? "" : ", ") + view.name;
        return fault({"there is no view '" + name + "'", "the configuration has " + all});
    }

    int load(const std::string& file, const std::optional<dns::Name>& origin, View& view) {
        ZoneRequest request{origin, file, {}};
        if (auto applied = apply_rules(call_, request.severities); !applied.ok())
            return fault(applied.fault());
        int exit_code = kGood;
        std::shared_ptr<LoadedZone> zone =
            load_served(world_, "diff", {settings_, std::move(request), {}}, exit_code);
        if (zone == nullptr) return exit_code;
        origin_of_first_ = origin_of_last_;
        origin_of_last_ = dns::Name(zone->loaded.zone->origin());
        view.zones = ZoneTable(random_key());
        view.zones.put(std::make_shared<ServedZone>(
            origin_of_last_, 0, zone->loaded.zone, std::make_shared<ZoneOptions>(),
            std::shared_ptr<const dns::Sources>(zone, &zone->sources)));
        return kGood;
    }

    World& world_;
    const Call& call_;
    const LoadSettings& settings_;
    DiffReport report_;
    AnswerDiffOptions options_;
    dns::Name origin_of_first_, origin_of_last_;
};

}  // namespace

int run_diff(World& world, const Call& call) {
    auto settings = read_settings(world, call, world.errors_is_terminal);
    if (!settings.ok()) return call_at_fault(world, "diff", settings.fault());
    if (auto applied = apply_limits(call, settings->limits); !applied.ok())
        return call_at_fault(world, "diff", applied.fault());
    Diff diff(world, call, settings.value());
    std::vector<std::string> views;
    for (const Call::Given& given : call.given)
        if (std::string_view(given.option->name) == "view") views.push_back(given.value);
    const std::vector<std::string>& operands = call.operands;
    if (const std::string* file = call.last("config"); file != nullptr) {
        if (!operands.empty())
            return diff.fault({"a configuration is named by -c, and '" + operands[0] + "' besides",
                               "two configurations are compared as apex diff old.toml new.toml"});
        if (views.size() != 2)
            return diff.fault({"-c takes two views to compare, and " +
                                   std::to_string(views.size()) + " are named",
                               "apex diff -c apex.toml --view inside --view default"});
        return diff.views(*file, views);
    }
    if (operands.size() < 2)
        return diff.fault({operands.empty() ? "nothing is named that could be compared"
                                            : "'" + operands[0] + "' is all that is named",
                           kExample});
    if (operands.size() == 2 && is_configuration(operands[0]) && is_configuration(operands[1]))
        return diff.configurations(operands[0], operands[1], views);
    if (operands.size() > 3)
        return diff.fault({"'" + operands[3] + "' is one word too many", kExample});
    if (!views.empty())
        return diff.fault({"zone files have no views", "--view goes with configurations"});
    return diff.zone_files(operands);
}

}  // namespace server
