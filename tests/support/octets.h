// Octets and hex for tests.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace apex_tests {

using OctetString = std::vector<uint8_t>;

OctetString from_hex(std::string_view hex);  // "-" and blanks give nothing
std::string to_hex(std::span<const uint8_t> octets);
std::string read_whole_file(const std::string& path);
// The folder of the sources: APEX_SOURCE_DIR of the environment, else the one of the build.
std::string source_folder();

}  // namespace apex_tests
