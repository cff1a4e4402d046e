// HMAC as dns/mac.h wants it, made by OpenSSL: what turns a secret into a key that signs
// transactions.
#pragma once

#include "dns/base/result.h"
#include "dns/tsig_key.h"

namespace signer {

// A fault if OpenSSL will not have it: a hash function that this system forbids, no memory. The
// secret is copied, and cleansed with the last owner.
dns::Result<std::shared_ptr<const dns::MacKey>> make_mac_key(dns::TsigAlgorithm algorithm,
                                                             dns::Octets secret);

// A key for a set. `least_mac` as in dns::TsigKey.
dns::Result<dns::TsigKey> make_tsig_key(dns::NameView name, dns::TsigAlgorithm algorithm,
                                        dns::Octets secret, size_t least_mac = 0);

}  // namespace signer
