#include "server/control/control_server.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "server/publish/disk_files.h"

namespace apex_tests {

namespace fs = std::filesystem;
using server::ControlReply;
using server::ControlRequest;

namespace {

using Reply = std::function<void(ControlReply)>;

// A control server on a thread of its own, in a folder of its own.
struct Running {
    explicit Running(server::ControlFunction function, server::ControlSettings settings = {},
                     std::string below = "")
        : server(io, std::move(function), settings) {
        char name[] = "/tmp/apex-ctl.XXXXXX";
        folder = ::mkdtemp(name);
        fs::create_directories(folder + below);
        path = folder + below + "/control.sock";
        REQUIRE(server.open(path).ok());
        thread = std::thread([this] {
            auto kept = server::net::asio::make_work_guard(io);
            io.run();
        });
    }
    ~Running() {
        io.stop();
        thread.join();
        server.close();
        io.restart();
        io.poll();
        fs::remove_all(folder);
    }
    server::net::asio::io_context io;
    server::ControlServer server;
    std::string folder, path;
    std::thread thread;
};

struct Connection {
    explicit Connection(const std::string& path) : socket(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        server::SocketPath way(path);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        way.text().copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                0);
    }
    void send(std::string_view octets) {
        REQUIRE(::send(socket.number(), octets.data(), octets.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(octets.size()));
    }
    // What comes until `end` is at its end, the connection ends, or nothing comes.
    std::string receive(std::string_view end) {
        std::string all;
        while (all.size() < end.size() || all.substr(all.size() - end.size()) != end) {
            pollfd ready{socket.number(), POLLIN, 0};
            if (::poll(&ready, 1, 10'000) != 1) return all + "(nothing came)";
            char block[65536];
            ssize_t got = ::recv(socket.number(), block, sizeof block, 0);
            if (got <= 0) return all + "(closed)";
            all.append(block, static_cast<size_t>(got));
        }
        return all;
    }
    server::Descriptor socket;
};

void echo(const ControlRequest& request, const Reply& reply) {
    ControlReply made;
    made.text = request.json ? "json\n" : "text\n";
    for (const std::string& operand : request.operands) made.text += operand + "\n";
    reply(std::move(made));
}

}  // namespace

TEST_CASE("control server: a request, and another on the same connection") {
    Running running(echo);
    Connection connection(running.path);
    connection.send("text reload example.com\n");
    CHECK(connection.receive("exit 0\n") == " text\n example.com\nexit 0\n");
    connection.send("json status\njson sta");
    CHECK(connection.receive("exit 0\n") == " json\nexit 0\n");
    connection.send("tus\n");
    CHECK(connection.receive("exit 0\n") == " json\nexit 0\n");
}

TEST_CASE("control server: faults are told, and the connection goes on") {
    Running running([](const ControlRequest&, const Reply& reply) {
        reply({1, "it\nfailed", "try again", "some text\n", nullptr});
    });
    Connection connection(running.path);
    connection.send("text nonsense\n");
    CHECK(connection.receive("exit 2\n").substr(0, 38) ==
          "fault there is no command 'nonsense'\nh");
    connection.send("text status\n");
    CHECK(connection.receive("exit 1\n") ==
          " some text\nfault it failed\nhint try again\nexit 1\n");
}

TEST_CASE("control server: a line without an end ends the connection, not the server") {
    Running running(echo);
    Connection connection(running.path);
    connection.send(std::string(server::kLongestRequest + 1, 'x'));
    CHECK(connection.receive("(never)").find("longer than") != std::string::npos);
    Connection other(running.path);
    other.send("text status\n");
    CHECK(other.receive("exit 0\n") == " text\nexit 0\n");
}

TEST_CASE("control server: a long reply comes in blocks, as fast as it is taken") {
    std::atomic<int> made{0};
    Running running([&made](const ControlRequest&, const Reply& reply) {
        ControlReply answer;
        answer.text = "first\n";
        answer.more = [&made] {
            return made++ < 1000 ? std::string(9999, 'x') + "\n" : std::string();
        };
        reply(std::move(answer));
    });
    Connection connection(running.path);
    connection.send("text zones\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    // Nobody reads yet: no more is made than the socket's buffers take.
    CHECK(made < 500);
    std::string all = connection.receive("exit 0\n");
    CHECK(all.size() == 7 + 1000 * 10001 + 7);
    CHECK(all.substr(0, 10) == " first\n xx");
}

TEST_CASE("control server: a reply may be late, and whoever waits for it may be gone") {
    std::vector<Reply> waiting;
    std::mutex mutex;
    Running running([&](const ControlRequest&, Reply reply) {
        std::lock_guard guard(mutex);
        waiting.push_back(std::move(reply));
    });
    auto wait_for = [&](size_t count) {
        for (int i = 0; i < 1000; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            std::lock_guard guard(mutex);
            if (waiting.size() == count) return true;
        }
        return false;
    };
    auto gone = std::make_unique<Connection>(running.path);
    gone->send("text reload\n");
    REQUIRE(wait_for(1));
    gone.reset();
    Connection connection(running.path);
    connection.send("text reload\n");
    REQUIRE(wait_for(2));
    for (const Reply& reply : waiting) reply({0, "", "", "done\n", nullptr});
    CHECK(connection.receive("exit 0\n") == " done\nexit 0\n");
    waiting.clear();
}

TEST_CASE("control server: who says nothing gives way to who does") {
    server::ControlSettings settings;
    settings.sessions = 2;
    settings.request = std::chrono::milliseconds(100);
    Running running(echo, settings);
    Connection idle1(running.path), idle2(running.path), third(running.path);
    third.send("text status\n");
    CHECK(third.receive("exit 0\n") == " text\nexit 0\n");
    CHECK(idle1.receive("x") == "(closed)");
}

TEST_CASE("control server: its socket is for its user alone, and replaces one that was left") {
    Running running(echo);
    struct stat status {};
    REQUIRE(::stat(running.path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    server::net::asio::io_context io;
    server::ControlServer second(io, echo, {});
    CHECK(second.open(running.path).ok());
    second.close();
    CHECK(!fs::exists(running.path));
}

TEST_CASE("control server: a path of any length") {
    Running running(echo, {}, "/" + std::string(120, 'f') + "/" + std::string(120, 'f'));
    Connection connection(running.path);
    connection.send("text status\n");
    CHECK(connection.receive("exit 0\n") == " text\nexit 0\n");
}

TEST_CASE("control server: a folder that is not there is a fault") {
    server::net::asio::io_context io;
    server::ControlServer server(io, echo, {});
    auto opened = server.open("/nowhere/control.sock");
    REQUIRE(!opened.ok());
    CHECK(opened.fault().sentence ==
          "cannot make the control socket '/nowhere/control.sock': No such file or directory");
}

}  // namespace apex_tests
