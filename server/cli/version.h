// The version of apex; meson.build is the one place where it is written.
#pragma once

namespace server {

extern const char kVersion[];

}  // namespace server
