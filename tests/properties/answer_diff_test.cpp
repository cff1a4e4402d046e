// The answer diff is complete and says nothing too much: over random pairs of views, a question
// gets another answer if and only if a class covers it. Every question over a closed set of names
// and types is asked.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "dns/rdata.h"
#include "server/answer/answer_diff.h"
#include "tests/properties/answer_zone.h"
#include "tests/properties/random_zone.h"
#include "tests/reference/message.h"
#include "tests/scenarios/served.h"
#include "tests/support/octets.h"

namespace apex_tests {

using reference::Name;
using server::AnswerChange;
using server::Covers;
using server::QuestionGroup;

namespace {

constexpr uint16_t kNsec = 47, kNsec3 = 50, kPrivate = 65290;

struct SideZone {
    Name origin;
    Records records;
};
using Side = std::vector<SideZone>;

struct Pair {
    Side before, after;
    bool follow_view = false;
    bool dnssec = false;
};

struct Question {
    Name name;
    uint16_t type;
};

reference::World world_of(const Side& side, bool follow_view) {
    reference::World world;
    world.views[0].follow_view = follow_view;
    world.cookies = false;
    for (const SideZone& zone : side) {
        reference::ServedZone served;
        served.name = zone.origin;
        served.records = zone.records;
        served.zone.emplace(zone.origin, zone.records);
        world.views[0].zones.push_back(std::move(served));
    }
    return world;
}

// A record as it counts: signatures without times and octets, SOAs by their name alone.
std::string counted(const reference::MessageRecord& record) {
    std::string text = reference::to_text(reference::lower(record.owner)) + " " +
                       std::to_string(record.type) + " ";
    if (record.type == reference::type::SOA) return text;
    std::string rdata = reference::canonical_rdata(record.type, record.rdata);
    if (record.type == reference::type::RRSIG) {
        if (record.rdata.substr(0, 2) == std::string("\0\6", 2)) return text;
        size_t signer = dns::measure_name(reinterpret_cast<const uint8_t*>(rdata.data()) + 18,
                                          rdata.size() - 18);
        rdata = rdata.substr(0, 8) + rdata.substr(16, 2) +
                reference::to_text(reference::lower(reference::from_wire(
                    {reinterpret_cast<const uint8_t*>(rdata.data()) + 18, signer})));
    }
    return text + std::to_string(record.ttl) + " " + to_hex(octets_of(rdata));
}

std::string counted(const Reply& reply) {
    std::string why;
    auto message = reference::read_message(reply.span(), why);
    if (!message) return "unreadable: " + why;
    std::string text = std::to_string(message->flags) + " " + std::to_string(message->rcode());
    for (const auto& section : message->sections) {
        std::multiset<std::string> lines;
        for (const reference::MessageRecord& record : section) lines.insert(counted(record));
        text += "\n--";
        for (const std::string& line : lines) text += "\n" + line;
    }
    return text;
}

class Asking {
  public:
    explicit Asking(const Pair& pair)
        : before_(world_of(pair.before, pair.follow_view)),
          after_(world_of(pair.after, pair.follow_view)),
          before_set_(make_set(before_)),
          after_set_(make_set(after_)),
          dnssec_(pair.dnssec) {
        asker_.transport = reference::Transport::tcp;
    }

    std::string answer(const server::Set& set, const Question& question) {
        reference::Ask request;
        request.name = question.name;
        request.type = question.type;
        if (dnssec_) {
            request.edns.emplace();
            request.edns->dnssec_ok = true;
            request.edns->udp_size = 1232;
        }
        return counted(ask(set, reference::to_octets(request), asker_, scratch_));
    }
    bool differs(const Question& question) {
        return answer(before_set_, question) != answer(after_set_, question);
    }
    std::string both(const Question& question) {
        return "before: " + answer(before_set_, question) +
               "\nafter: " + answer(after_set_, question) + "\n";
    }

    bool dnssec() const { return dnssec_; }
    const server::View& before() const { return *before_set_.views[0]; }
    const server::View& after() const { return *after_set_.views[0]; }
    const reference::View& before_zones() const { return before_.views[0]; }
    const reference::View& after_zones() const { return after_.views[0]; }

