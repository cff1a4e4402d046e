#include "dns/name.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "dns/name_hash.h"
#include "dns/siphash.h"
#include "tests/support/octets.h"
#include "tests/support/parsed_name.h"

using namespace apex_tests;
using dns::Name;
using dns::NameView;

namespace {

int sign(int value) {
    return (value > 0) - (value < 0);
}

// Few letters and short labels, so that shared endings, prefixes and case differences are common.
Name random_name(std::mt19937& random) {
    constexpr uint8_t kOctets[] = {0, 1, 2, '*', 'A', 'a', 'Z', 'z', '-', 0xc3, 0xff};
    uint8_t octets[dns::kMaxName];
    size_t size = 0;
    for (size_t labels = random() % 5; labels > 0; --labels) {
        size_t length = 1 + random() % 3;
        octets[size++] = static_cast<uint8_t>(length);
        for (; length > 0; --length) octets[size++] = kOctets[random() % std::size(kOctets)];
    }
    octets[size++] = 0;
    return Name(NameView(octets, size));
}

int compare_sort_keys(NameView a, NameView b) {
    uint8_t key_a[dns::kMaxSortKey], key_b[dns::kMaxSortKey];
    size_t size_a = dns::write_sort_key(a, key_a), size_b = dns::write_sort_key(b, key_b);
    int difference = std::memcmp(key_a, key_b, std::min(size_a, size_b));
    return difference != 0 ? sign(difference) : (size_a > size_b) - (size_a < size_b);
}

uint64_t hash(NameView of) {
    dns::NameHash state({1, 2});
    state.absorb(of);
    return state.digest();
}

}  // namespace

