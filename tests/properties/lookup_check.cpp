#include "tests/properties/lookup_check.h"

#include <algorithm>
#include <optional>

#include "tests/reference/denial.h"
#include "tests/zones/make_zone.h"
#include "zones/lookup.h"

namespace apex_tests {

using reference::Name;
namespace type = reference::type;

namespace {

// A node that is not the zone's own any more (a base's, where the layer has another) is a mistake.
std::string name_text(const zones::Zone& zone, const zones::NodeView& node) {
    if (node && !(zone.find(node.name()) == node)) return "a node of another version";
    return node ? reference::to_text(
                      reference::lower(reference::from_wire(zone.absolute(node.name()).view())))
                : "none";
}

std::string name_text(const Name& name) {
    return reference::to_text(reference::lower(name));
}

class Comparison {
  public:
    explicit Comparison(const Question& question) : question_(question) {}

    void same(const char* what, const std::string& got, const std::string& wanted) {
        if (got != wanted) complaint_ += std::string(what) + ": " + got + " for " + wanted + "\n";
    }
    Complaint complaint() const {
        if (complaint_.empty()) return "";
        return "question " + reference::to_text(question_.name) + " type " +
               std::to_string(question_.type) + "\n" + complaint_;
    }

  private:
    const Question& question_;
    std::string complaint_;
};

const char* fact_text(zones::Fact fact) {
    switch (fact) {
        case zones::Fact::answer:
            return "answer";
        case zones::Fact::alias:
            return "alias";
        case zones::Fact::redirect:
            return "redirect";
        case zones::Fact::referral:
            return "referral";
        case zones::Fact::no_data:
            return "no data";
        case zones::Fact::no_name:
            return "no name";
    }
    return "?";
}

bool same_rrset(const zones::RrsetView& got, const reference::Rrset& wanted) {
    if (got.type() != wanted.type || got.covered() != wanted.covered ||
        got.count() != wanted.rdata.size() || got.ttl() != wanted.ttl)
        return false;
    size_t index = 0;
    for (zones::RecordView record : got)
        if (std::string(record.rdata().begin(), record.rdata().end()) != wanted.rdata[index++])
            return false;
    return true;
}

void compare_lookup(Comparison& comparison, const zones::Zone& zone, dns::NameView relative,
                    const reference::Answer& wanted, uint16_t asked) {
    zones::Lookup got = zones::lookup(zone, relative, asked);
    comparison.same("fact", fact_text(got.fact), reference::to_string(wanted.fact));
    bool named = wanted.fact != reference::Fact::no_name;
    comparison.same("node", name_text(zone, got.node), named ? name_text(wanted.owner) : "none");
    comparison.same("encloser", name_text(zone, got.encloser), name_text(wanted.encloser));
    comparison.same(
        "encloser labels", std::to_string(got.encloser_labels),
        std::to_string(wanted.encloser.size() - reference::from_wire(zone.origin()).size()));
    comparison.same("from wildcard", got.from_wildcard ? "yes" : "no",
                    wanted.from_wildcard ? "yes" : "no");
    bool all_of_node = asked == type::ANY && wanted.fact == reference::Fact::answer;
    bool one = !wanted.rrsets.empty() && !all_of_node;
    comparison.same("RRset", got.rrset ? "some" : "none", one ? "some" : "none");
    if (!got.rrset || !one) return;
    // Of signatures one RRset is enough (RFC 8482 4.1); elsewhere there is only one.
    bool found = false;
    for (const reference::Rrset& rrset : wanted.rrsets) found |= same_rrset(got.rrset, rrset);
    comparison.same("RRset", found ? "as wanted" : "another", "as wanted");
}

std::string denial_at_or_before(const reference::Zone& zone, const Name& name) {
    std::optional<Name> last, before;
    for (const reference::Rrset& rrset : reference::denial_chain(zone)) {
        last = rrset.owner;
        if (reference::compare(rrset.owner, name) <= 0) before = rrset.owner;
    }
    return !last ? "none" : name_text(before ? *before : *last);
}

}  // namespace

Complaint answer_differences(const zones::Zone& zone, const reference::Zone& expected,
                             const Question& question) {
    Comparison comparison(question);
    dns::Name absolute = reference::to_dns(question.name);
    dns::NameView relative = relative_to(absolute, zone);
    compare_lookup(comparison, zone, relative, expected.lookup(question.name, question.type),
                   question.type);

    reference::Located wanted = expected.locate(question.name);
    for (const zones::Position& got : {zone.locate(relative), zone.locate_absolute(absolute)}) {
        comparison.same("locate: node", name_text(zone, got.node),
                        wanted.exists ? name_text(question.name) : "none");
        comparison.same("locate: encloser", name_text(zone, got.encloser),
                        name_text(wanted.encloser));
        comparison.same("locate: crossing", name_text(zone, got.crossing),
                        wanted.crossing ? name_text(*wanted.crossing) : "none");
    }
    comparison.same("find", name_text(zone, zone.find(relative)),
                    expected.exists(question.name) ? name_text(question.name) : "none");
    comparison.same("at or before", name_text(zone, zone.at_or_before(relative)),
                    name_text(expected.at_or_before(question.name)));
    comparison.same("denial at or before", name_text(zone, zone.denial_at_or_before(relative)),
                    denial_at_or_before(expected, question.name));
    return comparison.complaint();
}

}  // namespace apex_tests
