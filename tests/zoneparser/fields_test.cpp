#include "zoneparser/fields.h"

#include <doctest/doctest.h>

#include <memory>
#include <random>

#include "dns/rdata_text.h"
#include "tests/support/octets.h"
#include "tests/support/tokens.h"

using namespace apex_tests;
using zoneparser::FieldFault;
using zoneparser::RdataBuffer;
using Kind = zoneparser::FieldFault::Kind;

namespace {

dns::NameView origin() {
    static const OctetString octets = from_hex("076578616D706C6503636F6D00");
    return {octets.data(), octets.size()};
}

RdataBuffer& buffer() {
    static const auto the_buffer = std::make_unique<RdataBuffer>();
    return *the_buffer;
}

FieldFault fault_of(const char* type, std::string_view rdata) {
    uint16_t number = 0;
    REQUIRE(dns::read_type(type, number));
    FieldFault fault;
    INFO(type << " " << rdata);
    CHECK(!zoneparser::parse_rdata(number, split_line(rdata), origin(), buffer(), fault));
    return fault;
}

std::string octets_of(const char* type, std::string_view rdata) {
    uint16_t number = 0;
    REQUIRE(dns::read_type(type, number));
    FieldFault fault;
    bool good = zoneparser::parse_rdata(number, split_line(rdata), origin(), buffer(), fault);
    return good ? to_hex(buffer().octets()) : "fault in " + std::string(fault.field);
}

void check_fault(const FieldFault& fault, Kind kind, size_t token, std::string_view field,
                 std::string_view reason) {
    CHECK(int(fault.kind) == int(kind));
    CHECK(fault.token == token);
    CHECK(fault.field == field);
    CHECK(fault.reason == reason);
}

std::string read_name(std::string_view text) {
    std::vector<zoneparser::Token> tokens = split_line(text);
    REQUIRE(tokens.size() == 1);
    uint8_t out[dns::kMaxName];
    std::string reason;
    size_t size = zoneparser::parse_name(tokens[0], origin(), out, reason);
    return size > 0 ? dns::to_text({out, size}) : reason;
}

}  // namespace

