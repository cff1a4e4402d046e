// Rdata: the octets of one record's data, uncompressed, and what can be said about them by their
// type's row: whether they are well formed, their canonical form and order, the names inside.
// Text of rdata is in rdata_text.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dns/base/result.h"
#include "dns/name.h"
#include "dns/rr_types.h"

namespace dns {

using Octets = std::span<const uint8_t>;
inline constexpr size_t kMaxRdata = 65535;

// What is wrong with rdata, and in which field: "SOA: serial is cut short".
struct RdataFault {
    const char* field = "";
    const char* reason = "";
};

// Checks octets that came in generic form or from a peer against the type's row. A type without a
// row is always well formed.
Result<void, RdataFault> check_rdata(uint16_t type, Octets rdata);

// Where one field begins and how long it is.
struct FieldSpan {
    const Field* field;
    size_t offset;
    size_t size;
};

// Walks the fields of well-formed rdata; stops early at the first malformed one.
class FieldWalk {
public:
    FieldWalk(uint16_t type, Octets rdata);
    bool next(FieldSpan& out);

private:
    std::span<const Field> fields_;
    Octets rdata_;
    size_t index_ = 0;
    size_t offset_ = 0;
};

// The name that clients will look up next (NS, MX, SRV, SVCB ...), the alias target of CNAME and
// DNAME included; empty if the type has none.
NameView target_name(uint16_t type, Octets rdata);
bool has_target_name(uint16_t type);

// Copies rdata with the names that RFC 4034 6.2 (as RFC 6840 5.1 corrects it) wants in lower case
// so. `out` holds at least rdata.size() octets.
void write_canonical_rdata(uint16_t type, Octets rdata, uint8_t* out);
// Canonical order within an RRset (RFC 4034 6.3): as octets, the canonical forms compared.
int compare_canonical_rdata(uint16_t type, Octets a, Octets b);

}  // namespace dns
