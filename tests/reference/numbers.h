// The numbers that a responder needs besides the types of zone.h and denial.h.
#pragma once

#include "tests/reference/denial.h"

namespace apex_tests::reference {

namespace code {
inline constexpr uint16_t NoError = 0, FormErr = 1, ServFail = 2, NXDomain = 3, NotImp = 4,
                          Refused = 5, YXDomain = 6, BadVers = 16;
}
namespace ede {
inline constexpr uint16_t NotReady = 14, Prohibited = 18, NotAuthoritative = 20,
                          InvalidQueryType = 30;
}
namespace option {
inline constexpr uint16_t Nsid = 3, Expire = 9, Cookie = 10, Keepalive = 11, Padding = 12,
                          Error = 15, ZoneVersion = 19;
}
namespace type {
inline constexpr uint16_t AFSDB = 18, RT = 21, KX = 36, OPT = 41, SVCB = 64, HTTPS = 65, LP = 107,
                          NXNAME = 128, IXFR = 251, AXFR = 252;
}
inline constexpr uint16_t kInternet = 1, kChaos = 3, kAnyClass = 255;

}  // namespace apex_tests::reference
