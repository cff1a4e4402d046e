// The TSIG record as it stands in a message (RFC 8945 4.2), always the last one.
//
//   name of the key | TSIG | ANY | TTL 0 | length
//     name of the algorithm | time signed 6 | fudge 2 | MAC size 2, MAC
//     | original id 2 | error 2 | other size 2, other data
#pragma once

#include "dns/message.h"
#include "dns/name.h"
#include "dns/rdata.h"

namespace dns {

inline constexpr uint16_t kTsigType = 250;

// The record's own errors; the message's rcode is NOTAUTH with each (RFC 8945 3).
namespace tsig_error {
inline constexpr uint16_t none = 0, bad_signature = 16, bad_key = 17, bad_time = 18,
                          bad_truncation = 22;
}

struct TsigRecord {
    Name key;
    Name algorithm;
    uint64_t time = 0;  // 48 bits
    uint16_t fudge = 0;
    uint16_t original_id = 0;
    uint16_t error = tsig_error::none;
    Octets mac;  // these two lie elsewhere
    Octets other;
};

// Reads the record whose owner stands at `at`, and which ends the message. False if it is not well
// formed: its class, its TTL, its lengths, a compressed algorithm. The views point into `message`.
bool read_tsig(Octets message, size_t at, TsigRecord& record);

// Octets of a record with these names, MAC and other data.
size_t tsig_size(NameView key, NameView algorithm, size_t mac_size, size_t other_size);

// Writes it behind a message of `size` octets, and counts it among the additional records; returns
// the new size. There is room for it.
size_t append_tsig(const TsigRecord& record, uint8_t* message, size_t size);

}  // namespace dns
