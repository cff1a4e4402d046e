#include "server/cli/moment.h"

#include <charconv>
#include <chrono>
#include <optional>

#include "signer/moment.h"
#include "zoneparser/fields.h"

namespace server {

namespace {

// Takes exactly `digits` digits from the front.
std::optional<unsigned> take(std::string_view& text, size_t digits) {
    unsigned value = 0;
    if (text.size() < digits) return std::nullopt;
    auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc() || end != text.data() + digits) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool skip(std::string_view& text, std::string_view one_of) {
    if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<dns::UnixTime> take_date(std::string_view& text) {
    using namespace std::chrono;
    auto y = take(text, 4);
    if (!y || !skip(text, "-")) return std::nullopt;
    auto m = take(text, 2);
    if (!m || !skip(text, "-")) return std::nullopt;
    auto d = take(text, 2);
    if (!d) return std::nullopt;
    year_month_day date{year{static_cast<int>(*y)}, month{*m}, day{*d}};
    if (!date.ok()) return std::nullopt;
    return dns::UnixTime{sys_days{date}.time_since_epoch().count()} * 86400;
}

std::optional<dns::UnixTime> take_clock(std::string_view& text, bool seconds) {
    auto hour = take(text, 2);
    if (!hour || !skip(text, ":")) return std::nullopt;
    auto minute = take(text, 2);
    if (!minute || (seconds && !skip(text, ":"))) return std::nullopt;
    std::optional<unsigned> second = seconds ? take(text, 2) : 0u;
    if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return *hour * 3600 + *minute * 60 + *second;
}

// "Z", "+01:00"; what is to be taken away from the local time.
std::optional<dns::UnixTime> take_offset(std::string_view& text) {
    if (skip(text, "Zz")) return 0;
    bool behind = !text.empty() && text.front() == '-';
    if (!skip(text, "+-")) return std::nullopt;
    auto offset = take_clock(text, false);
    if (!offset) return std::nullopt;
    return behind ? -*offset : *offset;
}

std::optional<dns::UnixTime> read_rfc3339(std::string_view text) {
    auto day = take_date(text);
    if (!day || text.empty()) return day;
    if (!skip(text, "Tt ")) return std::nullopt;
    auto clock = take_clock(text, true);
    if (!clock) return std::nullopt;
    if (skip(text, "."))
        while (skip(text, "0123456789")) {
        }
    auto offset = take_offset(text);
    if (!offset || !text.empty()) return std::nullopt;
    return *day + *clock - *offset;
}

std::optional<dns::UnixTime> read_digits(std::string_view text) {
    constexpr size_t kMostSeconds = 12;  // digits: a time that no calendar ends before
    dns::UnixTime time = 0;
    if (signer::read_compact_time(text, time)) return time;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time);
    bool all = error == std::errc() && end == text.data() + text.size();
    return all && text.size() <= kMostSeconds ? std::optional(time) : std::nullopt;
}

std::optional<dns::UnixTime> read_any(std::string_view text, dns::UnixTime now) {
    if (text == "now") return now;
    if (text.empty()) return std::nullopt;
    if (text.front() == '+' || text.front() == '-') {
        uint32_t period = 0;
        if (!zoneparser::parse_period(text.substr(1), period)) return std::nullopt;
        return text.front() == '+' ? now + period : now - dns::UnixTime{period};
    }
    bool dashed = text.find('-') != std::string_view::npos;
    return dashed ? read_rfc3339(text) : read_digits(text);
}

}  // namespace

dns::Result<dns::UnixTime, CallFault> read_moment(std::string_view text, dns::UnixTime now) {
    if (std::optional<dns::UnixTime> moment = read_any(text, now)) return *moment;
    return CallFault{"'" + std::string(text) + "' is no point in time",
                     "a time is written now, +1w, 20261121155903, 2026-11-21T15:59:03Z, or in "
                     "seconds since 1970"};
}

}  // namespace server
