#include "dns/message_reader.h"

#include <doctest/doctest.h>

#include "dns/rdata_text.h"
#include "tests/support/octets.h"

using namespace apex_tests;

namespace {

// www.example.com. A? at octet 12; example.com. is at 16, com. at 24, records at 33.
std::string message(int answers, int authority, int additional, const std::string& records) {
    OctetString counts = {0, 0, 0, 0, 0, 0};
    dns::store16(&counts[0], static_cast<uint16_t>(answers));
    dns::store16(&counts[2], static_cast<uint16_t>(authority));
    dns::store16(&counts[4], static_cast<uint16_t>(additional));
    return "1234 8580 0001 " + to_hex(counts) +
           "03777777 07657861 6D706C65 03636F6D 00 0001 0001 " + records;
}

std::string fault_of(const std::string& hex) {
    auto read = dns::read_message(from_hex(hex));
    return read.ok() ? "" : read.fault().sentence;
}

// Type and rdata of the one record of an answer, as text.
std::string rdata_of(const std::string& record) {
    OctetString octets = from_hex(message(1, 0, 0, "C010 " + record));
    auto read = dns::read_message(octets);
    if (!read.ok()) return read.fault().sentence;
    const dns::MessageRecord& one = read->records.at(0);
    return dns::type_text(one.type) + " " + dns::rdata_text(one.type, one.rdata);
}

}  // namespace

