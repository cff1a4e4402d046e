// Nothing of one view ever shows in another: over random configurations, reloads and questions.
// What a zone file or patch holds is marked with the file's number and version: in names, texts and
// addresses. The words of the configuration say which files a view is made of, and no record of an
// answer may bear the mark of any other.
//
//   Plan      views, their lists and zones      -> apex.toml, and what each view may show
//   Source    a zone file or a patch, marked    -> f3.zone, p5.patch, written again and again
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "dns/tsig.h"
#include "server/answer/respond.h"
#include "tests/properties/property.h"
#include "tests/reference/message.h"
#include "tests/server/publish/publishing.h"

namespace apex_tests {

namespace {

constexpr const char* kZones[] = {"a.test", "c.a.test", "b.test", "d.test"};
constexpr size_t kFiles = 6, kSources = 12;  // the others are patches
constexpr size_t kClients = 8, kDestinations = 3, kKeys = 3;
constexpr size_t kNone = SIZE_MAX;
constexpr uint16_t kNoError = 0, kRefused = 5, kNotAuthorised = 9, kTxt = 16, kDs = 43;

struct Mark {
    size_t source, version;
    auto operator<=>(const Mark&) const = default;
};

std::string to_text(const Mark& mark) {
    return "mark-" + std::to_string(mark.source) + "-" + std::to_string(mark.version);
}

// The marks in a record's octets, or in a name.
void add_marks(std::string_view text, std::set<Mark>& out) {
    for (size_t at = text.find("mark-"); at != text.npos; at = text.find("mark-", at)) {
        at += 5;
        size_t numbers[2] = {0, 0};
        for (size_t& number : numbers) {
            for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
                number = number * 10 + static_cast<size_t>(text[at] - '0');
            if (&number == numbers) ++at;  // the hyphen
        }
        out.insert({numbers[0], numbers[1]});
    }
}

struct Source {
    size_t version = 0;
    bool broken = false;
};

std::string text_of_source(Random& random, size_t number, const Source& source) {
    const bool is_patch = number >= kFiles;
    if (source.broken) return is_patch ? "www 300 A 10.0.0.300\n" : "no zone (\n";
    const std::string mark = to_text(Mark{number, source.version});
    const std::string a = " 300 A 10." + std::to_string(number) + "." +
                          std::to_string(source.version >> 8) + "." +
                          std::to_string(source.version & 255) + "\n";
    const std::string txt = " 300 TXT " + mark + "\n";
    const std::string other = random.pick(kZones);
    const std::string cross = "cross 300 CNAME " + mark + ".wild." + other + ".\n";
    const std::string exchange = "post 300 MX 10 www." + other + ".\n";
    if (is_patch) {
        std::string text = "$REPLACE who TXT\nwho" + txt + mark + txt + "deep." + mark + ".ent" + a;
        if (random.one_in(2)) text += "$REPLACE www A\nwww" + a;
        if (random.one_in(2)) text += "$REPLACE cross\n" + cross;
        if (random.one_in(2)) text += "$REPLACE *.wild TXT\n*.wild" + txt;
        if (random.one_in(2)) text += "$REPLACE post\n" + exchange;
        if (random.one_in(2)) text += "$REPLACE @ TXT\n@" + txt;
        return text;
    }
    const std::string server = mark + ".ns";
    return "$TTL 300\n@ SOA " + server + " hostmaster " + std::to_string(source.version) +
           " 1h 15m 2w 10m\n@ NS " + server + "\n" + server + a + "@" + txt + "@ MX 10 " + server +
           "\nwho" + txt + "www" + a + "www" + txt + mark + txt + "alias CNAME " + mark + "\n" +
           cross + exchange + "*.wild" + txt + "*.wild" + a + "x" + "." + mark + ".ent" + txt +
           "c NS " + mark + ".ns.c\n" + mark + ".ns.c" + a + "dn DNAME wild\n";
}

std::string path_of(size_t source) {
    return source < kFiles ? "f" + std::to_string(source) + ".zone"
                           : "p" + std::to_string(source) + ".patch";
}

// A list of the configuration; its members by number.
struct Listed {
    bool excluded;
    size_t member;
};
using List = std::optional<std::vector<Listed>>;

bool holds(const List& list, size_t member) {
    if (!list) return true;
    bool found = false, excludes_only = true;
    for (const Listed& listed : *list) {
        if (listed.excluded && listed.member == member) return false;
        found = found || listed.member == member;
        excludes_only = excludes_only && listed.excluded;
    }
    return found || excludes_only;
}

struct PlannedZone {
    size_t source = kNone;  // none: the base as it is
    size_t base = kNone;    // the number of a view behind this one
};

struct PlannedView {
    List clients, destinations, keys;
    bool follow = false;
    std::vector<size_t> zones_from;       // numbers of views behind this one
    std::map<size_t, PlannedZone> zones;  // its own, by place in kZones
};

struct Asker {
    size_t client, destination;
    size_t key;  // kNone: does not sign
};

// From the top patch down to the file.
using Chain = std::vector<size_t>;

class Plan {
  public:
    Plan(Random& random, bool is_signed) : is_signed_(is_signed) {
        views_.resize(random.between(2, 6));
        for (size_t view = views_.size(); view-- > 0;) make_view(random, view);
    }

