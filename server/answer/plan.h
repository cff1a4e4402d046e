// A plan: what an answer will hold, decided before an octet of it is written.
//
//   chain      the names the answer went through: the question's, then each alias target
//   items      (section, owner, RRset, its signatures), in the order of each section
//
//   www CNAME web; web A     chain  www, web
//                            items  answer     chain 0   CNAME
//                                   answer     chain 1   A
//
// An item points into the zone; nothing is copied. Encoding (encode.h) writes section after
// section.
#pragma once

#include <array>
#include <vector>

#include "dns/message.h"
#include "server/answer/set.h"
#include "zones/node.h"

namespace server {

// What becomes of the message when an item does not fit.
enum class Need : uint8_t {
    required,  // nothing but the question is sent, with TC
    glue,      // it is left out, and TC says so (RFC 9471)
    wanted,    // it is left out
};

// Why an item is in the answer: what `apex explain` says of it.
enum class Why : uint8_t {
    asked,
    alias,
    synthesized,
    redirect,
    wildcard,
    delegation,
    signed_delegation,
    negative,
    proof,
    in_domain_glue,
    sibling_glue,
    additional,
    one_for_any,
};

// Aliases followed at most; then what was collected is the answer.
inline constexpr size_t kMostLinks = 16;

struct PlanItem {
    // An owner's name: an ancestor (or itself) of a chain's name, or a node's own.
    static constexpr uint8_t kNodeOwner = 0xff;

    zones::RrsetView rrset;  // none for a synthesized CNAME (owner chain n, target chain n + 1)
    zones::RrsetView signatures;  // that go with it; none without DO
    zones::NodeView node;         // the owner where `chain` says so
    const ServedZone* zone = nullptr;
    uint32_t ttl_limit = 0xffffffff;
    dns::Section section = dns::Section::answer;
    Need need = Need::required;
    Why why = Why::asked;
    uint8_t chain = 0;    // number in the plan's chain, or kNodeOwner
    uint8_t skipped = 0;  // octets of that name in front of the owner
};

struct Plan {
    std::vector<PlanItem> items;
    // One more than can be followed: the target of the last alias.
    std::array<dns::Name, kMostLinks + 2> chain;
    size_t chain_size = 0;
    uint16_t rcode = 0;
    bool authoritative = false;
    bool dnssec = false;  // DO was set

    void clear() {
        items.clear();
        chain_size = 0;
        rcode = dns::rcode::no_error;
        authoritative = dnssec = false;
    }
    PlanItem& add(dns::Section section, Why why, const ServedZone& zone, zones::RrsetView rrset) {
        PlanItem& item = items.emplace_back();
        item.section = section;
        item.why = why;
        item.zone = &zone;
        item.rrset = rrset;
        return item;
    }
};

}  // namespace server
