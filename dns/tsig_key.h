// The keys that sign transactions (RFC 8945): a name that both sides know, an algorithm, a secret.
//
//   TsigKeys   [0] backup.example.  hmac-sha256   [1] inside.  hmac-sha512 ...
//              found by name, whatever their number and whatever is asked for
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dns/mac.h"
#include "dns/name.h"
#include "dns/siphash.h"

namespace dns {

enum class TsigAlgorithm : uint8_t {
    hmac_md5,
    hmac_sha1,
    hmac_sha224,
    hmac_sha256,
    hmac_sha256_128,
    hmac_sha384,
    hmac_sha384_192,
    hmac_sha512,
    hmac_sha512_256,
    kCount
};

// RFC 8945 6.
struct TsigAlgorithmRow {
    TsigAlgorithm algorithm;
    const char* word;   // as configurations and tools write it: "hmac-sha256"
    const char* hash;   // "SHA256"
    NameView name;      // in the record, lower case
    uint8_t hash_size;  // octets
    uint8_t mac_size;   // octets of a whole MAC: fewer in the truncated algorithms

    // A MAC may be shorter than whole, but never shorter than this (RFC 8945 5.2.2.1).
    size_t least_mac() const { return hash_size / 2 > 10 ? hash_size / 2 : 10; }
};

std::span<const TsigAlgorithmRow> tsig_algorithms();
const TsigAlgorithmRow& algorithm_row(TsigAlgorithm algorithm);
// Null if there is none of that word, whatever its case.
const TsigAlgorithmRow* find_tsig_algorithm(std::string_view word);

struct TsigKey {
    Name name;
    TsigAlgorithm algorithm = TsigAlgorithm::hmac_sha256;
    // What is accepted, in octets: shorter MACs are BADTRUNC. 0: whole ones only.
    size_t least_mac = 0;
    std::shared_ptr<const MacKey> mac;

    const TsigAlgorithmRow& row() const { return algorithm_row(algorithm); }
};

class TsigKeys {
  public:
    static constexpr size_t kMost = 65534;

    // Their names differ, and there are at most kMost.
    TsigKeys(std::vector<TsigKey> keys, SipKey hash_key);

    size_t size() const { return keys_.size(); }
    const TsigKey& operator[](size_t place) const { return keys_[place]; }
    // The place of the key of that name; size() if there is none.
    size_t find(NameView name) const;

  private:
    size_t slot_of(NameView name) const;

    std::vector<TsigKey> keys_;
    std::vector<uint16_t> slots_;  // place + 1; 0: empty
    SipKey hash_key_;
};

}  // namespace dns
