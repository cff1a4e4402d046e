// Any octets as a zone file that may include itself and another: no crash, and the same records
// whether it is read whole or in stretches by two threads.
#include <cstdlib>

#include "tests/support/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    apex_tests::MemoryFiles files;
    files.put("zone", std::string(reinterpret_cast<const char*>(data), size));
    files.put("other", "$TTL 5\nother A 192.0.2.1\n A 192.0.2.2\n");
    zoneparser::ParseOptions options;
    options.limits.generate_records = 1000;
    options.limits.include_files = 20;
    apex_tests::Parsed whole = apex_tests::parse_files(files, "zone", options);
    options.threads = 2;
    options.stretch_octets = 32;
    if (apex_tests::parse_files(files, "zone", options) != whole) std::abort();
    zoneparser::guess_origin(files.at("zone").octets, "zone");
    return 0;
}