TEST_SUITE("zoneparser/fields") {
    TEST_CASE("faults say what, where and why") {
        check_fault(fault_of("MX", "70000 mail"), Kind::invalid, 0, "preference",
                    "'70000' is more than 65535");
        check_fault(fault_of("MX", "ten mail"), Kind::invalid, 0, "preference",
                    "'ten' is no number");
        check_fault(fault_of("MX", "10"), Kind::missing, 1, "exchange", "");
        check_fault(fault_of("MX", ""), Kind::missing, 0, "preference", "");
        check_fault(fault_of("MX", "10 mail x y"), Kind::extra, 2, "exchange", "'x' is left over");
        check_fault(fault_of("MX", "10 a..b"), Kind::invalid, 1, "exchange",
                    "'a..b': a label is empty");
        check_fault(fault_of("MX", "10 \"mail\""), Kind::invalid, 1, "exchange",
                    "'mail' stands in quotes");
        check_fault(fault_of("A", "192.0.2.256"), Kind::invalid, 0, "address",
                    "'192.0.2.256' is no IPv4 address");
        check_fault(fault_of("NULL", "abc"), Kind::invalid, 0, "data",
                    "this type is written in generic form only");
        check_fault(fault_of("LOC", "42 N 71 N 0m"), Kind::invalid, 3, "longitude",
                    "'N' is neither E nor W");
    }

    TEST_CASE("long and odd input is shown shortened and printable") {
        std::string text(1000, 'x');
        CHECK(fault_of("A", text).reason == "'" + text.substr(0, 40) + "...' is no IPv4 address");
        CHECK(fault_of("A", "a\x01\xff").reason == "'a\\001\\255' is no IPv4 address");
    }

    TEST_CASE("strings over 255 octets have a hint") {
        std::string text(256, 'x');
        FieldFault fault = fault_of("TXT", "ok \"" + text + "\"");
        check_fault(fault, Kind::too_long, 1, "text", "a string has 256 octets, more than 255");
        CHECK(std::string(fault.hint).find("\"part one\" \"part two\"") != std::string::npos);
        // Counted after escapes are resolved.
        CHECK(octets_of("TXT", "\"" + text.substr(2) + "\\065\"") ==
              "FF" + to_hex(std::span(reinterpret_cast<const uint8_t*>(text.data()), 254)) + "41");
    }

    TEST_CASE("names") {
        CHECK(read_name("www") == "www.example.com.");
        CHECK(read_name("www.") == "www.");
        CHECK(read_name("@") == "example.com.");
        CHECK(read_name("\\@") == "\\@.example.com.");
        CHECK(read_name(".") == ".");
        CHECK(read_name("a.b.c.d.e.f.g") == "a.b.c.d.e.f.g.example.com.");
        CHECK(read_name("a\\.b.c.") == "a\\.b.c.");
        CHECK(read_name("\\.") == "\\..example.com.");
        CHECK(read_name("\\097\\000.") == "a\\000.");
        CHECK(read_name("..") == "a label is empty");
        CHECK(read_name("a..") == "a label is empty");
        CHECK(read_name(".a") == "a label is empty");
        CHECK(read_name("\\a..b") == "a label is empty");
        CHECK(read_name("abcdefgh..") == "a label is empty");
        CHECK(read_name("\"www\"") == "a name stands without quotes");
        CHECK(read_name("a\\256").find("backslash") != std::string::npos);
        CHECK(read_name("a\\25").find("backslash") != std::string::npos);
        CHECK(read_name("a\\").find("backslash") != std::string::npos);
    }

    TEST_CASE("bounds of names, with and without escapes") {
        std::string label(63, 'a');
        std::string long_label(64, 'a');
        for (const char* first : {"b", "\\098"}) {
            std::string escape(first);
            size_t octets = 1;
            CHECK(read_name(escape + label.substr(octets)) ==
                  "b" + label.substr(octets) + ".example.com.");
            CHECK(read_name(escape + long_label.substr(octets) + ".") ==
                  "a label is longer than 63 octets");
            CHECK(read_name("x." + escape + long_label.substr(octets)) ==
                  "a label is longer than 63 octets");
            std::string most = label + "." + label + "." + label + "." + escape;  // 194 octets
            CHECK(read_name(most + std::string(60, 'c') + ".").size() == 254);
            CHECK(read_name(most + std::string(61, 'c') + ".") ==
                  "the name is longer than 255 octets");
            // The origin takes 13 octets.
            CHECK(read_name(most + std::string(48, 'c')).size() == 254);
            CHECK(read_name(most + std::string(49, 'c')) == "the name is longer than 255 octets");
        }
    }

    TEST_CASE("names of options need no final dot") {
        dns::Name name;
        std::string reason;
        CHECK(zoneparser::parse_name("example.com", name, reason));
        CHECK(dns::to_text(name) == "example.com.");
        CHECK(zoneparser::parse_name("example.com.", name, reason));
        CHECK(dns::to_text(name) == "example.com.");
        CHECK(!zoneparser::parse_name("", name, reason));
        CHECK(!zoneparser::parse_name("a..b", name, reason));
        CHECK(reason == "a label is empty");
    }

    TEST_CASE("periods") {
        auto period = [](std::string_view text) {
            uint32_t seconds = 7;
            return zoneparser::parse_period(text, seconds) ? int64_t{seconds} : -1;
        };
        CHECK(period("0") == 0);
        CHECK(period("4294967295") == 4294967295);
        CHECK(period("4294967296") == -1);
        CHECK(period("1w2d3h4m5s") == 788645);
        CHECK(period("1H30M") == 5400);
        CHECK(period("30m1h") == 5400);
        CHECK(period("90m") == 5400);
        for (const char* bad : {"", "h", "1x", "1h1h", "1h30", "-1", "+1", "1 h", "7102w",
                                "99999999999999999999", "99999999999999999999h", "1.5h"})
            CHECK(period(bad) == -1);
    }

    TEST_CASE("escapes") {
        auto unescape = [](std::string_view text) {
            zoneparser::Token token;
            token.begin = text.data();
            token.end = text.data() + text.size();
            token.escaped = text.find('\\') != text.npos;
            uint8_t out[64];
            size_t size = 0;
            std::string reason;
            return zoneparser::unescape(token, out, size, reason) ? to_hex({out, size}) : "bad";
        };
        CHECK(unescape("") == "");
        CHECK(unescape("ab") == "6162");
        CHECK(unescape("\\000\\255\\\\\\\"\\x") == "00FF5C2278");
        for (const char* bad : {"\\", "a\\", "\\2", "\\25", "\\256", "\\999", "\\1a2"})
            CHECK(unescape(bad) == "bad");
    }

    TEST_CASE("times") {
        auto expiration = [](const char* time) {
            std::string octets =
                octets_of("RRSIG", std::string("A 8 2 300 ") + time + " 0 1 . AA==");
            return octets.size() > 24 && octets[0] != 'f' ? octets.substr(16, 8) : octets;
        };
        CHECK(expiration("20000229000000") == "38BB0C00");
        CHECK(expiration("951782400") == "38BB0C00");
        CHECK(expiration("21060207062815") == "FFFFFFFF");
        for (const char* bad :
             {"21060207062816", "19691231235959", "20010229000000", "21000229000000",
              "20000001000000", "20001301000000", "20000100000000", "20000101240000",
              "20000101006000", "20000101000060", "2000010100000", "200001010000000", "4294967296",
              "1d", "-1"})
            CHECK(expiration(bad) == "fault in expiration");
    }

    TEST_CASE("generic form of known types is checked") {
        CHECK(octets_of("A", "\\# 4 C0000201") == "C0000201");
        CHECK(octets_of("A", "\\# 4 C0 00 0 201") == "C0000201");
        CHECK(octets_of("TXT", "\\# 2 0141") == "0141");
        CHECK(octets_of("TXT", "\"#\" x") == "01230178");
        check_fault(fault_of("A", "\\# 3 C00002"), Kind::invalid, 2, "address", "it is cut short");
        check_fault(fault_of("A", "\\# 4 C00002"), Kind::invalid, 2, "data",
                    "size 4 is stated, but there are 3 octets");
        check_fault(fault_of("A", "\\# 5 C000020101"), Kind::invalid, 2, "data",
                    "it has octets left over after its last field");
        check_fault(fault_of("A", "\\#"), Kind::missing, 1, "length", "");
        check_fault(fault_of("TYPE65280", ""), Kind::missing, 0, "data", "");
        CHECK(octets_of("TYPE65280", "\\# 0") == "");
    }

    TEST_CASE("rdata of the greatest size") {
        std::string hex(2 * 65535, 'A');
        CHECK(octets_of("TYPE65280", "\\# 65535 " + hex) == hex);
        CHECK(octets_of("TYPE65280", "\\# 65535 " + hex + "AA") == "fault in data");
        std::string strings;
        for (int i = 0; i < 256; ++i) strings += "\"" + std::string(255, 'x') + "\" ";
        CHECK(octets_of("TXT", strings) == "fault in text");
        CHECK(octets_of("CAA", "0 x \"" + std::string(70000, 'x') + "\"") == "fault in value");
        CHECK(octets_of("OPENPGPKEY", std::string(87376, 'A')) == std::string(2 * 65532, '0'));
        CHECK(octets_of("OPENPGPKEY", std::string(87384, 'A')) == "fault in public key");
        // Names at the very end of the room.
        std::string servers;
        for (int i = 0; i < 32700; ++i) servers += "a. ";
        CHECK(octets_of("HIP", "0 00 AA== " + servers) == "fault in rendezvous servers");
    }

    TEST_CASE("deletion of a DS RRset") {
        CHECK(octets_of("CDS", "0 0 0 0") == "0000000000");
        CHECK(octets_of("CDS", "0 0 0 00") == "0000000000");
        CHECK(octets_of("CDS", "0 8 0 0") == "fault in digest");
        CHECK(octets_of("CDNSKEY", "0 3 0 0") == "0000030000");
        CHECK(octets_of("CDNSKEY", "0 3 0 AA==") == "0000030000");
        CHECK(octets_of("CDNSKEY", "0 3 8 0") == "fault in public key");
        CHECK(octets_of("DS", "0 0 0 0") == "fault in digest");
        CHECK(octets_of("DNSKEY", "0 3 0 0") == "fault in public key");
    }

    TEST_CASE("encodings in words") {
        CHECK(octets_of("DHCID", "Zm 9 v Zg = =") == "666F6F66");
        for (const char* bad :
             {"Zg", "Zg=", "Zg===", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v=", "=", "Z m"})
            CHECK(octets_of("DHCID", bad) == "fault in identifier");
        CHECK(octets_of("DS", "1 8 2 a bc d") == "00010802ABCD");
        CHECK(octets_of("DS", "1 8 2 abc") == "fault in digest");
        auto hash = [](const char* text) {
            return octets_of("NSEC3", std::string("1 0 0 - ") + text + " A");
        };
        CHECK(hash("CPNMUOJ1") ==
              "0100000000"
              "05"
              "666F6F6261"
              "000140");
        for (const char* bad : {"c", "cpn", "cpnmuo", "cp", "w0", "co======"})
            CHECK(hash(bad) == "fault in next hashed owner");
    }

    TEST_CASE("service parameters") {
        CHECK(octets_of("SVCB", "1 . port=\"53\"") ==
              "00010000030002"
              "0035");
        CHECK(octets_of("SVCB", "1 . key3=\"\\000\\053\"") == "000100000300020035");
        CHECK(octets_of("SVCB", "1 . oots=\"do53:100,dot:10\"") ==
              "000100000C000B04646F35336403646F740A");
        CHECK(octets_of("SVCB", "1 . port=\"53\"x") == "fault in key");
        CHECK(octets_of("SVCB", "1 . \"port=53\"") == "fault in key");
        CHECK(octets_of("SVCB", "1 . port= 53") == "fault in port");
        CHECK(octets_of("SVCB", "1 . alpn=a\\\\") == "fault in alpn");
        CHECK(octets_of("SVCB", "1 . oots=dot:101") == "fault in oots");
        CHECK(octets_of("SVCB", "1 . oots=dot") == "fault in oots");
        CHECK(octets_of("SVCB", "1 . dohpath=/q") == "fault in dohpath");
        CHECK(octets_of("SVCB", "1 . key65535") == "fault in key");
        CHECK(octets_of("SVCB", "1 . key01=x") == "fault in key");
    }

    TEST_CASE("any tokens give rdata that is well formed, or a fault") {
        const char* words[] = {"1",
                               "0",
                               "255",
                               "65535",
                               "a",
                               "a.b.",
                               "\"x y\"",
                               "AA==",
                               "-",
                               ".",
                               "@",
                               "N",
                               "E",
                               "1.5m",
                               "::1",
                               "192.0.2.1",
                               "\\#",
                               "A",
                               "NS",
                               "abcd",
                               "0x47",
                               "+12",
                               "1:1.2.3.4/5",
                               "port=1",
                               "alpn=\"h2\"",
                               "mandatory=alpn",
                               "key9=\\000\\001",
                               "1h",
                               "20240101000000",
                               "co",
                               "00-00-00-00-00-00",
                               "1:2:3:4",
                               "!2:::/0",
                               "issue",
                               "\\",
                               "\\300",
                               ""};
        std::mt19937 random(20240103);
        size_t good = 0;
        for (const dns::RrType& row : dns::all_types()) {
            for (int i = 0; i < 3000; ++i) {
                std::string text;
                for (size_t count = random() % 10; count > 0; --count)
                    text += std::string(words[random() % std::size(words)]) + " ";
                std::vector<zoneparser::Token> tokens = split_line(text);
                FieldFault fault;
                INFO(row.mnemonic << " " << text);
                if (!zoneparser::parse_rdata(row.number, tokens, origin(), buffer(), fault)) {
                    CHECK(fault.token <= tokens.size());
                    CHECK(std::string(fault.field) != "");
                    continue;
                }
                ++good;
                CHECK(dns::check_rdata(row.number, buffer().octets()).ok());
                std::string octets = to_hex(buffer().octets());
                CHECK(octets_of(row.mnemonic, dns::rdata_text(row.number, buffer().octets())) ==
                      octets);
            }
        }
        CHECK(good > 1000);
    }
}
