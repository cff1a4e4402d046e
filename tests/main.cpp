// The one main of the fast suites; doctest's runner and its options (--help, -tc=..., -ltc).
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
