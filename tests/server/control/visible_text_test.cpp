#include "server/control/visible_text.h"

#include <doctest/doctest.h>

namespace apex_tests {

using server::visible;

TEST_CASE("visible text: what prints stays") {
    CHECK(visible("") == "");
    CHECK(visible("www.example.com. 3600") == "www.example.com. 3600");
    CHECK(visible("caf\u00e9 \u65e5\u672c") == "caf\u00e9 \u65e5\u672c");
}

TEST_CASE("visible text: what would move, colour or hide is shown in decimal") {
    CHECK(visible("a\tb\nc\r") == "a\\009b\\010c\\013");
    CHECK(visible("\033[31m\x7f") == "\\027[31m\\127");
    CHECK(visible(std::string_view("\0x", 2)) == "\\000x");
    CHECK(visible("\u202e") == "\\226\\128\\174");  // right to left from here
    CHECK(visible("\u0085") == "\\194\\133");       // C1
    CHECK(visible("\ufeff") == "\\239\\187\\191");  // byte order mark
}

TEST_CASE("visible text: what is no UTF-8 (RFC 3629) is shown octet by octet") {
    CHECK(visible("\xff") == "\\255");
    CHECK(visible("\xc3") == "\\195");                             // cut short
    CHECK(visible("\xc3(") == "\\195(");                           // followed by no such octet
    CHECK(visible("\xc0\xaf") == "\\192\\175");                    // overlong
    CHECK(visible("\xe0\x80\xaf") == "\\224\\128\\175");           // overlong
    CHECK(visible("\xed\xa0\x80") == "\\237\\160\\128");           // a surrogate
    CHECK(visible("\xf4\x90\x80\x80") == "\\244\\144\\128\\128");  // past the last code point
    CHECK(visible("\xf4\x8f\xbf\xbd") == "\xf4\x8f\xbf\xbd");
}

TEST_CASE("visible text: columns on a terminal") {
    CHECK(server::first_unit("a").columns == 1);
    CHECK(server::first_unit("\u00e9").columns == 1);
    CHECK(server::first_unit("\u65e5").columns == 2);
    CHECK(server::first_unit("\u0301").columns == 0);
    CHECK(server::first_unit("\x01").columns == 4);
}

}  // namespace apex_tests
