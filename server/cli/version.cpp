#include "server/cli/version.h"

namespace server {

const char kVersion[] = APEX_VERSION;

}  // namespace server
