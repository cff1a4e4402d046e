#include "server/control/json_writer.h"

#include <doctest/doctest.h>

namespace apex_tests {

namespace {

std::string json_string(std::string_view text) {
    std::string out;
    server::append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("json: strings are valid whatever they hold") {
    CHECK(json_string("a\"b\\c") == R"("a\"b\\c")");
    CHECK(json_string("\n\x1f\x7f") == R"("\u000a\u001f\u007f")");
    CHECK(json_string("\u00e9") == "\"\u00e9\"");
    CHECK(json_string("\xff") == R"("\\255")");
    CHECK(json_string(std::string_view("\0", 1)) == R"("\u0000")");
}

TEST_CASE("json: commas stand between, and nowhere else") {
    std::string out;
    server::JsonWriter json(out);
    json.begin_object().member("a", 1).key("b").begin_array();
    json.text("x").number(2).boolean(false).begin_object().end_object().begin_array().end_array();
    json.end_array().key("c").begin_object().member("d", "e").end_object().end_object();
    CHECK(out == R"({"a":1,"b":["x",2,false,{},[]],"c":{"d":"e"}})");
}

}  // namespace apex_tests
