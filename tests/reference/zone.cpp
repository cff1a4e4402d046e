#include "tests/reference/zone.h"

#include <algorithm>
#include <tuple>

namespace apex_tests::reference {

namespace {

constexpr uint16_t kNsec3 = 50;

// Lowers `names` uncompressed names that begin at `at`.
std::string lower_names(std::string rdata, size_t at, size_t names) {
    for (; names > 0; --names, ++at) {
        while (at < rdata.size() && rdata[at] != 0) {
            auto end = at + 1 + static_cast<unsigned char>(rdata[at]);
            for (++at; at < end && at < rdata.size(); ++at)
                rdata[at] = lower(std::string(1, rdata[at]))[0];
        }
    }
    return rdata;
}

bool in_order(const Record& a, const Record& b) {
    int owners = compare(a.owner, b.owner);
    if (owners != 0) return owners < 0;
    return std::tuple(a.type, a.covered(), canonical_rdata(a.type, a.rdata)) <
           std::tuple(b.type, b.covered(), canonical_rdata(b.type, b.rdata));
}

bool same_rrset(const Rrset& rrset, const Record& record) {
    return same(rrset.owner, record.owner) && rrset.type == record.type &&
           rrset.covered == record.covered();
}

}  // namespace

std::string canonical_rdata(uint16_t type, const std::string& rdata) {
    switch (type) {
        case type::NS:
        case type::CNAME:
        case type::DNAME:
        case type::PTR:
            return lower_names(rdata, 0, 1);
        case type::SOA:
            return lower_names(rdata, 0, 2);
        case type::MX:
            return lower_names(rdata, 2, 1);
        case type::SRV:
            return lower_names(rdata, 6, 1);
        case type::RRSIG:
            return lower_names(rdata, 18, 1);
        case type::NAPTR: {
            size_t at = 4;
            for (int strings = 0; strings < 3 && at < rdata.size(); ++strings)
                at += static_cast<unsigned char>(rdata[at]) + size_t{1};
            return lower_names(rdata, at, 1);
        }
        default:
            return rdata;
    }
}

uint16_t Record::covered() const {
    if ((type != type::RRSIG && type != type::SIG) || rdata.size() < 2) return 0;
    return static_cast<uint16_t>(static_cast<unsigned char>(rdata[0]) << 8 |
                                 static_cast<unsigned char>(rdata[1]));
}

const char* to_string(Fact fact) {
    static constexpr const char* kWords[] = {"answer",   "alias",   "redirect",
                                             "referral", "no data", "no name"};
    return kWords[static_cast<size_t>(fact)];
}

Zone::Zone(Name origin, const std::vector<Record>& records) : origin_(std::move(origin)) {
    std::vector<Record> sorted;
    for (const Record& record : records)
        if (is_at_or_below(record.owner, origin_)) sorted.push_back(record);
    // A name keeps the case in which it was written first.
    std::stable_sort(sorted.begin(), sorted.end(), [](const Record& a, const Record& b) {
        return compare(a.owner, b.owner) < 0;
    });
    for (size_t i = 1; i < sorted.size(); ++i)
        if (same(sorted[i].owner, sorted[i - 1].owner)) sorted[i].owner = sorted[i - 1].owner;
    std::stable_sort(sorted.begin(), sorted.end(), in_order);
    for (const Record& record : sorted) {
        if (rrsets_.empty() || !same_rrset(rrsets_.back(), record))
            rrsets_.push_back({record.owner, record.type, record.covered(), record.ttl, {}, {}});
        Rrset& rrset = rrsets_.back();
        // RFC 2181 5.2: one TTL in an RRset, the lowest where they differ.
        rrset.ttl = std::min(rrset.ttl, record.ttl);
        // RFC 2181 5: no two records of an RRset are the same (in canonical form, RFC 4034 6.3). Of
        // two that are, the first written stays.
        if (!rrset.rdata.empty() && canonical_rdata(record.type, rrset.rdata.back()) ==
                                        canonical_rdata(record.type, record.rdata))
            continue;
        rrset.rdata.push_back(record.rdata);
        rrset.lines.push_back(record.line);
    }
    // RFC 4034 3: the TTL of an RRSIG is that of the RRset it covers, if that is there.
    for (Rrset& signature : rrsets_) {
        if (signature.type != type::RRSIG) continue;
        if (std::optional<Rrset> signed_rrset = rrset(signature.owner, signature.covered))
            signature.ttl = signed_rrset->ttl;
    }
    // RFC 4592 2.2.2: a name exists if it owns records or if a name below it exists.
    names_.push_back(lower(origin_));
    for (const Rrset& rrset : rrsets_)
        for (size_t labels = origin_.size(); labels <= rrset.owner.size(); ++labels)
            names_.push_back(lower(last_labels(rrset.owner, labels)));
    std::sort(names_.begin(), names_.end(),
              [](const Name& a, const Name& b) { return compare(a, b) < 0; });
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

size_t Zone::record_count() const {
    size_t count = 0;
    for (const Rrset& rrset : rrsets_) count += rrset.rdata.size();
    return count;
}

bool Zone::exists(const Name& name) const {
    return std::any_of(names_.begin(), names_.end(),
                       [&](const Name& other) { return same(other, name); });
}

bool Zone::hidden(const Name& name) const {
    std::vector<Rrset> owned = rrsets_at(name);
    return name.size() > origin_.size() && !owned.empty() && children(name) == 0 &&
           std::all_of(owned.begin(), owned.end(), [](const Rrset& rrset) {
               return rrset.type == kNsec3 ||
                      (rrset.type == type::RRSIG && rrset.covered == kNsec3);
           });
}

std::vector<Rrset> Zone::rrsets_at(const Name& name) const {
    std::vector<Rrset> found;
    for (const Rrset& rrset : rrsets_)
        if (rrset.owner.size() == name.size() && same(rrset.owner, name)) found.push_back(rrset);
    return found;
}

std::optional<Rrset> Zone::rrset(const Name& name, uint16_t type, uint16_t covered) const {
    for (const Rrset& rrset : rrsets_at(name))
        if (rrset.type == type && rrset.covered == covered) return rrset;
    return std::nullopt;
}

// NS below the apex marks the bottom of the zone (RFC 1034 4.2.1).
bool Zone::is_cut(const Name& name) const {
    return name.size() > origin_.size() && rrset(name, type::NS).has_value();
}

size_t Zone::children(const Name& name) const {
    return static_cast<size_t>(std::count_if(names_.begin(), names_.end(), [&](const Name& other) {
        return other.size() == name.size() + 1 && is_below(other, name);
    }));
}

Name Zone::at_or_before(const Name& name) const {
    Name last = names_.front();
    for (const Name& candidate : names_)
        if (compare(candidate, name) <= 0) last = candidate;
    return last;
}

Located Zone::locate(const Name& qname) const {
    Located found;
    for (size_t labels = origin_.size(); labels <= qname.size(); ++labels) {
        Name name = last_labels(qname, labels);
        if (!exists(name) || hidden(name)) return found;
        found.encloser = name;
        bool whole = labels == qname.size();
        if (is_cut(name) || (!whole && rrset(name, type::DNAME))) {
            found.crossing = name;
            found.exists = whole;
            return found;
        }
    }
    found.exists = true;
    return found;
}

// The data at a node that stands for the name: RFC 1034 4.3.2 step 3a, and 3c for a wildcard.
Answer Zone::answer_from(const Name& node, const Name& encloser, uint16_t qtype) const {
    Answer answer{Fact::no_data, node, {}, encloser, false};
    for (const Rrset& rrset : rrsets_at(node))
        if (qtype == rrset.type || qtype == type::ANY) answer.rrsets.push_back(rrset);
    if (!answer.rrsets.empty()) {
        answer.fact = Fact::answer;
    } else if (std::optional<Rrset> alias = rrset(node, type::CNAME)) {
        // "If the data at the node is a CNAME, and QTYPE doesn't match CNAME". What may stand
        // beside a CNAME (RFC 4035 2.5) was found above.
        answer.fact = Fact::alias;
        answer.rrsets.push_back(*alias);
    }
    return answer;
}

// RFC 1034 4.3.2 step 3 as RFC 4592 3.3.1 and RFC 6672 3.2 have it.
Answer Zone::lookup(const Name& qname, uint16_t qtype) const {
    // "Start matching down, label by label, in the zone."
    Name matched = origin_;
    for (;;) {
        bool whole = matched.size() == qname.size();
        // "b. If a match would take us out of the authoritative data, we have a referral." But the
        // parent's side of the cut has the DS (RFC 4035 3.1.4.1).
        if (is_cut(matched) && !(whole && qtype == type::DS))
            return {Fact::referral, matched, {*rrset(matched, type::NS)}, matched, false};
        // "a. If the whole of QNAME is matched, we have found the node."
        if (whole) return answer_from(matched, matched, qtype);
        // "look to see whether the last label matched has a DNAME record" (RFC 6672 3.2 3C). It
        // diverts all that is below it: no record may be there (RFC 6672 2.4), so if a zone has
        // some all the same, they are not seen.
        if (std::optional<Rrset> redirect = rrset(matched, type::DNAME))
            return {Fact::redirect, matched, {*redirect}, matched, false};
        Name next = last_labels(qname, matched.size() + 1);
        if (!exists(next) || hidden(next)) break;
        matched = next;
    }
    // "c. If at some label, a match is impossible, look to see if the "*" label exists": at the
    // closest encloser, and nowhere above it (RFC 4592 3.3.1). An empty one exists, too.
    Name wildcard = child("*", matched);
    if (exists(wildcard) && !hidden(wildcard)) {
        Answer answer = answer_from(wildcard, matched, qtype);
        answer.from_wildcard = true;
        return answer;
    }
    // RFC 8020: and then nothing is below it.
    return {Fact::no_name, {}, {}, matched, false};
}

std::vector<Change> difference(const Zone& before, const Zone& after) {
    std::vector<Change> changes;
    for (const Rrset& old : before.rrsets()) {
        std::optional<Rrset> now = after.rrset(old.owner, old.type, old.covered);
        if (!now || !now->same_content(old)) changes.push_back({old.owner, old, now});
    }
    for (const Rrset& now : after.rrsets())
        if (!before.rrset(now.owner, now.type, now.covered))
            changes.push_back({now.owner, std::nullopt, now});
    std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
        int owners = compare(a.owner, b.owner);
        if (owners != 0) return owners < 0;
        const Rrset& left = a.before ? *a.before : *a.after;
        const Rrset& right = b.before ? *b.before : *b.after;
        return std::tuple(left.type, left.covered) < std::tuple(right.type, right.covered);
    });
    return changes;
}

}  // namespace apex_tests::reference
