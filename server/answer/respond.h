// Octets in to octets out: the second of the two ways through the house, and pure. It reads the
// set, the requests and the time, and writes replies; no socket, no clock, no lock, no allocation.
//
//   read      question, EDNS, cookie, TSIG                 dns/query, dns/tsig
//   choose    the view of the client, the zone of the name  set, zone_table
//   locate    hash, fetch ahead, find                       zones/zone     all requests of a batch
//   answer    lookup: a fact; compose: a plan; encode: octets
//
// UDP, TCP, tests, fuzzers, benchmarks and `apex explain` all call this. A batch answers exactly as
// its requests would one by one.
#pragma once

#include <memory>
#include <span>

#include "dns/base/clock.h"
#include "dns/tsig.h"
#include "server/answer/client.h"
#include "server/answer/set.h"

namespace server {

class Trace;

struct Request {
    dns::Octets message;
    Client client;
    // Where the reply goes. UDP replies are at most Settings::udp_size (at least 512) long, TCP
    // replies at most dns::kMaxMessage; the room decides where it is less.
    std::span<uint8_t> room;
};

enum class Action : uint8_t {
    reply,    // Outcome::size octets are in the request's room
    silence,  // nothing is sent
};

// What kind of answer it is, for rate limits (as NSD and BIND tell them apart).
enum class AnswerKind : uint8_t { positive, no_data, no_name, referral, error };

// What became of a request: what the caller sends, counts, logs and limits by.
struct Outcome {
    Action action = Action::silence;
    AnswerKind kind = AnswerKind::error;
    dns::CookieState cookie = dns::CookieState::none;
    bool truncated = false;
    bool has_question = false;
    dns::TsigState signature = dns::TsigState::none;
    uint16_t rcode = 0;
    uint16_t type = 0;  // of the question
    uint16_t extended_error = dns::extended_error::none;
    uint32_t size = 0;
    KeyNumber key = 0;                 // that signed the request, where the signature is good
    const View* view = nullptr;        // that answers the client; null before one is chosen
    const ServedZone* zone = nullptr;  // that the question's name lies in; null for none
    // Of the name that rate limits count by: the question's name or wildcard, the zone for
    // negative answers, the cut for referrals.
    uint64_t limit_hash = 0;
};

// Memory for a worker: made once, used again for each batch.
class Scratch {
  public:
    Scratch();
    ~Scratch();
    Scratch(Scratch&&) noexcept;
    struct Impl;
    Impl& operator*() { return *impl_; }

  private:
    std::unique_ptr<Impl> impl_;
};

// As many requests as are answered at once; more are taken in turn.
inline constexpr size_t kBatch = 64;

void respond(const Set& set, std::span<const Request> requests, std::span<Outcome> outcomes,
             Scratch& scratch, dns::UnixTime now);

// One request, every step of it told. The reply is the same.
Outcome respond_traced(const Set& set, const Request& request, Scratch& scratch, dns::UnixTime now,
                       Trace& trace);

// What is sent in place of an answer that is over a rate limit: BADCOOKIE with a new cookie where
// one came, else nothing but TC. Written over the answer in the request's room.
Outcome slip_reply(const Set& set, const Request& request, const Outcome& answered,
                   dns::UnixTime now);

}  // namespace server
