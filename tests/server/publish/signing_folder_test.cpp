#include "server/publish/signing_folder.h"

#include <doctest/doctest.h>

#include "tests/support/parsed_name.h"

namespace apex_tests {

TEST_CASE("signing folder: each zone has a name of its own that any disk takes") {
    CHECK(server::folder_name(parsed_name("Example.COM.")) == "example.com");
    CHECK(server::folder_name(parsed_name(".")) == "%root");
    CHECK(server::folder_name(parsed_name("a/b.example.")) == "a%2fb.example");
    CHECK(server::folder_name(parsed_name("\\.\\..example.")) == "%2e%2e.example");
    CHECK(server::folder_name(parsed_name("\\000.")) == "%00");
    const std::string label(63, 'a');
    const std::string tail = "." + label + "." + label + "." + std::string(59, 'a') + ".";
    std::string one = server::folder_name(parsed_name("b" + tail));
    std::string other = server::folder_name(parsed_name("c" + tail));
    CHECK(one.size() <= 200);
    CHECK(one != other);
}

}  // namespace apex_tests
