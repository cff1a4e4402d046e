#include "dns/rdata.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "dns/rdata_fields.h"
#include "dns/service_params.h"
#include "tests/support/octets.h"

using namespace apex_tests;

namespace {

std::string fault_of(uint16_t type, std::string_view hex) {
    auto checked = dns::check_rdata(type, from_hex(hex));
    if (checked.ok()) return "";
    return std::string(checked.fault().field) + ": " + checked.fault().reason;
}

std::string target_of(uint16_t type, const OctetString& rdata) {
    dns::NameView target = dns::target_name(type, rdata);
    return target.empty() ? "" : dns::to_text(target);
}

struct Sample {
    uint16_t type;
    std::vector<OctetString> records;
};

// The records of tests/rr, by type.
std::vector<Sample> all_samples() {
    std::vector<Sample> samples;
    for (const auto& file : std::filesystem::directory_iterator(source_folder() + "/tests/rr")) {
        if (file.path().extension() != ".wire") continue;
        Sample sample{0, {}};
        if (!dns::read_type(file.path().stem().string(), sample.type)) continue;
        std::string text = read_whole_file(file.path().string());
        bool octets = true;
        for (size_t at = 0; at < text.size(); octets = !octets) {
            size_t end = std::min(text.find('\n', at), text.size());
            if (octets) sample.records.push_back(from_hex(text.substr(at, end - at)));
            at = end + 1;
        }
        samples.push_back(std::move(sample));
    }
    return samples;
}

OctetString canonical(uint16_t type, const OctetString& rdata) {
    OctetString out(rdata.size());
    dns::write_canonical_rdata(type, rdata, out.data());
    return out;
}

int sign(int value) {
    return (value > 0) - (value < 0);
}

// Octets as RFC 4034 6.3 compares them.
int compare(const OctetString& a, const OctetString& b) {
    return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

TEST_SUITE("dns/rdata") {
    TEST_CASE("rows of the table of types") {
        for (const dns::RrType& row : dns::all_types()) {
            INFO(row.mnemonic);
            CHECK(dns::find_type(row.number) == &row);
            uint16_t number = 0;
            CHECK(dns::read_type(row.mnemonic, number));
            CHECK(number == row.number);
            bool alias = row.number == dns::type::CNAME || row.number == dns::type::DNAME;
            CHECK(dns::has_target_name(row.number) == (row.has_target() || alias));
            CHECK(!row.used_fields().empty());
        }
        uint16_t number = 7;
        for (const char* bad : {"", "TYPE", "TYPE65536", "TYPE+1", "TYPE1x", "AA", "TYPE000001"})
            CHECK(!dns::read_type(bad, number));
        CHECK(number == 7);
        CHECK(dns::read_type("type15", number));
        CHECK(number == dns::type::MX);
        CHECK(dns::type_text(65280) == "TYPE65280");
    }

    TEST_CASE("only RFC 4034 6.2's types, less those of RFC 6840 5.1, are lower-cased") {
        // NSEC and those made later keep their case.
        for (uint16_t type : {dns::type::NSEC, dns::type::SVCB, dns::type::HTTPS, dns::type::LP})
            for (const dns::Field& field : dns::find_type(type)->used_fields())
                CHECK((field.flags & dns::field::lower_case) == 0);
        OctetString mx = from_hex("000A 0141 0142 00");
        CHECK(canonical(dns::type::MX, mx) == from_hex("000A 0161 0162 00"));
        OctetString soa = from_hex("0141 00 0142 00 41424344 00000001 00000002 00000003 00000004");
        CHECK(canonical(dns::type::SOA, soa) ==
              from_hex("0161 00 0162 00 41424344 00000001 00000002 00000003 00000004"));
        OctetString txt = from_hex("0141");
        CHECK(canonical(dns::type::TXT, txt) == txt);
        OctetString naptr = from_hex("0001 0002 0141 0142 0143 0144 00");
        CHECK(canonical(dns::type::NAPTR, naptr) == from_hex("0001 0002 0141 0142 0143 0164 00"));
    }

    TEST_CASE("canonical order is that of the canonical octets") {
        for (const Sample& sample : all_samples()) {
            INFO(dns::type_text(sample.type));
            for (const OctetString& a : sample.records)
                for (const OctetString& b : sample.records)
                    CHECK(sign(dns::compare_canonical_rdata(sample.type, a, b)) ==
                          compare(canonical(sample.type, a), canonical(sample.type, b)));
        }
        CHECK(dns::compare_canonical_rdata(dns::type::NS, from_hex("014100"), from_hex("016100")) ==
              0);
        CHECK(dns::compare_canonical_rdata(dns::type::TXT, from_hex("0141"), from_hex("0161")) < 0);
        CHECK(dns::compare_canonical_rdata(dns::type::TXT, from_hex("0141"), from_hex("01410142")) <
              0);
    }

    TEST_CASE("fields cover the whole of each sample") {
        for (const Sample& sample : all_samples()) {
            const dns::RrType* row = dns::find_type(sample.type);
            if (row == nullptr) continue;
            for (const OctetString& rdata : sample.records) {
                INFO(row->mnemonic << " " << to_hex(rdata));
                dns::FieldWalk walk(sample.type, rdata);
                size_t end = 0, count = 0;
                for (dns::FieldSpan span; walk.next(span); ++count) {
                    CHECK(span.offset == end);
                    CHECK(span.field == &row->used_fields()[count]);
                    end += span.size;
                }
                CHECK(end == rdata.size());
                CHECK(count == row->used_fields().size());
            }
        }
    }

    TEST_CASE("target names") {
        CHECK(target_of(dns::type::NS, from_hex("0161 00")) == "a.");
        CHECK(target_of(dns::type::CNAME, from_hex("0161 00")) == "a.");
        CHECK(target_of(dns::type::DNAME, from_hex("0161 00")) == "a.");
        CHECK(target_of(dns::type::MX, from_hex("0001 0161 00")) == "a.");
        CHECK(target_of(dns::type::SRV, from_hex("0001 0002 0003 0161 00")) == "a.");
        CHECK(target_of(dns::type::SVCB, from_hex("0001 0161 00 0003 0002 0035")) == "a.");
        CHECK(target_of(dns::type::NAPTR, from_hex("0001 0002 0141 00 0143 0161 00")) == "a.");
        CHECK(target_of(dns::type::A, from_hex("C0000201")) == "");
        CHECK(target_of(dns::type::MX, from_hex("0001")) == "");
        CHECK(target_of(65280, from_hex("0161 00")) == "");
        // The quick offsets agree with the rows.
        for (const Sample& sample : all_samples()) {
            if (!dns::has_target_name(sample.type)) continue;
            bool alias = sample.type == dns::type::CNAME || sample.type == dns::type::DNAME;
            for (const OctetString& rdata : sample.records) {
                dns::FieldWalk walk(sample.type, rdata);
                std::string expected;
                for (dns::FieldSpan span; walk.next(span);)
                    if (alias || (span.field->flags & dns::field::target))
                        expected = dns::to_text({rdata.data() + span.offset, span.size});
                CHECK(target_of(sample.type, rdata) == expected);
            }
        }
    }

    TEST_CASE("faults name the field") {
        using namespace dns;
        CHECK(fault_of(type::A, "C0000201") == "");
        CHECK(fault_of(type::A, "C00002") == "address: is cut short");
        CHECK(fault_of(type::A, "C000020101") == "data: has octets left over after its last field");
        CHECK(fault_of(type::NS, "0161") == "host: is no name");
        CHECK(fault_of(type::NS, "C00C") == "host: is no name");
        CHECK(fault_of(type::SOA, "00 00 000000") == "serial: is cut short");
        CHECK(fault_of(type::TXT, "") == "text: needs at least one string");
        CHECK(fault_of(type::TXT, "0361") == "text: is cut short");
        CHECK(fault_of(type::DS, "0001 08 02") == "digest: is empty");
        CHECK(fault_of(type::KEY, "0000 03 00") == "");
        CHECK(fault_of(type::CAA, "00 00 61") == "tag: is empty");
        CHECK(fault_of(type::CAA, "00 01 2D") == "tag: holds more than letters and digits");
        CHECK(fault_of(type::CAA, "00 05 6973737565") == "");
        CHECK(fault_of(65280, "") == "");
        CHECK(fault_of(type::NSEC3, "01 00 0000 00 00") == "next hashed owner: is empty");
        CHECK(fault_of(type::IPSECKEY, "00 00 00") == "");
        CHECK(fault_of(type::IPSECKEY, "00 00 02") == "public key: is empty");
        CHECK(fault_of(type::IPSECKEY, "00 04 00") == "gateway: is cut short");
        CHECK(fault_of(type::IPSECKEY, "00 01 00 C00002") == "gateway: is cut short");
        CHECK(fault_of(260, "0A 84 00") == "relay: is cut short");
        CHECK(fault_of(55, "00 01 0001 00") == "identity: has no host identity tag");
        CHECK(fault_of(19, "03 333131") == "address: has fewer than four digits");
        CHECK(fault_of(27, "02 3931 01 30 01 30") == "latitude: is out of bounds");
        CHECK(fault_of(27, "02 3930 03 313831 01 30") == "longitude: is out of bounds");
        CHECK(fault_of(27, "02 392E 01 30 01 30") == "latitude: is no decimal number");
    }

    TEST_CASE("A6 is as long as its prefix length says") {
        constexpr uint16_t A6 = 38;
        CHECK(fault_of(A6, "") == "address suffix: is cut short");
        CHECK(fault_of(A6, "81 00") == "address suffix: has a prefix length over 128");
        CHECK(fault_of(A6, "80 00") == "");
        CHECK(fault_of(A6, "80") == "prefix name: is missing");
        CHECK(fault_of(A6, "80 0161") == "prefix name: is no name");
        CHECK(fault_of(A6, "80 00 00") == "data: has octets left over after its last field");
        CHECK(fault_of(A6, "7C 0F 00") == "");
        CHECK(fault_of(A6, "7C 1F 00") == "address suffix: has bits set before the suffix");
        CHECK(fault_of(A6, "78 FF 00") == "");
        CHECK(fault_of(A6, "77 00FF 00") == "");
        CHECK(fault_of(A6, "77 02FF 00") == "address suffix: has bits set before the suffix");
        CHECK(fault_of(A6, "77 FF") == "address suffix: is cut short");
        std::string zeros(32, '0');
        CHECK(fault_of(A6, "00" + zeros) == "");
        CHECK(fault_of(A6, "00" + zeros.substr(2)) == "address suffix: is cut short");
        CHECK(fault_of(A6, "00" + zeros + "00") ==
              "prefix name: stands behind a prefix length of 0");
        // Only the name has letters to lower: neither the prefix length nor the suffix changes.
        CHECK(canonical(A6, from_hex("41 4142434445464748 0141 00")) ==
              from_hex("41 4142434445464748 0161 00"));
    }

    TEST_CASE("bitmaps") {
        using dns::type::NSEC;
        CHECK(fault_of(NSEC, "00 0001 40") == "");
        CHECK(fault_of(NSEC, "00") == "types: is empty");
        CHECK(fault_of(NSEC, "00 00") == "types: is cut short");
        CHECK(fault_of(NSEC, "00 0002 40") == "types: is cut short");
        CHECK(fault_of(NSEC, "00 0000") == "types: has a window of the wrong size");
        CHECK(fault_of(NSEC, "00 0021" + std::string(66, '4')) ==
              "types: has a window of the wrong size");
        CHECK(fault_of(NSEC, "00 0002 4000") == "types: has a window that ends in zeros");
        CHECK(fault_of(NSEC, "00 0001 80") == "types: holds type 0");
        CHECK(fault_of(NSEC, "00 0101 80") == "");
        CHECK(fault_of(NSEC, "00 0101 80 0001 40") == "types: has windows out of order");
        CHECK(fault_of(NSEC, "00 0101 80 0101 40") == "types: has windows out of order");
        CHECK(fault_of(dns::type::NXT, "00 40") == "");
        CHECK(fault_of(dns::type::NXT, "00 C0") == "types: holds type 0");
        CHECK(fault_of(dns::type::NXT, "00 4000") == "types: ends in zeros");
        CHECK(fault_of(dns::type::NXT, "00" + std::string(34, '4')) ==
              "types: holds types above 127");
    }

    TEST_CASE("APL and LOC") {
        CHECK(fault_of(42, "") == "");
        CHECK(fault_of(42, "0001 20 04 C0000201") == "");
        CHECK(fault_of(42, "0001 21 00") == "prefixes: is too long for IPv4");
        CHECK(fault_of(42, "0002 81 00") == "prefixes: is too long for IPv6");
        CHECK(fault_of(42, "0001 20 02 C000") == "prefixes: has an address that ends in zeros");
        CHECK(fault_of(42, "0001 20 04 C000") == "prefixes: is cut short");
        CHECK(fault_of(42, "0003 FF 01 05") == "");
        CHECK(fault_of(29, "00 12 16 13 80000000 80000000 00989680") == "");
        CHECK(fault_of(29, "01 12 16 13 80000000 80000000 00989680") ==
              "location: has an unknown version");
        CHECK(fault_of(29, "00 A2 16 13 80000000 80000000 00989680") ==
              "location: has a size out of bounds");
        CHECK(fault_of(29, "00 12 16 13 FFFFFFFF 80000000 00989680") ==
              "location: has a latitude out of bounds");
        CHECK(fault_of(29, "00 12 16 13 80000000 00000000 00989680") ==
              "location: has a longitude out of bounds");
    }

    TEST_CASE("service parameters") {
        auto fault = [](std::string_view params) {
            return fault_of(dns::type::SVCB, "0001 00" + std::string(params));
        };
        CHECK(fault("") == "");
        CHECK(fault("0003 0002 0035") == "");
        CHECK(fault("0003 0001 35") == "port: has a value of the wrong size");
        CHECK(fault("0003 0002 00") == "parameters: is cut short");
        CHECK(fault("0003 00") == "parameters: is cut short");
        CHECK(fault("0003 0002 0035 0003 0002 0035") == "port: stands twice");
        CHECK(fault("0003 0002 0035 0001 0003 026832") == "alpn: is out of order");
        CHECK(fault("0000 0002 0003 0003 0002 0035") == "");
        CHECK(fault("0000 0002 0003") == "mandatory: lists a key that is not there");
        CHECK(fault("0000 0002 0000") == "mandatory: lists itself");
        CHECK(fault("0000 0004 00030003 0003 0002 0035") == "mandatory: lists a key twice");
        CHECK(fault("0000 0000") == "mandatory: has a value of the wrong size");
        CHECK(fault("0001 0000") == "alpn: needs a value");
        CHECK(fault("0001 0001 00") == "alpn: has an empty item");
        CHECK(fault("0001 0002 0268") == "alpn: is cut short");
        CHECK(fault("0002 0000") == "no-default-alpn: needs alpn beside it");
        CHECK(fault("0001 0003 026832 0002 0000") == "");
        CHECK(fault("0004 0003 C00002") == "ipv4hint: has a value of the wrong size");
        CHECK(fault("0006 0000") == "ipv6hint: has a value of the wrong size");
        CHECK(fault("0007 0004 2F646E73") == "dohpath: does not hold {?dns}");
        CHECK(fault("0008 0001 00") == "ohttp: takes no value");
        CHECK(fault("000A 0000") == "");
        CHECK(fault("FFFF 0000") == "parameters: key 65535 is reserved");
        for (const dns::ServiceKey& key : dns::all_service_keys()) {
            uint16_t number = 0;
            CHECK(dns::read_service_key(key.name, number));
            CHECK(number == key.number);
        }
    }
}