TEST_SUITE("dns/name") {
    TEST_CASE("lower8 is eight times lower") {
        for (unsigned octet = 0; octet < 256; ++octet) {
            for (int place = 0; place < 8; ++place) {
                uint64_t others = 0x5a41407b5b2ac180;
                uint64_t word = (others & ~(uint64_t{0xff} << 8 * place)) | uint64_t{octet}
                                                                                << 8 * place;
                uint64_t expected = 0;
                for (int i = 0; i < 8; ++i)
                    expected |= uint64_t{dns::lower(static_cast<uint8_t>(word >> 8 * i))} << 8 * i;
                CHECK(dns::lower8(word) == expected);
            }
        }
    }

    TEST_CASE("names are compared without regard to case, at every length") {
        for (size_t size = 0; size <= 40; ++size) {
            std::string upper(size, 'Q'), lower(size, 'q');
            auto octets = [](const std::string& s) {
                return reinterpret_cast<const uint8_t*>(s.data());
            };
            CHECK(dns::equal_case_blind(octets(upper), octets(lower), size));
            std::vector<uint8_t> copy(size);
            dns::lower_copy(copy.data(), octets(upper), size);
            CHECK(std::equal(copy.begin(), copy.end(), lower.begin()));
            for (size_t at = 0; at < size; ++at) {
                std::string other = lower;
                other[at] = 'r';
                CHECK(!dns::equal_case_blind(octets(upper), octets(other), size));
            }
        }
        // '@' and '`' differ by 0x20 as letters do, but are none.
        CHECK(!(parsed_name("\\@").view() == parsed_name("`").view()));
    }

    TEST_CASE("canonical order: the list of RFC 4034 6.1") {
        const char* list[] = {"example.",         "a.example.",      "yljkjljk.a.example.",
                              "Z.a.example.",     "zABC.a.EXAMPLE.", "z.example.",
                              "\\001.z.example.", "*.z.example.",    "\\200.z.example."};
        for (size_t i = 0; i < std::size(list); ++i) {
            for (size_t k = 0; k < std::size(list); ++k) {
                INFO(list[i] << " and " << list[k]);
                int expected = (i > k) - (i < k);
                CHECK(sign(dns::canonical_compare(parsed_name(list[i]), parsed_name(list[k]))) ==
                      expected);
                CHECK(compare_sort_keys(parsed_name(list[i]), parsed_name(list[k])) == expected);
            }
        }
    }

    TEST_CASE("sort keys are in canonical order") {
        std::mt19937 random(20240101);
        for (int i = 0; i < 20000; ++i) {
            Name a = random_name(random), b = random_name(random);
            INFO(dns::to_text(a) << " and " << dns::to_text(b));
            CHECK(compare_sort_keys(a, b) == sign(dns::canonical_compare(a, b)));
            CHECK((dns::canonical_compare(a, b) == 0) == (a == b));
        }
    }

    TEST_CASE("text and back") {
        std::mt19937 random(20240102);
        for (int i = 0; i < 5000; ++i) {
            Name before = random_name(random);
            Name after = parsed_name(dns::to_text(before));
            CHECK(to_hex({before.data(), before.size()}) == to_hex({after.data(), after.size()}));
        }
        CHECK(dns::to_text(parsed_name(".")) == ".");
        CHECK(dns::to_text(parsed_name("a\\.b.\\$x\\032.e")) == "a\\.b.\\$x\\032.e.");
    }

    TEST_CASE("parts of a name") {
        Name www = parsed_name("www.Example.com.");
        CHECK(www.view().label_count() == 3);
        CHECK(www.view().parent() == parsed_name("example.com.").view());
        CHECK(www.view().without(2) == parsed_name("com.").view());
        CHECK(www.view().without(9).size() <= 1);
        CHECK(dns::LabelOffsets(www).count == 3);
        CHECK(dns::is_at_or_below(www, parsed_name("EXAMPLE.COM.")));
        CHECK(dns::is_at_or_below(www, www));
        CHECK(dns::is_at_or_below(www, parsed_name(".")));
        CHECK(!dns::is_below(www, www));
        // The same octets at the end, but not from a label's start.
        CHECK(!dns::is_at_or_below(parsed_name("xexample.com."), parsed_name("example.com.")));
        CHECK(!dns::is_at_or_below(parsed_name("a\\003com."), parsed_name("com.")));
        CHECK(parsed_name("*.example.").view().is_wildcard());
        CHECK(!parsed_name("*a.example.").view().is_wildcard());
        CHECK(!parsed_name("\\*.a").view().is_root());
    }

    TEST_CASE("joining names") {
        Name out;
        OctetString relative = from_hex("03777777");
        CHECK(Name::join({relative.data(), relative.size()}, parsed_name("example."), out));
        CHECK(out == parsed_name("www.example."));
        CHECK(Name::wildcard_of(parsed_name("example."), out));
        CHECK(out == parsed_name("*.example."));
        std::string label(63, 'a');
        Name longest =
            parsed_name(label + "." + label + "." + label + "." + std::string(61, 'b') + ".");
        CHECK(longest.size() == 255);
        CHECK(!Name::wildcard_of(longest, out));
        CHECK(out == parsed_name("*.example."));
    }

    TEST_CASE("measuring names that came from elsewhere") {
        auto measure = [](std::string_view hex) {
            OctetString octets = from_hex(hex);
            return dns::measure_name(octets.data(), octets.size());
        };
        CHECK(measure("00") == 1);
        CHECK(measure("0161 00 ffff") == 3);
        CHECK(measure("") == 0);
        CHECK(measure("0161") == 0);
        CHECK(measure("0361") == 0);
        CHECK(measure("c000") == 0);
        CHECK(measure("4061") == 0);
        OctetString long_name;
        for (int i = 0; i < 127; ++i) long_name.insert(long_name.end(), {1, 'a'});
        long_name.push_back(0);
        CHECK(dns::measure_name(long_name.data(), long_name.size()) == 255);
        long_name.insert(long_name.begin(), {1, 'a'});
        CHECK(dns::measure_name(long_name.data(), long_name.size()) == 0);
    }

    TEST_CASE("SipHash-2-4: the vectors of its authors") {
        dns::SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
        uint8_t input[16];
        for (uint8_t i = 0; i < 16; ++i) input[i] = i;
        constexpr std::pair<size_t, uint64_t> kVectors[] = {
            {0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd}, {2, 0x0d6c8009d9a94f5a},
            {3, 0x85676696d7fb7e2d}, {4, 0xcf2794e0277187b7}, {5, 0x18765564cd99a68d},
            {6, 0xcbc9466e58fee3ce}, {7, 0xab0200f58b01d137}, {8, 0x93f5f5799a932462},
            {15, 0xa129ca6149be45e5}};
        for (auto [size, digest] : kVectors) CHECK(dns::siphash24(key, input, size) == digest);
    }

    TEST_CASE("hashes of names") {
        CHECK(hash(parsed_name("WWW.example.COM.")) == hash(parsed_name("www.EXAMPLE.com.")));
        CHECK(hash(parsed_name("ab.c.")) != hash(parsed_name("a.bc.")));
        CHECK(hash(parsed_name("a.b.")) != hash(parsed_name("b.a.")));
        CHECK(hash(parsed_name("\\000.a.")) != hash(parsed_name("a.")));
    }
}
