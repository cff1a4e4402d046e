// Gathers the records of one owner and makes its RRsets: the innermost loop of a load.
//
// Records come as they were written, from any number of runs. They leave as parts of a node: by
// type and type covered, in canonical order, one of identical ones, with one TTL, the lowest
// (RFC 2181 5.2 and 5.3). What was not as it should be is reported.
#pragma once

#include <vector>

#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "zoneparser/record_batch.h"
#include "zones/node.h"

namespace zones {

class NodeGather {
public:
    NodeGather(const dns::Name& origin, dns::Findings& findings, const dns::Limits& limits)
        : origin_(origin), findings_(findings), limits_(limits) {}

    void clear() { records_.clear(); }
    void add(const zoneparser::RecordBatch& batch, const zoneparser::OwnerRun& run);
    // `owner` is relative to the origin. The views are good until the next clear().
    void make_rrsets(dns::NameView owner);
    std::span<const RrsetParts> parts() const { return parts_; }
    std::span<const dns::Place> places() const { return places_; }

private:
    struct Gathered {
        const zoneparser::RecordHead* head;
        const zoneparser::RecordBatch* batch;
        uint16_t type;
        uint16_t covered;
        uint32_t ttl;

        dns::Place place() const { return batch->place(*head); }
        bool same_rrset(const Gathered& other) const {
            return type == other.type && covered == other.covered;
        }
    };
    static int compare(const Gathered& a, const Gathered& b);
    bool in_strict_order() const;
    void drop_duplicates();
    void settle_ttls();
    // The TTL that an RRset of this type was given, or `otherwise` if there is none.
    uint32_t ttl_of(uint16_t type, uint32_t otherwise) const;
    void report(const dns::Rule& rule, const Gathered& record, std::string_view third = {},
                std::string_view fourth = {});
    // [first, end) of records_ is one RRset.
    void make_rrset(size_t first, size_t end);
    void check_sizes();
    std::string owner_text() const;

    const dns::Name& origin_;
    dns::Findings& findings_;
    const dns::Limits& limits_;
    dns::NameView owner_;
    std::vector<Gathered> records_;
    zoneparser::OctetBuffer wire_;
    uint8_t* wire_end_ = nullptr;  // behind the records in wire_
    std::vector<RrsetParts> parts_;
    // The RRsets with more records than one can hold, told already; of nearly all owners none.
    std::vector<size_t> cut_short_;
    std::vector<dns::Place> places_;
};

}  // namespace zones
