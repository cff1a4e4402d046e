// A whole file of the configuration, and how it is known again.
#pragma once

#include <memory>
#include <string>

#include "dns/base/clock.h"
#include "dns/base/files.h"

namespace server {

struct ReadText {
    std::shared_ptr<const std::string> text;
    dns::FileIdentity identity;  // settled
};

// `now` as for settled().
dns::Result<ReadText> read_text(const dns::Files& files, const std::string& path,
                                dns::UnixTime now);

// What a file is to be compared with later. Times on disks stand still for some milliseconds: a
// file that was written a moment ago can be written again and look the same, so it counts as
// another one (no file has the identity {}). With a `now` of 0 all are taken at their word.
dns::FileIdentity settled(const dns::FileIdentity& identity, dns::UnixTime now);

}  // namespace server
