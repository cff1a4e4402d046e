#include "server/control/log_line.h"

#include <doctest/doctest.h>

namespace apex_tests {

using server::LogFormat;
using server::LogLine;

namespace {

std::string logfmt(std::string_view value) {
    return LogLine(LogFormat::logfmt, 0).add("k", value).finish().substr(26);
}

std::string json(std::string_view value) {
    return LogLine(LogFormat::json, 0).add("k", value).finish().substr(31);
}

}  // namespace

TEST_CASE("log line: both forms") {
    CHECK(LogLine(LogFormat::logfmt, 1'795'264'254)
              .add("level", "info")
              .add("event", "zone-loaded")
              .add("records", 12)
              .finish() == "time=2026-11-21T12:30:54Z level=info event=zone-loaded records=12\n");
    CHECK(LogLine(LogFormat::json, 1'795'264'254).add("event", "x y").add("records", 12).finish() ==
          "{\"time\":\"2026-11-21T12:30:54Z\",\"event\":\"x y\",\"records\":12}\n");
}

TEST_CASE("log line: a value is bare only where nothing can be read wrong") {
    CHECK(logfmt("www.example.com.") == "k=www.example.com.\n");
    CHECK(logfmt("") == "k=\"\"\n");
    CHECK(logfmt("two words") == "k=\"two words\"\n");
    CHECK(logfmt("a=b") == "k=\"a=b\"\n");
    CHECK(logfmt("say \"a\\b\"") == "k=\"say \\\"a\\\\b\\\"\"\n");
}

TEST_CASE("log line: no text of strangers ends a line or reaches the terminal") {
    CHECK(logfmt("a\nlevel=error b") == "k=\"a\\\\010level=error b\"\n");
    CHECK(logfmt("\033[31m") == "k=\"\\\\027[31m\"\n");
    CHECK(logfmt("\xff") == "k=\"\\\\255\"\n");
    CHECK(json("a\n\"b\"\\\x1b") == "\"k\":\"a\\u000a\\\"b\\\"\\\\\\u001b\"}\n");
}

TEST_CASE("log line: long values are cut, between characters") {
    std::string line = logfmt(std::string(5000, 'x'));
    CHECK(line.size() == 2 + 2000 + 3 + 1);
    std::string umlauts = "x";
    for (int i = 0; i < 3000; ++i) umlauts += "\xc3\xbc";
    line = logfmt(umlauts);
    CHECK(line.find('\\') == std::string::npos);
    CHECK(line.size() == 2 + 1999 + 3 + 1);
}

}  // namespace apex_tests
