#include "server/answer/answer_diff.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "server/answer/near_names.h"
#include "server/answer/question_types.h"
#include "server/answer/redirect_watch.h"

namespace server {

namespace {

using dns::NameView;
using zones::Fact;
using zones::NodeView;
using zones::RrsetView;

bool same_octets(dns::Octets a, dns::Octets b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool same_rrset(const RrsetView& a, const RrsetView& b) {
    return a && b && same_octets(a.wire(), b.wire());
}

// True if the SOAs are the same but for their serials.
bool differ_in_serial_alone(const RrsetView& a, const RrsetView& b) {
    dns::Octets x = a.wire(), y = b.wire();
    constexpr size_t kFromSerial = 20, kTimers = 16;
    if (x.size() != y.size() || x.size() < kFromSerial) return false;
    return same_octets(x.first(x.size() - kFromSerial), y.first(y.size() - kFromSerial)) &&
           same_octets(x.last(kTimers), y.last(kTimers));
}

// A zone of both views, or of one of them.
struct ZonePair {
    const ServedZone* before = nullptr;
    const ServedZone* after = nullptr;
    bool in_both() const {
        return before != nullptr && after != nullptr && before->loaded() && after->loaded();
    }
    NameView name() const { return (before != nullptr ? before : after)->name(); }
};

std::vector<ZonePair> pairs_of(const View& before, const View& after) {
    std::vector<ZonePair> pairs;
    before.zones.for_each([&](const ZonePointer& zone) {
        pairs.push_back({zone.get(), after.zones.find(zone->name())});
    });
    after.zones.for_each([&](const ZonePointer& zone) {
        if (before.zones.find(zone->name()) == nullptr) pairs.push_back({nullptr, zone.get()});
    });
    std::sort(pairs.begin(), pairs.end(), [](const ZonePair& a, const ZonePair& b) {
        return dns::canonical_compare(a.name(), b.name()) < 0;
    });
    return pairs;
}

// The zone after with the SOA of the zone before, and the signature that belongs to it.
std::shared_ptr<const zones::Zone> with_soa_of(const ServedZone& before, const ServedZone& after) {
    zones::ChangeSet changes;
    auto replace = [&](const RrsetView& now, const RrsetView& old) {
        changes.changes.push_back({dns::Name(after.name()), own(now), own(old)});
    };
    replace(after.soa(), before.soa());
    RrsetView now = after.apex().find(dns::type::RRSIG, dns::type::SOA);
    RrsetView old = before.apex().find(dns::type::RRSIG, dns::type::SOA);
    if (now && old) replace(now, old);
    auto zone = after.zone().apply(changes);
    return zone.ok() ? zone.value() : after.shared_zone();
}

bool differ_in_soa(const ZonePair& pair) {
    if (!pair.in_both() || !pair.before->soa() || !pair.after->soa()) return false;
    return !same_rrset(pair.before->soa(), pair.after->soa());
}

View with_old_soas(const View& before, const View& after) {
    View out = after;
    for (const ZonePair& pair : pairs_of(before, after))
        if (differ_in_soa(pair))
            out.zones.put(std::make_shared<ServedZone>(pair.name(), pair.after->number(),
                                                       with_soa_of(*pair.before, *pair.after),
                                                       pair.after->shared_options(), nullptr));
    return out;
}

class Comparison {
  public:
    Comparison(const View& before, const View& after, const AnswerDiffOptions& options,
               const UseAnswerChange& use)
        : true_after_(after),
          options_(options),
          use_(use),
          asking_(before, with_old_soas(before, after), options.dnssec_ok),
          types_(options.dnssec_ok) {}

    void run() {
        std::vector<ZonePair> pairs = pairs_of(before(), after());
        for (const ZonePair& pair : pairs)
            if (pair.in_both() && !is_one(pair))
                watch_.add_zone(pair.before->zone(), pair.after->zone());
        for (const ZonePair& pair : pairs) compare(pair);
        flush();
    }

  private:
    // A class, and the questions that decide whether it is one.
    struct Candidate {
        AnswerChange change;  // its types so far: those that are the same without being asked
        size_t first = 0, count = 0;  // in questions_
        bool asks_other = false;      // the last one stands for all types that are not asked
    };

    const View& before() const { return asking_.before(); }
    const View& after() const { return asking_.after(); }

    // True if nothing but the zone's own apex is worth a question.
    bool is_one(const ZonePair& pair) const {
        return pair.before->shared_zone() == pair.after->shared_zone() && !before().follow_view &&
               !after().follow_view;
    }

    void compare(const ZonePair& pair) {
        pair_ = pair;
        if (!pair.in_both()) {
            bool is_loaded = (pair.before != nullptr && pair.before->loaded()) ||
                             (pair.after != nullptr && pair.after->loaded());
            if (is_loaded) compare_one_sided();
            return;
        }
        compare_soas();
        if (is_one(pair)) {
            // Its DS may be another zone's to answer.
            Candidate apex = candidate(QuestionGroup::cut, Covers::name, dns::Name(pair.name()));
            ask(apex, dns::type::DS);
            close(std::move(apex));
            return;
        }
        zones::Zone::Cursor old(pair.before->zone()), now(pair.after->zone());
        while (old || now) {
            int side = !now ? -1 : !old ? 1 : dns::canonical_compare((*old).name(), (*now).name());
            visit(side <= 0 ? *old : *now, side <= 0 ? *old : NodeView(),
                  side >= 0 ? *now : NodeView());
            if (side <= 0) old.next();
            if (side >= 0) now.next();
        }
        if (hashes_differ_) compare_hashed_proofs();
        hashes_differ_ = false;
    }

    void compare_one_sided() {
        Candidate zone =
            candidate(QuestionGroup::zone, Covers::name_and_below, dns::Name(pair_.name()));
        ask(zone, dns::type::SOA);
        zone.asks_other = true;
        close(std::move(zone));
    }

    void compare_soas() {
        const ServedZone* now = true_after_.zones.find(pair_.name());
        RrsetView old_soa = pair_.before->soa(), new_soa = now->soa();
        if (!old_soa || !new_soa || same_rrset(old_soa, new_soa)) return;
        if (options_.ignore_serial && differ_in_serial_alone(old_soa, new_soa)) return;
        flush();
        AnswerChange change;
        change.group = QuestionGroup::soa;
        change.name = dns::Name(pair_.name());
        change.types = {dns::type::SOA};
        change.example = {change.name, dns::type::SOA};
        change.held = old_soa.ttl();
        use_(change);
    }

    // ---- names that exist in one of the two ----

    void visit(const NodeView& named, const NodeView& old_node, const NodeView& new_node) {
        bool old_exists = old_node && !old_node.is_hidden();
        bool new_exists = new_node && !new_node.is_hidden();
        if (options_.dnssec_ok && !same_proof(old_node, new_node)) hashes_differ_ = true;
        if (!old_exists && !new_exists) return;
        NameView relative = named.name();
        dns::Name name = pair_.before->zone().absolute(relative);
        if (!is_ours(name)) return;
        Look old = look_up(pair_.before->zone(), relative);
        Look now = look_up(pair_.after->zone(), relative);
        if (old.hidden || now.hidden) return;
        bool both_cuts = old.found.fact == Fact::referral && now.found.fact == Fact::referral;
        if (both_cuts) {
            compare_cuts(name, old, now);
        } else {
            compare_name(name, old, now);
            compare_below(name, name, false);
        }
        if (options_.dnssec_ok && !relative.empty()) compare_gap(name);
    }

    static bool same_proof(const NodeView& old_node, const NodeView& new_node) {
        auto of = [](const NodeView& node) {
            return node ? node.find(dns::type::NSEC3) : RrsetView();
        };
        RrsetView old = of(old_node), now = of(new_node);
        return (!old && !now) || same_rrset(old, now);
    }

    // False for names that another zone answers for.
    bool is_ours(NameView name) const {
        auto is_longest = [&](const View& view, const ServedZone* zone) {
            return view.zones.size() == 1 || view.zones.find_longest(name) == zone;
        };
        return is_longest(before(), pair_.before) && is_longest(after(), pair_.after);
    }

    // To all that is asked at and below a cut the answer is the same referral, but for its DS.
    void compare_cuts(const dns::Name& name, const Look& old, const Look& now) {
        Candidate cut = candidate(QuestionGroup::cut, Covers::name_and_below, name);
        types_.clear();
        types_.add(dns::type::DS);
        const NodeView &a = old.position.node, &b = now.position.node;
        bool same_ds = same_rrset(a.find(dns::type::DS), b.find(dns::type::DS)) ||
                       (!a.owns(dns::type::DS) && !b.owns(dns::type::DS));
        if (!same_ds || options_.dnssec_ok)
            ask(cut, dns::type::DS);
        else
            cut.change.types = {dns::type::DS};
        ask_other(cut, types_.other(dns::type::NS));
        close(std::move(cut));
    }

    void compare_name(const dns::Name& name, const Look& old, const Look& now) {
        bool cuts = old.found.fact == Fact::referral || now.found.fact == Fact::referral;
        Candidate self = candidate(QuestionGroup::name, Covers::name, name);
        const NodeView &a = old.position.node, &b = now.position.node;
        if (cuts)
            self.change.group = QuestionGroup::cut;
        else if (name.view().is_wildcard())
            self.change.group = QuestionGroup::wildcard;
        else if ((!a || a.is_empty()) && (!b || b.is_empty()))
            self.change.group = QuestionGroup::empty_non_terminal;
        ask_types(self, name, old, now);
        close(std::move(self));
    }

    // All types that may differ.
    void ask_types(Candidate& out, const dns::Name& name, const Look& old, const Look& now) {
        types_.clear();
        add_asked_types(before(), *pair_.before, old, name, types_);
        add_asked_types(after(), *pair_.after, now, name, types_);
        bool all_same = true;
        for (uint16_t type : types_.list()) {
            if (is_same_rrset(old, now, type)) continue;
            all_same = false;
            ask(out, type, name);
        }
        bool both_negative = old.negative() && old.found.fact == now.found.fact;
        // A name may have nothing but what signing made.
        bool bare = types_.list().empty() && (old.found.node || now.found.node);
        if (!all_same || !both_negative || bare) ask(out, dns::type::ANY, name);
        if (!both_negative || options_.dnssec_ok) ask_other(out, types_.other(0), name);
    }

    // The very same RRset of the name itself, with nothing that goes along with it.
    bool is_same_rrset(const Look& old, const Look& now, uint16_t type) const {
        if (options_.dnssec_ok || dns::has_target_name(type) || type == dns::type::DS) return false;
        if (old.found.fact != Fact::no_data || now.found.fact != Fact::no_data) return false;
        return same_rrset(old.found.node.find(type), now.found.node.find(type));
    }

    // ---- names that exist in neither ----

    // Those below `name`; `stand_in` says where in the order the one that stands for them is to be.
    void compare_below(const dns::Name& name, const dns::Name& nearest, bool behind) {
        std::optional<dns::Name> child = free_name(name, nearest, behind);
        if (!child) return;
        NameView relative;
        pair_.before->zone().relative(*child, relative);
        Look old = look_up(pair_.before->zone(), relative);
        Look now = look_up(pair_.after->zone(), relative);
        bool same_way = old.found.fact == now.found.fact;
        if (same_way && old.found.fact == Fact::no_name && !options_.dnssec_ok) return;
        Candidate below = candidate(group_of(old, now), Covers::below, name);
        if (old.hidden != now.hidden || (old.hidden && !same_way)) {
            // What one hides, the other tells: nothing is the same.
            ask_other(below, dns::type::A, *child);
        } else {
            bool same_redirect = same_way && old.found.fact == Fact::redirect &&
                                 same_rrset(old.found.rrset, now.found.rrset);
            if (same_redirect) below.change.covers = Covers::some_below;
            ask_types(below, *child, old, now);
        }
        close(std::move(below));
    }

    static QuestionGroup group_of(const Look& old, const Look& now) {
        for (const Look* look : {&old, &now})
            if (look->found.fact == Fact::referral) return QuestionGroup::cut;
        for (const Look* look : {&old, &now})
            if (look->found.fact == Fact::redirect) return QuestionGroup::redirect;
        bool wildcard = old.found.from_wildcard || now.found.from_wildcard;
        return wildcard ? QuestionGroup::wildcard : QuestionGroup::no_match;
    }

    // With NSEC each gap between two names that exist has a proof of its own, and the gap right
    // behind all names below `name` is one of those below its parent.
    void compare_gap(const dns::Name& name) {
        compare_below(dns::Name(name.view().parent()), name, true);
    }

    // A name right below `parent` that is in neither zone and that both leave to this pair.
    std::optional<dns::Name> free_name(const dns::Name& parent, const dns::Name& nearest,
                                       bool behind) const {
        auto is_free = [&](const dns::Name& name) {
            NameView relative;
            pair_.before->zone().relative(name, relative);
            return !pair_.before->zone().find(relative) && !pair_.after->zone().find(relative) &&
                   is_ours(name);
        };
        dns::Name name;
        if (options_.dnssec_ok) {
            bool made = behind ? next_sibling(nearest, name) : first_child(parent, name);
            if (made && is_free(name)) return name;
            if (behind) return std::nullopt;
        }
        for (size_t number = 0; any_child(parent, number, name); ++number)
            if (is_free(name)) return name;
        return std::nullopt;
    }

    // NSEC3 scatters the names: one is looked for whose proof differs. There are some, even if
    // none is found.
    void compare_hashed_proofs() {
        constexpr size_t kMostTries = 4096;
        flush();
        AnswerChange change;
        change.group = QuestionGroup::no_match;
        change.covers = Covers::some_below;
        change.name = dns::Name(pair_.name());
        change.all_but_types = true;
        change.example.type = dns::type::A;
        AnswerDifference difference;
        for (size_t number = 0; number < kMostTries && !difference.differs; ++number) {
            if (!any_child(change.name, number, change.example.name)) break;
            difference = asking_.ask(change.example);
        }
        change.held = difference.held;
        use_(change);
    }

    // ---- candidates ----

    static Candidate candidate(QuestionGroup group, Covers covers, const dns::Name& name) {
        Candidate out;
        out.change.group = group;
        out.change.covers = covers;
        out.change.name = name;
        return out;
    }
    void ask(Candidate& out, uint16_t type, const dns::Name& name) {
        if (out.count == 0) out.first = questions_.size();
        questions_.push_back({name, type});
        ++out.count;
    }
    void ask(Candidate& out, uint16_t type) { ask(out, type, dns::Name(out.change.name)); }
    void ask_other(Candidate& out, uint16_t type, const dns::Name& name) {
        ask(out, type, name);
        out.asks_other = true;
    }
    void ask_other(Candidate& out, uint16_t type) { ask_other(out, type, out.change.name); }

    void close(Candidate candidate) {
        if (candidate.count == 0) return;
        candidates_.push_back(std::move(candidate));
        if (questions_.size() >= kBatch) flush();
    }

    void flush() {
        differences_.resize(questions_.size());
        asking_.ask(questions_, differences_);
        for (Candidate& candidate : candidates_) finish(candidate);
        candidates_.clear();
        questions_.clear();
    }

    void finish(Candidate& candidate) {
        AnswerChange& change = candidate.change;
        std::span<const AskedQuestion> asked(questions_.data() + candidate.first, candidate.count);
        std::vector<uint16_t> differing, others = std::move(change.types);
        change.additional_only = true;
        for (size_t i = 0; i < asked.size(); ++i) {
            const AnswerDifference& difference = differences_[candidate.first + i];
            (difference.differs ? differing : others).push_back(asked[i].type);
            if (!difference.differs) continue;
            change.held = std::max(change.held, difference.held);
            change.additional_only &= difference.additional_only;
            // ANY is an example for want of a better one.
            if (differing.size() == 1 || change.example.type == dns::type::ANY)
                change.example = asked[i];
        }
        if (differing.empty()) return;
        const bool other_differs =
            candidate.asks_other && differences_[candidate.first + asked.size() - 1].differs;
        std::vector<uint16_t> tried = differing;
        change.all_but_types = other_differs;
        change.types = other_differs ? std::move(others) : std::move(differing);
        // Below a cut there is no DS to ask for.
        if (change.covers == Covers::name_and_below && !other_differs) change.covers = Covers::name;
        emit(change, tried);
    }

    void emit(const AnswerChange& change, std::span<const uint16_t> tried) {
        if (change.covers != Covers::name) {
            std::string key = key_of(change.name);
            if (change.covers == Covers::some_below) {
                if (!watch_.tell(key)) return;
            } else if (options_.dnssec_ok && !told_below_.insert(key).second) {
                return;
            }
        }
        use_(change);
        if (!watch_.empty()) follow_redirects(change.example.name, tried);
    }

    // Names that a DNAME leads to one that differs, differ.
    void follow_redirects(const dns::Name& found, std::span<const uint16_t> types) {
        std::vector<dns::Name> names{found};
        while (!names.empty()) {
            dns::Name name = names.back();
            names.pop_back();
            watch_.for_each_leading_to(name, [&](const dns::Name& owner, const dns::Name& from) {
                std::optional<AnswerChange> change = redirect_change(owner, from, types);
                if (!change) return false;
                use_(*change);
                names.push_back(from);
                return true;
            });
        }
    }

    std::optional<AnswerChange> redirect_change(const dns::Name& owner, const dns::Name& example,
                                                std::span<const uint16_t> types) {
        for (uint16_t type : types) {
            if (type == dns::type::ANY) continue;  // nothing follows it
            AnswerDifference difference = asking_.ask({example, type});
            if (!difference.differs) continue;
            AnswerChange change;
            change.group = QuestionGroup::redirect;
            change.covers = Covers::some_below;
            change.name = owner;
            change.all_but_types = true;
            change.example = {example, type};
            change.held = difference.held;
            change.additional_only = difference.additional_only;
            return change;
        }
        return std::nullopt;
    }

    const View& true_after_;
    const AnswerDiffOptions& options_;
    const UseAnswerChange& use_;
    TwoAnswers asking_;
    RedirectWatch watch_;
    ZonePair pair_;
    bool hashes_differ_ = false;
    TypeSet types_;
    std::vector<Candidate> candidates_;
    std::vector<AskedQuestion> questions_;
    std::vector<AnswerDifference> differences_;
    std::unordered_set<std::string> told_below_;
};

}  // namespace

void compare_answers(const View& before, const View& after, const AnswerDiffOptions& options,
                     const UseAnswerChange& use) {
    Comparison(before, after, options, use).run();
}

}  // namespace server
