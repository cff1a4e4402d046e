// The rules of patches: found when a patch is read (zones/patch.cpp) and applied (zones/merge.cpp).
#include "zones/rules.h"

namespace zones::rule {

using dns::Rule;
using dns::Severity;

constexpr bool kFixed = true, kChangeable = false;

const Rule patch_outside_zone{"patch-outside-zone",
                              Severity::error,
                              kFixed,
                              "-",
                              "'{}' is outside the zone '{}': the base has nothing of it",
                              "to a name with a final dot the origin is not appended"};
const Rule patch_replacement_missing{
    "patch-replacement-missing",
    Severity::error,
    kFixed,
    "-",
    "the patch has no records '{}'{} to put in the place of what $REPLACE takes away",
    "add them to the patch; $REMOVE only takes away"};
const Rule patch_removes_nothing{"patch-removes-nothing",
                                 Severity::error,
                                 kFixed,
                                 "-",
                                 "the base has no records '{}'{} to remove",
                                 "has the base changed since? take the line out of the patch"};
const Rule patch_replaces_nothing{
    "patch-replaces-nothing",
    Severity::warning,
    kChangeable,
    "-",
    "the base has no records '{}'{} to replace: those of the patch are added",
    "without the $REPLACE line they would be, too"};
const Rule patch_removes_soa{
    "patch-removes-soa",
    Severity::error,
    kFixed,
    "RFC 1035 5.2",
    "this would take away the SOA record of the zone",
    "name the type that is to go; another SOA record takes its place by $REPLACE @ SOA"};
const Rule patch_adds_soa{"patch-adds-soa",
                          Severity::error,
                          kFixed,
                          "RFC 1035 5.2",
                          "'{}' SOA cannot be added: a zone has one SOA record",
                          "write $REPLACE @ SOA, and it takes the place of the base's"};

}  // namespace zones::rule
