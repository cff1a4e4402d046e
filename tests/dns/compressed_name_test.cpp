#include "dns/compressed_name.h"

#include <doctest/doctest.h>

#include "dns/message.h"
#include "tests/support/octets.h"

using namespace apex_tests;

TEST_SUITE("dns/compressed_name") {
    TEST_CASE("labels, pointers, and where the name ends") {
        // www.example. at 12, ftp and a pointer to example. at 25, a pointer to that at 31.
        const OctetString octets = from_hex(
            "0000 0000 0000 0000 0000 0000 03777777 07657861 6D706C65 00 03667470 C010 C019");
        struct Case {
            size_t at, end;
            const char* text;
        };
        for (const Case& one : {Case{12, 25, "www.example."}, Case{16, 25, "example."},
                                Case{25, 31, "ftp.example."}, Case{31, 33, "ftp.example."}}) {
            size_t at = one.at;
            dns::ExpandedName expanded;
            REQUIRE(expanded.read(octets, at) == nullptr);
            CHECK(dns::to_text(expanded.name()) == one.text);
            CHECK(at == one.end);
        }
    }

    TEST_CASE("names that grow too long, and pointers that go on and on") {
        // At 12: a label of 63 octets in front of the root, then names that each add one to the
        // last.
        OctetString octets(12);
        auto append = [&octets](const OctetString& more) {
            octets.insert(octets.end(), more.begin(), more.end());
        };
        append({0});
        size_t before = 12;
        for (int i = 0; i < 5; ++i) {
            size_t begin = octets.size();
            append({63});
            octets.resize(octets.size() + 63, 'a');
            append({static_cast<uint8_t>(0xc0 | before >> 8), static_cast<uint8_t>(before)});
            before = begin;
            size_t at = begin;
            dns::ExpandedName expanded;
            const char* reason = expanded.read(octets, at);
            CHECK((reason == nullptr) == (i < 3));
            if (reason != nullptr) CHECK(std::string(reason) == "is longer than 255 octets");
            if (reason == nullptr) CHECK(expanded.name().size() == static_cast<size_t>(64 * (i + 1) + 1));
            if (reason == nullptr) CHECK(at == octets.size());
        }

        octets.assign(12, 0);
        append({0});
        for (size_t target = 12; octets.size() < 2000; target = octets.size() - 2)
            append({static_cast<uint8_t>(0xc0 | target >> 8), static_cast<uint8_t>(target)});
        size_t good = 0;
        for (size_t at = 13; at < 1900; at += 2) {
            size_t from = at;
            const char* reason = dns::ExpandedName().read(octets, from);
            if (reason != nullptr) CHECK(std::string(reason) == "has too many pointers");
            good += reason == nullptr;
        }
        CHECK(good == dns::kMaxLabels);
    }
}
