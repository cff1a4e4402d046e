// Random patches over random zones: the merged zone is the zone whose text a naive merge gives, in
// every name, fact, answer and finding; over another version of the base, too, and over itself.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/properties/lookup_check.h"
#include "tests/properties/random_zone.h"
#include "tests/properties/zone_text.h"
#include "tests/support/memory_files.h"
#include "tests/zones/make_zone.h"
#include "zones/concern.h"
#include "zones/diff.h"
#include "zones/overlay.h"
#include "zones/rules.h"

namespace apex_tests {

namespace {

using reference::Name;
using reference::Record;
namespace type = reference::type;

struct Operation {
    enum Kind { replace, remove, remove_subtree } kind = remove;
    Name owner;
    uint16_t type = 0;  // 0: all
};

struct RandomPatch {
    std::vector<Operation> operations;
    Records records;
};

// A zone's records as they are served: without duplicates, one TTL a set.
Records settled(const Name& origin, const Records& records) {
    Records out;
    reference::Zone zone(origin, records);
    for (const reference::Rrset& rrset : zone.rrsets())
        for (const std::string& rdata : rrset.rdata)
            out.push_back({rrset.owner, rrset.type, rrset.ttl, rdata, out.size() + 1});
    return out;
}

bool concerns(const Operation& operation, const Record& record) {
    if (operation.kind == Operation::remove_subtree)
        return reference::is_at_or_below(record.owner, operation.owner);
    return reference::same(record.owner, operation.owner) &&
           (operation.type == 0 || operation.type == record.type);
}

// What the words of the manual make of base and patch; false: refused.
bool merge_naively(const Name& origin, const Records& base, const RandomPatch& patch,
                   Records& out) {
    auto any = [](const Records& records, auto matches) {
        return std::any_of(records.begin(), records.end(), matches);
    };
    for (const Operation& operation : patch.operations) {
        auto matches = [&](const Record& record) { return concerns(operation, record); };
        auto is_soa = [&](const Record& record) {
            return record.type == type::SOA && matches(record);
        };
        bool replaces = operation.kind == Operation::replace;
        // $REPLACE takes the patch's records, none is an error.
        if (replaces && !any(patch.records, matches)) return false;
        // Removing what is absent is an error.
        if (!replaces && !any(base, matches)) return false;
        // The apex SOA cannot be removed; another one may take its place.
        bool apex_soa = reference::same(operation.owner, origin) &&
                        (operation.type == 0 || operation.type == type::SOA);
        if (apex_soa && !(replaces && any(patch.records, is_soa))) return false;
    }
    for (const Record& record : patch.records) {
        if (record.type != type::SOA) continue;
        if (std::none_of(patch.operations.begin(), patch.operations.end(), [&](const auto& each) {
                return each.kind == Operation::replace && concerns(each, record);
            }))
            return false;
    }
    // All removals and replacements apply first, then every record adds.
    for (const Record& record : base)
        if (std::none_of(patch.operations.begin(), patch.operations.end(),
                         [&](const Operation& each) { return concerns(each, record); }))
            out.push_back(record);
    out.insert(out.end(), patch.records.begin(), patch.records.end());
    return true;
}

std::string line_of(const Operation& operation) {
    std::string line = operation.kind == Operation::replace ? "$REPLACE " : "$REMOVE ";
    line += reference::to_text(operation.owner);
    if (operation.type != 0) line += " TYPE" + std::to_string(operation.type);
    if (operation.kind == Operation::remove_subtree) line += " subtree";
    return line + "\n";
}

std::string text_of(Random* random, const Name& origin, const RandomPatch& patch) {
    std::string before, behind;
    for (const Operation& operation : patch.operations)
        (random == nullptr || random->one_in(2) ? before : behind) += line_of(operation);
    std::string records = random != nullptr ? random_text(*random, origin, patch.records)
                                            : plain_text(origin, patch.records);
    if (!records.empty() && records.back() != '\n') records += '\n';
    return before + records + behind;
}

class PatchMaker {
  public:
    PatchMaker(Random& random, ZoneMaker& maker, Name origin)
        : random_(random), maker_(maker), origin_(std::move(origin)) {}

