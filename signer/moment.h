// Moments in text: as key files write them, and as people read them.
#pragma once

#include <string>
#include <string_view>

#include "dns/base/clock.h"

namespace signer {

// YYYYMMDDHHmmSS in UTC, as key files have it; false if that is no such moment, or before 1970.
bool read_compact_time(std::string_view text, dns::UnixTime& time);
std::string compact_time(dns::UnixTime time);

// 2026-03-01T12:00:00Z
std::string moment_text(dns::UnixTime time);

}  // namespace signer
