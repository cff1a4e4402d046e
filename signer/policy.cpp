#include "signer/policy.h"

#include <array>
#include <ctime>

#include "dns/siphash.h"

namespace signer {

namespace {

// Any key will do: jitter is to spread what is due, not to be hard to guess.
constexpr dns::SipKey kJitterKey{0x6a69747465722d31, 0x6a69747465722d32};

}  // namespace

dns::Result<void> check_policy(const SigningPolicy& policy) {
    if (policy.renew_before >= policy.validity)
        return dns::Fault{
            "signatures would be due as soon as they are made; let them be valid for "
            "longer, or renew them later"};
    if (policy.jitter >= policy.validity - policy.renew_before)
        return dns::Fault{
            "the jitter leaves no time between making a signature and renewing it; "
            "it has to be less than the validity without the time before renewal"};
    if (policy.validity > UINT32_MAX / 4)
        return dns::Fault{"a signature cannot be valid for so long; choose less than 34 years"};
    if (policy.salt.size() > 255)
        return dns::Fault{"the salt of NSEC3 has at most 255 octets; none at all is best"};
    if (policy.opt_out && policy.denial != Denial::nsec3)
        return dns::Fault{"opt-out is a feature of NSEC3; choose that, too"};
    return {};
}

SigningTimes signing_times(const SigningPolicy& policy, dns::NameView owner, uint16_t type,
                           dns::UnixTime now) {
    std::array<uint8_t, dns::kMaxName> lower;
    dns::lower_copy(lower.data(), owner.data(), owner.size());
    dns::SipKey key{kJitterKey.k0 ^ static_cast<uint64_t>(now), kJitterKey.k1 ^ type};
    uint64_t hash = dns::siphash<1, 3>(key, lower.data(), owner.size());
    uint32_t earlier = static_cast<uint32_t>((hash >> 32) * policy.jitter >> 32);
    return {static_cast<uint32_t>(now - policy.inception_offset),
            static_cast<uint32_t>(now + policy.validity - earlier)};
}

dns::UnixTime due_time(const SigningPolicy& policy, SigningTimes times, dns::UnixTime now) {
    // Times wrap after 2^32 s: the difference counts (RFC 4034 3.1.5).
    auto left = static_cast<int32_t>(times.expiration - static_cast<uint32_t>(now));
    auto age = static_cast<int32_t>(static_cast<uint32_t>(now) - times.inception);
    if (age < 0 || left > static_cast<int64_t>(policy.validity)) return now;
    return now + left - policy.renew_before;
}

bool is_due(const SigningPolicy& policy, SigningTimes times, dns::UnixTime now) {
    return due_time(policy, times, now) <= now;
}

uint32_t next_serial(SerialPolicy policy, uint32_t serial, dns::UnixTime now) {
    uint32_t wanted = serial + 1;
    if (policy == SerialPolicy::keep) return serial;
    if (policy == SerialPolicy::unixtime) wanted = static_cast<uint32_t>(now);
    if (policy == SerialPolicy::date) {
        std::time_t seconds = now;
        std::tm day{};
        if (gmtime_r(&seconds, &day) != nullptr && day.tm_year >= 0 && day.tm_year < 2394)
            wanted = static_cast<uint32_t>(day.tm_year + 1900) * 1000000 +
                     static_cast<uint32_t>(day.tm_mon + 1) * 10000 +
                     static_cast<uint32_t>(day.tm_mday) * 100;
    }
    bool greater = static_cast<int32_t>(wanted - serial) > 0;
    return greater ? wanted : serial + 1;
}

}  // namespace signer
