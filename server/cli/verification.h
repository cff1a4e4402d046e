// What `apex verify` and `apex check --dnssec` share: which time and which DS set count, and the
// look at a loaded zone's signatures (signer/verify_zone.h).
#pragma once

#include "server/cli/zone_call.h"
#include "signer/verify_zone.h"

namespace server {

// --at and --soon.
dns::Result<signer::VerifyOptions, CallFault> read_verification(const World& world,
                                                                const Call& call,
                                                                const LoadSettings& settings);

// Its findings join those of loading.
void verify_loaded(World& world, LoadedZone& zone, signer::VerifyOptions options);

// The DS records of `origin` in a file as signers write it (dsset-..., or what apex ds prints).
dns::Result<std::vector<std::vector<uint8_t>>> read_ds_set(const World& world,
                                                           const std::string& file,
                                                           const dns::Name& origin,
                                                           const LoadSettings& settings);

// The rules of loading that say the same as a rule of the signer are off.
void leave_to_signer(dns::Severities& severities);

}  // namespace server
