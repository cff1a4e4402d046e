// How a zone is signed: what the signer may choose, with its defaults and their reasons.
//
//   inception                now                                              expiration
//   |--- an hour ------------|------- 7 days or more ------|-- renewed in here --|.. jitter ..|
//                                                          due                      14 days
#pragma once

#include <cstdint>
#include <vector>

#include "dns/base/clock.h"
#include "dns/base/result.h"
#include "dns/name.h"

namespace signer {

enum class Denial : uint8_t { nsec, nsec3 };

// What the serial of a zone that is signed offline becomes (who signs live sets it by himself).
enum class SerialPolicy : uint8_t {
    keep,
    increment,
    unixtime,  // seconds since 1970, or one more than it was if that is greater
    date       // YYYYMMDD00, or the same
};

struct SigningPolicy {
    static constexpr uint32_t kHour = 3600, kDay = 24 * kHour;

    // Long enough for a week-end and a few days of repair after a renewal was missed, short enough
    // that what was taken back is not replayed for long.
    uint32_t validity = 14 * kDay;
    // Half of it: whatever stops the signer has to last a week before anybody notices.
    uint32_t renew_before = 7 * kDay;
    // Validity is shorter by up to so much, so that signatures made at once are not due at once.
    uint32_t jitter = kDay;
    // Clocks of validators that are late (RFC 6781 4.4.2).
    uint32_t inception_offset = kHour;

    // NSEC: smallest and cheapest; who wants to hide names or leave out cuts, chooses NSEC3.
    Denial denial = Denial::nsec;
    uint16_t iterations = 0;    // RFC 9276 3.1
    std::vector<uint8_t> salt;  // none: RFC 9276 3.1
    bool opt_out = false;       // only for big zones of unsigned delegations: RFC 9276 3.1

    bool zonemd = false;  // each change of a zone costs a digest of all of it (RFC 8976 2.2)

    // How long a resolver may keep the key set: the wait in each step of a rollover.
    uint32_t dnskey_ttl = kHour;

    SerialPolicy serial = SerialPolicy::keep;
};

// What does not fit together, or is beyond what can be signed with.
dns::Result<void> check_policy(const SigningPolicy& policy);

struct SigningTimes {
    uint32_t inception = 0;  // as RRSIG has them: RFC 4034 3.1.5
    uint32_t expiration = 0;
};

// The times of a signature made now: the same for the same owner (of any case), type and time.
SigningTimes signing_times(const SigningPolicy& policy, dns::NameView owner, uint16_t type,
                           dns::UnixTime now);

// When a signature is to be renewed, and whether it is so far: also if it is not valid yet, or
// would be valid for longer than one that is made now.
dns::UnixTime due_time(const SigningPolicy& policy, SigningTimes times, dns::UnixTime now);
bool is_due(const SigningPolicy& policy, SigningTimes times, dns::UnixTime now);

// Always greater than `serial` (RFC 1982), unless it is kept.
uint32_t next_serial(SerialPolicy policy, uint32_t serial, dns::UnixTime now);

}  // namespace signer
