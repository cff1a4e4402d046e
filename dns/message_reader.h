// A whole message as values, for tools, tests and clients. The answering path reads with query.h,
// which copies nothing.
//
//   octets -> read_message() -> header | questions | records: owner, type, class, TTL, rdata
//
// Names are whole, in owners and in the rdata of all types whose rows hold names, so that
// rdata_text can print it. Everything is bounded: a pointer leads to what stands before, a name has
// at most 255 octets, and what comes out is at most kMostExpanded octets.
#pragma once

#include <vector>

#include "dns/base/result.h"
#include "dns/message.h"
#include "dns/name.h"
#include "dns/rdata.h"

namespace dns {

// Enough for any message of the types whose names may be compressed.
inline constexpr size_t kMostExpanded = 64 * kMaxMessage;

struct MessageQuestion {
    Name name;
    uint16_t type = 0;
    uint16_t rr_class = 0;
};

struct MessageRecord {
    Section section = Section::answer;
    Name owner;
    uint16_t type = 0;
    uint16_t rr_class = 0;
    uint32_t ttl = 0;
    std::vector<uint8_t> rdata;
    size_t offset = 0;  // of the owner in the message
    Octets as_sent;     // the rdata where it stands in the message
};

struct Message {
    uint16_t id = 0;
    uint16_t flags = 0;
    std::vector<MessageQuestion> questions;
    std::vector<MessageRecord> records;  // of all sections, in order

    uint8_t opcode() const { return static_cast<uint8_t>((flags & flag::opcode_mask) >> 11); }
    // With the upper bits that an OPT record brings (RFC 6891 6.1.3).
    uint16_t rcode() const;
    // The OPT record, or null.
    const MessageRecord* opt() const;
    size_t count(Section section) const;
};

// The Fault says what is wrong with which record, and where.
Result<Message> read_message(Octets message);

// A name that may be compressed, at `at`, which is moved behind it. Null if all is well, else what
// is wrong with it: "is cut short".
const char* read_compressed_name(Octets message, size_t& at, Name& name);

struct EdnsOption {
    uint16_t code = 0;
    Octets content;
};
// The options of an OPT record's rdata; false if they do not fit together.
bool read_edns_options(Octets rdata, std::vector<EdnsOption>& options);

}  // namespace dns
