#include "server/answer/chaos.h"

#include <algorithm>

namespace server {

namespace {

struct ChaosRow {
    std::string_view name;  // wire form, without the root label
    std::string Settings::*text;
};

constexpr ChaosRow kRows[] = {
    {"\7version\4bind", &Settings::version},
    {"\7version\6server", &Settings::version},
    {"\2id\6server", &Settings::server_id},
    {"\10hostname\4bind", &Settings::server_id},
};

}  // namespace

const std::string* chaos_text(const Settings& settings, dns::NameView name) {
    for (const ChaosRow& row : kRows) {
        if (name.size() != row.name.size() + 1) continue;
        const auto* octets = reinterpret_cast<const uint8_t*>(row.name.data());
        if (!dns::equal_case_blind(name.data(), octets, row.name.size())) continue;
        const std::string& text = settings.*row.text;
        return text.empty() ? nullptr : &text;
    }
    return nullptr;
}

uint16_t write_chaos_record(const std::string& text, dns::MessageWriter& writer) {
    // Configured texts are single character-strings; what is longer is cut.
    size_t size = std::min<size_t>(text.size(), 255);
    bool fits = writer.put_pointer(dns::kHeaderSize) && writer.put16(dns::type::TXT) &&
                writer.put16(dns::rr_class::chaos) && writer.put32(0) &&
                writer.put16(static_cast<uint16_t>(size + 1));
    const auto length = static_cast<uint8_t>(size);
    fits = fits && writer.put({&length, 1}) &&
           writer.put({reinterpret_cast<const uint8_t*>(text.data()), size});
    return fits ? 1 : 0;
}

}  // namespace server
