#include "server/control/event_sink.h"

namespace server {

std::string_view to_string(LogLevel level) {
    static constexpr std::string_view kWords[] = {"debug", "info", "warning", "error"};
    return kWords[static_cast<size_t>(level)];
}

void EventSink::event(LogLevel level, std::string_view event, std::string_view sentence,
                      std::initializer_list<LogField> fields) {
    if (!wants(level)) return;
    LogLine line(file_.format(), clock_.now());
    line.add("level", to_string(level)).add("event", event);
    for (const LogField& field : fields) {
        if (field.is_number)
            line.add(field.key, field.number);
        else if (!field.text.empty())
            line.add(field.key, field.text);
    }
    if (!sentence.empty()) line.add("message", sentence);
    file_.write(line.finish());
}

}  // namespace server