    size_t view_of(const Asker& asker) const {
        for (size_t view = 0; view + 1 < views_.size(); ++view)
            if (holds(views_[view].clients, asker.client) &&
                holds(views_[view].destinations, asker.destination) &&
                (!views_[view].keys || (asker.key != kNone && holds(views_[view].keys, asker.key))))
                return view;
        return views_.size() - 1;
    }
    bool follows(size_t view) const { return views_[view].follow; }
    std::string name(size_t view) const {
        return view + 1 == views_.size() ? "default" : "v" + std::to_string(view);
    }

    std::optional<Chain> chain(size_t view, size_t zone) const {
        auto own = views_[view].zones.find(zone);
        if (own != views_[view].zones.end()) {
            Chain out;
            if (own->second.source != kNone) out.push_back(own->second.source);
            if (own->second.base == kNone) return out;
            Chain below = *chain(own->second.base, zone);
            out.insert(out.end(), below.begin(), below.end());
            return out;
        }
        for (size_t other : views_[view].zones_from)
            if (auto found = chain(other, zone)) return found;
        return std::nullopt;
    }

    // The views whose zones a view's zone is made of: its own, or whose it takes, then the bases'.
    std::vector<std::string> owners(size_t view, size_t zone) const {
        std::vector<std::string> out;
        while (view != kNone) {
            auto own = views_[view].zones.find(zone);
            if (own != views_[view].zones.end()) {
                out.push_back(name(view));
                view = own->second.base;
                continue;
            }
            const auto& from = views_[view].zones_from;
            auto other = std::find_if(from.begin(), from.end(),
                                      [&](size_t each) { return chain(each, zone).has_value(); });
            view = other != from.end() ? *other : kNone;
        }
        return out;
    }

    size_t count() const { return views_.size(); }

    std::string text() const {
        std::string text = is_signed_ ? "dnssec = true\n" : "";
        for (size_t key = 0; key < kKeys; ++key)
            text += "[[key]]\nname = 'k" + std::to_string(key) +
                    "'\nsecret = 'c2VjcmV0LW9mLXRlc3RzLTE2LW9jdGV0cw=='\n";
        for (size_t number = 0; number < views_.size(); ++number) {
            const PlannedView& view = views_[number];
            text += "[[view]]\nname = '" + name(number) + "'\n";
            if (view.follow) text += "follow = 'view'\n";
            auto network = [](size_t member) { return "10." + std::to_string(member) + ".0.0/16"; };
            auto local = [](size_t member) { return "127.0.0." + std::to_string(member + 1); };
            auto key = [](size_t member) { return "k" + std::to_string(member); };
            text += line_of("clients", view.clients, network);
            text += line_of("destinations", view.destinations, local);
            text += line_of("keys", view.keys, key);
            std::string others;
            for (size_t other : view.zones_from) others += "'" + name(other) + "', ";
            if (!others.empty()) text += "zones-from = [" + others + "]\n";
            for (const auto& [zone, planned] : view.zones) {
                text += std::string("[[view.zone]]\nname = '") + kZones[zone] + "'\n";
                const bool over = planned.base != kNone;
                if (over) text += "base = '" + name(planned.base) + "'\n";
                if (planned.source != kNone)
                    text += (over ? "overlay = '" : "file = '") + path_of(planned.source) + "'\n";
            }
        }
        return text;
    }

