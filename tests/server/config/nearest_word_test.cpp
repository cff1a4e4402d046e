#include "server/config/nearest_word.h"

#include <doctest/doctest.h>

#include <array>

namespace apex_tests {

using server::nearest_word;

namespace {
constexpr std::array<std::string_view, 5> kWords = {"check", "print", "help", "version",
                                                    "missing-glue"};
}

TEST_CASE("nearest word: one slip of the finger") {
    CHECK(nearest_word("chekc", kWords) == "check");   // swapped
    CHECK(nearest_word("chck", kWords) == "check");    // dropped
    CHECK(nearest_word("checkk", kWords) == "check");  // added
    CHECK(nearest_word("cherk", kWords) == "check");   // changed
    CHECK(nearest_word("CHECK", kWords) == "check");
    CHECK(nearest_word("mising-gleu", kWords) == "missing-glue");
}

TEST_CASE("nearest word: none is nearer than a far one") {
    CHECK(nearest_word("", kWords) == "");
    CHECK(nearest_word("x", kWords) == "");
    CHECK(nearest_word("serve", kWords) == "");
    CHECK(nearest_word(std::string(100'000, 'c'), kWords) == "");
    CHECK(nearest_word("check", {}) == "");
    CHECK(server::nearest_hint("chek", kWords) == "did you mean 'check'?");
    CHECK(server::nearest_hint("zzzzz", kWords) == "");
}

}  // namespace apex_tests
