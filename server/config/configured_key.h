// A key as a configuration names it: [[key]].
#pragma once

#include "dns/base/place.h"
#include "dns/name.h"
#include "dns/tsig_key.h"
#include "signer/secret.h"

namespace server {

struct ConfiguredKey {
    dns::Name name;
    dns::TsigAlgorithm algorithm = dns::TsigAlgorithm::hmac_sha256;
    signer::SecretOctets secret;
    size_t least_mac = 0;  // octets that a MAC must have; 0: all
    dns::Place place;
};

}  // namespace server
