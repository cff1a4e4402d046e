// What is built does not depend on how many threads parsed and built it, nor on how the text was
// cut into stretches.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "tests/properties/random_zone.h"
#include "tests/properties/zone_text.h"
#include "tests/zones/make_zone.h"

namespace apex_tests {

namespace {

using reference::Name;

std::string place_text(const MadeZone& made, dns::Place place) {
    if (!place.known()) return "nowhere";
    const dns::Source& source = made.sources->at(place.source());
    std::string from = source.from.known() ? " from " + std::to_string(source.from.line()) : "";
    return source.name + from + ":" + std::to_string(place.line()) + ":" +
           std::to_string(place.column());
}

// All that there is to say about a zone, in words; links by the name that they lead to.
std::string describe(const MadeZone& made, const zones::NodeView& node) {
    std::string text = std::to_string(node.head().rank) + " " + dns::to_text(node.name()) + " " +
                       std::to_string(node.children()) + " " + std::to_string(node.head().facts);
    for (size_t i = 0; i < node.rrset_count(); ++i) {
        zones::RrsetView rrset = node.rrset(i);
        text += " " + std::to_string(rrset.covered()) + " " +
                std::string(rrset.wire().begin(), rrset.wire().end());
        for (size_t k = 0; k < rrset.count(); ++k) {
            text += " " + place_text(made, rrset.place(k));
            if (rrset.has_links() && rrset.link(k))
                text += " -> " + dns::to_text(made->base().node(rrset.link(k)).name());
        }
    }
    return text;
}

std::string describe(const dns::Finding& finding) {
    std::string text = std::string(finding.rule->name) + " " + std::to_string(finding.line) + ":" +
                       std::to_string(finding.column) + " " + finding.hint;
    for (const std::string& word : finding.words) text += " " + word;
    return text;
}

Complaint same(const MadeZone& one, const MadeZone& other) {
    const auto& findings = one.findings->rows();
    const auto& others = other.findings->rows();
    for (size_t i = 0; i < findings.size() || i < others.size(); ++i) {
        std::string wanted = i < findings.size() ? describe(findings[i]) : "none";
        std::string got = i < others.size() ? describe(others[i]) : "none";
        if (wanted != got) return "finding:\n" + got + "\nfor\n" + wanted;
    }
    if (!one.zone || !other.zone) return !one.zone == !other.zone ? "" : "only one is a zone";
    zones::Zone::Cursor at(*one), also_at(*other);
    for (; at && also_at; at.next(), also_at.next()) {
        std::string wanted = describe(one, *at), got = describe(other, *also_at);
        if (wanted != got) return "node:\n" + got + "\nfor\n" + wanted;
    }
    if (at || also_at) return "one has more names";
    if (one->record_count() != other->record_count() || one->name_count() != other->name_count())
        return "counts differ";
    return "";
}

// Lines that are wrong, or that change how what follows is read.
std::string with_disturbances(Random& random, const std::string& text) {
    static const char* const kLines[] = {"$GENERATE 1-5 g$ 60 IN A 10.0.0.$",
                                         "a 60 IN A not-an-address",
                                         "b 60 IN TXT \"open",
                                         "c 60 IN NS ( ns1",
                                         ")",
                                         "$ORIGIN under",
                                         "$ORIGIN",
                                         "$TTL 1h",
                                         "$TTL x",
                                         " 60 IN A 10.9.9.9",
                                         "d.. 60 IN A 10.0.0.1",
                                         "$UNKNOWN",
                                         "e 60 CH A 10.0.0.1",
                                         "f 60 IN",
                                         "outside.test. 60 IN A 10.1.1.1",
                                         "h TXT ( \"two\n\nlines\" )",
                                         "i TXT ( ; comment \" with a quote\n x )",
                                         "\"",
                                         "j A 10.0.0.1 10.0.0.2",
                                         "k 60 IN TXT \\300",
                                         "l 60 IN TXT \"a;b(c\"",
                                         "\t",
                                         "m 9999999999 A 10.0.0.1"};
    std::string out;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        out += text.substr(at, end - at);
        at = end;
        if (random.one_in(12)) out += std::string(random.pick(kLines)) + "\n";
    }
    return out;
}

Complaint cut_in_many_ways(Random& random, const Name& origin, const std::string& text) {
    static constexpr size_t kStretches[] = {16, 17, 40, 100, 333, 1000, 5000, 1 << 20};
    for (unsigned threads = 1; threads <= 4; ++threads) {
        MakeOptions options;
        options.threads = threads;
        options.stretch_octets = random.pick(kStretches);
        Complaint complaint = smallest_complaint(text, [&](const std::string& less) {
            return same(zone_from_text(less, origin), zone_from_text(less, origin, options));
        });
        if (!complaint.empty())
            return std::to_string(threads) + " threads, stretches of " +
                   std::to_string(options.stretch_octets) + ", origin " +
                   reference::to_text(origin) + ": " + complaint;
    }
    return "";
}

Name big_name(Random& random, const Name& origin, size_t kind) {
    auto label = [&](const char* front, size_t of) {
        return front + std::to_string(random.below(of));
    };
    switch (kind) {
        case 0:  // names that agree in more than a sort key shows
            return reference::child(label("just-the-same-front-", 100000), origin);
        case 1:  // empty non-terminals with names below them in several shares
            return reference::joined({label("h", 40), label("m", 500)},
                                     reference::child("top", origin));
        case 2:
            return reference::joined({label("x", 3), label("y", 3), label("z", 30000)}, origin);
        default:
            return random.one_in(2) ? origin : reference::child(label("n", 60000), origin);
    }
}

// So many owners that the order is cut into several shares.
Records big_zone(Random& random, const Name& origin) {
    Records records;
    size_t kinds = random.below(5);
    for (size_t line = 1; line <= 140000; ++line) {
        Name owner = big_name(random, origin, kinds == 4 ? random.below(4) : kinds);
        if (random.one_in(50)) owner = reference::child("*", owner);
        std::string address = {10, static_cast<char>(random.below(2)), 0, 1};
        uint16_t type = random.one_in(3) ? reference::type::A : 65280;
        records.push_back({owner, type, 60, address, line});
    }
    return records;
}

// As differences() of make_zone.h, but in one walk: the reference's searches are too slow here.
Complaint big_differences(const zones::Zone& zone, const reference::Zone& expected) {
    std::map<Name, uint32_t> children;
    for (const Name& name : expected.names())
        if (name.size() > expected.origin().size())
            ++children[reference::last_labels(name, name.size() - 1)];
    size_t rrset = 0;
    zones::Zone::Cursor at(zone);
    for (const Name& name : expected.names()) {
        if (!at) return reference::to_text(name) + " is missing";
        zones::NodeView node = *at;
        if (reference::lower(reference::from_wire(zone.absolute(node.name()).view())) != name)
            return reference::to_text(name) + " is wanted for " + dns::to_text(node.name());
        if (node.children() != children[name])
            return reference::to_text(name) + " has another count of children";
        Name star = reference::child("*", name);
        bool wildcard = std::binary_search(
            expected.names().begin(), expected.names().end(), star,
            [](const Name& a, const Name& b) { return reference::compare(a, b) < 0; });
        if (node.has(zones::fact::wildcard_child) != wildcard)
            return reference::to_text(name) + " wildcard child";
        if (!(zone.find(node.name()) == node)) return reference::to_text(name) + " is not found";
        for (size_t i = 0; i < node.rrset_count(); ++i, ++rrset) {
            if (rrset == expected.rrsets().size()) return "too many RRsets";
            const reference::Rrset& wanted = expected.rrsets()[rrset];
            if (!reference::same(wanted.owner, name) || wanted.type != node.rrset(i).type() ||
                wanted.rdata.size() != node.rrset(i).count() ||
                wanted.lines.front() != node.rrset(i).place(0).line())
                return reference::to_text(name) + " has another RRset";
        }
        at.next();
    }
    if (at) return "a name too many";
    return rrset == expected.rrsets().size() ? "" : "too few RRsets";
}

}  // namespace

TEST_CASE("a zone does not depend on threads and stretches") {
    for_all("threads", 300, [](Random& random) {
        Name origin = random_origin(random);
        Records records = ZoneMaker(random, origin).make({1, random.one_in(5) ? 150u : 30u});
        std::string text = random_text(random, origin, records);
        if (!random.one_in(3)) text = with_disturbances(random, text);
        return cut_in_many_ways(random, origin, text);
    });
}

TEST_CASE("a big zone is built in shares, and is the reference's for all that") {
    for_all("shares", 4, [](Random& random) {
        Name origin = random_origin(random);
        Records records = big_zone(random, origin);
        size_t per_batch = random.between(1000, 80000);
        MadeZone one = zone_from_records(records, origin, per_batch);
        Complaint complaint = big_differences(*one, reference::Zone(origin, records));
        if (!complaint.empty()) return complaint;
        MakeOptions options;
        options.threads = static_cast<unsigned>(random.between(2, 4));
        return same(one, zone_from_records(records, origin, per_batch, options));
    });
}

}  // namespace apex_tests