    RandomPatch make(const Records& base) {
        RandomPatch patch;
        // Some of what a day's work makes of the base, or of another zone beside it.
        Records pool = random_.one_in(2) ? maker_.make({1, 8}) : maker_.changed(base, 4);
        for (const Record& record : pool)
            if (random_.one_in(4) && (record.type != type::SOA || random_.one_in(30)))
                patch.records.push_back(record);
        if (!patch.records.empty() && random_.one_in(2)) add_taker(patch);
        for (size_t count = random_.below(5); count > 0; --count) add_operation(base, patch);
        for (size_t i = 0; i < patch.records.size(); ++i) patch.records[i].line = i + 1;
        return patch;
    }

    // SPF records that take in others, and aliases of names that others point at.
    void add_chains(Records& records) {
        for (size_t count = random_.below(4); count > 0; --count) {
            const Record about = random_.pick(records);
            std::string domain = reference::to_text(random_.pick(records).owner);
            std::string text = "v=spf1 include:" + domain + " -all";
            if (domain == "." || text.size() > 255) continue;
            text.insert(text.begin(), static_cast<char>(text.size()));
            if (may_have(records, about.owner))
                records.push_back({about.owner, type::TXT, 3600, text, 0});
        }
    }

  private:
    static bool may_have(const Records& records, const Name& owner) {
        return std::none_of(records.begin(), records.end(), [&](const Record& record) {
            return record.type == type::CNAME && reference::same(record.owner, owner);
        });
    }

    // Whatever stands where the patch has something makes room for it.
    void add_taker(RandomPatch& patch) {
        const Record& record = random_.pick(patch.records);
        Operation operation{Operation::replace, record.owner, 0};
        if (random_.one_in(2)) operation.type = record.type;
        if (reference::same(record.owner, origin_) && operation.type == 0)
            operation.type = record.type;
        patch.operations.push_back(operation);
    }

    void add_operation(const Records& base, RandomPatch& patch) {
        const Record& record = random_.pick(base);
        Operation operation{Operation::remove, record.owner, 0};
        if (random_.one_in(25)) operation.kind = Operation::replace;
        switch (random_.below(4)) {
            case 0:
                operation.type = random_.one_in(12) ? random_type(random_) : record.type;
                break;
            case 1:
                if (random_.one_in(2) && operation.owner.size() > origin_.size() + 1)
                    operation.owner.erase(operation.owner.begin());
                if (operation.kind == Operation::remove) operation.kind = Operation::remove_subtree;
                break;
            default:
                break;
        }
        // At the apex most would be refused.
        bool apex = reference::same(operation.owner, origin_);
        if (apex && random_.one_in(8) == false) return;
        if (operation.type == type::ANY) operation.type = type::A;
        patch.operations.push_back(operation);
    }

