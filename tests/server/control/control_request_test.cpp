#include "server/control/control_request.h"

#include <doctest/doctest.h>

namespace apex_tests {

using server::ControlCommand;
using server::LineReader;

namespace {

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    if (!server::read_words(line, words)) words = {"(none)"};
    return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("control request: words of a line") {
    CHECK(words_of("") == Words{});
    CHECK(words_of("  text   status ") == Words{"text", "status"});
    CHECK(words_of("a \"b c\" \"\" d\\ e") == Words{"a", "b c", "", "d e"});
    CHECK(words_of("\"\\\"\\\\\\010\"") == Words{"\"\\\n"});
    CHECK(words_of("\"a") == Words{"(none)"});
    CHECK(words_of("\"a\"b") == Words{"(none)"});
    CHECK(words_of("a\\") == Words{"(none)"});
    CHECK(words_of("\\25") == Words{"(none)"});
    CHECK(words_of("\\256") == Words{"(none)"});
    std::string many;
    for (size_t i = 0; i <= server::kMostWords; ++i) many += "x ";
    CHECK(words_of(many) == Words{"(none)"});
}

TEST_CASE("control request: what is written is read again") {
    std::string all;
    for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
    for (const std::string& word : {std::string(), all, std::string("a b"), std::string("\\010")}) {
        std::string line;
        server::append_quoted(line, "x");
        server::append_quoted(line, word);
        CHECK(line.find('\n') == std::string::npos);
        CHECK(words_of(line) == Words{"x", word});
    }
}

TEST_CASE("control request: every command of the table") {
    for (const server::ControlRow& row : server::control_rows()) {
        CAPTURE(row.words);
        server::ControlRequest request{row.command, true, {}};
        for (size_t i = 0; i < row.most; ++i)
            request.operands.push_back("operand " + std::to_string(i));
        std::string line = server::write_request(request);
        REQUIRE(line.back() == '\n');
        auto read = server::read_request(std::string_view(line).substr(0, line.size() - 1));
        REQUIRE(read.ok());
        CHECK(read->command == row.command);
        CHECK(read->json);
        CHECK(read->operands == request.operands);
        request.operands.push_back("one too many");
        line = server::write_request(request);
        CHECK(!server::read_request(std::string_view(line).substr(0, line.size() - 1)).ok());
    }
}

TEST_CASE("control request: faults say what to do") {
    auto fault = [](std::string_view line) {
        auto read = server::read_request(line);
        REQUIRE(!read.ok());
        return read.fault().sentence + " | " + read.fault().hint;
    };
    CHECK(fault("") == "a request begins with text or json | text status");
    CHECK(fault("text \"") ==
          "this is no line of words | a word with blanks stands in quotes; 64 words at most");
    CHECK(fault("text statsu") == "there is no command 'statsu' | did you mean 'status'?");
    CHECK(fault("text zone ad x y") == "there is no command 'zone' | did you mean 'zone add'?");
    CHECK(fault("text zone add x") == "zone add lacks an operand | zone add NAME FILE [TEMPLATE]");
    CHECK(fault("text status now") == "status does not take 'now' | status");
    CHECK(fault("text reload \"\"") == "an operand of reload is empty | reload [ZONE]");
}

TEST_CASE("control request: lines come out whole, whatever the pieces") {
    const std::string stream = "text status\n\njson zones\nrest";
    for (size_t piece = 1; piece <= stream.size(); ++piece) {
        LineReader reader(20);
        std::string line, all;
        for (size_t at = 0; at < stream.size(); at += piece) {
            reader.take(std::string_view(stream).substr(at, piece));
            while (reader.next(line) == LineReader::Next::line) all += "[" + line + "]";
        }
        CHECK(all == "[text status][][json zones]");
    }
}

TEST_CASE("control request: a line that is too long is told before it is whole") {
    LineReader reader(5);
    std::string line;
    reader.take("12345\n");
    CHECK(reader.next(line) == LineReader::Next::line);
    reader.take("12345");
    CHECK(reader.next(line) == LineReader::Next::nothing);
    reader.take("6");
    CHECK(reader.next(line) == LineReader::Next::too_long);
    LineReader other(5);
    other.take("1\n123456\n");
    CHECK(other.next(line) == LineReader::Next::line);
    CHECK(other.next(line) == LineReader::Next::too_long);
}

}  // namespace apex_tests
