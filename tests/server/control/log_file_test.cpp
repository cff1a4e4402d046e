#include "server/control/log_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include "server/control/event_sink.h"
#include "tests/server/control/fixed_clock.h"
#include "tests/support/octets.h"

namespace apex_tests {

namespace fs = std::filesystem;
using server::LogFile;
using server::LogFormat;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A writer that is stuck keeps the clock for as long as the process lives.
const FixedClock& clock_for_ever() {
    static const FixedClock clock;
    return clock;
}

struct Folder {
    Folder() {
        char name[] = "/tmp/apex-log.XXXXXX";
        path = ::mkdtemp(name);
    }
    ~Folder() { fs::remove_all(path); }
    std::string at(const std::string& name) const { return path + "/" + name; }
    std::string path;
};

struct Pipe {
    Pipe() { REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    int ends[2];
};

}  // namespace

TEST_CASE("log file: lines in their order, from many threads") {
    Folder folder;
    {
        LogFile log(folder.at("log"), LogFormat::logfmt, clock_for_ever());
        REQUIRE(log.open().ok());
        std::vector<std::thread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&log, thread] {
                for (int i = 0; i < 1000; ++i)
                    log.write(std::to_string(thread) + " " + std::to_string(i) + "\n");
            });
        for (std::thread& thread : threads) thread.join();
        CHECK(log.flush(seconds(10)));
        CHECK(log.lost() == 0);
    }
    std::string text = read_whole_file(folder.at("log"));
    int next[4] = {};
    size_t lines = 0;
    for (size_t at = 0; at < text.size(); ++lines) {
        size_t end = text.find('\n', at);
        int thread = text[at] - '0';
        REQUIRE((thread >= 0 && thread < 4));
        CHECK(text.substr(at + 2, end - at - 2) == std::to_string(next[thread]++));
        at = end + 1;
    }
    CHECK(lines == 4000);
}

TEST_CASE("log file: opened anew after it was moved away") {
    Folder folder;
    LogFile log(folder.at("log"), LogFormat::logfmt, clock_for_ever());
    REQUIRE(log.open().ok());
    log.write("one\n");
    REQUIRE(log.flush(seconds(10)));
    fs::rename(folder.at("log"), folder.at("log.1"));
    log.write("two\n");
    REQUIRE(log.flush(seconds(10)));
    log.reopen();
    log.write("three\n");
    REQUIRE(log.flush(seconds(10)));
    CHECK(read_whole_file(folder.at("log.1")) == "one\ntwo\n");
    CHECK(read_whole_file(folder.at("log")) == "three\n");
}

TEST_CASE("log file: where the folder is gone, the old file is kept") {
    Folder folder;
    fs::create_directory(folder.at("sub"));
    LogFile log(folder.at("sub/log"), LogFormat::logfmt, clock_for_ever());
    REQUIRE(log.open().ok());
    log.write("one\n");
    REQUIRE(log.flush(seconds(10)));
    fs::rename(folder.at("sub"), folder.at("away"));
    log.reopen();
    log.write("two\n");
    REQUIRE(log.flush(seconds(10)));
    CHECK(read_whole_file(folder.at("away/log")) == "one\ntwo\n");
    CHECK(log.lost() == 0);
}

TEST_CASE("log file: a file that cannot be made is a fault") {
    LogFile log("/nowhere/log", LogFormat::logfmt, clock_for_ever());
    auto opened = log.open();
    REQUIRE(!opened.ok());
    CHECK(opened.fault().sentence == "No such file or directory");
}

TEST_CASE("log file: a full disk loses lines, counts them, and says so when there is room again") {
    Folder folder;
    // The name is a link, so that the same path is full first and then is not.
    fs::create_symlink("/dev/full", folder.at("log"));
    LogFile log(folder.at("log"), LogFormat::logfmt, clock_for_ever());
    REQUIRE(log.open().ok());
    for (int i = 0; i < 5; ++i) log.write("lost\n");
    REQUIRE(log.flush(seconds(10)));
    CHECK(log.lost() == 5);
    fs::remove(folder.at("log"));
    log.reopen();
    log.write("kept\n");
    REQUIRE(log.flush(seconds(10)));
    CHECK(read_whole_file(folder.at("log")) ==
          "time=2026-11-21T12:30:54Z level=warning event=log-lines-lost lines=5 "
          "reason=\"No space left on device\"\nkept\n");
}

TEST_CASE("log file: a reader that does not read keeps nobody waiting") {
    // Never closed: the writer is stuck in it for ever.
    static const Pipe& pipe = *new Pipe;
    auto before = std::chrono::steady_clock::now();
    {
        LogFile log(pipe.ends[1], LogFormat::logfmt, clock_for_ever());
        std::string line(1023, 'x');
        line += '\n';
        for (int i = 0; i < 10000; ++i) log.write(line);
        CHECK(log.lost() > 0);
        CHECK(!log.flush(milliseconds(50)));
    }
    CHECK(std::chrono::steady_clock::now() - before < seconds(3));
}

TEST_CASE("log file: a reader that went away ends nothing") {
    Pipe pipe;
    ::close(pipe.ends[0]);
    pipe.ends[0] = -1;
    LogFile log(pipe.ends[1], LogFormat::logfmt, clock_for_ever());
    log.write("nobody reads this\n");
    REQUIRE(log.flush(seconds(10)));
    CHECK(log.lost() == 1);
}

TEST_CASE("event sink: events become lines, from a level on") {
    Folder folder;
    LogFile log(folder.at("log"), LogFormat::logfmt, clock_for_ever());
    REQUIRE(log.open().ok());
    server::EventSink sink(log, server::LogLevel::info, clock_for_ever());
    CHECK(!sink.wants(server::LogLevel::debug));
    sink.event(server::LogLevel::debug, "unseen", "", {});
    sink.event(server::LogLevel::error, "zone-refused", "it is broken",
               {{"zone", "a\nb."}, {"records", 12}});
    sink.set_level(server::LogLevel::debug);
    sink.event(server::LogLevel::debug, "seen", "", {});
    REQUIRE(log.flush(seconds(10)));
    CHECK(read_whole_file(folder.at("log")) ==
          "time=2026-11-21T12:30:54Z level=error event=zone-refused zone=\"a\\\\010b.\" records=12 "
          "message=\"it is broken\"\n"
          "time=2026-11-21T12:30:54Z level=debug event=seen\n");
}

}  // namespace apex_tests