  private:
    reference::World before_, after_;
    server::Set before_set_, after_set_;
    bool dnssec_;
    reference::Asker asker_;
    server::Scratch scratch_;
};

// The zone that a name lies in: the one with the longest name.
const reference::ServedZone* zone_of(const reference::View& view, const Name& name) {
    const reference::ServedZone* longest = nullptr;
    for (const reference::ServedZone& zone : view.zones)
        if (reference::is_at_or_below(name, zone.name) &&
            (longest == nullptr || zone.name.size() > longest->name.size()))
            longest = &zone;
    return longest;
}

enum class Covered { no, perhaps, yes };

class Coverage {
  public:
    Coverage(const Asking& asking, const std::vector<AnswerChange>& changes)
        : asking_(asking), changes_(changes) {}

    Covered of(const Question& question) const {
        Covered best = Covered::no;
        for (const AnswerChange& change : changes_) best = std::max(best, by(change, question));
        return best;
    }

  private:
    static bool has_type(const AnswerChange& change, uint16_t type) {
        bool listed = std::count(change.types.begin(), change.types.end(), type) > 0;
        return listed != change.all_but_types;
    }

    Covered by(const AnswerChange& change, const Question& question) const {
        Name name = reference::from_wire(change.name);
        if (change.group == QuestionGroup::zone)
            return reference::is_at_or_below(question.name, name) ? Covered::perhaps : Covered::no;
        if (change.group == QuestionGroup::soa) return Covered::no;
        if (change.group == QuestionGroup::no_match && change.covers == Covers::some_below)
            return reached(question.name) ? Covered::no : Covered::perhaps;
        if (reference::same(question.name, name)) {
            bool self = change.covers == Covers::name || change.covers == Covers::name_and_below;
            return self && has_type(change, question.type) ? Covered::yes : Covered::no;
        }
        if (change.covers == Covers::name || !reference::is_below(question.name, name) ||
            !same_zone(question.name, name))
            return Covered::no;
        if (change.covers == Covers::some_below) return Covered::perhaps;
        if (change.covers == Covers::name_and_below) return Covered::yes;
        if (change.group == QuestionGroup::cut || change.group == QuestionGroup::redirect)
            return Covered::yes;
        bool nearest = !exists(question.name) && reference::same(encloser(question.name), name);
        if (!nearest) return Covered::no;
        // A proof is about a part of the names that do not exist.
        if (asking_.dnssec()) return Covered::perhaps;
        return has_type(change, question.type) ? Covered::yes : Covered::no;
    }

    bool same_zone(const Name& a, const Name& b) const {
        return zone_of(asking_.before_zones(), a) == zone_of(asking_.before_zones(), b) &&
               zone_of(asking_.after_zones(), a) == zone_of(asking_.after_zones(), b);
    }
    // It exists, and nothing above it hides it.
    bool reached(const Name& name) const {
        for (const reference::View* view : {&asking_.before_zones(), &asking_.after_zones()}) {
            const reference::ServedZone* zone = zone_of(*view, name);
            if (zone != nullptr && zone->zone->locate(name).exists) return true;
        }
        return false;
    }
    bool exists(const Name& name) const {
        for (const reference::View* view : {&asking_.before_zones(), &asking_.after_zones()}) {
            const reference::ServedZone* zone = zone_of(*view, name);
            if (zone != nullptr && zone->zone->exists(name) && !zone->zone->hidden(name))
                return true;
        }
        return false;
    }
    Name encloser(Name name) const {
        while (!name.empty() && !exists(name)) name.erase(name.begin());
        return name;
    }

    const Asking& asking_;
    const std::vector<AnswerChange>& changes_;
};

class Cases {
  public:
    Cases(Random& random, bool dnssec) : random_(random), dnssec_(dnssec) {}

