// Lines of the sources of a run, for showing them under a finding. Files are read a second time,
// once from front to back as long as findings are asked for in order; a file that changed since it
// was loaded is not shown.
//
//   line   ................................................................ any length
//   part           [ at most kBefore octets | ^ column | at most kBehind ]
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dns/base/files.h"
#include "dns/base/place.h"

namespace server {

// The part of a line around a column.
struct LinePart {
    std::string octets;
    size_t column = 0;        // of the finding, within `octets`, counted from 0
    bool cut_before = false;  // the line begins before, or goes on behind
    bool cut_behind = false;
};

class SourceLines {
  public:
    using Identities = std::vector<std::pair<std::string, dns::FileIdentity>>;

    SourceLines(const dns::Files& files, const dns::Sources& sources, const Identities& loaded)
        : files_(files), sources_(sources), loaded_(loaded) {}

    // None if the line cannot be had. `line` and `column` count from 1; column 0: no column.
    std::optional<LinePart> around(uint32_t source, uint32_t line, uint32_t column);

  private:
    static constexpr size_t kBefore = 72;
    static constexpr size_t kBehind = 72;
    static constexpr size_t kBlock = 1 << 16;
    static constexpr size_t kMostOpen = 16;

    struct Reader {
        std::unique_ptr<dns::OpenFile> file;  // or, without one:
        std::shared_ptr<const std::string> text;
        uint64_t line = 1;  // that begins at
        uint64_t offset = 0;
    };
    Reader* reader(uint32_t source);
    bool unchanged(const std::string& path, const dns::OpenFile& file) const;
    std::string_view read(Reader& reader, uint64_t offset, size_t most);
    bool go_to(Reader& reader, uint64_t line);

    const dns::Files& files_;
    const dns::Sources& sources_;
    const Identities& loaded_;
    std::map<uint32_t, Reader> readers_;
    std::string block_;
};

}  // namespace server
