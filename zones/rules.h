// The rules of a zone that can be served: one table, a row per rule, and the walk that applies it.
//
//   row       name, severity, fixed?, RFC, sentence, hint | scope | types | function
//   scope     builder   found while the zone is built (no function)
//             zone      once, for the zone as a whole
//             name      every name (empty non-terminals too)
//             rrset     RRsets of the row's types (of all, if it names none)
//             target    records of the row's types that name a host or an alias target
//
// The walk goes over the names in canonical order, on several threads, and tells a rule what lies
// above the name. Rows that share a function are found broken by it together. What a cut or a DNAME
// hides is never served, so there only rules of names and those that are fixed are applied.
// Findings are sorted afterwards. The manual's list is printed from this table.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "dns/base/finding.h"
#include "dns/base/limits.h"
#include "zones/zone.h"

namespace zones {

class Concern;
class GlueTargets;
class Pointers;

// What a rule may look at.
struct RuleContext {
    const Zone& zone;
    dns::Findings& findings;
    const dns::Limits& limits;
    const GlueTargets& glue;

    std::string text(const NodeView& node) const;  // the owner, absolute
};

struct Visit {
    NodeView node;
    NodeView cut_above;       // the topmost cut strictly above the name, or none
    NodeView redirect_above;  // the topmost DNAME owner strictly above the name, or none
};

struct Target {
    RrsetView rrset;
    size_t record;            // index within the RRset
    dns::NameView name;       // absolute, as written
    bool in_zone;             // at or below the apex
    NodeView node;            // the name itself, if it exists in this zone
};

enum class Scope : uint8_t { builder, zone, name, rrset, target };

using ZoneRule = void (*)(RuleContext&);
using NameRule = void (*)(RuleContext&, const Visit&);
using RrsetRule = void (*)(RuleContext&, const Visit&, const RrsetView&);
using TargetRule = void (*)(RuleContext&, const Visit&, const Target&);

struct RuleRow {
    const dns::Rule* rule;
    Scope scope = Scope::builder;
    std::array<uint16_t, 8> types{};  // 0 ends the list
    ZoneRule zone = nullptr;
    NameRule name = nullptr;
    RrsetRule rrset = nullptr;
    TargetRule target = nullptr;
};

std::span<const RuleRow> rules();

// Rules that the builder itself finds broken.
namespace rule {
extern const dns::Rule outside_zone;       // {owner}: dropped
extern const dns::Rule duplicate_record;   // {owner} {type}: a note
extern const dns::Rule ttl_differs;        // {owner} {type} {lowest ttl}
extern const dns::Rule rrset_too_large;    // {owner} {type} {octets}: fits no message
extern const dns::Rule too_many_records;   // {owner} {type} {count} {limit}
extern const dns::Rule too_many_types;     // {owner} {count} {limit}
extern const dns::Rule zone_too_large;     // more than a base can number
// Of patches (zones/rules_patch.cpp). A type is " A", or "" where all of the owner is meant.
extern const dns::Rule patch_outside_zone;         // {owner} {origin}
extern const dns::Rule patch_replacement_missing;  // {owner} {type}
extern const dns::Rule patch_removes_nothing;      // {owner} {type}
extern const dns::Rule patch_replaces_nothing;     // {owner} {type}
extern const dns::Rule patch_removes_soa;
extern const dns::Rule patch_adds_soa;  // {owner}
}

// Applies all rules to a zone that was just built or changed.
void check(const Zone& zone, dns::Findings& findings, const dns::Limits& limits, unsigned threads);

// Applies them where a change can have made a difference (zones/concern.h).
void check(const Zone& zone, const Concern& concern, const Pointers& pointers,
           dns::Findings& findings, const dns::Limits& limits);

// What the next version of a zone must not do to the one that is served.
void check_reload(const Zone& served, const Zone& next, dns::Findings& findings);

}  // namespace zones
