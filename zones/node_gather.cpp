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

// Rdata in a batch is padded to this many octets, so what is short is copied without a call.
constexpr size_t kCopyUnit = 8;

// write_record(), with up to kCopyUnit octets written behind the record.
uint8_t* copy_record(uint8_t* to, uint16_t type, uint32_t ttl, dns::Octets rdata) {
    constexpr size_t kMostUnits = 8;
    if (rdata.size() > kMostUnits * kCopyUnit) return write_record(to, type, ttl, rdata);
    to = write_record(to, type, ttl, {});
    for (size_t at = 0; at < rdata.size(); at += kCopyUnit)
        std::memcpy(to + at, rdata.data() + at, kCopyUnit);
    to[-2] = static_cast<uint8_t>(rdata.size() >> 8);
    to[-1] = static_cast<uint8_t>(rdata.size());
    return to + rdata.size();
}

}  // namespace

void NodeGather::add(const zoneparser::RecordBatch& batch, const zoneparser::OwnerRun& run) {
    const zoneparser::RecordHead* head = batch.first_record(run);
    for (uint32_t i = 0; i < run.record_count; ++i, head = head->next())
        records_.push_back({head, &batch, head->type, covered_type(head->type, head->octets()),
                            head->ttl});
}

int NodeGather::compare(const Gathered& a, const Gathered& b) {
    if (a.type != b.type) return a.type < b.type ? -1 : 1;
    if (a.covered != b.covered) return a.covered < b.covered ? -1 : 1;
    return dns::compare_canonical_rdata(a.type, a.head->octets(), b.head->octets());
}

// Most owners are written so; then there is nothing to sort and nothing twice.
bool NodeGather::in_strict_order() const {
    for (size_t i = 1; i < records_.size(); ++i)
        if (compare(records_[i - 1], records_[i]) >= 0) return false;
    return true;
}

std::string NodeGather::owner_text() const {
    dns::Name owner;
    dns::Name::join(owner_, origin_, owner);
    return dns::to_text(owner);
}

// Words are made only if somebody will read them; what is found counts anyhow.
void NodeGather::report(const dns::Rule& rule, const Gathered& record, std::string_view third,
                        std::string_view fourth) {
    if (!findings_.wants(rule)) return findings_.report(rule, record.place());
    std::string owner = owner_text(), type = dns::type_text(record.type);
    if (third.empty())
        findings_.report(rule, record.place(), {owner, type});
    else if (fourth.empty())
        findings_.report(rule, record.place(), {owner, type, third});
    else
        findings_.report(rule, record.place(), {owner, type, third, fourth});
}

void NodeGather::make_rrsets(dns::NameView owner) {
    owner_ = owner;
    parts_.clear();
    cut_short_.clear();
    places_.clear();
    if (records_.size() > 1) {
        if (!in_strict_order()) {
            std::stable_sort(records_.begin(), records_.end(),
                             [](const auto& a, const auto& b) { return compare(a, b) < 0; });
            drop_duplicates();
        }
        settle_ttls();
    }
    // Room for all at once: parts point into it.
    size_t octets = kCopyUnit;
    for (const Gathered& record : records_)
        octets += RecordView::kHead + record.head->rdata_size;
    wire_.reserve(octets);
    wire_end_ = wire_.data();
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
        const Gathered& record = records_[i];
        Gathered& last = records_[kept - 1];
        if (compare(last, record) < 0) {
            records_[kept++] = record;
            continue;
        }
        report(rule::duplicate_record, record);
        // The lower of two TTLs serves, whichever of the twins has it.
        last.ttl = std::min(last.ttl, record.ttl);
    }
    records_.resize(kept);
}

uint32_t NodeGather::ttl_of(uint16_t type, uint32_t otherwise) const {
    for (const Gathered& record : records_)
        if (record.type == type) return record.ttl;
    return otherwise;
}

// One TTL for an RRset, the lowest (RFC 2181 5.2); a signature takes that of what it covers, and is
// no RRset with the others of its owner (RFC 4034 3).
void NodeGather::settle_ttls() {
    bool signatures = false;
    for (size_t first = 0, end; first < records_.size(); first = end) {
        const Gathered& named = records_[first];
        signatures |= named.type == dns::type::RRSIG;
        uint32_t lowest = named.ttl;
        bool differs = false;
        for (end = first + 1; end < records_.size() && records_[end].same_rrset(named); ++end) {
            differs |= records_[end].ttl != named.ttl;
            lowest = std::min(lowest, records_[end].ttl);
        }
        if (!differs) continue;
        if (named.type != dns::type::RRSIG)
            report(rule::ttl_differs, named, std::to_string(lowest));
        for (size_t i = first; i < end; ++i) records_[i].ttl = lowest;
    }
    if (!signatures) return;
    for (Gathered& record : records_)
        if (record.type == dns::type::RRSIG) record.ttl = ttl_of(record.covered, record.ttl);
}

void NodeGather::make_rrset(size_t first, size_t end) {
    const Gathered& named = records_[first];
    if (end - first > limits_.rrset_records)
        report(rule::too_many_records, named, std::to_string(end - first),
               std::to_string(limits_.rrset_records));
    uint8_t* const begin = wire_end_;
    size_t kept = first;
    for (; kept < end; ++kept) {
        dns::Octets rdata = records_[kept].head->octets();
        size_t size = RecordView::kHead + rdata.size();
        if (static_cast<size_t>(wire_end_ - begin) + size > kMaxMessage) break;
        wire_end_ = copy_record(wire_end_, named.type, named.ttl, rdata);
        places_.push_back(records_[kept].place());
    }
    if (kept < end) report(rule::rrset_too_large, named, "more than 65535");
    if (kept == first) return;
    parts_.push_back({named.type, named.covered, static_cast<uint16_t>(kept - first),
                      has_links(named.type), dns::Octets(begin, wire_end_)});
    if (kept < end) cut_short_.push_back(parts_.size() - 1);
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
            size_t index = static_cast<size_t>(&rrset - parts_.data());
            bool told = std::count(cut_short_.begin(), cut_short_.end(), index) > 0;
            if (octets > kMaxMessage && !told && findings_.wants(rule::rrset_too_large))
                findings_.report(rule::rrset_too_large, places_[place],
                                 {owner_text(), dns::type_text(rrset.type),
                                  std::to_string(octets)});
        }
        place += rrset.count;
    }
    if (types > limits_.types_per_name)
        findings_.report(rule::too_many_types, places_.front(),
                         {owner_text(), std::to_string(types),
                          std::to_string(limits_.types_per_name)});
}

}  // namespace zones
