#include "dns/query.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/support/octets.h"

using namespace apex_tests;
using dns::Query;
using dns::Reading;

namespace {

// Spaces are for the reader: header, question, records.
const std::string kHeader = "1234 0100 0001 0000 0000 0000 ";
const std::string kQuestion = "03777777 07657861 6D706C65 03636F6D 00 0001 0001 ";
const std::string kOpt = "00 0029 04D0 00 00 8000 0000 ";
const std::string kRecord = "C00C 0001 0001 00000000 0004 C0000201 ";
const std::string kTsig = "00 00FA 00FF 00000000 0000 ";

std::string header(const char* flags, int questions, int answers, int authority, int additional) {
    std::string out = std::string("1234") + flags;
    for (int count : {questions, answers, authority, additional}) {
        char digits[5];
        std::snprintf(digits, sizeof digits, "%04X", static_cast<unsigned>(count));
        out += digits;
    }
    return out;
}

std::string opt(const std::string& options) {
    char size[5];
    std::snprintf(size, sizeof size, "%04X", static_cast<unsigned>(from_hex(options).size()));
    return "00 0029 04D0 00 00 0000 " + std::string(size) + options;
}

struct Case {
    std::string what;
    std::string message;
    Reading reading;
};

Reading read(const std::string& hex, Query& query) {
    // On the heap and of its very size, so that sanitizers see a read beyond its end. The query's
    // views die with it.
    OctetString message = from_hex(hex);
    Reading reading = dns::read_query(message, query);
    query.name = {};
    query.edns.cookie = {};
    return reading;
}

std::string query_with(const std::string& additional, int count = 1) {
    return header("0100", 1, 0, 0, count) + kQuestion + additional;
}

std::string word(Reading reading) {
    constexpr const char* kWords[] = {"good", "silent", "format error", "bad version",
                                      "not implemented"};
    return kWords[static_cast<size_t>(reading)];
}

const Case kCases[] = {
    {"as most are", header("0100", 1, 0, 0, 0) + kQuestion, Reading::good},
    {"with EDNS", query_with(kOpt), Reading::good},
    {"all flags but QR", header("07FF", 1, 0, 0, 0) + kQuestion, Reading::good},
    {"any class and type", header("0000", 1, 0, 0, 0) + "00 FFFF FFFE", Reading::good},
    {"records in each section",
     header("0000", 1, 1, 2, 2) + kQuestion + kRecord + kRecord + kRecord + kRecord + kOpt,
     Reading::good},
    {"an OPT record before another", query_with(kOpt + kRecord, 2), Reading::good},
    {"TSIG at the end", query_with(kOpt + kTsig, 2), Reading::good},

    {"nothing", "", Reading::silent},
    {"eleven octets", "1234 0100 0001 0000 0000 00", Reading::silent},
    {"a response", header("8100", 1, 0, 0, 0) + kQuestion, Reading::silent},
    {"a response that is broken", header("8100", 1, 0, 0, 7), Reading::silent},

    {"a header alone", header("0100", 1, 0, 0, 0), Reading::format_error},
    {"no question", header("0100", 0, 0, 0, 0), Reading::format_error},
    {"no question, EDNS without a cookie", header("0100", 0, 0, 0, 1) + kOpt,
     Reading::format_error},
    {"no question, a cookie (RFC 7873 5.4)",
     header("0100", 0, 0, 0, 1) + opt("000A 0008 0102030405060708"), Reading::good},
    {"two questions (RFC 9619)", header("0100", 2, 0, 0, 0) + kQuestion + kQuestion,
     Reading::format_error},
    {"a question cut short", header("0100", 1, 0, 0, 0) + "03777777 00 0001 00",
     Reading::format_error},
    {"a name cut short", header("0100", 1, 0, 0, 0) + "03777777", Reading::format_error},
    {"a compressed question", header("0100", 1, 0, 0, 0) + "C00C 0001 0001", Reading::format_error},
    {"a label of another form", header("0100", 1, 0, 0, 0) + "4100 0001 0001",
     Reading::format_error},
    {"trailing octets", header("0100", 1, 0, 0, 0) + kQuestion + "00", Reading::format_error},
    {"trailing octets behind EDNS", query_with(kOpt + "00"), Reading::format_error},
    {"a record that was not counted", header("0100", 1, 0, 0, 0) + kQuestion + kOpt,
     Reading::format_error},
    {"a record less than counted", query_with(kOpt, 2), Reading::format_error},
    {"a record cut short", query_with("00 0001 0001 000000"), Reading::format_error},
    {"rdata cut short", query_with("00 0001 0001 00000000 0004 C00002"), Reading::format_error},
    {"EDNS cut short", query_with("00 0029 04D0 00"), Reading::format_error},
    {"two OPT records", query_with(kOpt + kOpt, 2), Reading::format_error},
    {"an OPT record in the answer", header("0100", 1, 1, 0, 0) + kQuestion + kOpt,
     Reading::format_error},
    {"an OPT record below a name", query_with("0161 " + kOpt), Reading::format_error},
    {"an OPT record at a pointer to the root",
     header("0100", 1, 0, 0, 1) + "00 0001 0001 C00C" + kOpt.substr(3), Reading::format_error},
    {"TSIG before the end", query_with(kTsig + kOpt, 2), Reading::format_error},
    {"TSIG in the answer", header("0100", 1, 1, 0, 0) + kQuestion + kTsig, Reading::format_error},
    {"an owner that points to itself", query_with("C021 0001 0001 00000000 0000"),
     Reading::format_error},
    {"an owner that points ahead", query_with("C022 0001 0001 00000000 0000"),
     Reading::format_error},
    {"an owner that points into the header", query_with("C00B 0001 0001 00000000 0000"),
     Reading::format_error},
    {"an owner whose pointer leads to its own label",
     query_with("0161 C021 0001 0001 00000000 0000"), Reading::format_error},
    {"an owner whose pointer leads into a label", query_with("C00D 0001 0001 00000000 0000"),
     Reading::format_error},
    {"an owner with labels and a pointer", query_with("0161 C00C 0001 0001 00000000 0000"),
     Reading::good},
    {"half a pointer", query_with("C0"), Reading::format_error},

    {"unknown options, and options with content",
     query_with(opt("FDE9 0003 010203  0003 0002 6869  000B 0002 0001")), Reading::good},
    {"an option cut short", query_with(opt("0003 0001")), Reading::format_error},
    {"half an option", query_with(opt("0003 00")), Reading::format_error},
    {"a cookie of 7 octets", query_with(opt("000A 0007 01020304050607")), Reading::format_error},
    {"a cookie of 15 octets", query_with(opt("000A 000F 010203040506070809101112131415")),
     Reading::format_error},
    {"a cookie of 16 octets", query_with(opt("000A 0010 01020304050607080910111213141516")),
     Reading::good},
    {"a cookie of 40 octets", query_with(opt("000A 0028" + std::string(80, '1'))), Reading::good},
    {"a cookie of 41 octets", query_with(opt("000A 0029" + std::string(82, '1'))),
     Reading::format_error},
    {"an empty cookie", query_with(opt("000A 0000")), Reading::format_error},
    {"a second cookie that is bad", query_with(opt("000A 0008 0102030405060708 000A 0001 01")),
     Reading::good},
    {"a first cookie that is bad", query_with(opt("000A 0001 01 000A 0008 0102030405060708")),
     Reading::format_error},

    {"EDNS version 1", query_with("00 0029 04D0 00 01 0000 0000"), Reading::bad_version},
    {"EDNS version 1, options of another form", query_with("00 0029 04D0 00 01 0000 0001 FF"),
     Reading::bad_version},
    {"EDNS version 255, another opcode",
     header("7800", 1, 0, 0, 1) + kQuestion + "00 0029 04D0 00 FF 0000 0000", Reading::bad_version},

    {"NOTIFY", header("2400", 1, 1, 0, 0) + kQuestion + kRecord, Reading::not_implemented},
    {"an opcode of no meaning", header("7800", 1, 0, 0, 1) + kQuestion + kOpt,
     Reading::not_implemented},
    {"another opcode, a header alone", header("1000", 0, 0, 0, 0), Reading::not_implemented},
    {"another opcode, broken", header("2800", 1, 2, 3, 4) + "FF", Reading::not_implemented},
};

}  // namespace

