// toml++ as this part uses it: compiled here, once (toml_tree.cpp), so that its exceptions can be
// off; Debian's library has them on.
#pragma once

#undef TOML_SHARED_LIB
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 0
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