    Random& random_;
    ZoneMaker& maker_;
    Name origin_;
};

using Said = std::set<std::string>;  // severity, rule and sentence

Said said(const dns::Findings& findings) {
    Said all;
    for (const dns::Finding& finding : findings.rows()) {
        std::string name = finding.rule->name;
        if (name.starts_with("patch-")) continue;
        // Which of several equal ones is found first depends on their order.
        std::string sentence = reference::lower(finding.sentence());
        all.insert(std::string(dns::to_string(finding.severity)) + " " + name + ": " + sentence);
    }
    return all;
}

bool has_error(const Said& all) {
    auto first = all.lower_bound("error");
    return first != all.end() && first->starts_with("error");
}

std::string first_without(const Said& all, const Said& others) {
    for (const std::string& one : all)
        if (others.count(one) == 0) return one;
    return "";
}

struct Judged {
    std::shared_ptr<const zones::Zone> zone;
    Said said;
};

constexpr dns::FindingLimits kManyFindings{10000, 100000};

// What the rules say of a text.
Judged judge(const Name& origin, const Records& records) {
    MadeZone made = zone_from_text(plain_text(origin, records), origin);
    zones::check(*made, *made.findings, dns::Limits(), 1);
    return {made.zone, said(*made.findings)};
}

struct ReadPatch {
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings{severities, kManyFindings};
    std::shared_ptr<const zones::Patch> patch;
};

std::unique_ptr<ReadPatch> read(const Name& origin, const std::string& text) {
    MemoryFiles files;
    auto out = std::make_unique<ReadPatch>();
    zones::PatchLoader loader(files, out->sources, out->findings, {});
    out->patch = loader
                     .load_text(text, {dns::SourceKind::text, "patch", {}, nullptr},
                                reference::to_dns(origin))
                     .patch;
    return out;
}

// One base, one patch, looked at from all sides. `merged` becomes the merged zone, if there is one.
class Comparison {
  public:
    Comparison(const Name& origin, const Records& base, const zones::Zone& served)
        : origin_(origin), base_(base), served_(served) {}

    Complaint run(const RandomPatch& patch, const std::string& text,
                  const std::vector<Question>& questions) {
        Records naive;
        bool possible = merge_naively(origin_, base_, patch, naive);
        auto loaded = read(origin_, text);
        merged = overlay(*loaded);
        if (!possible) return merged == nullptr ? "" : "a patch that cannot be applied is taken";
        if (loaded->patch == nullptr) return "the patch is refused: " + words(loaded->findings);
        Complaint complaint = compare(*loaded, naive, questions);
        records = std::move(naive);
        return complaint;
    }

    std::shared_ptr<const zones::Zone> merged;
    Records records;

  private:
    static std::string words(const dns::Findings& findings) {
        std::string text;
        for (const dns::Finding& finding : findings.rows()) text += finding.sentence() + "\n";
        return text;
    }

    std::shared_ptr<const zones::Zone> overlay(const ReadPatch& read) const {
        if (read.patch == nullptr) return nullptr;
        dns::Findings findings(read.severities, kManyFindings);
        return zones::overlay(served_, *read.patch, findings, {});
    }

    Complaint compare(const ReadPatch& read, const Records& naive,
                      const std::vector<Question>& questions) const {
        dns::Findings findings(read.severities, kManyFindings);
        auto changes = zones::merge(served_, *read.patch, findings, {});
        if (changes == nullptr) return "the merge is refused: " + words(findings);
        auto applied = served_.apply(*changes);
        if (!applied) return "the merge does not fit: " + applied.fault().sentence;
        const zones::Zone& zone = **applied;
        reference::Zone expected(origin_, naive);
        Complaint complaint = differences(zone, expected, false);
        if (!complaint.empty()) return complaint;
        Judged whole = judge(origin_, naive);
        bool same = true;
        auto note = [&](dns::NameView, const zones::RrsetView&, const zones::RrsetView&) {
            same = false;
        };
        zones::for_each_change(zone, *whole.zone, note);
        zones::for_each_change(*whole.zone, zone, note);
        if (!same) return "the zone is not that of the merged text";
        for (const Question& question : questions) {
            complaint = answer_differences(zone, expected, question);
            if (!complaint.empty()) return complaint;
        }
        zones::Pointers pointers(served_);
        zones::Concern concern(served_, zone, *changes, pointers);
        zones::check(zone, concern, pointers, findings, dns::Limits());
        return compare_findings(said(findings), whole.said);
    }

    // All that is new has to be said, and nothing that is not so.
    Complaint compare_findings(const Said& partly, const Said& whole) const {
        Said before = judge(origin_, base_).said;
        std::string invented = first_without(partly, whole);
        if (!invented.empty()) return "only for the overlay: " + invented;
        Said expected = partly;
        expected.insert(before.begin(), before.end());
        std::string missed = first_without(whole, expected);
        if (!missed.empty()) return "not said of the overlay: " + missed;
        bool refused = merged == nullptr;
        if (refused != has_error(partly)) return "errors and the verdict differ";
        if (!has_error(before) && refused != has_error(whole))
            return "the whole zone would not be judged so";
        return "";
    }

