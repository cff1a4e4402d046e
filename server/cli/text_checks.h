// What a configuration keeps as text, as the parts that use it understand it: for commands that
// read one.
#pragma once

#include "server/config/configuration.h"

namespace server {

TextChecks text_checks();

}  // namespace server
