// Records and key lines of tests as octets.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "signer/openssl_keys.h"
#include "tests/support/parsed_name.h"
#include "tests/support/tokens.h"
#include "zoneparser/encodings.h"
#include "zoneparser/fields.h"

namespace apex_tests {

inline std::vector<uint8_t> rdata_of(const char* type, std::string_view text) {
    auto buffer = std::make_unique<zoneparser::RdataBuffer>();
    uint16_t number = 0;
    REQUIRE(dns::read_type(type, number));
    zoneparser::FieldFault fault;
    dns::Name root;
    const bool good = zoneparser::parse_rdata(number, split_line(text), root, *buffer, fault);
    REQUIRE_MESSAGE(good, (std::string(text) + ": " + fault.field + " " + fault.reason));
    return {buffer->data(), buffer->data() + buffer->size()};
}

inline std::vector<uint8_t> from_base64(std::string_view text) {
    std::vector<uint8_t> octets(zoneparser::Base64Decoder::room(text.size()));
    uint8_t* end = octets.data();
    zoneparser::Base64Decoder decoder;
    REQUIRE(decoder.feed(text, end));
    REQUIRE(decoder.complete());
    octets.resize(static_cast<size_t>(end - octets.data()));
    return octets;
}

// "Label: base64" lines, in the order of secret_labels().
inline std::vector<signer::SecretField> secret_fields(uint8_t algorithm, std::string_view lines) {
    std::vector<signer::SecretField> fields;
    for (const char* label : signer::secret_labels(algorithm)) {
        size_t at = lines.find(std::string(label) + ": ");
        REQUIRE(at != std::string_view::npos);
        std::string_view value = lines.substr(at + std::string_view(label).size() + 2);
        std::vector<uint8_t> octets = from_base64(value.substr(0, value.find('\n')));
        fields.push_back({label, {octets.begin(), octets.end()}});
    }
    return fields;
}

}  // namespace apex_tests
