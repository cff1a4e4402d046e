#include "server/cli/options.h"

#include <doctest/doctest.h>

#include "server/cli/commands.h"

namespace apex_tests {

namespace {

using server::Completes;

constexpr server::OptionRow kRows[] = {
    {"config", 'c', "FILE", "", Completes::files},
    {"rule", 'r', "NAME=SEVERITY", "", Completes::rules, true},
    {"format", 0, "text|json", "", Completes::choices},
    {"quiet", 'q', "", ""},
    {"strict", 's', "", ""},
};

auto read(std::vector<std::string> words) {
    return server::read_call(words, kRows);
}

}  // namespace

TEST_CASE("options: every way of writing them") {
    auto call =
        read({"a", "--config", "f", "-q", "--rule=x=off", "-ry=error", "-r", "z=note", "-"});
    REQUIRE(call.ok());
    CHECK(call->operands == std::vector<std::string>{"a", "-"});
    CHECK(*call->last("config") == "f");
    CHECK(*call->last("rule") == "z=note");
    CHECK(call->given.size() == 5);
    CHECK(call->has("quiet"));
    CHECK_FALSE(call->has("strict"));
    CHECK(call->value("format", "text") == "text");
    CHECK(read({"-qscf"})->value("config", "") == "f");
}

TEST_CASE("options: what looks like one may be a value or an operand") {
    CHECK(read({"--config", "-q"})->value("config", "") == "-q");
    CHECK(read({"--config="})->value("config", "x") == "");
    auto call = read({"--", "--quiet", "-"});
    CHECK(call->operands == std::vector<std::string>{"--quiet", "-"});
    CHECK_FALSE(call->has("quiet"));
}

TEST_CASE("options: faults of a call") {
    CHECK(read({"--confg", "f"}).fault().hint == "did you mean '--config'?");
    CHECK(read({"-x"}).fault().sentence == "there is no option '-x'");
    CHECK(read({"-qx"}).fault().sentence == "there is no option '-x'");
    CHECK(read({"--config"}).fault().sentence == "--config needs a value");
    CHECK(read({"-c"}).fault().sentence == "-c needs a value");
    CHECK(read({"--quiet=1"}).fault().sentence == "--quiet takes no value");
    CHECK(read({"-cf", "--config", "g"}).fault().sentence == "--config is given twice");
    CHECK(read({"--format", "xml"}).fault().hint == "--format takes one of text|json");
    CHECK(read({"-q", "-q"}).ok());
}

TEST_CASE("options: the rows of all commands can be told apart") {
    for (const server::CommandRow& row : server::commands()) {
        for (size_t i = 0; i < row.options.size(); ++i) {
            const server::OptionRow& option = row.options[i];
            CAPTURE(row.name);
            CAPTURE(option.name);
            CHECK(*option.sentence != 0);
            CHECK((option.completes != Completes::choices || choices_of(option).size() > 1));
            for (size_t j = 0; j < i; ++j) {
                CHECK(std::string(option.name) != row.options[j].name);
                CHECK((option.letter == 0 || option.letter != row.options[j].letter));
            }
        }
    }
}

}  // namespace apex_tests
