// A whole message as dig prints it: for people who know that form, and tools that read it.
//
//   ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1
//   ;; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1
//
//   ;; OPT PSEUDOSECTION:
//   ; EDNS: version: 0, flags: do; udp: 1232
//   ;; QUESTION SECTION:
//   ;www.example.com.            IN      A
//
//   ;; ANSWER SECTION:
//   www.example.com.     300     IN      A       192.0.2.1
//
//   ;; MSG SIZE  rcvd: 60
//
// Rdata is in the form of dns/rdata_text, which is that of `dig +nosplit`.
#pragma once

#include <string>
#include <string_view>

#include "dns/rdata.h"

namespace server {

// Ends with a line's end. What cannot be read is said in a line that begins with ";;".
std::string message_text(dns::Octets message);

// The words of the header's flags, as dig calls them: "qr aa rd".
std::string header_flags_text(uint16_t flags);

// Types as questions name them: those of records, and ANY, AXFR and others that never stand in a
// zone.
std::string question_type_text(uint16_t type);
bool read_question_type(std::string_view text, uint16_t& type);

}  // namespace server
