// Two octets of type, one that says what the rest is: text of rdata, or its octets. What is well
// formed prints as text that reads to the same octets.
#include <algorithm>
#include <cstdlib>
#include <memory>

#include "dns/rdata_text.h"
#include "zoneparser/fields.h"
#include "zoneparser/lexer.h"

namespace {

bool read_text(uint16_t type, std::string_view text, zoneparser::RdataBuffer& out) {
    zoneparser::Lexer lexer(text.data(), text.data() + text.size(), 1);
    zoneparser::Entry entry;
    zoneparser::FieldFault fault;
    if (!lexer.next(entry, text.data() + text.size())) entry.tokens.clear();
    if (entry.fault != zoneparser::LexicalFault::none) return false;
    out.clear();
    return zoneparser::parse_rdata(type, entry.tokens, dns::Name(), out, fault);
}

void check_round_trip(uint16_t type, dns::Octets rdata) {
    auto again = std::make_unique<zoneparser::RdataBuffer>();
    if (!read_text(type, dns::rdata_text(type, rdata), *again)) std::abort();
    if (!std::equal(rdata.begin(), rdata.end(), again->octets().begin(), again->octets().end()))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 3 || size > 4096) return 0;
    const uint16_t type = static_cast<uint16_t>(data[0] << 8 | data[1]);
    if (dns::is_meta_type(type)) return 0;
    dns::Octets rest(data + 3, size - 3);
    if (data[2] % 2 == 1) {
        if (dns::check_rdata(type, rest)) check_round_trip(type, rest);
        return 0;
    }
    auto rdata = std::make_unique<zoneparser::RdataBuffer>();
    std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    if (!read_text(type, text, *rdata)) return 0;
    if (!dns::check_rdata(type, rdata->octets())) std::abort();
    check_round_trip(type, rdata->octets());
    return 0;
}
