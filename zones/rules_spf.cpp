// Rules about SPF records (RFC 7208). What an include or redirect costs is followed as far as the
// names are in this zone.
#include <array>

#include "zones/rule_functions.h"
#include "zones/spf.h"
#include "zones/text_scan.h"

namespace zones {

namespace {

// "example.com", with or without a final dot, as wire octets; false if it is no name.
bool read_domain(std::string_view text, dns::Name& out) {
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    uint8_t octets[dns::kMaxName];
    size_t size = 0;
    while (!text.empty()) {
        size_t dot = text.find('.');
        std::string_view label = text.substr(0, dot);
        if (label.empty() || label.size() > dns::kMaxLabel ||
            size + label.size() + 2 > dns::kMaxName)
            return false;
        octets[size++] = static_cast<uint8_t>(label.size());
        for (char c : label) octets[size++] = static_cast<uint8_t>(c);
        text = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
    }
    octets[size++] = 0;
    out = dns::Name(dns::NameView(octets, size));
    return true;
}

// How many SPF records a name has, and the last of them.
size_t count_spf(const NodeView& node, dns::Octets& rdata) {
    RrsetView texts = node.find(dns::type::TXT);
    if (!texts) return 0;
    size_t found = 0;
    for (RecordView record : texts) {
        if (!begins_with(first_string(record.rdata()), "v=spf1")) continue;
        if (!is_spf(JoinedText(record.rdata()).view())) continue;
        ++found;
        rdata = record.rdata();
    }
    return found;
}

// Counts the look-ups of a record and of those that it takes in. A loop needs no watch: each turn
// counts, and the counting ends past the limit.
class LookupCount {
  public:
    explicit LookupCount(const Zone& zone) : zone_(zone) {}

    unsigned total() const { return total_; }
    // A name of this zone that is to be taken in but has no SPF record, or several.
    const dns::Name& missing() const { return missing_; }
    bool has_missing() const { return has_missing_; }

    void add(const SpfScan& scan) {
        take(scan);
        while (pending_count_ > 0 && total_ <= kMaxSpfLookups) {
            dns::Name domain = pending_[--pending_count_];
            Standing standing = stand(zone_, domain);
            if (standing.kind == Standing::elsewhere) continue;
            if (standing.kind == Standing::present && standing.node.has(fact::alias)) continue;
            dns::Octets rdata;
            if (standing.kind == Standing::present && count_spf(standing.node, rdata) == 1) {
                take(scan_spf(JoinedText(rdata).view()));
            } else if (!has_missing_) {
                missing_ = domain;
                has_missing_ = true;
            }
        }
    }

  private:
    void take(const SpfScan& scan) {
        total_ += scan.lookups;
        for (size_t i = 0; i < scan.followed_count; ++i) {
            dns::Name domain;
            if (pending_count_ < pending_.size() && read_domain(scan.followed[i], domain) &&
                dns::is_at_or_below(domain, zone_.origin()))
                pending_[pending_count_++] = domain;
        }
    }

    const Zone& zone_;
    unsigned total_ = 0;
    dns::Name missing_;
    bool has_missing_ = false;
    // Each has been counted, so there are few before the limit is passed.
    std::array<dns::Name, 2 * kMaxSpfLookups> pending_;
    size_t pending_count_ = 0;
};

// A term without its end, if it is out of all proportion.
std::string_view shown(std::string_view term) {
    return term.substr(0, 80);
}

void check_one(RuleContext& context, const Visit& visit, dns::Place place, std::string_view text) {
    SpfScan scan = scan_spf(text);
    if (!scan.fault.empty()) {
        std::string hint;
        if (begins_with(scan.term, "ipv4") || begins_with(scan.term, "ipv6"))
            hint = "the mechanisms are called ip4 and ip6";
        report_with_hint(
            context, rule::spf_syntax, place, [&] { return hint; }, visit.node, scan.term,
            scan.fault);
        return;
    }
    LookupCount count(context.zone);
    count.add(scan);
    if (count.total() > kMaxSpfLookups)
        report(context, rule::spf_lookups, place, visit.node, uint32_t{kMaxSpfLookups});
    else if (count.has_missing())
        report(context, rule::spf_include, place, visit.node, dns::NameView(count.missing()));
}

}  // namespace

void for_each_taken_in(const RrsetView& rrset, dns::NameView origin, const UseName& use) {
    if (rrset.type() != dns::type::TXT) return;
    for (RecordView record : rrset) {
        if (!begins_with(first_string(record.rdata()), "v=spf")) continue;
        JoinedText text(record.rdata());
        if (!is_spf(text.view())) continue;
        SpfScan scan = scan_spf(text.view());
        for (size_t i = 0; i < scan.followed_count; ++i) {
            dns::Name domain;
            if (read_domain(scan.followed[i], domain) && dns::is_at_or_below(domain, origin))
                use(domain);
        }
    }
}

bool owns_spf(const NodeView& node) {
    dns::Octets rdata;
    return count_spf(node, rdata) > 0;
}

void check_spf(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    size_t index = 0, found = 0;
    for (RecordView record : rrset) {
        dns::Place place = rrset.place(index++);
        if (!begins_with(first_string(record.rdata()), "v=spf")) continue;
        JoinedText text(record.rdata());
        if (!is_spf(text.view())) {
            report_with_hint(
                context, rule::spf_syntax, place,
                [] { return "the text begins with v=spf1 and a space"; }, visit.node,
                shown(text.view().substr(0, text.view().find(' '))), "is no version");
            continue;
        }
        // Receivers use none of several (RFC 7208 4.5).
        if (++found == 2) report(context, rule::spf_multiple, place, visit.node);
        check_one(context, visit, place, text.view());
    }
}

void check_spf_type(RuleContext& context, const Visit& visit, const RrsetView& rrset) {
    dns::Octets text;
    if (count_spf(visit.node, text) > 0) return;
    report(context, rule::spf_type, rrset.place(0), visit.node);
}

}  // namespace zones
