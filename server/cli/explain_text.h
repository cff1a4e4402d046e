// An explanation as text for people, in the order in which the server decided:
//
//   www.example.com. IN A, asked by 127.0.0.1 over UDP, EDNS with 1232 octets
//
//   view
//     default answers this client: it is the only view
//
//   zone
//     example.com. is the nearest zone at or above www.example.com. [RFC 1034 4.3.2]
//   ...
//   answer
//     what is asked for [RFC 1034 4.3.2]
//       example.com.zone:12:1: www.example.com. 300 IN A 192.0.2.1
//   ...
//   message
//   ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1
//
// What a stage has nothing to say about is not printed.
#pragma once

#include <string>

#include "server/cli/explanation.h"

namespace server {

std::string explain_text(const Set& set, const ExplainCall& call, dns::UnixTime now);
std::string explain_text(const Explanation& explanation);

}  // namespace server
