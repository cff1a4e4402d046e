// Octets as text: hex, base64, base32hex and addresses, as rdata, logs and reports print them.
#pragma once

#include <string>

#include "dns/rdata.h"

namespace dns {

void append_hex(std::string& out, Octets octets);  // upper case
void append_lower_hex(std::string& out, Octets octets);
void append_base64(std::string& out, Octets octets);     // RFC 4648 4, with padding
void append_base32hex(std::string& out, Octets octets);  // RFC 4648 7, lower case, no padding
void append_ipv4(std::string& out, const uint8_t* address);
void append_ipv6(std::string& out, const uint8_t* address);  // RFC 5952

}  // namespace dns
