// The serials of overlays: a merged zone is more than its file, so it owns its serial, which never
// goes back, whatever the base's file says and however often the server is started.
//
//   apex-state/overlay-serials    a line each: serial <tab> content <tab> zone <tab> view
//
// The list is written whole, once for all overlays that a new version of their base changes, before
// any of them is announced.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "dns/base/files.h"
#include "dns/base/result.h"
#include "dns/name.h"

namespace server {

struct OverlaySerial {
    uint32_t serial = 0;
    uint64_t content = 0;  // a digest of what was served with it
    bool operator==(const OverlaySerial&) const = default;
};

class OverlaySerials {
  public:
    // Reads the list of this folder, which may not be there.
    dns::Result<void> open(const dns::Files& files, const std::string& folder);
    const OverlaySerial* find(const std::string& view, dns::NameView zone) const;
    void put(const std::string& view, dns::NameView zone, OverlaySerial serial);
    // Durable when it returns. On a fault nothing was promised.
    dns::Result<void> keep(const dns::Files& files);

    static constexpr const char* kName = "overlay-serials";

  private:
    using Key = std::pair<std::string, std::string>;  // zone as text in lower case, view
    static Key key_of(const std::string& view, dns::NameView zone);

    std::string path_;
    std::map<Key, OverlaySerial> serials_;
    bool changed_ = false;
};

}  // namespace server
