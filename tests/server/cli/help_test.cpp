#include "server/cli/help.h"

#include <doctest/doctest.h>

namespace apex_tests {

TEST_CASE("help: text is folded at 79 columns, words whole") {
    CHECK(server::folded("a b", 2) == "  a b\n");
    CHECK(server::folded("a\nb", 0) == "a\nb\n");
    std::string word(40, 'x');
    CHECK(server::folded(word + " " + word, 1) == " " + word + "\n " + word + "\n");
    std::string fitting(78, 'x');
    CHECK(server::folded(fitting + " y", 0) == fitting + "\ny\n");
    CHECK(server::folded(fitting.substr(1) + " y", 0) == fitting.substr(1) + " y\n");
}

TEST_CASE("help: every command and list is named in the overview") {
    std::string text = server::overview_text();
    for (const server::CommandRow& row : server::commands())
        CHECK(text.find("\n  " + std::string(row.name) + " ") != std::string::npos);
    for (const server::TopicRow& row : server::topics()) {
        CHECK(text.find("apex help " + std::string(row.name)) != std::string::npos);
        CHECK(row.text().size() > 100);
    }
}

}  // namespace apex_tests
