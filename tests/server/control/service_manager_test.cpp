#include "server/control/service_manager.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

#include "server/publish/disk_files.h"

namespace apex_tests {

TEST_CASE("service manager: told once ready, while reloading, when stopping") {
    std::string name = "@apex-test-" + std::to_string(::getpid());
    server::Descriptor listener(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    address.sun_path[0] = 0;
    REQUIRE(::bind(listener.number(), reinterpret_cast<sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) == 0);
    auto received = [&] {
        char text[512];
        ssize_t size = ::recv(listener.number(), text, sizeof text, 0);
        return size < 0 ? std::string("(nothing)") : std::string(text, static_cast<size_t>(size));
    };
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    server::ServiceManager manager;
    CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
    CHECK(manager.there());
    CHECK(received() == "(nothing)");
    manager.ready("3 zones");
    CHECK(received() == "READY=1\nSTATUS=3 zones");
    manager.reloading(5'000'000);
    CHECK(received() == "RELOADING=1\nMONOTONIC_USEC=5000");
    manager.stopping();
    CHECK(received() == "STOPPING=1");
}

TEST_CASE("service manager: without one, and with one that is gone, nothing happens") {
    server::ServiceManager().ready("");
    server::ServiceManager(std::string("/nowhere/notify")).ready("");
    server::ServiceManager(std::string(500, 'x')).ready("");
    CHECK(!server::ServiceManager(std::string()).there());
}

}  // namespace apex_tests