TEST_SUITE("dns/query") {
    TEST_CASE("what becomes of a message") {
        for (const Case& one : kCases) {
            INFO(one.what);
            Query query;
            CHECK(word(read(one.message, query)) == word(one.reading));
        }
    }

    TEST_CASE("what is read of it") {
        OctetString message = from_hex(
            header("0110", 1, 0, 0, 1) + kQuestion +
            "00 0029 1000 00 00 8000 0028 0003 0000 0009 0000 000B 0000 000C 0002 0000 0013 0000 "
            "000A 0008 0102030405060708 FDE9 0000");
        Query query;
        query.tsig_at = 99;  // of a message before
        REQUIRE(dns::read_query(message, query) == Reading::format_error);
        message.resize(message.size() - 4);
        message[12 + 17 + 4 + 10] = 0x22;
        REQUIRE(dns::read_query(message, query) == Reading::good);
        CHECK(query.id == 0x1234);
        CHECK(query.flags == 0x0110);
        CHECK(query.opcode() == dns::opcode::query);
        CHECK(query.has_question);
        CHECK(query.name.data() == message.data() + 12);
        CHECK(dns::to_text(query.name) == "www.example.com.");
        CHECK(query.type == 1);
        CHECK(query.rr_class == 1);
        CHECK(query.question_end == 33);
        CHECK(query.tsig_at == 0);
        CHECK(query.edns.present);
        CHECK(query.edns.dnssec_ok);
        CHECK(query.edns.version == 0);
        CHECK(query.edns.udp_size == 4096);
        CHECK(query.edns.nsid);
        CHECK(query.edns.expire);
        CHECK(query.edns.keepalive);
        CHECK(query.edns.padding);
        CHECK(query.edns.zone_version);
        CHECK(to_hex(query.edns.cookie) == "0102030405060708");

        REQUIRE(dns::read_query(from_hex(header("0100", 1, 0, 0, 0) + kQuestion), query) ==
                Reading::good);
        CHECK(!query.edns.present);
        CHECK(!query.edns.nsid);
        CHECK(query.edns.cookie.empty());
    }

    TEST_CASE("what is read before a fault, and of other opcodes") {
        Query query;
        CHECK(read(query_with(opt("000A 0001 01")), query) == Reading::format_error);
        CHECK(query.has_question);
        CHECK(query.edns.present);
        CHECK(read(header("0100", 2, 0, 0, 0) + kQuestion + kQuestion, query) ==
              Reading::format_error);
        CHECK(!query.has_question);
        CHECK(query.question_end == dns::kHeaderSize);
        CHECK(read(header("2400", 1, 0, 0, 1) + kQuestion + kOpt, query) ==
              Reading::not_implemented);
        CHECK(query.opcode() == dns::opcode::notify);
        CHECK(query.has_question);
        CHECK(query.edns.present);
        CHECK(query.edns.udp_size == 1232);
        CHECK(read(query_with("00 0029 0200 00 02 8000 0000"), query) == Reading::bad_version);
        CHECK(query.edns.version == 2);
        CHECK(query.edns.udp_size == 512);
        CHECK(read(query_with(kOpt + kTsig, 2), query) == Reading::good);
        CHECK(query.tsig_at == 33 + 11);
    }

    // A record before the OPT record takes the message off the short way.
    TEST_CASE("the short way and the long one read the same") {
        std::mt19937 random(7);
        for (int i = 0; i < 20000; ++i) {
            std::string content;
            for (size_t options = random() % 4; options > 0; --options) {
                OctetString option(4 + random() % 3 * 8);
                option[1] = static_cast<uint8_t>(random() % 20);
                option[3] = static_cast<uint8_t>(option.size() - 4);
                content += to_hex(option);
            }
            OctetString brief = from_hex(query_with(opt(content)));
            for (size_t changes = random() % 3; changes > 0; --changes)
                brief[2 + random() % (brief.size() - 2)] ^=
                    static_cast<uint8_t>(1u << random() % 8);
            if (dns::load32(&brief[6]) != 0 || dns::load16(&brief[10]) != 1) continue;
            Query a, b;
            Reading reading = dns::read_query(brief, a);
            if (!a.has_question) continue;
            OctetString lengthy = brief, record = from_hex(kRecord);
            lengthy[11] = 2;
            lengthy.insert(lengthy.begin() + static_cast<ptrdiff_t>(a.question_end), record.begin(),
                           record.end());
            CHECK(dns::read_query(lengthy, b) == reading);
            CHECK(a.flags == b.flags);
            CHECK(a.name == b.name);
            CHECK(a.type == b.type);
            CHECK(a.edns.present == b.edns.present);
            CHECK(a.edns.udp_size == b.edns.udp_size);
            CHECK(a.edns.dnssec_ok == b.edns.dnssec_ok);
            CHECK(a.edns.nsid == b.edns.nsid);
            CHECK(to_hex(a.edns.cookie) == to_hex(b.edns.cookie));
        }
    }

    TEST_CASE("every cut and every changed octet is survived") {
        OctetString whole = from_hex(header("0100", 1, 1, 1, 3) + kQuestion + kRecord + kRecord +
                                     kRecord + opt("000A 0008 0102030405060708") + kTsig);
        Query query;
        REQUIRE(dns::read_query(whole, query) == Reading::good);
        for (size_t at = 0; at < whole.size(); ++at) {
            OctetString cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(at));
            CHECK(dns::read_query(cut, query) != Reading::good);
            for (int value = 0; value < 256; ++value) {
                OctetString changed = whole;
                changed[at] = static_cast<uint8_t>(value);
                if (dns::read_query(changed, query) == Reading::good)
                    CHECK(query.question_end <= changed.size());
            }
        }
    }

    TEST_CASE("many records cost what their octets cost") {
        // 65,535 octets of the smallest records, each with a pointer or the root as its owner.
        OctetString message = from_hex(header("0100", 1, 0, 0, 0) + kQuestion);
        OctetString record = from_hex("00 0001 0001 00000000 0000");
        size_t count = 0;
        while (message.size() + record.size() <= dns::kMaxMessage) {
            message.insert(message.end(), record.begin(), record.end());
            ++count;
        }
        dns::store16(message.data() + 10, static_cast<uint16_t>(count));
        Query query;
        CHECK(dns::read_query(message, query) == Reading::good);
        dns::store16(message.data() + 10, 0xffff);
        dns::store16(message.data() + 8, 0xffff);
        dns::store16(message.data() + 6, 0xffff);
        CHECK(dns::read_query(message, query) == Reading::format_error);
    }
}
