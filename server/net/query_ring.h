// What the query log gets to know of each query: a record of fixed size, put by a worker into its
// ring and taken out by the log's thread. Off costs one test of a pointer.
#pragma once

#include <array>

#include "server/answer/respond.h"
#include "server/net/ring.h"

namespace server {

inline constexpr uint32_t kNoView = 0xffffffff;
inline constexpr uint32_t kNoZone = 0xffffffff;

struct QueryRecord {
    dns::UnixTime time;
    Client client;
    uint16_t request_flags;   // the header's second word as it came
    uint16_t type, rr_class;  // of the question
    uint16_t rcode;
    uint16_t extended_error;  // dns::extended_error::none for none
    uint32_t view;            // number, kNoView for none
    uint32_t zone;            // number, kNoZone for none
    uint32_t request_size, reply_size;
    Action action;
    AnswerKind kind;
    dns::CookieState cookie;
    dns::TsigState signature;
    KeyNumber key;
    bool truncated;
    bool limited;       // by the rate limit: not sent, or cut to a slip
    bool has_question;  // else name, type and class mean nothing
    uint8_t name_size;
    std::array<uint8_t, dns::kMaxName> name_octets;

    dns::NameView name() const { return dns::NameView(name_octets.data(), name_size); }
};

using QueryRing = Ring<QueryRecord>;

// Fills in a record from what respond() was given and what it said.
void write_record(QueryRecord& record, const Request& request, const Outcome& outcome,
                  dns::UnixTime now, bool limited);

}  // namespace server
