// What may be chosen for signing: [policy.NAME] in the configuration, and what a zone makes of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "signer/policy.h"

namespace server {

enum class Dnssec : uint8_t {
    off,      // served as the file has it
    sign,     // signed live
    unsign,   // was signed live, and shall be no more
    insecure  // an overlay served without signatures, whatever its base has
};

// Whether CDS and CDNSKEY tell the parent which DS to publish (RFC 7344).
enum class CdsChoice : uint8_t { automatic, never };

struct DnssecPolicy {
    std::string name = "default";
    std::string algorithm = "ecdsap256";  // of the first key, which apex makes
    CdsChoice cds = CdsChoice::automatic;
    signer::SigningPolicy signing;
    // All of it as text in one order: policies are the same if these are.
    std::string key() const;
};

}  // namespace server
