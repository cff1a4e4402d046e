#include "zoneparser/lexer.h"

#include <doctest/doctest.h>

#include <string>

using namespace zoneparser;

namespace {

// "line:column text flags" for each token, entries by "|"; q quoted, e escaped, j joined, _ blank.
std::string lex(std::string_view text) {
    std::string out;
    const char* end = text.data() + text.size();
    Lexer lexer(text.data(), end, 1);
    Entry entry;
    while (lexer.next(entry, end)) {
        if (!out.empty()) out += " | ";
        if (entry.starts_blank) out += "_ ";
        bool first = true;
        for (const Token& token : entry.tokens) {
            if (!first) out += ' ';
            first = false;
            out += std::to_string(token.line) + ":" + std::to_string(token.column) + "[";
            out += std::string(token.text()) + "]";
            if (token.quoted) out += 'q';
            if (token.escaped) out += 'e';
            if (token.joined) out += 'j';
        }
        if (entry.fault != LexicalFault::none)
            out += "!" + std::to_string(static_cast<int>(entry.fault)) + "@" +
                   std::to_string(entry.fault_line) + ":" + std::to_string(entry.fault_column);
    }
    return out;
}

}  // namespace

TEST_CASE("tokens, blanks and comments") {
    CHECK(lex("") == "");
    CHECK(lex("\n\n;x\n  \t\n") == "");
    CHECK(lex("a b") == "1:1[a] 1:3[b]");
    CHECK(lex("a\tb \n") == "1:1[a] 1:3[b]");
    CHECK(lex("a;b c\nd") == "1:1[a] | 2:1[d]");
    CHECK(lex("a;b") == "1:1[a]");
    CHECK(lex(" a\n\tb\n") == "_ 1:2[a] | _ 2:2[b]");
    CHECK(lex("averylongwordthatneedsmorethansixteenoctets x") ==
          "1:1[averylongwordthatneedsmorethansixteenoctets] 1:45[x]");
}

TEST_CASE("parentheses vanish, and line ends within them") {
    CHECK(lex("a (b)c") == "1:1[a] 1:4[b] 1:6[c]");
    CHECK(lex("a (\n b ; ) \n\n c) d\ne") == "1:1[a] 2:2[b] 4:2[c] 4:5[d] | 5:1[e]");
    CHECK(lex("(\na)\n") == "2:1[a]");
    CHECK(lex("a(b)") == "1:1[a] 1:3[b]");
    // What looks like a record is still data if the parenthesis is closed.
    CHECK(lex("a NSEC b (\nA NS SOA\n)\nc d") ==
          "1:1[a] 1:3[NSEC] 1:8[b] 2:1[A] 2:3[NS] 2:6[SOA] | 4:1[c] 4:3[d]");
}

TEST_CASE("strings and escapes") {
    CHECK(lex("\"a b\" \"\" \";(\"") == "1:1[a b]q 1:7[]q 1:10[;(]q");
    CHECK(lex("k=\"v w\" x") == "1:1[k=] 1:3[v w]qj 1:9[x]");
    CHECK(lex("\"a\"b\"c\"") == "1:1[a]q 1:4[b]j 1:5[c]qj");
    CHECK(lex("a\\ b \\; \\\"c \\\\") == "1:1[a\\ b]e 1:6[\\;]e 1:9[\\\"c]e 1:13[\\\\]e");
    CHECK(lex("\"a\\\"b\" \"\\\\\" c") == "1:1[a\\\"b]qe 1:8[\\\\]qe 1:13[c]");
    CHECK(lex("\"a string with \\\" beyond sixteen octets\" b") ==
          "1:1[a string with \\\" beyond sixteen octets]qe 1:42[b]");
    CHECK(lex("\"tab\there\"") == "1:1[tab\there]q");
}

