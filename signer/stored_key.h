// A key as its files have it, apart from any moment.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/name.h"
#include "signer/dnskey.h"
#include "signer/key_times.h"
#include "signer/private_key.h"

namespace signer {

struct StoredKey {
    std::string base;  // of its files' names: Kexample.com.+013+06911
    dns::Name owner;
    std::vector<uint8_t> dnskey;  // rdata as the .key file has it
    std::optional<uint32_t> ttl;  // that the .key file gives the record
    KeyTimes times;
    std::shared_ptr<const PrivateKey> secret;  // null if only the public half is at hand

    uint16_t flags() const { return DnskeyView(dnskey).flags(); }
    uint8_t algorithm() const { return DnskeyView(dnskey).algorithm(); }
    bool has_entry_point() const { return flags() & key_flag::entry_point; }
    // REVOKE stands in its file: it is revoked for good, whatever its times say.
    bool was_revoked() const { return flags() & key_flag::revoked; }
    KeyState state_at(dns::UnixTime now) const {
        KeyState state = times.state_at(now);
        bool visible = row_of(state).published;
        return visible && was_revoked() ? KeyState::revoked : state;
    }
    uint16_t tag() const { return key_tag(dnskey); }
    // As it is published once it is revoked: another flag, and with it another tag.
    std::vector<uint8_t> revoked_dnskey() const {
        std::vector<uint8_t> rdata = dnskey;
        rdata[1] |= key_flag::revoked;
        return rdata;
    }
};

}  // namespace signer
