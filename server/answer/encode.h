// From a plan to octets: header, question, the sections in order, OPT; compression and truncation.
// Room for a TSIG is left behind all that.
//
//   required does not fit .... the question and OPT alone, with TC
//   glue does not fit ........ is left out whole, with TC
//   wanted does not fit ...... is left out
#pragma once

#include "dns/message_writer.h"
#include "dns/query.h"
#include "server/answer/opt_reply.h"
#include "server/answer/plan.h"
#include "server/answer/trace.h"

namespace server {

// What a reply's message is made of besides the plan.
struct Envelope {
    const dns::Query& query;
    dns::Octets message;  // the request: the question is copied from it
    OptReply opt;
    size_t limit = 0;       // octets that the reply may have
    uint32_t rotation = 0;  // RRsets begin at this record, modulo their size
    size_t signature = 0;   // octets of the limit that the TSIG will take
};

struct Encoded {
    size_t size = 0;
    bool truncated = false;
};

// `writer` is over the reply's room.
template <class Tracer>
Encoded encode(const Plan& plan, const Envelope& envelope, dns::MessageWriter& writer,
               Tracer& trace);

extern template Encoded encode(const Plan&, const Envelope&, dns::MessageWriter&, NoTrace&);
extern template Encoded encode(const Plan&, const Envelope&, dns::MessageWriter&, Trace&);

// A reply without records: errors, and what rate limits leave. `flags` are added to those that
// every reply has.
Encoded encode_empty(uint16_t rcode, uint16_t flags, const Envelope& envelope,
                     dns::MessageWriter& writer);

// Begins the reply: the header with a reply's flags, and the question if there is one.
void begin_reply(uint16_t rcode, uint16_t flags, const Envelope& envelope,
                 dns::MessageWriter& writer);

}  // namespace server
