#include <doctest/doctest.h>

#include "zoneparser/parser.h"

namespace {

std::string guess(std::string_view text, std::string_view file = "zone") {
    auto origin = zoneparser::guess_origin(text, file);
    return origin ? dns::to_text(*origin) : "(none)";
}

}  // namespace

TEST_CASE("the SOA's owner, as far as it is absolute") {
    CHECK(guess("example.org. IN SOA a b 1 2 3 4 5\n") == "example.org.");
    CHECK(guess("; c\n\nexample.org. ( 1h SOA a b\n1 2 3 4 5 )\n") == "example.org.");
    CHECK(guess("$ORIGIN example.org.\n@ SOA a b 1 2 3 4 5\n") == "example.org.");
    // As `dig axfr` and old dumps write it: the origin is the parent.
    CHECK(guess("$ORIGIN org.\nexample 1D IN SOA a b 1 2 3 4 5\n") == "example.org.");
    CHECK(guess("$ORIGIN org.\n$ORIGIN example\n@ SOA a b 1 2 3 4 5\n") == "example.org.");
    CHECK(guess("$ORIGIN .\n$TTL 1\norg SOA a b 1 2 3 4 5\n") == "org.");
    CHECK(guess("a.example.org. A 192.0.2.1\nexample.org. SOA a b 1 2 3 4 5\n") == "example.org.");
    CHECK(guess("\xef\xbb\xbf"
                "example.org. SOA a b 1 2 3 4 5\n") == "example.org.");
}

TEST_CASE("the first $ORIGIN where there is no SOA") {
    CHECK(guess("$origin example.org.\na A 192.0.2.1\n$ORIGIN sub.example.org.\n") ==
          "example.org.");
    CHECK(guess("$ORIGIN\n$ORIGIN bad..name.\n$ORIGIN example.org.\n") == "example.org.");
}

TEST_CASE("the file's name") {
    CHECK(guess("@ SOA a b 1 2 3 4 5\n", "/etc/zones/example.org.zone") == "example.org.");
    CHECK(guess("", "example.org") == "example.org.");
    CHECK(guess("", "db.example.org") == "example.org.");
    CHECK(guess("", "example.org.db") == "example.org.");
    CHECK(guess("", "example.org.txt") == "example.org.");
    CHECK(guess("", "Example.ORG.zone") == "Example.ORG.");
    CHECK(guess("", "a..b") == "(none)");
    CHECK(guess("", "") == "(none)");
    CHECK(guess("", "folder/") == "(none)");
    CHECK(guess("example SOA a b 1 2 3 4 5\n$ORIGIN example.net.\n", "example.org") ==
          "example.org.");
}
