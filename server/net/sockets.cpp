#include "server/net/sockets.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "server/net/socket_address.h"

namespace server {

namespace {

constexpr int kPortAttempts = 50;
constexpr int kFastOpenQueue = 256;  // RFC 7413: connections whose first data came with their SYN

struct Kind {
    int type;
    const char* name;
    const char* list;  // how to see who holds a port
};
constexpr Kind kUdp = {SOCK_DGRAM, "UDP", "ss -lunp"};
constexpr Kind kTcp = {SOCK_STREAM, "TCP", "ss -ltnp"};

bool set(int descriptor, int level, int option, int value) {
    return ::setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

// What the error means here, and what helps.
std::string explain(int error, const Kind& kind, const Endpoint& endpoint) {
    const std::string port = std::to_string(endpoint.port);
    switch (error) {
        case EADDRINUSE:
            return "another process holds port " + port + "; \"" + kind.list + " sport = :" + port +
                   "\" shows which one. Stop it, or listen on another port";
        case EACCES:
        case EPERM:
            if (endpoint.port >= 1024) break;
            return "ports below 1024 are for privileged processes. Start as root with `user` set, "
                   "give the program CAP_NET_BIND_SERVICE, let the service manager pass the "
                   "socket, or listen on a port from 1024 on";
        case EADDRNOTAVAIL:
            return "no interface of this machine has that address; \"ip address\" shows which "
                   "there are";
        case EAFNOSUPPORT:
            return std::string("this machine has no ") +
                   (endpoint.address.is_v4() ? "IPv4" : "IPv6") +
                   ". Leave the address out of `listen`";
        case EMFILE:
        case ENFILE:
            return "there are too many open files. Raise the limit (ulimit -n), or use fewer "
                   "threads or addresses";
        default:
            break;
    }
    return system_fault(error).sentence;
}

dns::Fault refused(int error, const Kind& kind, const Endpoint& endpoint) {
    return dns::Fault{"Cannot listen on " + to_text(endpoint) + " (" + kind.name +
                      "): " + explain(error, kind, endpoint)};
}

std::unique_ptr<Descriptor> open_socket(const Kind& kind, const Endpoint& endpoint) {
    const int family = endpoint.address.is_v4() ? AF_INET : AF_INET6;
    auto socket =
        std::make_unique<Descriptor>(::socket(family, kind.type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket->open()) return nullptr;
    // IPv4 has sockets of its own: no mapped addresses, and no surprise by net.ipv6.bindv6only.
    if (family == AF_INET6 && !set(socket->number(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) return nullptr;
    // A restarted server need not wait for connections of its predecessor to be forgotten.
    if (kind.type == SOCK_STREAM) set(socket->number(), SOL_SOCKET, SO_REUSEADDR, 1);
    return socket;
}

bool bind_socket(int descriptor, const Endpoint& endpoint) {
    SocketAddress address;
    const socklen_t size = write_socket_address(endpoint, address);
    return ::bind(descriptor, &address.any, size) == 0;
}

bool read_bound(int descriptor, Endpoint& endpoint) {
    SocketAddress address{};
    socklen_t size = sizeof address;
    if (::getsockname(descriptor, &address.any, &size) != 0) return false;
    endpoint = read_socket_address(address);
    return true;
}

void enlarge(int descriptor, int forced, int plain, int size) {
    if (size > 0 && !set(descriptor, SOL_SOCKET, forced, size))
        set(descriptor, SOL_SOCKET, plain, size);
}

void prepare_udp(int descriptor, bool ipv4, bool wildcard, const SocketSettings& settings) {
    enlarge(descriptor, SO_RCVBUFFORCE, SO_RCVBUF, settings.receive_buffer);
    enlarge(descriptor, SO_SNDBUFFORCE, SO_SNDBUF, settings.send_buffer);
    // Replies go out whole and learn nothing from forged ICMP (RFC 9715 3.1).
    if (ipv4) {
        set(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
        if (wildcard) set(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
    } else {
        set(descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
        if (wildcard) set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    }
}

void prepare_tcp(int descriptor) {
    // Accepted sockets inherit it: a reply is not kept back until the one before is acknowledged.
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set(descriptor, IPPROTO_TCP, TCP_FASTOPEN, kFastOpenQueue);
}

// Whether the address is to be had. Without SO_REUSEPORT, so that a port which another server holds
// is an error and not half of its queries.
dns::Result<void> probe(const Kind& kind, Endpoint& endpoint) {
    auto socket = open_socket(kind, endpoint);
    if (socket == nullptr || !bind_socket(socket->number(), endpoint))
        return refused(errno, kind, endpoint);
    if (endpoint.port == 0 && !read_bound(socket->number(), endpoint))
        return refused(errno, kind, endpoint);
    return {};
}

dns::Result<BoundSocket> open_one(const Kind& kind, const Endpoint& endpoint,
                                  const SocketSettings& settings) {
    BoundSocket result{open_socket(kind, endpoint), endpoint, endpoint.is_wildcard()};
    if (result.descriptor == nullptr) return refused(errno, kind, endpoint);
    const int descriptor = result.descriptor->number();
    if (!set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) || !bind_socket(descriptor, endpoint))
        return refused(errno, kind, endpoint);
    if (kind.type == SOCK_STREAM) {
        prepare_tcp(descriptor);
        if (::listen(descriptor, settings.backlog) != 0) return refused(errno, kind, endpoint);
    } else {
        prepare_udp(descriptor, endpoint.address.is_v4(), result.wildcard, settings);
    }
    return result;
}

// UDP first: where the port is 0, TCP then takes the one that UDP got, if it is free there too.
dns::Result<void> probe_both(Endpoint& endpoint) {
    const bool any_port = endpoint.port == 0;
    for (int attempt = 1;; ++attempt) {
        if (auto udp = probe(kUdp, endpoint); !udp) return udp.fault();
        auto tcp = probe(kTcp, endpoint);
        if (tcp.ok() || !any_port || attempt == kPortAttempts) return tcp;
        endpoint.port = 0;
    }
}

// Where IPv6 is left out of the system there is no such socket; where it is switched off, there is
// no such address. An address in use, for one, is another matter.
bool is_absent(const Endpoint& endpoint) {
    auto socket = open_socket(kUdp, endpoint);
    if (socket == nullptr) return errno == EAFNOSUPPORT;
    return !bind_socket(socket->number(), endpoint) && errno == EADDRNOTAVAIL;
}

// Each once, and without those that this machine cannot have and need not.
dns::Result<void> probe_all(std::vector<Endpoint>& endpoints) {
    std::vector<Endpoint> good;
    for (Endpoint& endpoint : endpoints) {
        if (std::find(good.begin(), good.end(), endpoint) != good.end()) continue;
        if (endpoint.optional && is_absent(endpoint)) continue;
        if (auto probed = probe_both(endpoint); !probed) return probed.fault();
        good.push_back(endpoint);
    }
    // Somewhere it has to listen: then what is wrong with the first is worth an error.
    if (good.empty() && !endpoints.empty())
        if (auto probed = probe_both(endpoints.front()); !probed) return probed.fault();
    endpoints = std::move(good);
    return {};
}

}  // namespace

dns::Result<std::vector<WorkerSockets>> open_sockets(std::vector<Endpoint> endpoints,
                                                     const SocketSettings& settings) {
    if (auto probed = probe_all(endpoints); !probed) return probed.fault();
    std::vector<WorkerSockets> workers(std::max<size_t>(settings.workers, 1));
    for (const Endpoint& endpoint : endpoints) {
        for (WorkerSockets& worker : workers) {
            auto udp = open_one(kUdp, endpoint, settings);
            if (!udp) return udp.fault();
            worker.udp.push_back(std::move(*udp));
            auto tcp = open_one(kTcp, endpoint, settings);
            if (!tcp) return tcp.fault();
            worker.tcp.push_back(std::move(*tcp));
        }
    }
    return workers;
}

std::vector<int> passed_descriptors() {
    constexpr int kFirst = 3;
    std::vector<int> descriptors;
    const char* process = ::getenv("LISTEN_PID");
    const char* count = ::getenv("LISTEN_FDS");
    if (process != nullptr && count != nullptr && std::atol(process) == ::getpid())
        for (int i = 0; i < std::min(std::atoi(count), 1024); ++i)
            descriptors.push_back(kFirst + i);
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
    for (int descriptor : descriptors) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return descriptors;
}

namespace {

int read_option(int descriptor, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

dns::Result<BoundSocket> adopt_one(int number, const SocketSettings& settings) {
    const std::string which = "The service manager passed descriptor " + std::to_string(number);
    const int family = read_option(number, SO_DOMAIN);
    const int type = read_option(number, SO_TYPE);
    if ((family != AF_INET && family != AF_INET6) || (type != SOCK_DGRAM && type != SOCK_STREAM))
        return dns::Fault{which +
                          ", which is no UDP or TCP socket. Correct the unit's socket file "
                          "(ListenDatagram=, ListenStream=)"};
    BoundSocket socket{
        std::make_unique<Descriptor>(::fcntl(number, F_DUPFD_CLOEXEC, 0)), {}, false};
    if (!socket.descriptor->open() || !read_bound(number, socket.bound))
        return dns::Fault{which + ": " + system_fault(errno).sentence};
    if (socket.bound.port == 0) return dns::Fault{which + ", which is bound to no port"};
    if (type == SOCK_STREAM && read_option(number, SO_ACCEPTCONN) != 1)
        return dns::Fault{which + ", which does not listen. Its unit needs Accept=no"};
    socket.wildcard = socket.bound.is_wildcard();
    ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
    if (type == SOCK_STREAM)
        prepare_tcp(number);
    else
        prepare_udp(number, family == AF_INET, socket.wildcard, settings);
    return socket;
}

}  // namespace

dns::Result<std::vector<WorkerSockets>> adopt_sockets(const std::vector<int>& descriptors,
                                                      const SocketSettings& settings) {
    std::vector<WorkerSockets> workers(std::max<size_t>(settings.workers, 1));
    for (int number : descriptors) {
        for (WorkerSockets& worker : workers) {
            auto socket = adopt_one(number, settings);
            if (!socket) return socket.fault();
            const bool udp = read_option(number, SO_TYPE) == SOCK_DGRAM;
            (udp ? worker.udp : worker.tcp).push_back(std::move(*socket));
        }
        ::close(number);
    }
    return workers;
}

size_t raise_descriptor_limit(size_t wanted) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur >= wanted) return limit.rlim_cur;
    rlimit higher = {wanted, std::max<rlim_t>(limit.rlim_max, wanted)};
    if (::setrlimit(RLIMIT_NOFILE, &higher) == 0) return higher.rlim_cur;
    higher = {std::min<rlim_t>(limit.rlim_max, wanted), limit.rlim_max};
    return ::setrlimit(RLIMIT_NOFILE, &higher) == 0 ? higher.rlim_cur : limit.rlim_cur;
}

}  // namespace server