    Pair pair() {
        Pair pair;
        pair.dnssec = dnssec_;
        Name origin = random_origin(random_);
        add_zone(pair, origin, random_.one_in(6) ? 40u : 14u);
        if (!dnssec_ && random_.one_in(3)) {
            add_zone(pair, reference::from_text("elsewhere.test."), 6);
            if (random_.one_in(2)) add_zone(pair, random_.pick(pair.before[0].records).owner, 6);
            pair.follow_view = !random_.one_in(3);
            if (random_.one_in(6)) pair.before.pop_back();
        }
        return pair;
    }

    std::vector<Question> questions(const Pair& pair) {
        std::set<Name> names;
        std::set<uint16_t> types{1, 2, 5, 6, 15, 28, 39, 43, 255, kPrivate};
        for (const Side* side : {&pair.before, &pair.after})
            for (const SideZone& zone : *side) {
                reference::Zone seen(zone.origin, zone.records);
                for (const Name& name : seen.names()) add_names(name, names);
                for (const reference::Record& record : zone.records) add_type(record.type, types);
                ZoneMaker maker(random_, zone.origin);
                for (size_t i = 0; i < 20; ++i)
                    names.insert(reference::lower(maker.question(seen)));
            }
        std::vector<Question> out;
        for (const Name& name : names)
            for (uint16_t type : types)
                if (reference::is_legal(name)) out.push_back({name, type});
        // Enough of them: a case is to take milliseconds.
        constexpr size_t kMost = 3000;
        for (size_t i = 0; i < out.size(); ++i)
            std::swap(out[i], out[i + random_.below(out.size() - i)]);
        if (out.size() > kMost) out.resize(kMost);
        return out;
    }

  private:
    void add_zone(Pair& pair, const Name& origin, size_t names) {
        for (const SideZone& zone : pair.before)
            if (reference::same(zone.origin, origin)) return;
        ZoneMaker maker(random_, origin);
        Records before = maker.make({1, names});
        add_services(random_, origin, before);
        if (random_.one_in(2)) add_redirects(origin, before);
        Records after = random_.one_in(8) ? before : maker.changed(before, random_.between(1, 3));
        if (!dnssec_) {
            pair.before.push_back({origin, before});
            pair.after.push_back({origin, after});
            return;
        }
        Signing signing = random_.one_in(2) ? Signing::nsec : Signing::nsec3;
        uint64_t seed = random_.word();
        pair.before.push_back({origin, with_chain(origin, before, signing, seed)});
        pair.after.push_back({origin, with_chain(origin, after, signing, seed)});
    }

    // DNAMEs to names of the zone, so that much lies below their targets.
    void add_redirects(const Name& origin, Records& records) {
        for (size_t i = random_.between(1, 3); i > 0; --i) {
            Name target = random_.pick(records).owner;
            while (target.size() > origin.size() && random_.one_in(2)) target.erase(target.begin());
            Name owner =
                reference::child("r" + std::to_string(i), random_.one_in(3) ? target : origin);
            if (!reference::is_legal(owner)) continue;
            reference::Record record;
            record.owner = owner;
            record.type = reference::type::DNAME;
            record.ttl = 600;
            record.rdata = reference::to_wire(target);
            records.push_back(record);
        }
    }

    void add_names(const Name& name, std::set<Name>& names) {
        names.insert(reference::lower(name));
        names.insert(reference::child("q", reference::lower(name)));
        names.insert(reference::child("q", reference::child("q", reference::lower(name))));
        names.insert(reference::child("*", reference::lower(name)));
        if (!name.empty()) {
            Name sibling = reference::lower(name);
            sibling.front() += "0";
            names.insert(sibling);
        }
    }

    void add_type(uint16_t type, std::set<uint16_t>& types) const {
        bool signing = type == reference::type::RRSIG || type == kNsec || type == kNsec3;
        if (!signing || dnssec_) types.insert(type);
    }

