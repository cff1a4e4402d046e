// The OPT record of a reply (RFC 6891) with the options that the request asked for or that say
// something about this answer: cookie, NSID, extended error, keepalive, expire, zone version,
// padding.
#pragma once

#include <array>

#include "dns/message_writer.h"
#include "dns/query.h"
#include "server/answer/client.h"
#include "server/answer/set.h"

namespace server {

// What is decided about the OPT record before the answer is known in all.
struct OptReply {
    bool present = false;  // the request had one
    const Settings* settings = nullptr;
    const ServedZone* zone = nullptr;  // for ZONEVERSION and EXPIRE; null for none
    uint16_t extended_error = dns::extended_error::none;
    uint16_t type = 0;  // of the question: EXPIRE goes with SOA only (RFC 7314 3.1)
    Transport transport = Transport::udp;
    // Client and server cookie to send; size 0 for none.
    std::array<uint8_t, dns::kClientCookie + dns::kServerCookie> cookie{};
    size_t cookie_size = 0;

    // Octets of the whole record, padding left aside.
    size_t size(const dns::EdnsRequest& request) const;
    // Writes the record into room that was kept for it. The upper bits of `rcode` stand in it.
    void write(const dns::EdnsRequest& request, uint16_t rcode, dns::MessageWriter& writer) const;

  private:
    bool sends_expire(const dns::EdnsRequest& request) const;
    bool sends_zone_version(const dns::EdnsRequest& request) const;
};

}  // namespace server
