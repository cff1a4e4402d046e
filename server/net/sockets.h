// The sockets that the server listens with, opened before privileges are dropped: for each address
// and each worker one for UDP and one for TCP, spread by the kernel (SO_REUSEPORT).
//
//   listen = ["127.0.0.1:5300", "[::1]:5300"], 2 workers
//
//   worker 0   udp 127.0.0.1:5300   udp [::1]:5300   tcp 127.0.0.1:5300   tcp [::1]:5300
//   worker 1   udp 127.0.0.1:5300   udp [::1]:5300   tcp 127.0.0.1:5300   tcp [::1]:5300
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"
#include "server/answer/client.h"
#include "server/publish/disk_files.h"

namespace server {

inline constexpr uint16_t kDnsPort = 53;

struct Endpoint {
    Address address;
    uint16_t port = kDnsPort;
    uint32_t scope = 0;     // of a link-local IPv6 address: its interface
    bool optional = false;  // left out where the machine lacks the address, or its family

    // 0.0.0.0 or ::, all addresses of the machine.
    bool is_wildcard() const;
    bool operator==(const Endpoint& other) const {
        return address == other.address && port == other.port && scope == other.scope;
    }
};

// "127.0.0.1", "127.0.0.1:5300", "::1", "[::1]:5300", "[fe80::1%eth0]:53", and "*" or "*:5300" for
// all addresses of both families. Adds one endpoint or two to `out`.
dns::Result<void> read_endpoint(std::string_view text, std::vector<Endpoint>& out);
std::string to_text(const Endpoint& endpoint);  // "127.0.0.1:5300", "[::1]:5300"

struct BoundSocket {
    std::unique_ptr<Descriptor> descriptor;
    Endpoint bound;
    // Replies must say from which address they leave: the socket does not tell.
    bool wildcard = false;
};

struct WorkerSockets {
    std::vector<BoundSocket> udp;
    std::vector<BoundSocket> tcp;
};

struct SocketSettings {
    size_t workers = 1;
    int receive_buffer = 4 << 20;  // of a UDP socket, in octets: 2,000 to 20,000 waiting queries
    int send_buffer = 1 << 20;
    int backlog = 4096;  // connections that wait to be accepted
};

// One entry a worker. An endpoint with port 0 takes a port that is free. Everything is opened or
// nothing is; the fault says which address, why, and what to do.
dns::Result<std::vector<WorkerSockets>> open_sockets(std::vector<Endpoint> endpoints,
                                                     const SocketSettings& settings);

// The descriptors that a service manager passed (LISTEN_PID, LISTEN_FDS; sd_listen_fds(3)); none
// if it passed none. The variables are removed, so that no child takes them for its own.
std::vector<int> passed_descriptors();

// Sockets opened by others, of either kind: shared by all workers. They are checked and prepared as
// far as a bound socket can be.
dns::Result<std::vector<WorkerSockets>> adopt_sockets(const std::vector<int>& descriptors,
                                                      const SocketSettings& settings);

// Raises the number of files that this process may have open; returns how many it may now.
size_t raise_descriptor_limit(size_t wanted);

}  // namespace server
