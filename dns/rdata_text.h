// Rdata as presentation text, in the one form that apex prints: absolute names, one space between
// fields, numbers in decimal, strings always quoted, base64 unbroken, times as YYYYMMDDHHmmSS.
// What it prints, the parser reads back to the same octets.
#pragma once

#include <string>

#include "dns/rdata.h"

namespace dns {

// Malformed octets, and types without a row, print in the form of RFC 3597: \# size hex.
void append_rdata_text(std::string& out, uint16_t type, Octets rdata);
std::string rdata_text(uint16_t type, Octets rdata);

// One character-string in quotes, specials escaped.
void append_quoted(std::string& out, Octets string);

}  // namespace dns
