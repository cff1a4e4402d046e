#include "dns/rdata_text.h"

#include <doctest/doctest.h>

#include "dns/octet_text.h"
#include "tests/support/octets.h"

using namespace apex_tests;

namespace {

std::string text(uint16_t type, std::string_view hex) {
    return dns::rdata_text(type, from_hex(hex));
}

std::string ipv6(std::string_view hex) {
    return text(dns::type::AAAA, hex);
}

std::string time_text(uint32_t seconds) {
    char hex[64];
    std::snprintf(hex, sizeof hex, "0001 05 00 00000000 %08X 00000000 0000 00 00", seconds);
    return text(dns::type::RRSIG, hex).substr(8, 14);
}

}  // namespace

TEST_SUITE("dns/rdata_text") {
    TEST_CASE("generic form where there is no other") {
        CHECK(text(65280, "") == "\\# 0");
        CHECK(text(65280, "ABCDEF") == "\\# 3 ABCDEF");
        CHECK(text(10, "00FF") == "\\# 2 00FF");                // NULL has no notation
        CHECK(text(dns::type::A, "C00002") == "\\# 3 C00002");  // malformed
        CHECK(text(dns::type::NS, "0361") == "\\# 2 0361");
        // Well formed, but no notation gives these octets back.
        CHECK(text(dns::type::WKS, "0A000001 06 00000000 00") == "\\# 10 0A000001060000000000");
        CHECK(text(42, "0003 FF 01 05") == "\\# 5 0003FF0105");
        CHECK(text(34, "02 31") == "\\# 2 0231");
        CHECK(text(29, "00 01 16 13 80000000 80000000 00989680") ==
              "\\# 16 00011613800000008000000000989680");
    }

    TEST_CASE("what is there already stays") {
        std::string out = "www A ";
        dns::append_rdata_text(out, dns::type::A, from_hex("C0000201"));
        CHECK(out == "www A 192.0.2.1");
        out = "x TYPE65280 ";
        dns::append_rdata_text(out, 65280, from_hex("01"));
        CHECK(out == "x TYPE65280 \\# 1 01");
    }

    TEST_CASE("quoted strings") {
        CHECK(text(dns::type::TXT, "00") == "\"\"");
        CHECK(text(dns::type::TXT, "0320225C") == "\" \\\"\\\\\"");
        CHECK(text(dns::type::TXT, "05001F7F80FF") == "\"\\000\\031\\127\\128\\255\"");
        CHECK(text(dns::type::TXT, "04 3B284024") == "\";(@$\"");
    }

    TEST_CASE("IPv6 addresses as RFC 5952 writes them") {
        CHECK(ipv6("00000000000000000000000000000000") == "::");
        CHECK(ipv6("00000000000000000000000000000001") == "::1");
        CHECK(ipv6("20010DB8000000000000000000000000") == "2001:db8::");
        CHECK(ipv6("20010DB8000000010001000100010001") == "2001:db8:0:1:1:1:1:1");  // 4.2.2
        CHECK(ipv6("20010000000000010000000000000001") == "2001:0:0:1::1");         // 4.2.3
        CHECK(ipv6("20010DB8000000000001000000000001") == "2001:db8::1:0:0:1");
        CHECK(ipv6("00000000000000000000FFFFC0000201") == "::ffff:192.0.2.1");
        CHECK(ipv6("00010000000000000000000000000000") == "1::");
        CHECK(ipv6("ABCD0A0B00C0000D0000000000000ABC") == "abcd:a0b:c0:d::abc");
    }

    TEST_CASE("times") {
        CHECK(time_text(0) == "19700101000000");
        CHECK(time_text(951782399) == "20000228235959");
        CHECK(time_text(951782400) == "20000229000000");
        CHECK(time_text(951868800) == "20000301000000");
        CHECK(time_text(4107542400) == "21000301000000");  // 2100 is no leap year
        CHECK(time_text(4294967295) == "21060207062815");
    }

    TEST_CASE("encodings") {
        std::string out;
        for (const char* hex : {"", "66", "666F", "666F6F", "666F6F62"}) {
            dns::append_base64(out, from_hex(hex));
            out += ' ';
        }
        CHECK(out == " Zg== Zm8= Zm9v Zm9vYg== ");  // RFC 4648 10
        out.clear();
        for (const char* hex :
             {"", "66", "666F", "666F6F", "666F6F62", "666F6F6261", "666F6F626172"}) {
            dns::append_base32hex(out, from_hex(hex));
            out += ' ';
        }
        CHECK(out == " co cpng cpnmu cpnmuog cpnmuoj1 cpnmuoj1e8 ");
    }

    TEST_CASE("fields that may be empty leave no blank behind") {
        CHECK(text(dns::type::KEY, "C000 03 01") == "49152 3 1");
        CHECK(text(40, "01 00 00") == "1 0 0");
        CHECK(text(dns::type::CSYNC, "00000042 0003") == "66 3");
        CHECK(text(20, "0131") == "\"1\"");
        CHECK(text(259, "00000000 00000001 02 00") == "0 1 2 \"\" -");
        CHECK(text(dns::type::CAA, "00 0161") == "0 a \"\"");
        CHECK(text(42, "") == "");
        CHECK(text(dns::type::SVCB, "0000 00") == "0 .");
        CHECK(text(dns::type::NSEC3PARAM, "01 00 0000 00") == "1 0 0 -");
    }

    TEST_CASE("both spellings of the delete form are printed in one") {
        CHECK(text(dns::type::CDS, "0000 00 00 00") == "0 0 0 00");
        CHECK(text(dns::type::CDNSKEY, "0000 03 00 00") == "0 3 0 AA==");
    }

    TEST_CASE("service parameters") {
        CHECK(text(dns::type::HTTPS, "0001 00 0001 0006 026832026833 0003 0002 20FB") ==
              "1 . alpn=\"h2,h3\" port=8443");
        CHECK(text(dns::type::HTTPS, "0001 00 0001 0006 05 612C5C2262") ==
              "1 . alpn=\"a\\\\,\\\\\\\\\\\"b\"");
        CHECK(text(dns::type::HTTPS, "0001 00 029A 0000") == "1 . key666");
        CHECK(text(dns::type::HTTPS, "0001 00 000C 000B 04646F353364 03646F740A") ==
              "1 . oots=\"do53:100,dot:10\"");
    }
}
