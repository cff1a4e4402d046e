#include "dns/message.h"

#include <doctest/doctest.h>

TEST_SUITE("dns/message") {
    TEST_CASE("mnemonics") {
        CHECK(dns::rcode_text(dns::rcode::no_error) == "NOERROR");
        CHECK(dns::rcode_text(dns::rcode::no_such_name) == "NXDOMAIN");
        CHECK(dns::rcode_text(dns::rcode::bad_version) == "BADVERS");
        CHECK(dns::rcode_text(dns::rcode::bad_cookie) == "BADCOOKIE");
        CHECK(dns::rcode_text(12) == "RCODE12");
        CHECK(dns::rcode_text(0xffff) == "RCODE65535");
        CHECK(dns::opcode_text(dns::opcode::query) == "QUERY");
        CHECK(dns::opcode_text(3) == "OPCODE3");
        CHECK(dns::class_text(dns::rr_class::chaos) == "CH");
        CHECK(dns::class_text(2) == "CLASS2");
        CHECK(dns::edns_option_text(dns::edns_option::cookie) == "COOKIE");
        CHECK(dns::edns_option_text(4) == "OPTION4");
        CHECK(dns::extended_error_text(dns::extended_error::not_ready) == "Not Ready");
        CHECK(dns::extended_error_text(30) == "Invalid Query Type");
        CHECK(dns::extended_error_text(31) == "EDE31");
    }

    TEST_CASE("every code of RFC 8914 and after it has a sentence of its own") {
        for (uint16_t code = 0; code <= 30; ++code) {
            CHECK(dns::extended_error_text(code).rfind("EDE", 0) != 0);
            for (uint16_t other = 0; other < code; ++other)
                CHECK(dns::extended_error_text(code) != dns::extended_error_text(other));
        }
    }

    TEST_CASE("numbers stand with their highest octet first") {
        uint8_t octets[4];
        dns::store32(octets, 0x01020304);
        CHECK(octets[0] == 1);
        CHECK(octets[3] == 4);
        CHECK(dns::load16(octets) == 0x0102);
        CHECK(dns::load32(octets) == 0x01020304);
    }
}
