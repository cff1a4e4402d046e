#include "server/publish/tsig_keys.h"

#include "server/publish/system.h"
#include "signer/tsig_mac.h"

namespace server {

dns::Result<std::shared_ptr<const dns::TsigKeys>> make_tsig_keys(
    std::span<const ConfiguredKey> configured, dns::SipKey hash_key) {
    std::vector<dns::TsigKey> keys;
    if (!configured.empty()) keep_memory_private();
    for (const ConfiguredKey& each : configured) {
        auto key = signer::make_tsig_key(each.name, each.algorithm, each.secret, each.least_mac);
        if (!key.ok())
            return dns::Fault{"the key '" + dns::to_text(each.name) +
                              "' cannot be used: " + key.fault().sentence};
        keys.push_back(std::move(key.value()));
    }
    if (keys.empty()) return std::shared_ptr<const dns::TsigKeys>();
    return std::make_shared<const dns::TsigKeys>(std::move(keys), hash_key);
}

}  // namespace server
