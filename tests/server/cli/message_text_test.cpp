#include "server/cli/message_text.h"

#include <doctest/doctest.h>

#include "tests/support/octets.h"

namespace apex_tests {

namespace {

std::string text_of(std::string_view hex) {
    return server::message_text(from_hex(hex));
}

}  // namespace

TEST_CASE("message text: sections and columns as dig has them") {
    // www.example.com A, with a CNAME to a longer name, NS, and an address
    CHECK(text_of("0001 8500 0001 0002 0001 0001"
                  "03777777 076578616d706c65 03636f6d 00 0001 0001"
                  "c00c 0005 0001 0000012c 0020"
                  "1d 612d6c6f6e672d6e616d652d6f662d612d776562736572766572322d31 c010"
                  "c02d 0001 0001 00000e10 0004 c0000250"
                  "c010 0002 0001 00000e10 0005 026e73c010"
                  "c069 001c 0001 00000e10 0010 20010db8000000000000000000000001") ==
          ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n"
          ";; flags: qr aa rd; QUERY: 1, ANSWER: 2, AUTHORITY: 1, ADDITIONAL: 1\n"
          "\n"
          ";; QUESTION SECTION:\n"
          ";www.example.com.\t\tIN\tA\n"
          "\n"
          ";; ANSWER SECTION:\n"
          "www.example.com.\t300\tIN\tCNAME\ta-long-name-of-a-webserver2-1.example.com.\n"
          "a-long-name-of-a-webserver2-1.example.com. 3600\tIN A 192.0.2.80\n"
          "\n"
          ";; AUTHORITY SECTION:\n"
          "example.com.\t\t3600\tIN\tNS\tns.example.com.\n"
          "\n"
          ";; ADDITIONAL SECTION:\n"
          "ns.example.com.\t\t3600\tIN\tAAAA\t2001:db8::1\n"
          "\n"
          ";; MSG SIZE  rcvd: 138\n");
}

TEST_CASE("message text: what an OPT record says") {
    CHECK(text_of("0007 8001 0001 0000 0000 0001"
                  "00 00ff 0001"
                  "00 0029 04d0 01 00 8000 0047"
                  "000a 0010 0102030405060708 1112131415161718"
                  "0003 0003 6e7331"
                  "000f 0006 0014 68657265"
                  "000b 0002 0064"
                  "0009 0004 00093a80"
                  "0013 0006 0200 0000002a"
                  "000c 0002 0000"
                  "fde9 0000") ==
          ";; ->>HEADER<<- opcode: QUERY, status: BADKEY, id: 7\n"
          ";; flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1\n"
          "\n"
          ";; OPT PSEUDOSECTION:\n"
          "; EDNS: version: 0, flags: do; udp: 1232\n"
          "; COOKIE: 01020304050607081112131415161718\n"
          "; NSID: 6e 73 31 (\"ns1\")\n"
          "; EDE: 20 (Not Authoritative): (here)\n"
          "; TCP-KEEPALIVE: 10.0 secs\n"
          "; EXPIRE: 604800\n"
          "; ZONEVERSION: SOA-SERIAL: 42 (labels: 2)\n"
          "; PAD: (2 bytes)\n"
          "; OPT=65001:\n"
          ";; QUESTION SECTION:\n"
          ";.\t\t\t\tIN\tANY\n"
          "\n"
          ";; MSG SIZE  rcvd: 99\n");
}

TEST_CASE("message text: odd headers") {
    CHECK(text_of("0001 ffff 0000 0000 0000 0000") ==
          ";; ->>HEADER<<- opcode: OPCODE15, status: RCODE15, id: 1\n"
          ";; flags: qr aa tc rd ra ad cd; MBZ: 0x4; QUERY: 0, ANSWER: 0, AUTHORITY: 0, "
          "ADDITIONAL: 0\n"
          "\n"
          ";; MSG SIZE  rcvd: 12\n");
    CHECK(text_of("0001 0000 0000 0000 0000 0000").find("\n;; flags:; QUERY: 0") !=
          std::string::npos);
}

TEST_CASE("message text: what cannot be read is said") {
    CHECK(text_of("0001 8000 0001").substr(0, 33) == ";; this message cannot be read: t");
    CHECK(text_of("0001 8000 0000 0001 0000 0000 c00c 0001 0001 00000000 0000")
              .find("cannot be read") != std::string::npos);
    // the options of an OPT record end in the middle of one
    CHECK(text_of("0001 8000 0000 0000 0000 0001 00 0029 04d0 00000000 0003 000a00")
              .find("the options do not fit together") != std::string::npos);
}

TEST_CASE("message text: types as questions name them") {
    uint16_t type = 0;
    for (auto [word, number] :
         {std::pair("any", 255), {"AXFR", 252}, {"mx", 15}, {"TYPE65280", 65280}}) {
        REQUIRE(server::read_question_type(word, type));
        CHECK(type == number);
    }
    CHECK_FALSE(server::read_question_type("AA", type));
    CHECK(server::question_type_text(255) == "ANY");
    CHECK(server::question_type_text(1) == "A");
}

}  // namespace apex_tests