TEST_SUITE("dns/message_reader") {
    TEST_CASE("a whole message") {
        OctetString octets = from_hex(message(1, 1, 2,
                                              "C00C 0001 0001 00000E10 0004 C0000201 "
                                              "C010 0002 0001 00015180 0006 036E7331 C010 "
                                              "036E7331 C010 0001 0001 00015180 0004 C0000235 "
                                              "00 0029 04D0 01 00 8000 0006 000F 0002 0012"));
        auto read = dns::read_message(octets);
        REQUIRE_MESSAGE(read.ok(), read.fault().sentence);
        CHECK(read->id == 0x1234);
        CHECK(read->flags == 0x8580);
        CHECK(read->opcode() == dns::opcode::query);
        REQUIRE(read->questions.size() == 1);
        CHECK(dns::to_text(read->questions[0].name) == "www.example.com.");
        CHECK(read->questions[0].type == dns::type::A);
        CHECK(read->questions[0].rr_class == 1);
        REQUIRE(read->records.size() == 4);
        CHECK(read->count(dns::Section::answer) == 1);
        CHECK(read->count(dns::Section::authority) == 1);
        CHECK(read->count(dns::Section::additional) == 2);
        const dns::MessageRecord& ns = read->records[1];
        CHECK(ns.section == dns::Section::authority);
        CHECK(dns::to_text(ns.owner) == "example.com.");
        CHECK(ns.ttl == 86400);
        CHECK(ns.offset == 49);
        CHECK(to_hex(ns.as_sent) == "036E7331C010");
        CHECK(dns::rdata_text(ns.type, ns.rdata) == "ns1.example.com.");
        CHECK(dns::to_text(read->records[2].owner) == "ns1.example.com.");
        REQUIRE(read->opt() == &read->records[3]);
        CHECK(read->rcode() == dns::rcode::bad_version);
        std::vector<dns::EdnsOption> options;
        CHECK(dns::read_edns_options(read->opt()->rdata, options));
        REQUIRE(options.size() == 1);
        CHECK(options[0].code == dns::edns_option::extended_error);
        CHECK(to_hex(options[0].content) == "0012");
        CHECK(!dns::read_edns_options(from_hex("000F 0003 0012"), options));
        CHECK(!dns::read_edns_options(from_hex("000F"), options));
    }

    TEST_CASE("names in rdata are made whole") {
        CHECK(rdata_of("000F 0001 00000000 0009 000A 046D61696C C010") ==
              "MX 10 mail.example.com.");
        CHECK(rdata_of("0006 0001 00000000 0018 C00C C010 "
                       "00000001 00000002 00000003 00000004 00000005") ==
              "SOA www.example.com. example.com. 1 2 3 4 5");
        // By old senders also where RFC 3597 4 does not want it.
        CHECK(rdata_of("0021 0001 00000000 0008 0001 0002 0003 C00C") ==
              "SRV 1 2 3 www.example.com.");
        CHECK(rdata_of("002F 0001 00000000 0006 C00C 00 02 4001") == "NSEC www.example.com. A MX");
        CHECK(rdata_of("002D 0001 00000000 0007 0A 03 01 C010 AABB") ==
              "IPSECKEY 10 3 1 example.com. qrs=");
        CHECK(rdata_of("0104 0001 00000000 0004 0A 83 C010") == "AMTRELAY 10 1 3 example.com.");
        CHECK(rdata_of("0041 0001 00000000 000B 0001 C010 0001 0003 026832") ==
              "HTTPS 1 example.com. alpn=\"h2\"");
        // A type that is not known keeps its octets.
        CHECK(rdata_of("FF00 0001 00000000 0002 C00C") == "TYPE65280 \\# 2 C00C");
        // A record of an update names an RRset (RFC 2136 2.4).
        OctetString update = from_hex(message(1, 0, 0, "C00C 0001 00FF 00000000 0000"));
        CHECK(dns::read_message(update).ok());
    }

    TEST_CASE("what is wrong, and where") {
        CHECK(fault_of("0000 0000 00") ==
              "the message is cut short: it has 5 octets, and its header alone has 12");
        CHECK(fault_of("1234 0000 0001 0000 0000 0000 0361") ==
              "question 1, at octet 12: the name is cut short");
        CHECK(fault_of("1234 0000 0001 0000 0000 0000 00 0001") ==
              "question 1, at octet 12: it is cut short");
        CHECK(fault_of(message(0, 0, 0, "00")) ==
              "1 octets are left over behind the last record, at octet 33");
        CHECK(fault_of(message(1, 0, 0, "C021 0001 0001 00000000 0000")) ==
              "record 1 of the answer section, at octet 33: the owner has a pointer that does not "
              "lead back to a name");
        CHECK(fault_of(message(0, 1, 0, "41 0001 0001 00000000 0000")) ==
              "record 1 of the authority section, at octet 33: the owner has a label of unknown "
              "form");
        CHECK(fault_of(message(0, 0, 1, "C00C 0001 0001 0000")) ==
              "record 1 of the additional section, at octet 33: it is cut short");
        CHECK(fault_of(message(1, 0, 0, "C00C 0001 0001 00000000 0005 C0000201")) ==
              "record 1 of the answer section, at octet 33: its rdata is cut short");
        CHECK(fault_of(message(1, 0, 0, "C00C 0001 0001 00000000 0003 C00002")) ==
              "record 1 of the answer section, at octet 33: its rdata of type A: address is cut "
              "short");
        CHECK(fault_of(message(1, 0, 0, "C00C 0001 0001 00000000 0005 C000020100")) ==
              "record 1 of the answer section, at octet 33: its rdata of type A: data has octets "
              "left over after its last field");
        CHECK(fault_of(message(1, 0, 0, "C00C 0002 0001 00000000 0002 C02D")) ==
              "record 1 of the answer section, at octet 33: its rdata of type NS: host has a "
              "pointer that does not lead back to a name");
        // A name must end within the rdata.
        CHECK(fault_of(message(2, 0, 0, "C00C 0002 0001 00000000 0001 C0 0C 0001")) ==
              "record 1 of the answer section, at octet 33: its rdata of type NS: host is cut "
              "short");
    }

    TEST_CASE("what comes out is bounded") {
        // HIP records whose servers are pointers to a name of 255 octets.
        OctetString octets = from_hex("1234 8400 0001 0000 0000 0000");
        for (int labels = 0; labels < 127; ++labels) octets.insert(octets.end(), {1, 'a'});
        octets.insert(octets.end(), {0, 0, 1, 0, 1});
        OctetString record = from_hex("C00C 0037 0001 00000000 0000 01 01 0001 AA BB");
        for (int i = 0; i < 250; ++i) record.insert(record.end(), {0xc0, 0x0c});
        dns::store16(&record[10], static_cast<uint16_t>(record.size() - 12));
        uint16_t count = 0;
        while (octets.size() + record.size() <= dns::kMaxMessage) {
            octets.insert(octets.end(), record.begin(), record.end());
            dns::store16(&octets[6], ++count);
        }
        auto read = dns::read_message(octets);
        REQUIRE(!read.ok());
        CHECK(read.fault().sentence.find("is too large with its names made whole") !=
              std::string::npos);
        dns::store16(&octets[6], 60);
        octets.resize(12 + 255 + 4 + 60 * record.size());
        CHECK(dns::read_message(octets).ok());
    }

    TEST_CASE("every cut and every changed octet is survived") {
        OctetString whole = from_hex(message(
            1, 1, 2,
            "C00C 000F 0001 00000E10 0004 000A C010 "
            "C010 0006 0001 00000000 0018 C00C C010 00000001 00000002 00000003 00000004 00000005 "
            "036E7331 C010 0041 0001 00015180 000A 0001 00 0001 0003 026832 "
            "00 0029 04D0 01 00 8000 0006 000F 0002 0012"));
        REQUIRE(dns::read_message(whole).ok());
        for (size_t at = 0; at < whole.size(); ++at) {
            OctetString cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(at));
            CHECK(!dns::read_message(cut).ok());
            for (int value = 0; value < 256; ++value) {
                OctetString changed = whole;
                changed[at] = static_cast<uint8_t>(value);
                auto read = dns::read_message(changed);
                if (!read.ok()) CHECK(!read.fault().sentence.empty());
            }
        }
    }
}
