#include "zones/node_gather.h"

#include <algorithm>

#include "zones/base_writer.h"
#include "zones/rules.h"

namespace zones {

namespace {

// A message holds 65,535 octets: header, question, and a pointer to the owner before each record.
constexpr size_t kMaxMessage = 65535;
constexpr size_t kMessageHead = 12 + 4;
constexpr size_t kOwnerPointer = 2;

size_t octets_in_message(const RrsetParts& rrset) {
    return rrset.wire.size() + kOwnerPointer * rrset.count;
}

}  // namespace

void NodeGather::add(const zoneparser::RecordBatch& batch, const zoneparser::OwnerRun& run) {
    const zoneparser::RecordHead* head = batch.first_record(run);
    for (uint32_t i = 0; i < run.record_count; ++i, head = head->next())
        records_.push_back({head, &batch, head->type, covered_type(head->type, head->octets())});
}

bool NodeGather::before(const Gathered& a, const Gathered& b) {
    if (a.type != b.type) return a.type < b.type;
    if (a.covered != b.covered) return a.covered < b.covered;
    return dns::compare_canonical_rdata(a.type, a.head->octets(), b.head->octets()) < 0;
}

std::string NodeGather::owner_text() const {
    dns::Name owner;
    dns::Name::join(owner_, origin_, owner);
    return dns::to_text(owner);
}

void NodeGather::make_rrsets(dns::NameView owner) {
    owner_ = owner;
    parts_.clear();
    cut_short_.clear();
    places_.clear();
    wire_.clear();
    if (records_.size() > 1) {
        if (!std::is_sorted(records_.begin(), records_.end(), before))
            std::stable_sort(records_.begin(), records_.end(), before);
        drop_duplicates();
    }
    // Room for all at once: parts point into it.
    size_t octets = 0;
    for (const Gathered& record : records_)
        octets += RecordView::kHead + record.head->rdata_size;
    wire_.reserve(octets);
    for (size_t first = 0, end; first < records_.size(); first = end) {
        end = first + 1;
        while (end < records_.size() && records_[end].same_rrset(records_[first])) ++end;
        make_rrset(first, end);
    }
    check_sizes();
}

void NodeGather::drop_duplicates() {
    size_t kept = 1;
    for (size_t i = 1; i < records_.size(); ++i) {
        if (before(records_[kept - 1], records_[i])) {
            records_[kept++] = records_[i];
            continue;
        }
        const Gathered& twin = records_[i];
        if (findings_.wants(rule::duplicate_record))
            findings_.report(rule::duplicate_record, twin.place(),
                             {owner_text(), dns::type_text(twin.type)});
        // The lower of two TTLs serves, whichever of the twins has it.
        if (twin.head->ttl < records_[kept - 1].head->ttl) records_[kept - 1] = twin;
    }
    records_.resize(kept);
}

void NodeGather::make_rrset(size_t first, size_t end) {
    uint32_t ttl = records_[first].head->ttl;
    bool differs = false;
    for (size_t i = first + 1; i < end; ++i) {
        differs |= records_[i].head->ttl != records_[first].head->ttl;
        ttl = std::min(ttl, records_[i].head->ttl);
    }
    const Gathered& named = records_[first];
    if (differs && findings_.wants(rule::ttl_differs))
        findings_.report(rule::ttl_differs, named.place(),
                         {owner_text(), dns::type_text(named.type), std::to_string(ttl)});
    if (end - first > limits_.rrset_records && findings_.wants(rule::too_many_records))
        findings_.report(rule::too_many_records, named.place(),
                         {owner_text(), dns::type_text(named.type), std::to_string(end - first),
                          std::to_string(limits_.rrset_records)});
    size_t at = wire_.size();
    uint16_t count = 0;
    for (size_t i = first; i < end; ++i) {
        dns::Octets rdata = records_[i].head->octets();
        size_t size = RecordView::kHead + rdata.size();
        if (wire_.size() - at + size > kMaxMessage) break;
        size_t record_at = wire_.size();
        wire_.resize(record_at + size);
        write_record(wire_.data() + record_at, named.type, ttl, rdata);
        places_.push_back(records_[i].place());
        ++count;
    }
    bool cut_short = count < end - first;
    if (cut_short && findings_.wants(rule::rrset_too_large))
        findings_.report(rule::rrset_too_large, named.place(),
                         {owner_text(), dns::type_text(named.type), "more than 65535"});
    if (count == 0) return;
    parts_.push_back({named.type, named.covered, count, has_links(named.type),
                      dns::Octets(wire_.data() + at, wire_.size() - at)});
    cut_short_.push_back(cut_short);
}

void NodeGather::check_sizes() {
    size_t types = 0;
    size_t place = 0;
    for (const RrsetParts& rrset : parts_) {
        bool signature = rrset.type == dns::type::RRSIG;
        if (!signature || &rrset == &parts_.front() || (&rrset)[-1].type != rrset.type) ++types;
        size_t octets = kMessageHead + owner_.size() + origin_.size() + octets_in_message(rrset);
        if (octets > kMaxMessage / 2 && !signature) {
            for (const RrsetParts& other : parts_)
                if (other.type == dns::type::RRSIG && other.covered == rrset.type)
                    octets += octets_in_message(other);
            bool told = cut_short_[static_cast<size_t>(&rrset - parts_.data())];
            if (octets > kMaxMessage && !told && findings_.wants(rule::rrset_too_large))
                findings_.report(rule::rrset_too_large, places_[place],
                                 {owner_text(), dns::type_text(rrset.type),
                                  std::to_string(octets)});
        }
        place += rrset.count;
    }
    if (types > limits_.types_per_name && findings_.wants(rule::too_many_types))
        findings_.report(rule::too_many_types, places_.front(),
                         {owner_text(), std::to_string(types),
                          std::to_string(limits_.types_per_name)});
}

}  // namespace zones