    Random& random_;
    bool dnssec_;
};

const char* to_string(QuestionGroup group) {
    static constexpr const char* kNames[] = {"zone", "soa", "name",     "wildcard",
                                             "ent",  "cut", "redirect", "no match"};
    return kNames[static_cast<size_t>(group)];
}

std::string to_text(const AnswerChange& change) {
    std::string text = std::string("class ") + to_string(change.group) + " " +
                       dns::to_text(change.name) + " covers " +
                       std::to_string(static_cast<int>(change.covers)) +
                       (change.all_but_types ? " all but" : "");
    for (uint16_t type : change.types) text += " " + std::to_string(type);
    return text + ", for example " + dns::to_text(change.example.name) + " " +
           std::to_string(change.example.type) + "\n";
}

std::string complaint_of(const Pair& pair, const std::vector<Question>& questions) {
    for (const Side* side : {&pair.before, &pair.after})
        for (const SideZone& zone : *side)
            if (!reference::Zone(zone.origin, zone.records).rrset(zone.origin, 6)) return "";
    Asking asking(pair);
    std::vector<AnswerChange> changes;
    server::AnswerDiffOptions options;
    options.dnssec_ok = pair.dnssec;
    server::compare_answers(asking.before(), asking.after(), options,
                            [&](const AnswerChange& change) { changes.push_back(change); });
    std::string all;
    for (const AnswerChange& change : changes) all += to_text(change);
    for (const AnswerChange& change : changes) {
        Question example{reference::from_wire(change.example.name), change.example.type};
        bool proof = pair.dnssec && change.group == QuestionGroup::no_match;
        if (change.group == QuestionGroup::soa || proof) continue;
        if (!asking.differs(example)) return "no difference: " + to_text(change) + all;
    }
    Coverage coverage(asking, changes);
    for (const Question& question : questions) {
        bool differs = asking.differs(question);
        Covered covered = coverage.of(question);
        if (covered == Covered::perhaps || differs == (covered == Covered::yes)) continue;
        return std::string(differs ? "not told: " : "told, but the same: ") +
               reference::to_text(question.name) + " " + std::to_string(question.type) + "\n" +
               asking.both(question) + all;
    }
    return "";
}

// Leaves out records of both sides together.
Complaint smallest(Pair pair, const std::vector<Question>& questions) {
    Complaint complaint = complaint_of(pair, questions);
    if (complaint.empty() || pair.dnssec) return complaint;
    Records all = pair.before[0].records;
    for (const reference::Record& record : pair.after[0].records) {
        bool known = std::any_of(all.begin(), all.end(), [&](const reference::Record& other) {
            return other.owner == record.owner && other.type == record.type &&
                   other.rdata == record.rdata && other.ttl == record.ttl;
        });
        if (!known) all.push_back(record);
    }
    auto of = [](const Records& records, const Records& fewer) {
        Records out;
        for (const reference::Record& record : records)
            for (const reference::Record& other : fewer)
                if (other.owner == record.owner && other.type == record.type &&
                    other.rdata == record.rdata && other.ttl == record.ttl) {
                    out.push_back(record);
                    break;
                }
        return out;
    };
    return smallest_complaint(pair.before[0].origin, all, [&](const Records& fewer) {
        Pair smaller = pair;
        smaller.before[0].records = of(pair.before[0].records, fewer);
        smaller.after[0].records = of(pair.after[0].records, fewer);
        Complaint said = complaint_of(smaller, questions);
        if (said.empty()) return said;
        for (const reference::Record& record : smaller.before[0].records)
            said += "\n- " + reference::to_text(record.owner) + " " + std::to_string(record.type);
        for (const reference::Record& record : smaller.after[0].records)
            said += "\n+ " + reference::to_text(record.owner) + " " + std::to_string(record.type);
        return said;
    });
}

}  // namespace

TEST_CASE("a question gets another answer if and only if a class of the diff covers it") {
    for_all("answer diff", 60, [](Random& random) {
        Cases cases(random, false);
        Pair pair = cases.pair();
        return smallest(pair, cases.questions(pair));
    });
}

TEST_CASE("the diff of signed answers is complete, too") {
    for_all("signed answer diff", 25, [](Random& random) {
        Cases cases(random, true);
        Pair pair = cases.pair();
        return smallest(pair, cases.questions(pair));
    });
}

}  // namespace apex_tests
