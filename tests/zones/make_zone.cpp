#include "tests/zones/make_zone.h"

#include <algorithm>

#include "dns/rdata_text.h"
#include "zones/builder.h"

namespace apex_tests {

namespace {

class NoFiles : public dns::Files {
  public:
    dns::Result<std::unique_ptr<dns::OpenFile>> open(const std::string&) const override {
        return dns::Fault{"no file is here"};
    }
    dns::Result<std::string> real_path(const std::string&) const override {
        return dns::Fault{"no file is here"};
    }
    dns::Result<void> write_whole(const std::string&, std::string_view) const override {
        return dns::Fault{"no file is here"};
    }
};

MadeZone start() {
    MadeZone made;
    made.sources = std::make_shared<dns::Sources>();
    made.severities = std::make_shared<dns::Severities>();
    made.findings =
        std::make_shared<dns::Findings>(*made.severities, dns::FindingLimits{1000, 100000});
    return made;
}

void finish(MadeZone& made, zoneparser::ParsedZone& parsed, const dns::Name& origin,
            const MakeOptions& options) {
    zones::BuildOptions build;
    build.threads = options.threads;
    build.key = options.key;
    made.zone = zones::build(parsed, origin, *made.findings, build);
}

const uint8_t* octets(const std::string& text) {
    return reinterpret_cast<const uint8_t*>(text.data());
}

// Runs of the same owner, as the parser makes them.
void fill(zoneparser::RecordBatch& batch, const std::vector<reference::Record>& records,
          size_t first, size_t end) {
    batch.source = 1;
    batch.line_base = static_cast<uint32_t>(first);
    for (size_t i = first; i < end; ++i) {
        const reference::Record& record = records[i];
        std::string owner = reference::to_wire(record.owner);
        if (i == first || record.owner != records[i - 1].owner)
            batch.open_run({octets(owner), owner.size()});
        batch.append({dns::Place(1, record.line - first, 1), record.ttl, record.type,
                      static_cast<uint16_t>(record.rdata.size())},
                     octets(record.rdata));
    }
}

}  // namespace

std::string MadeZone::complaints() const {
    std::string text;
    for (const dns::Finding& finding : findings->rows())
        text += std::to_string(finding.line) + ":" + std::to_string(finding.column) + ": " +
                std::string(dns::to_string(finding.severity)) + ": " + finding.sentence() + " [" +
                finding.rule->name + "]\n";
    return text;
}

MadeZone zone_from_text(std::string_view text, const reference::Name& origin,
                        const MakeOptions& options) {
    MadeZone made = start();
    NoFiles files;
    dns::Name apex = reference::to_dns(origin);
    zoneparser::ParseOptions parse;
    parse.threads = options.threads;
    parse.stretch_octets = options.stretch_octets;
    zoneparser::Parser parser(files, *made.sources, *made.findings, parse,
                              zones::preparation(apex));
    dns::Source source;
    source.kind = dns::SourceKind::text;
    source.name = "test";
    zoneparser::ParsedZone parsed = parser.parse_text(text, source, apex);
    finish(made, parsed, apex, options);
    return made;
}

MadeZone zone_from_records(const std::vector<reference::Record>& records,
                           const reference::Name& origin, size_t per_batch,
                           const MakeOptions& options) {
    MadeZone made = start();
    made.sources->add({dns::SourceKind::text, "test", {}, nullptr});
    dns::Name apex = reference::to_dns(origin);
    auto prepare = zones::preparation(apex);
    zoneparser::ParsedZone parsed;
    for (size_t first = 0; first < records.size();) {
        size_t end = first + std::min(per_batch, records.size() - first);
        auto batch = std::make_unique<zoneparser::RecordBatch>();
        fill(*batch, records, first, end);
        prepare(*batch);
        parsed.batches.push_back(std::move(batch));
        parsed.record_count += end - first;
        first = end;
    }
    finish(made, parsed, apex, options);
    return made;
}

std::string print(const zones::Zone& zone) {
    std::string text;
    for (zones::Zone::Cursor at(zone); at; at.next()) {
        std::string owner = dns::to_text(zone.absolute((*at).name()));
        for (size_t i = 0; i < (*at).rrset_count(); ++i) {
            for (zones::RecordView record : (*at).rrset(i)) {
                text += owner + " " + std::to_string(record.ttl()) + " IN ";
                dns::append_type(text, record.type());
                text += ' ';
                dns::append_rdata_text(text, record.type(), record.rdata());
                text += '\n';
            }
        }
    }
    return text;
}

dns::NameView relative_to(const dns::Name& absolute, const zones::Zone& zone) {
    dns::NameView relative;
    zone.relative(absolute, relative);
    return relative;
}

namespace {

using reference::Name;
namespace type = reference::type;

std::string about(const Name& name, const std::string& what) {
    return reference::to_text(name) + " " + what + "\n";
}

std::string rrset_differences(const Name& owner, const zones::RrsetView& rrset,
                              const reference::Rrset& expected, bool with_places) {
    std::string name = "type " + std::to_string(expected.type);
    if (rrset.type() != expected.type || rrset.covered() != expected.covered)
        return about(owner, name + " is missing or out of order");
    if (rrset.count() != expected.rdata.size()) return about(owner, name + " has another count");
    if (rrset.ttl() != expected.ttl)
        return about(owner, name + " has TTL " + std::to_string(rrset.ttl()) + " for " +
                                std::to_string(expected.ttl));
    size_t index = 0, size = 0;
    for (zones::RecordView record : rrset) {
        const std::string& rdata = expected.rdata[index];
        if (record.type() != expected.type || record.ttl() != expected.ttl ||
            record.data()[2] != 0 || record.data()[3] != 1 ||
            !std::equal(record.rdata().begin(), record.rdata().end(), octets(rdata),
                        octets(rdata) + rdata.size()))
            return about(owner, name + " has another record " + std::to_string(index));
        if (with_places && rrset.place(index).line() != expected.lines[index])
            return about(owner, name + " has another place");
        size += record.wire().size();
        ++index;
    }
    return index == expected.rdata.size() && size == rrset.wire().size()
               ? ""
               : about(owner, name + " does not end where its records end");
}

std::string fact_differences(const zones::NodeView& node, const Name& name,
                             const reference::Zone& expected) {
    using namespace zones;
    if (node.children() != expected.children(name))
        return about(name, "has " + std::to_string(node.children()) + " children for " +
                               std::to_string(expected.children(name)));
    if (node.has(fact::cut) != expected.is_cut(name)) return about(name, "cut");
    if (node.has(fact::alias) != expected.rrset(name, type::CNAME).has_value())
        return about(name, "alias");
    if (node.has(fact::redirect) != expected.rrset(name, type::DNAME).has_value())
        return about(name, "redirect");
    Name wildcard = reference::child("*", name);
    if (node.has(fact::wildcard_child) !=
        (reference::is_legal(wildcard) && expected.exists(wildcard)))
        return about(name, "wildcard child");
    if (node.has(fact::removed)) return about(name, "is removed and shown");
    if (node.is_apex() != (name.size() == expected.origin().size())) return about(name, "apex");
    return "";
}

// In a base, a link is the number of the target's node, or none where that name does not exist.
std::string link_differences(const zones::Zone& zone, const zones::RrsetView& rrset,
                             const Name& owner) {
    if (!rrset.has_links())
        return rrset.type() == type::NS || rrset.type() == type::CNAME || rrset.type() == type::MX
                   ? about(owner, "has no links")
                   : "";
    size_t index = 0;
    for (zones::RecordView record : rrset) {
        zones::Ref link = rrset.link(index++);
        dns::NameView relative;
        dns::NameView target = dns::target_name(rrset.type(), record.rdata());
        zones::NodeView node =
            zone.relative(target, relative) ? zone.find(relative) : zones::NodeView();
        zones::NodeView linked = link ? zone.base().node(link) : zones::NodeView();
        if (!(linked == node)) return about(owner, "has a wrong link");
    }
    return "";
}

std::string node_differences(const zones::Zone& zone, const zones::NodeView& node, Name name,
                             const reference::Zone& expected, bool as_written) {
    bool only_base = zone.changes().empty();
    std::vector<reference::Rrset> rrsets = expected.rrsets_at(name);
    if (node.rrset_count() != rrsets.size() || node.is_empty() != rrsets.empty())
        return about(name, "has " + std::to_string(node.rrset_count()) + " RRsets for " +
                               std::to_string(rrsets.size()));
    for (size_t i = 0; i < rrsets.size(); ++i) {
        const reference::Rrset& wanted = rrsets[i];
        std::string wrong = rrset_differences(name, node.rrset(i), wanted, as_written);
        if (wrong.empty() && only_base) wrong = link_differences(zone, node.rrset(i), name);
        if (wrong.empty() &&
            node.find(wanted.type, wanted.covered).wire().data() != node.rrset(i).wire().data())
            wrong = about(name, "does not find its RRset");
        if (!wrong.empty()) return wrong;
    }
    return fact_differences(node, name, expected);
}

}  // namespace

std::string differences(const zones::Zone& zone, const reference::Zone& expected,
                        bool owners_as_written) {
    std::string wrong;
    size_t rank = 0;
    zones::Zone::Cursor at(zone);
    for (const Name& name : expected.names()) {
        if (!at) return about(name, "is missing, and all behind it");
        zones::NodeView node = *at;
        dns::Name absolute = zone.absolute(node.name());
        if (reference::compare(reference::from_wire(absolute.view()), name) != 0)
            return about(name, "is wanted here, not " + dns::to_text(absolute));
        wrong += node_differences(zone, node, name, expected, owners_as_written);
        if (!(zone.find(node.name()) == node)) wrong += about(name, "is not found");
        if (zone.changes().empty() && node.head().rank != rank) wrong += about(name, "rank");
        std::vector<reference::Rrset> rrsets = expected.rrsets_at(name);
        if (owners_as_written && !rrsets.empty()) {
            // The apex part of a name is the zone's, not the record's.
            Name relative = reference::from_wire(node.name());
            bool found = std::any_of(rrsets.begin(), rrsets.end(), [&](const auto& rrset) {
                return std::equal(relative.begin(), relative.end(), rrset.owner.begin());
            });
            if (!found) wrong += about(name, "is in a case in which no RRset begins");
        }
        ++rank;
        at.next();
    }
    if (at) wrong += dns::to_text(zone.absolute((*at).name())) + " should not exist\n";
    if (zone.name_count() != expected.names().size())
        wrong += "name_count is " + std::to_string(zone.name_count()) + " for " +
                 std::to_string(expected.names().size()) + "\n";
    if (zone.record_count() != expected.record_count())
        wrong += "record_count is " + std::to_string(zone.record_count()) + " for " +
                 std::to_string(expected.record_count()) + "\n";
    return wrong;
}

}  // namespace apex_tests
