// Signing and verifying with one OpenSSL key, by any number of threads at once. What a signature
// takes is prepared once and lent to one thread at a time, so that nothing is fetched for one:
//
//   sign(data, signature) -> pool.take() -> digest, sign -> pool.give_back()
//                               | (empty: prepare one more)
//
// ECDSA signatures are fixed-width r | s here (RFC 6605 4), not OpenSSL's DER.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "dns/base/result.h"
#include "dns/rdata.h"
#include "signer/openssl_handles.h"

namespace signer {

enum class KeyKind : uint8_t { ecdsa, eddsa, rsa };

// What OpenSSL calls an algorithm's parts.
struct KeyForm {
    uint8_t number;
    KeyKind kind;
    const char* type;          // of key
    const char* group;         // the curve of ECDSA; "" else
    std::optional<Hash> hash;  // EdDSA has its own
    size_t width;              // ECDSA: octets of r, of s and of a coordinate
};
const KeyForm* find_form(uint8_t algorithm);

class KeyOperations {
  public:
    enum class Use : uint8_t { sign, verify };

    // The fault: OpenSSL will not have this key, or not with this hash.
    static dns::Result<std::unique_ptr<KeyOperations>> prepare(const KeyForm& form, KeyHandle key,
                                                               Use use);
    bool sign(dns::Octets data, std::span<uint8_t> signature);
    bool verify(dns::Octets data, dns::Octets signature);
    EVP_PKEY* key() const { return key_.get(); }

  private:
    // One thread's at a time.
    struct Prepared {
        DigestContext digest;
        KeyContext key;  // not for EdDSA
    };
    class Lent;
    KeyOperations(const KeyForm& form, KeyHandle key, Use use)
        : form_(form), key_(std::move(key)), use_(use) {}
    std::unique_ptr<Prepared> make() const;
    bool verifies(dns::Octets data, dns::Octets signature);

    const KeyForm& form_;
    const KeyHandle key_;
    const Use use_;
    DigestContext whole_;  // EdDSA: begun once, copied for each signature
    std::mutex mutex_;
    std::vector<std::unique_ptr<Prepared>> pool_;
};

}  // namespace signer
