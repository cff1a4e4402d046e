// What happens, told to whoever keeps the log: an event is a word, a sentence for people and fields
// for programs. Lines are made where they are written (server/control); nothing below knows a form.
//
//   log.event(LogLevel::warning, "zone-refused", "example.com. keeps its old version: ...",
//             {{"zone", "example.com."}, {"records", 12}});
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <type_traits>

namespace server {

enum class LogLevel : uint8_t { debug, info, warning, error };

// A word of ours and what it stands for; an empty text is left out. It owns nothing: it lives as
// long as the call.
struct LogField {
    LogField(std::string_view name, std::string_view words) : key(name), text(words) {}
    LogField(std::string_view name, const char* words) : key(name), text(words) {}
    template <class Number, class = std::enable_if_t<std::is_integral_v<Number>>>
    LogField(std::string_view name, Number value)
        : key(name), number(static_cast<uint64_t>(value)), is_number(true) {}

    std::string_view key;
    std::string_view text;
    uint64_t number = 0;
    bool is_number = false;
};

class EventLog {
  public:
    virtual ~EventLog() = default;
    // False if an event of this level would not be written: spares making its words.
    virtual bool wants(LogLevel level) const = 0;
    // From any thread; never waits for a disk. `event` is a word of ours, "zone-loaded"; the
    // sentence may be empty where word and fields say all. Texts may hold what strangers wrote: the
    // sink makes them fit to be shown.
    virtual void event(LogLevel level, std::string_view event, std::string_view sentence,
                       std::initializer_list<LogField> fields) = 0;
};

}  // namespace server