  private:
    static List list(Random& random, size_t members, bool may_exclude) {
        if (random.one_in(3)) return std::nullopt;
        std::vector<Listed> out;
        for (size_t member = 0; member < members; ++member)
            if (random.one_in(3)) out.push_back({may_exclude && random.one_in(5), member});
        if (out.empty()) out.push_back({false, random.below(members)});
        return out;
    }

    template <class Words>
    static std::string line_of(const char* option, const List& list, const Words& words) {
        if (!list) return "";
        std::string line = std::string(option) + " = [";
        for (const Listed& listed : *list)
            line += (listed.excluded ? "'!" : "'") + words(listed.member) + "', ";
        return line + "]\n";
    }

    void make_view(Random& random, size_t number) {
        PlannedView& view = views_[number];
        const bool last = number + 1 == views_.size();
        view.follow = random.one_in(3);
        if (!last) {
            view.clients = list(random, kClients, true);
            if (random.one_in(3)) view.destinations = list(random, kDestinations, true);
            if (random.one_in(3)) view.keys = list(random, kKeys, false);
            for (size_t other = number + 1; other < views_.size(); ++other)
                if (random.one_in(4)) view.zones_from.push_back(other);
            if (view.zones_from.size() > 1 && random.one_in(2))
                std::swap(view.zones_from.front(), view.zones_from.back());
        }
        for (size_t zone = 0; zone < std::size(kZones); ++zone)
            if (!random.one_in(3)) make_zone(random, number, zone);
    }

    void make_zone(Random& random, size_t view, size_t zone) {
        PlannedZone planned{random.below(kFiles), kNone};
        if (view + 1 < views_.size() && !random.one_in(3)) {
            const size_t base = random.between(view + 1, views_.size() - 1);
            const size_t patch = random.between(kFiles, kSources - 1);
            if (auto below = chain(base, zone)) {
                // A patch over itself would replace what it put there.
                const bool again = std::find(below->begin(), below->end(), patch) != below->end();
                planned = {again || random.one_in(4) ? kNone : patch, base};
            }
        }
        views_[view].zones[zone] = planned;
    }

    bool is_signed_;
    std::vector<PlannedView> views_;
};

struct Question {
    Asker asker;
    std::string name;
    uint16_t type;
    bool forged;

    std::string text() const {
        return name + " TYPE" + std::to_string(type) + " from 10." + std::to_string(asker.client) +
               ".0.1 to 127.0.0." + std::to_string(asker.destination + 1) +
               (asker.key == kNone ? "" : " signed by k" + std::to_string(asker.key)) +
               (forged ? ", badly" : "");
    }
};

class Round {
  public:
    explicit Round(Random& random)
        : random_(random), is_signed_(random.one_in(8)), plan_(random, is_signed_) {
        world_.settings.threads = 1;
        for (size_t source = 0; source < kSources; ++source) write(source, false);
        world_.replace("apex.toml", plan_.text());
        expect();
        keeper_ = world_.start();
    }

    Complaint run(size_t reloads, size_t questions) {
        Complaint complaint = ask_all(questions);
        for (; reloads > 0 && complaint.empty(); --reloads) {
            change();
            complaint = ask_all(questions);
        }
        return complaint;
    }
    size_t shown() const { return shown_; }

  private:
    void write(size_t source, bool broken) {
        sources_[source].version = ++versions_;
        sources_[source].broken = broken;
        world_.replace(path_of(source), text_of_source(random_, source, sources_[source]));
    }

    void change() {
        bool any_broken = false;
        for (size_t source = 0; source < kSources; ++source) {
            if (sources_[source].broken ? random_.one_in(2) : random_.one_in(4))
                write(source, random_.one_in(8));
            any_broken = any_broken || sources_[source].broken;
        }
        if (random_.one_in(2)) plan_ = Plan(random_, is_signed_);
        world_.replace("apex.toml", plan_.text());
        const bool starts = random_.one_in(5);
        if (starts) kept_.clear();
        expect();
        if (starts) {
            keeper_.reset();
            keeper_ = world_.start();
        } else if (!keeper_->reload().ok && !any_broken) {
            FAIL_CHECK(world_.log.all());
        }
    }

