// Signed transactions (RFC 8945): whether a request's signature is good, and the signatures of what
// is sent in answer to it.
//
//   request --begin()--> state      none of these show anything of a zone but `good`:
//                          malformed       FORMERR, no TSIG
//                          bad_key         NOTAUTH, BADKEY, no MAC
//                          bad_signature   NOTAUTH, BADSIG, no MAC
//                          bad_time        NOTAUTH, BADTIME, signed, with the server's time
//                          bad_truncation  NOTAUTH, BADTRUNC, signed
//                          good            whatever the answer is, signed
//
//   one reply      sign()                                   over the request's MAC and the reply
//   many messages  sign() pass() pass() sign() ... sign()   over the MAC before, what was passed
//                                                           on unsigned since, and the message
#pragma once

#include <array>

#include "dns/base/clock.h"
#include "dns/tsig_key.h"
#include "dns/tsig_record.h"

namespace dns {

// In the order of the checks (RFC 8945 5.2): the first that fails decides.
enum class TsigState : uint8_t {
    none,  // no TSIG
    good,
    malformed,
    bad_key,
    bad_signature,
    bad_time,
    bad_truncation,
    kCount
};
std::string_view to_string(TsigState state);  // "bad-key"

// The fudge of what is signed here, in seconds (RFC 8945 10).
inline constexpr uint16_t kTsigFudge = 300;
// Messages in a row that a receiver takes unsigned (RFC 8945 5.3.1).
inline constexpr size_t kMostUnsigned = 99;

class TsigExchange {
  public:
    // Reads and checks the request's TSIG, whose owner stands at `at`. Without keys (null) none is
    // known. What is given lives until the last reply is signed.
    TsigState begin(const TsigKeys* keys, Octets request, size_t at, UnixTime now);

    TsigState state() const { return state_; }
    // The place of the key among the keys; only where the MAC was good (good, bad_time,
    // bad_truncation).
    size_t key_place() const { return key_place_; }
    // As the request has it.
    const TsigRecord& record() const { return request_; }

    // Octets that sign() will add to each message; 0 where replies have no TSIG.
    size_t room() const;
    // Adds the TSIG to a message of `size` octets that has its final header; returns the new size,
    // 0 if it could not be made (no memory). A message that has room() more octets.
    size_t sign(uint8_t* message, size_t size, UnixTime now);
    // A message of a stream that is sent without TSIG. False if it cannot be: it is the first one,
    // so many were passed already (kMostUnsigned), or there is no memory.
    bool pass(Octets message);

  private:
    TsigState check(const TsigKeys* keys, Octets request, size_t at, UnixTime now);
    bool is_mac_good(Octets request, size_t at) const;
    bool make_mac(const TsigRecord& record, Octets message, uint8_t* mac);
    uint16_t error() const;

    TsigRecord request_;
    const TsigKey* key_ = nullptr;
    size_t key_place_ = 0;
    TsigState state_ = TsigState::none;
    size_t signed_ = 0;    // messages so far
    size_t unsigned_ = 0;  // since the last signed one
    size_t prior_size_ = 0;
    std::array<uint8_t, kMostMac> prior_;  // the request's MAC, then that of the message before
    std::unique_ptr<Mac> running_;         // over the prior MAC and what was passed
};

// Signs a request: adds a TSIG to a message of `size` octets; returns the new size, 0 if it does
// not fit into `room` or could not be made.
size_t sign_request(const TsigKey& key, std::span<uint8_t> room, size_t size, UnixTime now);

}  // namespace dns
