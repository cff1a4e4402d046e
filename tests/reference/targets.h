// The hosts that a record names and that clients look up next: what an additional section is about.
#pragma once

#include "tests/reference/zone.h"

namespace apex_tests::reference {

// The name that begins there; rdata is uncompressed.
Name name_at(const std::string& rdata, size_t at);

// The hosts that clients look up next, and whether the RRset of the same type is of use, too.
struct Target {
    Name name;
    bool alias = false;   // AliasMode: what stands there is looked at next (RFC 9460 2.4.2)
    bool server = false;  // NAPTR: SRV records may be what comes next (RFC 3403)
};
std::optional<Target> target_of(uint16_t rrtype, const std::string& rdata, const Name& owner);

// Types whose targets' addresses are added as room allows (DESIGN 3).
bool room_is_used_for(uint16_t rrtype);

}  // namespace apex_tests::reference
