#include "server/net/sockets.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/server/net/running_worker.h"

namespace apex_tests {

using namespace server;

namespace {

std::string read_all(std::string_view text) {
    std::vector<Endpoint> endpoints;
    if (auto read = read_endpoint(text, endpoints); !read) return "fault: " + read.fault().sentence;
    std::string all;
    for (const Endpoint& endpoint : endpoints) all += (all.empty() ? "" : " ") + to_text(endpoint);
    return all;
}

Endpoint endpoint_of(std::string_view text) {
    std::vector<Endpoint> endpoints;
    REQUIRE(read_endpoint(text, endpoints).ok());
    return endpoints.at(0);
}

int option(const BoundSocket& socket, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    ::getsockopt(socket.descriptor->number(), level, name, &value, &size);
    return value;
}

}  // namespace

TEST_CASE("sockets: addresses as configurations write them") {
    CHECK(read_all("127.0.0.1") == "127.0.0.1:53");
    CHECK(read_all("127.0.0.1:5300") == "127.0.0.1:5300");
    CHECK(read_all("::1") == "[::1]:53");
    CHECK(read_all("[::1]") == "[::1]:53");
    CHECK(read_all("[::1]:5300") == "[::1]:5300");
    CHECK(read_all("2001:db8::5300") == "[2001:db8::5300]:53");
    CHECK(read_all("[fe80::1%1]:53") == "[fe80::1%1]:53");
    CHECK(read_all("*") == "0.0.0.0:53 [::]:53");
    CHECK(read_all("*:5300") == "0.0.0.0:5300 [::]:5300");
    CHECK(read_all("127.0.0.1:0") == "127.0.0.1:0");
    for (const char* bad : {"", "localhost", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:53x",
                            "[::1", "[::1]5300", "[::1]:", "127.0.0.256", "1:2", ":53", "[]:53",
                            "fe80::1%nosuchinterface", "127.0.0.1:-1", "**"}) {
        CAPTURE(bad);
        CHECK(read_all(bad).rfind("fault: \"", 0) == 0);
    }
}

TEST_CASE("sockets: wildcards") {
    CHECK(endpoint_of("0.0.0.0").is_wildcard());
    CHECK(endpoint_of("::").is_wildcard());
    CHECK(endpoint_of("*").is_wildcard());
    CHECK_FALSE(endpoint_of("127.0.0.1").is_wildcard());
    CHECK_FALSE(endpoint_of("::1").is_wildcard());
}

TEST_CASE("sockets: one of each kind for each address and worker") {
    SocketSettings settings;
    settings.workers = 3;
    std::vector<Endpoint> endpoints = {endpoint_of("127.0.0.1:0"), endpoint_of("127.0.0.2:0")};
    auto workers = open_sockets(endpoints, settings);
    REQUIRE(workers.ok());
    REQUIRE(workers->size() == 3);
    for (const WorkerSockets& worker : *workers) {
        REQUIRE(worker.udp.size() == 2);
        REQUIRE(worker.tcp.size() == 2);
        for (size_t i = 0; i < 2; ++i) {
            CHECK(worker.udp[i].bound == (*workers)[0].udp[i].bound);
            CHECK(worker.tcp[i].bound == worker.udp[i].bound);
            CHECK(worker.udp[i].bound.port != 0);
            CHECK_FALSE(worker.udp[i].wildcard);
            CHECK(option(worker.udp[i], IPPROTO_IP, IP_MTU_DISCOVER) == IP_PMTUDISC_OMIT);
            CHECK(option(worker.udp[i], IPPROTO_IP, IP_PKTINFO) == 0);
            CHECK(option(worker.udp[i], SOL_SOCKET, SO_RCVBUF) >= 1 << 18);
            CHECK(option(worker.tcp[i], SOL_SOCKET, SO_ACCEPTCONN) == 1);
            CHECK((::fcntl(worker.tcp[i].descriptor->number(), F_GETFD) & FD_CLOEXEC) != 0);
        }
    }
}

TEST_CASE("sockets: the same address twice, and all addresses beside one of them") {
    auto first = open_sockets({endpoint_of("127.0.0.1:0")}, {});
    REQUIRE(first.ok());
    const std::string port = std::to_string((*first)[0].udp[0].bound.port);
    first = std::vector<WorkerSockets>();
    auto again = open_sockets({endpoint_of("127.0.0.1:" + port), endpoint_of("0.0.0.0:" + port),
                               endpoint_of("127.0.0.1:" + port)},
                              {});
    REQUIRE(again.ok());
    CHECK((*again)[0].udp.size() == 2);
    CHECK((*again)[0].udp[1].wildcard);
    CHECK(option((*again)[0].udp[1], IPPROTO_IP, IP_PKTINFO) == 1);
}

TEST_CASE("sockets: a port that is taken is an error that says what to do") {
    auto held = open_sockets({endpoint_of("127.0.0.1:0")}, {});
    REQUIRE(held.ok());
    const Endpoint taken = (*held)[0].udp[0].bound;
    (*held)[0].tcp.clear();
    auto other = open_sockets({taken}, {});
    REQUIRE_FALSE(other.ok());
    const std::string port = std::to_string(taken.port);
    CHECK(other.fault().sentence == "Cannot listen on 127.0.0.1:" + port +
                                        " (UDP): another process holds port " + port +
                                        "; \"ss -lunp sport = :" + port +
                                        "\" shows which one. Stop it, or listen on another port");
    // All addresses hold this one too.
    CHECK_FALSE(open_sockets({endpoint_of("0.0.0.0:" + port)}, {}).ok());
    // TCP by itself.
    held = open_sockets({endpoint_of("127.0.0.1:0")}, {});
    const Endpoint by_tcp = (*held)[0].tcp[0].bound;
    (*held)[0].udp.clear();
    other = open_sockets({by_tcp}, {});
    REQUIRE_FALSE(other.ok());
    CHECK(other.fault().sentence.find("(TCP): another process holds port") != std::string::npos);
    CHECK(other.fault().sentence.find("ss -ltnp") != std::string::npos);
}

TEST_CASE("sockets: an address that the machine does not have") {
    auto sockets = open_sockets({endpoint_of("192.0.2.1:5300")}, {});
    REQUIRE_FALSE(sockets.ok());
    CHECK(sockets.fault().sentence ==
          "Cannot listen on 192.0.2.1:5300 (UDP): no interface of this machine has that address; "
          "\"ip address\" shows which there are");
}

TEST_CASE("sockets: IPv6 beside IPv4 on one port") {
    if (!has_ipv6()) return;
    auto v4 = open_sockets({endpoint_of("0.0.0.0:0")}, {});
    REQUIRE(v4.ok());
    const std::string port = std::to_string((*v4)[0].udp[0].bound.port);
    auto v6 = open_sockets({endpoint_of("[::]:" + port)}, {});
    REQUIRE(v6.ok());
    const BoundSocket& udp = (*v6)[0].udp[0];
    CHECK(udp.wildcard);
    CHECK(option(udp, IPPROTO_IPV6, IPV6_V6ONLY) == 1);
    CHECK(option(udp, IPPROTO_IPV6, IPV6_RECVPKTINFO) == 1);
    CHECK(option(udp, IPPROTO_IPV6, IPV6_MTU_DISCOVER) == IPV6_PMTUDISC_OMIT);
}

TEST_CASE("sockets: those that others opened") {
    auto opened = open_sockets({endpoint_of("127.0.0.1:0")}, {});
    REQUIRE(opened.ok());
    const Endpoint bound = (*opened)[0].udp[0].bound;
    SocketSettings settings;
    settings.workers = 2;
    auto adopted = adopt_sockets(
        {(*opened)[0].udp[0].descriptor->release(), (*opened)[0].tcp[0].descriptor->release()},
        settings);
    REQUIRE(adopted.ok());
    for (const WorkerSockets& worker : *adopted) {
        REQUIRE(worker.udp.size() == 1);
        REQUIRE(worker.tcp.size() == 1);
        CHECK(worker.udp[0].bound == bound);
        CHECK((::fcntl(worker.udp[0].descriptor->number(), F_GETFL) & O_NONBLOCK) != 0);
    }
    const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    auto wrong = adopt_sockets({file}, settings);
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.fault().sentence.find("no UDP or TCP socket") != std::string::npos);
    ::close(file);
    const int unbound = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK_FALSE(adopt_sockets({unbound}, settings).ok());
    ::close(unbound);
}

TEST_CASE("sockets: what the service manager says counts only for this process") {
    ::setenv("LISTEN_PID", "1", 1);
    ::setenv("LISTEN_FDS", "2", 1);
    CHECK(passed_descriptors().empty());
    CHECK(::getenv("LISTEN_FDS") == nullptr);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    CHECK(passed_descriptors().empty());  // nothing says how many
}

}  // namespace apex_tests
