#define TOML_IMPLEMENTATION
#include "server/config/toml_tree.h"