    const Name& origin_;
    const Records& base_;
    const zones::Zone& served_;
};

struct Round {
    Name origin;
    Records base, next_base;
    RandomPatch patch, second;
    std::string text;
    std::vector<Question> questions;
};

Complaint try_round(const Round& round) {
    MadeZone served = zone_from_text(plain_text(round.origin, round.base), round.origin);
    Comparison first(round.origin, round.base, *served);
    Complaint complaint = first.run(round.patch, round.text, round.questions);
    if (!complaint.empty()) return complaint;
    // The same patch after the base has changed, as a layer over the old base.
    MadeZone next = zone_from_text(plain_text(round.origin, round.next_base), round.origin);
    auto changed = served->apply(zones::diff(*served, *next));
    if (!changed) return "the base cannot change: " + changed.fault().sentence;
    Comparison again(round.origin, round.next_base, **changed);
    complaint = again.run(round.patch, round.text, round.questions);
    if (!complaint.empty()) return "over the changed base: " + complaint;
    if (first.merged == nullptr) return "";
    // Another one over the merged zone.
    Records between = settled(round.origin, first.records);
    Comparison stacked(round.origin, between, *first.merged);
    complaint =
        stacked.run(round.second, text_of(nullptr, round.origin, round.second), round.questions);
    if (!complaint.empty()) return "over the overlay: " + complaint;
    return "";
}

// Fewer records and operations for as long as it complains.
Complaint smallest_round(Round round) {
    Complaint complaint = try_round(round);
    if (complaint.empty()) return complaint;
    std::string kind = complaint.substr(0, 12);
    auto shrink = [&](auto& list) {
        for (size_t i = list.size(); i-- > 0;) {
            auto kept = list[i];
            std::string text = round.text;
            list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
            round.text = text_of(nullptr, round.origin, round.patch);
            Complaint smaller = try_round(round);
            if (smaller.starts_with(kind)) {
                complaint = std::move(smaller);
            } else {
                list.insert(list.begin() + static_cast<std::ptrdiff_t>(i), std::move(kept));
                round.text = std::move(text);
            }
        }
    };
    for (int turn = 0; turn < 2; ++turn) {
        shrink(round.patch.records);
        shrink(round.patch.operations);
        shrink(round.base);
        shrink(round.next_base);
        shrink(round.second.records);
        shrink(round.second.operations);
    }
    return complaint + "\nbase:\n" + plain_text(round.origin, round.base) + "next base:\n" +
           plain_text(round.origin, round.next_base) + "patch:\n" + round.text + "second patch:\n" +
           text_of(nullptr, round.origin, round.second);
}

}  // namespace

TEST_CASE("an overlay is the zone of the merged text") {
    size_t merged = 0, all = 0;
    for_all("overlays", 300, [&](Random& random) {
        Round round;
        round.origin = random_origin(random);
        ZoneMaker maker(random, round.origin);
        PatchMaker patches(random, maker, round.origin);
        Records made = maker.make({0, random.one_in(10) ? 40u : 12u});
        patches.add_chains(made);
        round.base = settled(round.origin, made);
        round.next_base = settled(round.origin, maker.changed(round.base, random.below(4)));
        if (round.next_base.empty()) round.next_base = round.base;
        round.patch = patches.make(round.base);
        round.second = patches.make(round.base);
        round.text = text_of(&random, round.origin, round.patch);
        reference::Zone zone(round.origin, round.base);
        for (size_t count = 12; count > 0; --count)
            round.questions.push_back({maker.question(zone), random_type(random)});
        ++all;
        Records naive;
        if (merge_naively(round.origin, round.base, round.patch, naive)) ++merged;
        return smallest_round(std::move(round));
    });
    // Not all of them may be refused.
    CHECK(merged * 4 > all);
}

}  // namespace apex_tests
