#include "signer/moment.h"

#include <charconv>
#include <chrono>
#include <ctime>

namespace signer {

namespace {

std::string formatted(dns::UnixTime time, const char* format) {
    std::time_t seconds = time;
    std::tm parts{};
    char text[64];
    if (::gmtime_r(&seconds, &parts) == nullptr) return std::to_string(time);
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace

bool read_compact_time(std::string_view text, dns::UnixTime& time) {
    constexpr size_t kSize = 14;
    if (text.size() != kSize || text.find_first_not_of("0123456789") != std::string_view::npos)
        return false;
    auto number = [&](size_t at, size_t digits) {
        unsigned value = 0;
        std::from_chars(text.data() + at, text.data() + at + digits, value);
        return value;
    };
    using namespace std::chrono;
    year_month_day date{year{static_cast<int>(number(0, 4))}, month{number(4, 2)},
                        day{number(6, 2)}};
    unsigned hour = number(8, 2), minute = number(10, 2), second = number(12, 2);
    if (!date.ok() || date.year() < year{1970} || hour > 23 || minute > 59 || second > 59)
        return false;
    time = dns::UnixTime{sys_days{date}.time_since_epoch().count()} * 86400 + hour * 3600 +
           minute * 60 + second;
    return true;
}

std::string compact_time(dns::UnixTime time) {
    return formatted(time, "%Y%m%d%H%M%S");
}

std::string moment_text(dns::UnixTime time) {
    return formatted(time, "%Y-%m-%dT%H:%M:%SZ");
}

}  // namespace signer