    // What each zone of each view may show from now on: what the configuration makes it of; where
    // some of that cannot be read, also what it showed before, or what it rests on did.
    void expect() {
        std::map<std::pair<std::string, size_t>, std::set<size_t>> now;
        for (size_t view = 0; view < plan_.count(); ++view)
            for (size_t zone = 0; zone < std::size(kZones); ++zone) {
                auto chain = plan_.chain(view, zone);
                if (!chain) continue;
                std::set<size_t>& sources = now[{plan_.name(view), zone}];
                sources.insert(chain->begin(), chain->end());
                if (!is_broken(sources)) continue;
                for (const std::string& owner : plan_.owners(view, zone))
                    if (auto before = kept_.find({owner, zone}); before != kept_.end())
                        sources.insert(before->second.begin(), before->second.end());
            }
        kept_ = std::move(now);
    }
    bool is_broken(const std::set<size_t>& sources) const {
        return std::any_of(sources.begin(), sources.end(),
                           [&](size_t source) { return sources_[source].broken; });
    }

    Question question() {
        Question out;
        out.asker = {random_.below(kClients), random_.below(kDestinations),
                     random_.one_in(2) ? kNone : random_.below(kKeys)};
        out.forged = out.asker.key != kNone && random_.one_in(10);
        const size_t source = random_.below(kSources);
        const std::string mark =
            to_text(Mark{source, sources_[source].version - (random_.one_in(4) ? 1 : 0)});
        const std::string before[] = {"",
                                      "who.",
                                      "who.",
                                      "www.",
                                      "alias.",
                                      "cross.",
                                      "cross.",
                                      "post.",
                                      "x.wild.",
                                      "nope.",
                                      mark + ".",
                                      mark + ".ns.",
                                      "x." + mark + ".ent.",
                                      "deep." + mark + ".ent.",
                                      "ent.",
                                      "c.",
                                      "x.c.",
                                      mark + ".ns.c.",
                                      "y.dn.",
                                      mark + ".wild."};
        out.name = random_.pick(before) + random_.pick(kZones) + ".";
        static constexpr uint16_t kTypes[] = {1, 1, 16, 16, 16, 2, 5, 6, 15, 28, 43, 255};
        out.type = random_.pick(kTypes);
        return out;
    }

    std::string request_of(const Question& question, const server::Set& set) {
        reference::Ask ask;
        ask.name = reference::from_text(question.name);
        ask.type = question.type;
        ask.edns = reference::Edns{};
        ask.edns->udp_size = 4096;
        ask.edns->dnssec_ok = random_.one_in(2);
        std::string octets = to_octets(ask);
        if (question.asker.key == kNone) return octets;
        const size_t size = octets.size();
        const size_t key = set.keys->find(make_name("k" + std::to_string(question.asker.key)));
        octets.resize(size + 300);
        std::span<uint8_t> room(reinterpret_cast<uint8_t*>(octets.data()), octets.size());
        octets.resize(dns::sign_request((*set.keys)[key], room, size, world_.clock.now()));
        if (question.forged) octets[3] ^= 0x10;  // after it was signed
        return octets;
    }

    Complaint ask_all(size_t count) {
        for (; count > 0; --count) {
            const Question asked = question();
            Complaint complaint = ask(asked);
            if (!complaint.empty())
                return asked.text() + ": " + complaint + "\n" + plan_.text() + world_.log.all();
        }
        return "";
    }

    Complaint ask(const Question& asked) {
        auto set = keeper_->current();
        const std::string octets = request_of(asked, *set);
        const uint8_t client[] = {10, static_cast<uint8_t>(asked.asker.client), 0, 1};
        const uint8_t local[] = {127, 0, 0, static_cast<uint8_t>(asked.asker.destination + 1)};
        std::vector<uint8_t> room(4096);
        server::Request request;
        request.message = {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()};
        request.client.address = server::Address::v4(client);
        request.client.local = server::Address::v4(local);
        request.room = room;
        server::Outcome outcome;
        server::respond(*set, {&request, 1}, {&outcome, 1}, scratch_, world_.clock.now());
        std::string why;
        auto reply = reference::read_message({room.data(), outcome.size}, why);
        if (!reply) return "no answer that can be read: " + why;
        Complaint complaint = check(asked, outcome, *reply);
        return complaint.empty() ? complaint : complaint + "\n" + reference::to_text(*reply);
    }