TEST_CASE("line ends of other systems") {
    CHECK(lex("a b\r\n\r\nc\r\n") == "1:1[a] 1:3[b] | 3:1[c]");
    CHECK(lex("a (\r\nb)\r\n") == "1:1[a] 2:1[b]");
    CHECK(lex("a\r") == "1:1[a]");
    CHECK(lex("a\rb") == "1:1[a\rb]");
    CHECK(lex("\"a\"\r\n") == "1:1[a]q");
}

TEST_CASE("faults and where reading goes on") {
    const std::string unclosed_quote = "!1@", newline = "!2@", unclosed = "!3@", nested = "!4@",
                      unexpected = "!5@", nul = "!6@";
    CHECK(lex("a \"b\nc d") == "1:1[a]" + unclosed_quote + "1:3 | 2:1[c] 2:3[d]");
    CHECK(lex("a \"b\nc\" d\ne") == "1:1[a] 2:4[d]" + newline + "1:3 | 3:1[e]");
    CHECK(lex("a ) b\nc") == "1:1[a] 1:5[b]" + unexpected + "1:3 | 2:1[c]");
    CHECK(lex("a ( b ( c ) )\nd") == "1:1[a] 1:5[b] 1:9[c]" + nested + "1:7 | 2:1[d]");
    CHECK(lex("a ( b\nc A d\ne") == "1:1[a] 1:5[b] 2:1[c] 2:3[A] 2:5[d] 3:1[e]" + unclosed +
                                        "1:3 | 2:1[c] 2:3[A] 2:5[d] | 3:1[e]");
    CHECK(lex("a ( b\n$TTL 1\ne") ==
          "1:1[a] 1:5[b]" + unclosed + "1:3 | 2:1[$TTL] 2:6[1] | 3:1[e]");
    CHECK(lex(std::string_view("a\0b c\nd", 7)) ==
          std::string("1:1[a\0b] 1:5[c]", 15) + nul + "1:2 | 2:1[d]");
}

TEST_CASE("only entries that begin before the end asked for are read") {
    std::string text = "a\nb (\nc\n)\nd\n";
    const char* begin = text.data();
    Lexer lexer(begin, begin + text.size(), 1);
    Entry entry;
    REQUIRE(lexer.next(entry, begin + 3));
    REQUIRE(lexer.next(entry, begin + 3));
    CHECK(entry.tokens.size() == 2);
    CHECK_FALSE(lexer.next(entry, begin + 3));
    CHECK(lexer.position() == begin + 10);
    CHECK(lexer.line() == 5);
    lexer.step_back(entry);
    CHECK(lexer.position() == begin + 2);
    REQUIRE(lexer.next(entry, begin + 3));
    CHECK(entry.tokens.size() == 2);
}

TEST_CASE("an entry with more words than any record holds") {
    std::string text = "a TXT";
    for (size_t i = 0; i < kMaxTokens; ++i) text += " x";
    text += "\nb";
    const char* end = text.data() + text.size();
    Lexer lexer(text.data(), end, 1);
    Entry entry;
    REQUIRE(lexer.next(entry, end));
    CHECK(entry.fault == LexicalFault::too_many_tokens);
    CHECK(entry.tokens.size() == kMaxTokens);
    REQUIRE(lexer.next(entry, end));
    CHECK(entry.line == 2);
}

TEST_CASE("lines that look like records") {
    auto looks = [](std::string_view line) {
        return looks_like_record(line.data(), line.data() + line.size());
    };
    CHECK(looks("www A 192.0.2.1"));
    CHECK(looks("www 1h IN A 192.0.2.1"));
    CHECK(looks("www IN 300 TYPE65280 \\# 0"));
    CHECK(looks("  AAAA ::1\n"));
    CHECK_FALSE(looks("www A\n"));
    CHECK_FALSE(looks("www A ; comment"));
    CHECK_FALSE(looks("some words of text"));
    CHECK_FALSE(looks("7200 ; refresh"));
    CHECK_FALSE(looks(""));
}
