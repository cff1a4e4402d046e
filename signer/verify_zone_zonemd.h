// ZONEMD: whether the zone has the digest that it says it has (RFC 8976 4).
#pragma once

#include "signer/verify_zone_context.h"

namespace signer {

void verify_zonemd(VerifyContext& context);

}  // namespace signer
