// A key of one zone at one moment, as a signer needs it: key_set.h makes a list of these from the
// keys of a folder and a time.
//
//   published              in the DNSKEY set
//   published, signs_keys  in it, and signs it (KSK, CSK)
//   published, signs_data  in it, and signs everything else (ZSK, CSK)
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "signer/dnskey.h"
#include "signer/private_key.h"

namespace signer {

struct ZoneKey {
    std::shared_ptr<const PrivateKey> secret;  // null if only its public half is at hand: then it
                                               // is published, and signs nothing
    std::vector<uint8_t> dnskey;  // rdata as published: with REVOKE where it is revoked
    uint16_t tag = 0;             // of `dnskey`
    bool published = false;
    bool signs_keys = false;  // the DNSKEY set; CDS and CDNSKEY as well (RFC 7344 4.1)
    bool signs_data = false;  // everything else

    uint8_t algorithm() const { return DnskeyView(dnskey).algorithm(); }
    bool has_entry_point() const { return DnskeyView(dnskey).flags() & key_flag::entry_point; }
};

}  // namespace signer
