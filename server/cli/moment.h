// Points in time as a call writes them: for --at and the like.
//
//   now   +1w   -2h30m               from the clock on
//   20261121155903                   as RRSIG records have them, UTC
//   2026-11-21T15:59:03Z   ...+01:00   2026-11-21     RFC 3339, the date alone too
//   1795276743                       seconds since 1970
#pragma once

#include <string_view>

#include "dns/base/clock.h"
#include "server/cli/options.h"

namespace server {

dns::Result<dns::UnixTime, CallFault> read_moment(std::string_view text, dns::UnixTime now);

}  // namespace server
