// Random changes: versions answer as the reference does, old ones go on as they were, and diff is
// the inverse of apply.
#include <doctest/doctest.h>

#include "tests/properties/lookup_check.h"
#include "tests/properties/random_zone.h"
#include "tests/zones/make_zone.h"
#include "zones/diff.h"

namespace apex_tests {

namespace {

using reference::Name;

std::vector<uint8_t> stored(const reference::Rrset& rrset) {
    std::vector<uint8_t> wire;
    auto add16 = [&wire](size_t value) {
        wire.push_back(static_cast<uint8_t>(value >> 8));
        wire.push_back(static_cast<uint8_t>(value));
    };
    for (const std::string& rdata : rrset.rdata) {
        add16(rrset.type);
        add16(1);
        add16(rrset.ttl >> 16);
        add16(rrset.ttl & 0xffff);
        add16(rdata.size());
        wire.insert(wire.end(), rdata.begin(), rdata.end());
    }
    return wire;
}

zones::OwnedRrset owned(const std::optional<reference::Rrset>& rrset) {
    zones::OwnedRrset out;
    if (!rrset) return out;
    out.type = rrset->type;
    out.covered = rrset->covered;
    out.count = static_cast<uint16_t>(rrset->rdata.size());
    out.wire = stored(*rrset);
    for (size_t line : rrset->lines) out.places.emplace_back(2, line, 1);
    return out;
}

zones::ChangeSet change_set(const reference::Zone& before, const reference::Zone& after) {
    zones::ChangeSet set;
    for (const reference::Change& change : reference::difference(before, after))
        set.changes.push_back(
            {reference::to_dns(change.owner), owned(change.before), owned(change.after)});
    return set;
}

bool same(const zones::OwnedRrset& a, const zones::OwnedRrset& b) {
    if (a.count == 0 && b.count == 0) return true;
    return a.type == b.type && a.covered == b.covered && a.count == b.count && a.wire == b.wire;
}

std::string describe(const zones::ChangeSet& set) {
    std::string text;
    for (const zones::RrsetChange& change : set.changes)
        text += "  " + dns::to_text(change.owner) + " type " +
                std::to_string(change.before.count ? change.before.type : change.after.type) +
                ": " + std::to_string(change.before.count) + " -> " +
                std::to_string(change.after.count) + "\n";
    return text;
}

Complaint same_changes(const zones::ChangeSet& got, const zones::ChangeSet& wanted) {
    bool agree = got.changes.size() == wanted.changes.size();
    for (size_t i = 0; agree && i < got.changes.size(); ++i) {
        const zones::RrsetChange& a = got.changes[i];
        const zones::RrsetChange& b = wanted.changes[i];
        agree = a.owner == b.owner && same(a.before, b.before) && same(a.after, b.after);
    }
    return agree ? "" : "diff gives\n" + describe(got) + "for\n" + describe(wanted);
}

using Version = std::shared_ptr<const zones::Zone>;

struct Step {
    Records records;
    bool fold = false;
};

// Applies the difference of two lists of records and looks at the result from all sides.
Complaint advance(Version& version, const reference::Zone& before, const reference::Zone& after,
                  bool fold) {
    zones::ChangeSet set = change_set(before, after);
    auto applied = version->apply(set);
    if (!applied) return "apply refuses: " + applied.fault().sentence;
    Version next = *applied;
    Complaint complaint = differences(*next, after, false);
    if (!complaint.empty()) return "applied: " + complaint + describe(set);
    zones::ChangeSet found = zones::diff(*version, *next);
    complaint = same_changes(found, set);
    if (!complaint.empty()) return complaint;
    auto again = version->apply(found);
    if (!again) return "apply refuses its own diff: " + again.fault().sentence;
    complaint = differences(**again, after, false);
    if (!complaint.empty()) return "diff applied: " + complaint;
    zones::ChangeSet back = zones::diff(*next, *version);
    auto undone = next->apply(back);
    if (!undone) return "apply refuses to undo: " + undone.fault().sentence;
    complaint = differences(**undone, before, false);
    if (!complaint.empty()) return "undone: " + complaint;
    if (fold) {
        Version folded = next->fold();
        if (!folded->changes().empty()) return "a folded zone has changes";
        complaint = differences(*folded, after, false);
        if (!complaint.empty()) return "folded: " + complaint;
        if (!zones::diff(*next, *folded).empty()) return "folding is seen by diff";
        next = folded;
    }
    complaint = differences(*version, before, false);
    if (!complaint.empty()) return "the version before has changed: " + complaint;
    version = next;
    return "";
}

Complaint history(const Name& origin, const std::vector<Step>& steps,
                  const std::vector<Question>& questions) {
    std::vector<reference::Zone> expected;
    std::vector<Version> versions;
    Version version = zone_from_records(steps[0].records, origin).zone;
    for (const Step& step : steps) {
        expected.emplace_back(origin, step.records);
        if (expected.size() > 1) {
            Complaint complaint =
                advance(version, expected[expected.size() - 2], expected.back(), step.fold);
            if (!complaint.empty()) return complaint;
        }
        versions.push_back(version);
    }
    for (size_t i = 0; i < versions.size(); ++i)
        for (const Question& question : questions) {
            Complaint complaint = answer_differences(*versions[i], expected[i], question);
            if (!complaint.empty()) return "version " + std::to_string(i) + ": " + complaint;
        }
    zones::ChangeSet whole = zones::diff(*versions.front(), *versions.back());
    return same_changes(whole, change_set(expected.front(), expected.back()));
}

// A history in which a record is missing from the first to the last version is a smaller one.
Complaint smallest_history(const Name& origin, std::vector<Step> steps,
                           const std::vector<Question>& questions) {
    Complaint complaint = history(origin, steps, questions);
    if (complaint.empty()) return complaint;
    while (steps.size() > 2) {  // fewer versions
        std::vector<Step> fewer(steps.begin() + 1, steps.end());
        if (history(origin, fewer, questions).empty()) fewer.assign(steps.begin(), steps.end() - 1);
        Complaint smaller = history(origin, fewer, questions);
        if (smaller.empty()) break;
        steps = std::move(fewer);
        complaint = std::move(smaller);
    }
    Records all;
    for (const Step& step : steps) all.insert(all.end(), step.records.begin(), step.records.end());
    for (const reference::Record& gone : all) {
        std::vector<Step> fewer = steps;
        for (Step& step : fewer)
            std::erase_if(step.records, [&](const reference::Record& record) {
                return record.type == gone.type && reference::same(record.owner, gone.owner);
            });
        Complaint smaller = history(origin, fewer, questions);
        if (smaller.empty()) continue;
        steps = std::move(fewer);
        complaint = std::move(smaller);
    }
    for (size_t i = 0; i < steps.size(); ++i) {
        complaint += "\nversion " + std::to_string(i) + (steps[i].fold ? " (folded)" : "") + ":\n";
        for (const reference::Record& record : steps[i].records)
            complaint += "  " + reference::to_text(record.owner) + " " +
                         std::to_string(record.ttl) + " TYPE" + std::to_string(record.type) + "\n";
    }
    return complaint;
}

}  // namespace

TEST_CASE("changed zones answer as the reference does, and diff gives the changes back") {
    for_all("changes", 500, [](Random& random) {
        Name origin = random_origin(random);
        ZoneMaker maker(random, origin);
        std::vector<Step> steps{{maker.make({0, random.one_in(10) ? 60u : 14u}), false}};
        for (size_t count = random.between(1, 5); count > 0; --count) {
            size_t changes = random.one_in(3) ? random.between(5, 30) : random.between(0, 4);
            steps.push_back({maker.changed(steps.back().records, changes), random.one_in(4)});
        }
        std::vector<Question> questions;
        for (size_t count = 25; count > 0; --count) {
            const Step& step = random.pick(steps);
            questions.push_back(
                {maker.question(reference::Zone(origin, step.records)), random_type(random)});
        }
        return smallest_history(origin, steps, questions);
    });
}

TEST_CASE("a change set that does not fit is refused and changes nothing") {
    for_all("misfits", 300, [](Random& random) {
        Name origin = random_origin(random);
        ZoneMaker maker(random, origin);
        Records records = maker.make({1, 14});
        reference::Zone before(origin, records);
        reference::Zone after(origin, maker.changed(records, random.between(1, 8)));
        zones::ChangeSet set = change_set(before, after);
        if (set.empty()) return Complaint();
        Version version = zone_from_records(records, origin).zone;
        zones::RrsetChange& wrong = set.changes[random.below(set.changes.size())];
        switch (random.below(3)) {
            case 0:  // what is there already is added; or what is not there is removed
                std::swap(wrong.before, wrong.after);
                break;
            case 1:  // it was not so
                if (wrong.before.count == 0) wrong.before = wrong.after;
                wrong.before.wire[7] ^= 1;
                break;
            default:
                if (origin.empty()) return Complaint();  // nothing is outside the root
                wrong.owner = reference::dns_name("outside.invalid.");
        }
        if (version->apply(set)) return Complaint("accepted: " + describe(set));
        return differences(*version, before, false);
    });
}

}  // namespace apex_tests
