// A request as a server reads it: header, question, EDNS. Nothing is copied: the views point into
// the message.
//
//   octets -> read_query() -> Reading: what to do with it, and a Query as far as it could be read
//
// The whole message is walked, so that what does not fit together (counts, lengths, two OPT
// records, trailing octets) is a format error and never a guess (RFC 8906, RFC 9619).
#pragma once

#include <array>

#include "dns/message.h"
#include "dns/name.h"
#include "dns/rdata.h"

namespace dns {

// The OPT record of a request (RFC 6891), its options as far as they mean something to a server.
struct EdnsRequest {
    bool present = false;
    bool dnssec_ok = false;
    uint8_t version = 0;
    uint16_t udp_size = 0;  // as stated
    bool nsid = false;
    bool expire = false;        // RFC 7314
    bool keepalive = false;     // RFC 7828
    bool padding = false;       // RFC 7830
    bool zone_version = false;  // RFC 9660
    Octets cookie;              // all octets of the option: 8, or 16 to 40; empty if there is none
};

struct Query {
    uint16_t id = 0;
    uint16_t flags = 0;  // as received
    bool has_question = false;
    NameView name;  // at octet 12 of the message, as written
    uint16_t type = 0;
    uint16_t rr_class = 0;
    size_t question_end = kHeaderSize;  // where the question ends; kHeaderSize without one
    EdnsRequest edns;
    // Where a TSIG record begins (its owner) that ends the message; 0 if there is none. Also where
    // something before it is wrong.
    size_t tsig_at = 0;

    uint8_t opcode() const { return static_cast<uint8_t>((flags & flag::opcode_mask) >> 11); }
};

enum class Reading : uint8_t {
    good,
    silent,        // a response, or fewer than 12 octets: never answered
    format_error,  // `query` holds what was read before the fault; has_question tells how far
    bad_version,   // EDNS version above 0: BADVERS (RFC 6891 6.1.3), before anything else is judged
    not_implemented,  // an opcode other than QUERY; the question is read where there is one
};

// Rules: exactly one question (none is good with a cookie: RFC 7873 5.4); its name uncompressed;
// every record readable; answer and authority records are skipped; at most one OPT, in the
// additional section, with the root as owner; TSIG only as the last record; no trailing octets;
// a cookie of bad length is a format error (RFC 7873 5.2.2), so is an option that does not fit.
// Other opcodes need a readable header only.
Reading read_query(Octets message, Query& query);

}  // namespace dns
