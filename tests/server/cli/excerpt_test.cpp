#include "server/cli/excerpt.h"

#include <doctest/doctest.h>

namespace apex_tests {

using server::LinePart;
using server::make_excerpt;

TEST_CASE("excerpt: the caret stands under the column") {
    auto excerpt = make_excerpt({"www A 1", 6, false, false});
    CHECK(excerpt.line == "www A 1");
    CHECK(excerpt.caret == "      ^");
    CHECK(make_excerpt({"www", 0, false, false}).caret == "^");
    CHECK(make_excerpt({"www", 3, false, false}).caret == "   ^");
    CHECK(make_excerpt({"", 0, false, false}).caret == "^");
}

TEST_CASE("excerpt: tabs are kept in both lines") {
    auto excerpt = make_excerpt({"a\t\tb", 3, false, false});
    CHECK(excerpt.line == "a\t\tb");
    CHECK(excerpt.caret == " \t\t^");
}

TEST_CASE("excerpt: what is shown wider or narrower moves the caret") {
    CHECK(make_excerpt({"\x1bx", 1, false, false}).line == "\\027x");
    CHECK(make_excerpt({"\x1bx", 1, false, false}).caret == "    ^");
    CHECK(make_excerpt({"\u00e9x", 2, false, false}).caret == " ^");
    CHECK(make_excerpt({"\u65e5x", 3, false, false}).caret == "  ^");
    // A column within a character is that character's.
    CHECK(make_excerpt({"a\u65e5x", 2, false, false}).caret == " ^");
}

TEST_CASE("excerpt: a cut is shown, and leaves no half of a character") {
    auto excerpt = make_excerpt({"\xa9 abc\xc3", 2, true, true});
    CHECK(excerpt.line == "... abc...");
    CHECK(excerpt.caret == "    ^");
    CHECK(make_excerpt({"abc\xe6\x97", 1, false, true}).line == "abc...");
    CHECK(make_excerpt({"abc\xe6\x97\xa5", 1, false, true}).line == "abc\u65e5...");
}

}  // namespace apex_tests
