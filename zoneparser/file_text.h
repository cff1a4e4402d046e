// A whole file in memory: zone files are read, not mapped, so that an editor or a sync tool can do
// to the file what it likes while it is parsed.
#pragma once

#include <string>
#include <string_view>

#include "dns/base/files.h"
#include "zoneparser/record_batch.h"

namespace zoneparser {

struct FileText {
    OctetBuffer octets;
    size_t size = 0;
    dns::FileIdentity identity;  // before and after reading

    std::string_view text() const { return {reinterpret_cast<const char*>(octets.data()), size}; }
};

// A file that changes while it is read is read again, a few times.
dns::Result<FileText> read_file_text(const dns::Files& files, const std::string& path);

}  // namespace zoneparser
