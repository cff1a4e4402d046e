// Response rate limiting: what stops the server from being a tool against others. Answers are
// counted by who gets them and what they say, for the whole process, as BIND and NSD count:
//
//   network of the client (/24, /56) + kind of answer + name (the zone of negative answers, the cut
//   of referrals, none for errors)
//
// One table of fixed size, shared by all workers without locks. A bucket is the time at which the
// answers given so far would have been due at the permitted rate:
//
//         now             now + 1 s                 now + 1 s + window
//          |-- answered ----|-------- limited ----------|  <- due stops here: after `window`
//          seconds
//                  ^ due                                      of quiet the network has its rate
//                  again
//
//   line of 64 octets:  key due | key due | key due | key due      one line a look-up
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "server/answer/respond.h"
#include "server/net/ring.h"

namespace server {

struct RateLimitSettings {
    enum class Mode : uint8_t { off, log, on };
    Mode mode = Mode::off;
    // Answers a second to one network, by AnswerKind (positive, no_data, no_name, referral, error);
    // 0: not limited.
    std::array<uint32_t, 5> per_second{};
    uint32_t window = 15;      // seconds, 1 to 3600
    uint32_t slip = 2;         // each so many limited answers one is TC or BADCOOKIE; 0 none, 1 all
    uint8_t ipv4_prefix = 24;  // 0 to 32
    uint8_t ipv6_prefix = 56;  // 0 to 128
    size_t buckets = size_t{1} << 18;  // 16 octets each
    NetworkList exempt;
    bool exempt_loopback = true;
};

enum class Limit : uint8_t {
    pass,
    logged,  // over its rate, but the mode is `log`
    drop,
    slip,
};

// A network began to be limited: for the log. What is printed is what the answer's client and name
// were at that moment.
struct LimitEvent {
    dns::UnixTime time;
    uint64_t key;
    Address network;  // with the rest cleared
    uint8_t prefix;   // as written: of 32 or of 128
    AnswerKind kind;
    uint8_t name_size;  // of the question; 0 for none
    std::array<uint8_t, dns::kMaxName> name_octets;
};
using LimitRing = Ring<LimitEvent>;

class RateLimiter {
  public:
    RateLimiter(RateLimitSettings settings, dns::SipKey key);
    ~RateLimiter();

    const RateLimitSettings& settings() const { return settings_; }

    // Decides for a batch; `now_ns` never goes back. Requests over TCP, with a valid cookie or from
    // exempt networks, and silent outcomes pass. Events of networks that begin to be limited go to
    // `events`, which may be null.
    void decide(std::span<const Request> requests, std::span<const Outcome> outcomes,
                std::span<Limit> limits, int64_t now_ns, dns::UnixTime now, LimitRing* events);

    // Whether what an event told of still goes on.
    bool still_limited(uint64_t key, int64_t now_ns) const;

  private:
    struct Bucket {
        std::atomic<uint64_t> key{0};
        // The time in units of 256 ns; the low octet: kLimited and how many were limited.
        std::atomic<uint64_t> due{0};
    };
    struct alignas(64) Line {
        std::array<Bucket, 4> buckets;
    };

    // The octets of an address that count, as words.
    struct Masks {
        uint64_t high = 0, low = 0;
    };

    bool is_counted(const Request& request, const Outcome& outcome) const;
    uint64_t key_of(const Request& request, const Outcome& outcome) const;
    Bucket& bucket_of(uint64_t key);
    // Counts one answer; `began` if it is the first over the rate.
    Limit count(uint64_t key, AnswerKind kind, int64_t now_ns, bool& began);
    void tell(LimitRing& events, uint64_t key, const Request& request, const Outcome& outcome,
              dns::UnixTime now) const;

    RateLimitSettings settings_;
    dns::SipKey key_;
    std::array<uint64_t, 5> interval_{};  // between two answers at the permitted rate, in ns
    std::array<Masks, 2> masks_;          // IPv4, IPv6
    Line* lines_ = nullptr;
    size_t line_mask_ = 0;
};

}  // namespace server