    // The place in kZones of the zone that answers a name in a view; kNone: nothing does.
    size_t zone_of(size_t view, const std::string& name, bool above) const {
        size_t found = kNone, longest = 0;
        for (size_t zone = 0; zone < std::size(kZones); ++zone) {
            const std::string origin = std::string(kZones[zone]) + ".";
            if (above && origin == name) continue;
            if ((name == origin || name.ends_with("." + origin)) && origin.size() > longest &&
                plan_.chain(view, zone)) {
                found = zone;
                longest = origin.size();
            }
        }
        return found;
    }

    // What an answer may show: the sources of its zone, or of all zones of its view.
    std::set<size_t> sources_of(size_t view, const Question& asked, size_t zone) const {
        std::set<size_t> out;
        auto add = [&](size_t each) {
            if (each == kNone) return;
            auto found = kept_.find({plan_.name(view), each});
            if (found != kept_.end()) out.insert(found->second.begin(), found->second.end());
        };
        add(zone);
        if (asked.type == kDs) add(zone_of(view, asked.name, true));  // RFC 4035 3.1.4.1
        if (plan_.follows(view))
            for (size_t each = 0; each < std::size(kZones); ++each) add(each);
        return out;
    }

    Complaint check(const Question& asked, const server::Outcome& outcome,
                    const reference::Message& reply) {
        std::vector<const reference::MessageRecord*> records;
        for (const auto& section : reply.sections)
            for (const auto& record : section)
                if (record.type != dns::kTsigType) records.push_back(&record);
        if (asked.forged)
            return reply.rcode() == kNotAuthorised && records.empty() ? "" : "a bad signature";
        const size_t view = plan_.view_of(asked.asker);
        if (outcome.view == nullptr) return "no view was chosen";
        if (outcome.view->name != plan_.name(view))
            return "answered by " + outcome.view->name + ", not " + plan_.name(view);
        const size_t zone = zone_of(view, asked.name, false);
        if (zone == kNone) return reply.rcode() == kRefused && records.empty() ? "" : "not refused";
        const std::set<size_t> allowed = sources_of(view, asked, zone);
        const bool broken = is_broken(allowed);
        std::set<Mark> in_question, texts;
        add_marks(asked.name, in_question);
        for (const reference::MessageRecord* record : records) {
            std::set<Mark> marks;
            add_marks(reference::to_text(record->owner), marks);
            // A wildcard's owner, and what a DNAME makes, repeat what was asked.
            if (record->type == 5)
                for (const Mark& mark : in_question) marks.erase(mark);
            if (reference::to_text(record->owner) == asked.name) marks.clear();
            std::set<Mark> data;
            add_marks(record->rdata, data);
            if (record->type == 1) {
                auto octet = [&](size_t at) { return static_cast<uint8_t>(record->rdata[at]); };
                data.insert({octet(1), octet(2) * size_t{256} + octet(3)});
            }
            if (record->type == kTxt) texts.insert(data.begin(), data.end());
            if (record->type == 5)
                for (const Mark& mark : in_question) data.erase(mark);
            marks.insert(data.begin(), data.end());
            shown_ += marks.size();
            for (const Mark& mark : marks) {
                if (!allowed.contains(mark.source)) return "shows " + to_text(mark);
                if (!broken && mark.version != sources_[mark.source].version)
                    return "shows " + to_text(mark) + " of an earlier version";
            }
        }
        // Its own, and not merely nothing of others.
        const size_t top = plan_.chain(view, zone)->front();
        if (!broken && asked.type == kTxt &&
            asked.name == std::string("who.") + kZones[zone] + "." &&
            (reply.rcode() != kNoError || texts != std::set{Mark{top, sources_[top].version}}))
            return "does not show " + to_text(Mark{top, sources_[top].version});
        return "";
    }

    Random& random_;
    bool is_signed_;
    Plan plan_;
    Publishing world_;
    Source sources_[kSources];
    size_t versions_ = 0;
    size_t shown_ = 0;
    std::map<std::pair<std::string, size_t>, std::set<size_t>> kept_;  // by view and zone
    server::Scratch scratch_;
    std::unique_ptr<server::ZoneKeeper> keeper_;
};

}  // namespace

TEST_CASE("nothing of one view shows in another") {
    size_t shown = 0, rounds = 0;
    for_all("views apart", 24, [&](Random& random) {
        Round round(random);
        Complaint complaint = round.run(4, 200);
        shown += round.shown();
        ++rounds;
        return complaint;
    });
    // Most answers have something in them.
    CHECK(shown > rounds * 100);
}

}  // namespace apex_tests
