// Records from a text that need not be a zone: a key file, what a tool prints, a zone file. They
// may lack a TTL, which the records of a zone must have.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "dns/base/files.h"
#include "dns/base/limits.h"
#include "dns/name.h"
#include "dns/rdata.h"

namespace signer {

struct TextRecord {
    dns::NameView owner;
    std::optional<uint32_t> ttl;
    uint16_t type = 0;
    dns::Octets rdata;
    uint32_t line = 0;
};

// Shows each record of `text` to `take`, in order; the first error of the text, or of `take`, ends
// it with a fault that begins with "file:line: ". Files are read for $INCLUDE alone; without
// `files` it is an error.
dns::Result<void> read_records(std::string_view text, const std::string& file, dns::NameView origin,
                               const dns::Limits& limits, const dns::Files* files,
                               const std::function<dns::Result<void>(const TextRecord&)>& take);

}  // namespace signer
