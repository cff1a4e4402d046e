// SHA-1 in one shot, for the hashed owner names of NSEC3 (RFC 5155 5) and nothing else. Uses the
// processor's instructions where it has them.
#pragma once

#include <array>
#include <cstdint>

#include "dns/name.h"
#include "dns/rdata.h"

namespace dns {

using Sha1Digest = std::array<uint8_t, 20>;

// How it is computed: with the processor's instructions if it has them, or without, which is for
// tests that compare the two.
enum class Sha1Way : uint8_t { fastest, portable };
bool processor_has_sha1();

Sha1Digest sha1(Octets octets, Sha1Way way = Sha1Way::fastest);

// IH(salt, name, iterations) of RFC 5155 5 over the name in wire form and lower case. The salt has
// at most 255 octets.
Sha1Digest nsec3_hash(NameView absolute, Octets salt, unsigned iterations,
                      Sha1Way way = Sha1Way::fastest);

// A hashed owner's label as it stands in wire form: length octet 32, and base32hex in lower case.
inline constexpr size_t kNsec3Label = 33;
void write_nsec3_label(const Sha1Digest& digest, uint8_t* to);

}  // namespace dns
