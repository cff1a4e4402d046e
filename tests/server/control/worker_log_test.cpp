#include "server/control/worker_log.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "dns/message.h"
#include "tests/server/control/fixed_clock.h"
#include "tests/support/octets.h"

namespace apex_tests {

using server::LogFormat;
using server::QueryRecord;
using server::QueryRing;
using server::WorkerLog;

namespace {

QueryRecord record_of(std::string_view wire_name) {
    QueryRecord record{};
    record.time = 1'795'264'254;
    const uint8_t four[] = {192, 0, 2, 7};
    record.client.address = server::Address::v4(four);
    record.client.port = 4242;
    record.type = 1;
    record.rr_class = dns::rr_class::internet;
    record.extended_error = dns::extended_error::none;
    record.zone = server::kNoZone;
    record.reply_size = 45;
    record.action = server::Action::reply;
    record.kind = server::AnswerKind::positive;
    record.has_question = true;
    record.name_size = static_cast<uint8_t>(wire_name.size());
    std::memcpy(record.name_octets.data(), wire_name.data(), wire_name.size());
    return record;
}

struct Events : server::EventLog {
    bool wants(server::LogLevel) const override { return true; }
    void event(server::LogLevel, std::string_view event, std::string_view,
               std::initializer_list<server::LogField> fields) override {
        std::lock_guard guard(mutex);
        text += std::string(event);
        for (const server::LogField& field : fields)
            text += " " + std::string(field.key) + "=" +
                    (field.is_number ? std::to_string(field.number) : std::string(field.text));
        text += "\n";
    }
    std::string taken() {
        std::lock_guard guard(mutex);
        return text;
    }
    std::mutex mutex;
    std::string text;
};

constexpr std::string_view kName("\3www\7example\0", 13);

}  // namespace

TEST_CASE("query log: a line tells client, question and answer") {
    QueryRecord record = record_of(kName);
    CHECK(server::query_line(record, "default", LogFormat::logfmt) ==
          "time=2026-11-21T12:30:54Z event=query client=192.0.2.7 port=4242 transport=udp "
          "name=www.example. type=A view=default rcode=NOERROR kind=positive size=45\n");
    record.type = 65280;
    record.rr_class = dns::rr_class::chaos;
    record.rcode = dns::rcode::refused;
    record.kind = server::AnswerKind::error;
    record.extended_error = 20;
    record.truncated = true;
    record.cookie = dns::CookieState::valid;
    record.limited = true;
    CHECK(server::query_line(record, "in\nside", LogFormat::logfmt) ==
          "time=2026-11-21T12:30:54Z event=query client=192.0.2.7 port=4242 transport=udp "
          "name=www.example. type=TYPE65280 class=CH view=\"in\\\\010side\" rcode=REFUSED "
          "kind=error size=45 extended-error=20 truncated=yes cookie=valid limited=yes\n");
    record = record_of(kName);
    record.signature = dns::TsigState::good;
    CHECK(server::query_line(record, "default", LogFormat::logfmt, "backup.") ==
          "time=2026-11-21T12:30:54Z event=query client=192.0.2.7 port=4242 transport=udp "
          "name=www.example. type=A view=default rcode=NOERROR kind=positive size=45 "
          "signature=good key=backup.\n");
}

TEST_CASE("query log: names of strangers are safe, and no question is none") {
    QueryRecord record = record_of(std::string_view("\6a\n\"=\0 \0", 8));
    std::string line = server::query_line(record, "default", LogFormat::logfmt);
    CHECK(line.find("name=\"a\\\\010\\\\\\\"=\\\\000\\\\032.\"") != std::string::npos);
    CHECK(line.find('\n') == line.size() - 1);
    record.has_question = false;
    record.action = server::Action::silence;
    CHECK(server::query_line(record, "", LogFormat::json) ==
          "{\"time\":\"2026-11-21T12:30:54Z\",\"event\":\"query\",\"client\":\"192.0.2.7\","
          "\"port\":4242,\"transport\":\"udp\",\"reply\":\"none\"}\n");
}

TEST_CASE("worker log: rings are drained into the file, and what they lost is told") {
    static const FixedClock clock;
    char name[] = "/tmp/apex-queries.XXXXXX";
    ::close(::mkstemp(name));
    Events events;
    server::LogFile file(name, LogFormat::logfmt, clock);
    REQUIRE(file.open().ok());
    QueryRing first(4), second(4);
    {
        WorkerLog::Parts parts;
        parts.queries = {&first, nullptr, &second};
        parts.query_file = &file;
        parts.events = &events;
        parts.clock = &clock;
        parts.view_name = [](uint32_t view) { return "view" + std::to_string(view); };
        parts.key_name = [](server::KeyNumber key) { return "key" + std::to_string(key); };
        WorkerLog log(std::move(parts));
        for (QueryRing* ring : {&first, &second})
            for (int i = 0; i < 3; ++i)
                if (QueryRecord* record = ring->reserve()) {
                    *record = record_of(kName);
                    record->view = i == 0 ? server::kNoView : static_cast<uint32_t>(i);
                    record->key = static_cast<server::KeyNumber>(i);
                    ring->commit();
                }
    }
    REQUIRE(file.flush(std::chrono::seconds(10)));
    std::string text = read_whole_file(name);
    size_t lines = 0;
    for (char c : text) lines += c == '\n';
    CHECK(lines == 6);
    CHECK(text.find("view=view2 ") != std::string::npos);
    size_t views = 0;
    for (size_t at = 0; (at = text.find("view=", at)) != std::string::npos; ++at) ++views;
    CHECK(views == 4);
    CHECK(text.find("key=key2") != std::string::npos);
    CHECK(text.find("key=key0") == std::string::npos);
    CHECK(events.taken() == "");
    std::filesystem::remove(name);
}

TEST_CASE("worker log: networks that are limited are told at their begin and at their end") {
    static FixedClock clock;
    Events events;
    server::RateLimitSettings settings;
    settings.mode = server::RateLimitSettings::Mode::on;
    settings.per_second = {1, 1, 1, 1, 1};
    server::RateLimiter limiter(settings, {1, 2});
    server::LimitRing ring(8);
    {
        server::LimitEvent* event = ring.reserve();
        REQUIRE(event != nullptr);
        *event = {};
        event->key = 7;
        const uint8_t four[] = {192, 0, 2, 0};
        event->network = server::Address::v4(four);
        event->prefix = 24;
        event->kind = server::AnswerKind::no_name;
        event->name_size = static_cast<uint8_t>(kName.size());
        std::memcpy(event->name_octets.data(), kName.data(), kName.size());
        ring.commit();
        WorkerLog::Parts parts;
        parts.limits = {&ring};
        parts.events = &events;
        parts.limiter = &limiter;
        parts.clock = &clock;
        WorkerLog log(std::move(parts));
    }
    CHECK(events.taken().substr(0, 72) ==
          "rate-limit-began network=192.0.2.0/24 kind=no-name name=www.example.\nrat");
    CHECK(events.taken().find("rate-limit-ended network=192.0.2.0/24\n") != std::string::npos);
}

}  // namespace apex_tests
