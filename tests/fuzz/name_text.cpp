// Any octets as the text of a name: what is read prints as text that reads to the same octets.
#include <cstdlib>
#include <cstring>

#include "zoneparser/fields.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    dns::Name name, again;
    std::string reason;
    if (!zoneparser::parse_name(text, name, reason)) return 0;
    if (dns::measure_name(name.data(), name.size()) != name.size()) std::abort();
    if (!zoneparser::parse_name(dns::to_text(name), again, reason)) std::abort();
    if (again.size() != name.size() || std::memcmp(again.data(), name.data(), name.size()) != 0)
        std::abort();
    return 0;
}
