// Class CHAOS: the few names by which a server tells about itself, if its operator wants it to
// (RFC 4892): version.bind, version.server, id.server, hostname.bind, each a TXT record.
#pragma once

#include "dns/message_writer.h"
#include "dns/query.h"
#include "server/answer/set.h"

namespace server {

// What the server says to this name; null if it is none of those, or nothing is configured.
const std::string* chaos_text(const Settings& settings, dns::NameView name);

// Writes the TXT record behind the question; 0 if it does not fit, else 1.
uint16_t write_chaos_record(const std::string& text, dns::MessageWriter& writer);

}  // namespace server
